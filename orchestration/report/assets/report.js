"use strict";
// Language, theme, region and period stand in the address (#lang=en&theme=dark&region=420900&period=2024), so that a
// view can be sent; links within the report take language and theme along.
const root = document.documentElement, all = (query, from = document) => [...from.querySelectorAll(query)];
const state = () => new URLSearchParams(location.hash.slice(1));
const english = () => root.lang === "en";

function show() {
  const is = state(), theme = is.get("theme"), region = is.get("region"), period = is.get("period");
  root.lang = is.get("lang") === "en" ? "en" : "zh-CN";
  if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
  for (const one of all("[data-label-zh]")) one.setAttribute("aria-label", one.dataset[english() ? "labelEn" : "labelZh"]);
  for (const one of all("[data-region]")) one.classList.toggle("chosen", one.dataset.region === region);
  for (const group of all("[data-counties]")) group.hidden = region ? group.dataset.counties !== region : !("first" in group.dataset);
  const periods = all("[data-period]").map(one => one.dataset.period), known = periods.includes(period);
  for (const one of all("[data-period]")) one.hidden = known ? one.dataset.period !== period : !("first" in one.dataset);
  for (const one of all("[data-set-period]"))
    one.setAttribute("aria-pressed", one.dataset.setPeriod === (known ? period : all("[data-period][data-first]")[0]?.dataset.period));
  const place = [...is.keys()].find(key => is.get(key) === "" && document.getElementById(key));
  if (place) document.getElementById(place).scrollIntoView();
}

function set(changes) {
  const is = state();
  for (const [key, value] of Object.entries(changes)) if (value === null) is.delete(key); else is.set(key, value);
  const text = is.toString().replace(/=(?=&|$)/g, "");
  history.replaceState(null, "", "#" + text);
  show();
}

addEventListener("hashchange", show);
for (const one of all(".switches, .periods, button.csv")) one.hidden = false;
document.getElementById("language").onclick = () => set({ lang: english() ? null : "en" });
document.getElementById("theme").onclick = () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  set({ theme: dark ? "light" : "dark" });
};
for (const one of all("[data-set-period]")) one.onclick = () => set({ period: one.dataset.setPeriod });

document.addEventListener("click", event => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented) return;
  const [path, hash = ""] = link.getAttribute("href").split("#");
  const region = link.dataset.region;
  if (region && document.querySelector(`[data-counties="${region}"]`)) {
    event.preventDefault();
    set({ region });
    document.getElementById("counties")?.scrollIntoView();
    return;
  }
  if (!/\.html$|^$/.test(path)) return;
  const is = state(), kept = new URLSearchParams(hash);
  for (const key of ["lang", "theme"]) if (is.has(key)) kept.set(key, is.get(key));
  const text = kept.toString().replace(/=(?=&|$)/g, "");
  if (!text) return;
  event.preventDefault();
  location.href = `${path}#${text}`;
});

// A chart is one stop of the keyboard: arrows, Home and End walk its marks along x, Escape leaves them.
const tip = document.getElementById("tip");
function tell(mark, x, y) {
  all(".mark.at").forEach(one => one.classList.remove("at"));
  tip.hidden = !mark;
  if (!mark) return;
  mark.classList.add("at");
  tip.textContent = mark.dataset[english() ? "en" : "zh"];
  const box = mark.getBoundingClientRect();
  tip.style.left = Math.max(8, Math.min(x ?? box.left, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = Math.max(8, (y ?? box.top) - tip.offsetHeight - 12) + "px";
}
for (const picture of all(".picture")) {
  const marks = () => all(".mark", all("svg", picture).find(svg => svg.getBoundingClientRect().width) ?? picture)
    .filter(mark => mark.dataset.of !== "whole").sort((a, b) => a.dataset.x - b.dataset.x);
  let at = -1;
  picture.onkeydown = event => {
    const those = marks(), go = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: those.length - 1 }[event.key];
    if (event.key === "Escape") { at = -1; tell(null); }
    if (go === undefined || !those.length) return;
    event.preventDefault();
    tell(those[at = Math.max(0, Math.min(go, those.length - 1))]);
  };
  picture.onblur = () => { at = -1; tell(null); };
  picture.onpointerleave = () => tell(null);
  picture.onpointermove = event => {
    let near = null, least = 30;
    for (const mark of marks()) {
      const box = mark.getBoundingClientRect();
      const far = Math.hypot(box.left + box.width / 2 - event.clientX, Math.max(0, box.top - event.clientY, event.clientY - box.bottom));
      if (far < least) [near, least] = [mark, far];
    }
    tell(near, event.clientX + 12, event.clientY);
  };
}

// The table behind a chart as a file: exact figures, not those that are rounded for reading.
for (const button of all("button.csv")) button.onclick = () => {
  const rows = all("tr", document.querySelector(`table[data-query="${button.dataset.of}"]`));
  const cell = one => `"${(one.querySelector("data")?.value ?? one.textContent).replaceAll('"', '""')}"`;
  const text = "\ufeff" + rows.map(row => [...row.cells].map(cell).join(",")).join("\r\n") + "\r\n";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = button.dataset.of + ".csv";
  link.click();
  URL.revokeObjectURL(link.href);
};
show();
