"""Five of the guide's questions with charts, as a marimo notebook. The queries are those of the guide."""

import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    import pathlib
    import re
    import textwrap

    import altair as alt
    import duckdb
    import marimo as mo

    return alt, duckdb, mo, pathlib, re, textwrap


@app.cell
def _(duckdb, mo, pathlib, re, textwrap):
    chosen = mo.cli_args()
    language = chosen.get("language") or "zh"
    release = duckdb.connect(str(chosen.get("release") or "data/published/current/marts.duckdb"), read_only=True)

    def words(zh, en):
        """In the language that was chosen."""
        return {"zh": zh, "en": en}[language]

    def ask(number):
        """The guide's query of a question, and its rows."""
        page = "README.md" if language == "en" else "README.zh-CN.md"
        text = (pathlib.Path(__file__).parent / page).read_text(encoding="utf-8")
        query = re.search(rf"^{number}\. [^\n]+\n\n   ```sql\n(.*?)   ```$", text, re.MULTILINE | re.DOTALL)[1]
        query = textwrap.dedent(query).strip()
        return query, release.sql(query).df()

    def shown(query, chart):
        """The chart above the query that it is of."""
        return mo.vstack([chart, mo.md(f"```sql\n{query}\n```")])

    region, period = f"region_{language}", f"period_{language}"
    is_synthetic = release.sql("select bool_or(is_synthetic) from release").fetchone()[0]
    return ask, chosen, is_synthetic, period, region, shown, words


@app.cell
def _(is_synthetic, mo, words):
    label = words("合成数据,非真实统计", "Synthetic data, not real statistics") if is_synthetic else ""
    heading = words("指南中的五个问题", "Five questions of the guide")
    mo.md(f"# {heading}\n\n**{label}**")
    return


@app.cell
def _(alt, ask, period, shown, words):
    series_query, series = ask(2)
    columns = {"value": words("当月", "month"), "value_a_year_before": words("上年同月", "a year before")}
    monthly = (
        alt.Chart(series.rename(columns=columns), title=words("城镇新增就业", "New urban jobs"), width=560)
        .transform_fold(list(columns.values()), as_=["line", "jobs"])
        .mark_line(point=True)
        .encode(
            alt.X(f"{period}:O", sort=None, title=None, axis=alt.Axis(labelOverlap="greedy", labelSeparation=12)),
            alt.Y("jobs:Q", title=words("万人", "10k persons")),
            color=alt.Color("line:N", title=None),
            strokeDash="line:N",
        )
    )
    shown(series_query, monthly)
    return monthly, series


@app.cell
def _(alt, ask, region, shown, words):
    ranking_query, ranking = ask(3)
    ranked = (
        alt.Chart(ranking, title=words("高技能人才:各市州位次", "High-skilled talent: units ranked"))
        .mark_bar()
        .encode(alt.X("value:Q", title=words("万人", "10k persons")), alt.Y(f"{region}:N", sort=None, title=None))
    )
    shown(ranking_query, ranked)
    return ranked, ranking


@app.cell
def _(alt, ask, region, shown, words):
    certificates_query, certificates = ask(9)
    per_head = (
        alt.Chart(certificates, title=words("每万人取得职业技能证书", "Skill certificates per 10,000 residents"))
        .mark_bar()
        .encode(alt.X("per_10000_residents:Q", title=None), alt.Y(f"{region}:N", sort=None, title=None))
    )
    shown(certificates_query, per_head)
    return certificates, per_head


@app.cell
def _(alt, ask, period, shown, words):
    quarters_query, quarters = ask(10)
    base = alt.Chart(quarters, title=words("城镇新增就业:逐季与目标", "New urban jobs: by quarter, against the target"))
    reached = base.mark_bar().encode(alt.X(f"{period}:N", sort=None, title=None), alt.Y("actual:Q", title=None))
    target = base.mark_rule(strokeDash=[6, 4]).encode(y="max(target):Q")
    against_target = reached + target
    shown(quarters_query, against_target)
    return against_target, quarters


@app.cell
def _(alt, ask, region, shown, words):
    distance_query, distances = ask(18)
    distance = (
        alt.Chart(distances, title=words("基本养老参保率与目标的距离", "Pension coverage: distance to the target"))
        .mark_bar()
        .encode(
            alt.X("distance_to_target:Q", title=words("百分点", "points")),
            alt.Y(f"{region}:N", sort=None, title=None),
            color=alt.condition("datum.distance_to_target < 0", alt.value("#BD7B00"), alt.value("#0B5A8A")),
        )
    )
    shown(distance_query, distance)
    return distance, distances


@app.cell
def _(against_target, chosen, distance, monthly, pathlib, per_head, ranked):
    if chosen.get("save"):
        folder = pathlib.Path(str(chosen.get("save")))
        folder.mkdir(parents=True, exist_ok=True)
        for number, chart in {2: monthly, 3: ranked, 9: per_head, 10: against_target, 18: distance}.items():
            chart.save(folder / f"{number}.svg")
    return


if __name__ == "__main__":
    app.run()
