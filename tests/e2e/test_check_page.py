"""`hrss check --html`: the verdict as a page that can be sent back; hostile names and cells stay text."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from tests.support.commands import hrss

HEADER = "案号,行政区划代码,受理日期,结案日期,调解结果,调解组织类型,争议类型,涉及劳动者人数\n"
ARBITRATION = "案号,行政区划代码,争议类型,涉及劳动者人数,受理日期,结案日期,结案方式,终局裁决标志,裁决金额\n"
EVIL = "<img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """The tags of a page, those left open, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def check(tmp_path: Path, code: int, **files: str) -> tuple[str, Page, str]:
    """What is said, the page, and its source."""
    paths = []
    for name, text in files.items():
        paths.append(tmp_path / name)
        paths[-1].write_text(text, encoding="utf-8")
    said = hrss("check", *paths, "--html", tmp_path / "page.html", code=code)
    source = (tmp_path / "page.html").read_text(encoding="utf-8")
    return said, Page(source), source


def test_page_says_what_the_text_says(tmp_path: Path) -> None:
    good = HEADER + "A1,420102,2024-03-01,,,,,\n"
    bad = good + "A2,420102,03/04/2024,,,,,\n"
    said, page, _ = check(
        tmp_path,
        2,
        **{
            "劳动人事争议调解案件_武汉市_2024年3月.csv": good,
            "mediation_case__2024-03__420100.csv": bad,
            "figures.csv": bad,
            "arbitration_case__2024-03__420100.csv": ARBITRATION + "A1,420102,1,1,2024-03-01,,,,\n",
        },
    )
    squeezed = re.sub(r"\s+", "", page.text)
    for line in said.splitlines():
        for sentence in re.findall(r"^  (?:\d+\. |提示: |note: )(.*)", line):
            for part in re.split(r" 例: | Like: |(?<=。)|(?<=\.) ", sentence):
                assert re.sub(r"\s+", "", part.strip().removesuffix("。").rstrip(".")) in squeezed, part
    assert squeezed.index("整件退回") < squeezed.index("rejectedwhole"), "Chinese first"
    choices = [attrs for tag, attrs in page.tags if tag == "input"]
    assert [("checked" in one, one["id"]) for one in choices] == [(True, "zh"), (False, "en")], "without any script"
    assert [attrs["lang"] for tag, attrs in page.tags if tag == "main"] == ["zh-CN", "en"]
    assert "可以入库,部分行被退回" in page.text and "good to load" in page.text
    assert "武汉市" in page.text and "Wuhan" in page.text and "劳动人事争议调解案件" in page.text
    assert "没有可选列“" in page.text and "The optional column filed_on is missing" in page.text
    assert not page.open


def test_page_fetches_and_runs_nothing(tmp_path: Path) -> None:
    rows = "".join(f"A{n},420102,2024-03-01,,\n" for n in range(60))
    _, page, source = check(
        tmp_path,
        2,
        **{
            f"{EVIL}.csv": HEADER,
            "<title><script>alert(1)\u202evsc.csv": HEADER,
            "mediation_case__2024-03__420100.csv": f'{HEADER.strip()},"{EVIL}"\n{rows}B,420102,2024-03-01,,{EVIL}\n',
        },
    )
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "form", "base"}
    assert not any(name.startswith("on") or name == "src" for _, attrs in page.tags for name in attrs)
    links = [attrs["href"] or "" for _, attrs in page.tags if "href" in attrs]
    places = {f"#{attrs['id']}" for _, attrs in page.tags if "id" in attrs}
    assert len(links) == 2 * 3 and set(links) <= places, "of the list of contents, within the page"
    assert "default-src 'none'" in source and "url(" not in source and "http://" not in source
    assert EVIL in page.text and EVIL not in source and EVIL in unescape(source)
    assert "\u202e" not in source
    assert not page.open


def test_page_masks_what_the_text_masks(tmp_path: Path) -> None:
    rows = "".join(f"P{n},X{n},420102199001010{n:02d}X,420102,110,2024-03,100\n" for n in range(10, 30))
    header = "payment_no,person_no,id_number,region_code,insurance_type,paid_month,amount\n"
    damaged = "P31,X31,4.20102E+17,420102,110,2024-03,100\n"
    _, page, source = check(tmp_path, 2, **{"pension_payment__2024-03__420100.csv": header + rows + damaged})
    assert "4.20102E+17" not in source and "***" in page.text


def test_page_is_written_where_it_does_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "arbitration"
    folder.mkdir(parents=True)
    file = folder / "mediation_case__2024-03__420100.csv"
    file.write_text(HEADER + "A1,420102,2024-03-01,,,,,\n", encoding="utf-8")
    hrss("check", file, "--html", file, code=64)
    hrss("check", file, "--html", folder / "page.html", code=64)
    assert [path.name for path in folder.iterdir()] == [file.name]
    said = hrss("check", file, "--html", tmp_path / "no" / "page.html", code=1)
    assert "Traceback" not in said and "page.html" in said
    assert "page written" in hrss("check", file, "--html", tmp_path / "page.html")
