"""The pages of a release: every figure that they say is the release's, recomputed here; every query gives its table;
both languages are whole; no other colour, no other place."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from threading import Thread
from urllib.request import Request, urlopen

import duckdb
import pytest

from expectations.suites.subjects import CUBES
from orchestration.dagster_runtime.release_pages import link_to_page
from orchestration.dagster_runtime.web_access import bound
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder
from orchestration.report import tokens
from orchestration.report.build import write_report
from orchestration.report.show import server

PROVINCE = "420000"
COLOURS = {colour.lower() for theme in (tokens.LIGHT, tokens.DARK) for colour in theme.values()}


class Page(HTMLParser):
    """What a page holds: its figures with their series, its queries and their tables, its links, its words by language,
    the marks of its charts."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.figures: list[tuple[str, str, str]] = []
        self.queries: dict[str, str] = {}
        self.tables: dict[str, list[list[str]]] = {}
        self.links: list[str] = []
        self.languages = {"zh-CN": 0, "en": 0}
        self.marks: list[dict[str, str]] = []
        self.charts: list[tuple[str, list[dict[str, str]]]] = []
        self._into: str | None = None
        self._table: str | None = None
        self._cell = False
        self.source = path.read_text("utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "data" and "data-series" in given:
            self.figures.append((given["data-series"], given["value"], ""))
        if tag in ("span", "tspan") and given.get("lang") in self.languages:
            self.languages[given["lang"]] += 1
        if "data-sql" in given:
            self._into = given["data-sql"]
            self.queries[self._into] = ""
        if "data-query" in given:
            self._table = given["data-query"]
            self.tables[self._table] = []
            if self.marks:
                self.charts.append((self._table, self.marks))
                self.marks = []
        if self._table and tag == "tr":
            self.tables[self._table].append([])
        if self._table and tag == "td":
            self.tables[self._table][-1].append("")
            self._cell = True
        if self._table and self._cell and tag == "data":
            self.tables[self._table][-1][-1] = given["value"]
            self._cell = False
        if tag == "a":
            self.links.append(given["href"])
        if given.get("class") == "mark":
            self.marks.append(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._into = None
        if tag == "table":
            self._table = None
        if tag == "td":
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._into:
            self.queries[self._into] += data
        if self._table and self._cell:
            self.tables[self._table][-1][-1] += data


@pytest.fixture(scope="module")
def release(good_home: Path) -> Path:
    return (good_home / "published" / "current").resolve()


@pytest.fixture(scope="module")
def marts(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_release(release / "marts.duckdb") as connection:
        yield connection


@pytest.fixture(scope="module")
def pages(release: Path) -> dict[str, Page]:
    report = release / "report"
    return {path.relative_to(report).as_posix(): Page(path) for path in sorted(report.rglob("*.html"))}


def test_there_is_a_page_for_each_indicator_unit_and_group(
    pages: dict[str, Page], marts: duckdb.DuckDBPyConnection
) -> None:
    indicators = marts.execute("select indicator_id from dim_plan_indicator where plan_id = '145'").fetchall()
    regions = marts.execute("select region_code from dim_region where level in ('prefecture', 'city_group')").fetchall()
    assert len(indicators) == 19 and len(regions) == 20
    assert set(pages) == {
        *("index.html", "tasks.html", "systems.html", "quality.html", "change.html"),
        *(f"indicator/{one}.html" for (one,) in indicators),
        *(f"unit/{one}.html" for (one,) in regions),
    }


def test_links_lead_to_what_is_in_the_release(release: Path, pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for link in page.links:
            assert ":" not in link, (name, link)
            if not link.startswith("#"):
                assert ((release / "report" / name).parent / link.partition("#")[0]).resolve().is_file(), (name, link)


def test_pages_name_no_other_place_and_no_other_colour(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        text = re.sub(r"<pre.*?</pre>", "", page.source, flags=re.S)
        assert not re.search(r"https?://(?!www\.w3\.org/)", text), name
        assert {one.lower() for one in re.findall(r"#[0-9a-fA-F]{6}\b", text)} <= COLOURS, name
        assert not re.search(r"\b(?:rgb|hsl)a?\(", text), name
        assert not re.search(r"<(?:img|iframe|link|form|object)\b|\son\w+=", text), name
        assert "default-src 'none'" in text, name


def test_both_languages_are_whole(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert page.languages["zh-CN"] == page.languages["en"] > 10, name
        assert not re.search(r'<span lang="(?:zh-CN|en)">\s*</span>', page.source), name


def test_the_pages_are_small(release: Path) -> None:
    assert sum(path.stat().st_size for path in (release / "report").rglob("*") if path.is_file()) < 12_000_000


def one(marts: duckdb.DuckDBPyConnection, query: str, *values: object) -> float | None:
    (found,) = marts.execute(query, values).fetchall()
    return None if found[0] is None else float(found[0])


def of_value(column: str) -> Callable[..., float | None]:
    query = f"select {column} from fct_indicator_value where series_id = ? and period_end = ?"
    return lambda marts, series, end: one(marts, query, series, end)


def of_progress(expression: str) -> Callable[..., float | None]:
    query = f"""
        select {expression} from fct_plan_progress left join fct_plan_path as path
            using (plan_id, indicator_id, region_code, period_end)
        where plan_id = '145' and indicator_id = ? and region_code = ? and period_end = ?
    """
    return lambda marts, *key: one(marts, query, *key)


def of_growth(column: str) -> Callable[..., float | None]:
    query = f"""
        select abs({column}) from fct_indicator_growth
        where indicator_id = ? and region_code = ? and period_end = ? and period_type = 'year'
    """
    return lambda marts, *key: one(marts, query, *key)


JUDGED = """
    select {what} from fct_plan_progress as progress
    left join fct_plan_path as path using (plan_id, indicator_id, region_code, period_end)
    inner join dim_region using (region_code)
    where plan_id = '145' and {where} and progress.actual is not null and progress.target is not null
        and not progress.is_suppressed and coalesce(path.status_by_path, '') <> 'too_uncertain'
        and exists (
            from fct_plan_progress as province
            where province.plan_id = '145' and province.indicator_id = progress.indicator_id
                and province.region_code = '420000' and province.period_end = progress.period_end
                and province.actual is not null
        )
        and progress.period_end = (
            select max(period_end) from fct_plan_progress as newest
            where newest.plan_id = '145' and newest.indicator_id = progress.indicator_id
                and newest.region_code = '420000' and newest.actual is not null
        )
"""


def of_units(condition: str) -> Callable[..., float | None]:
    query = JUDGED.format(
        what=f"count(*) filter (where {condition})", where="indicator_id = ? and level = 'prefecture'"
    )
    return lambda marts, indicator, _: one(marts, query, indicator)


def of_region(condition: str) -> Callable[..., float | None]:
    query = JUDGED.format(what=f"count(*) filter (where {condition})", where="region_code = ?")
    return lambda marts, region, _: one(marts, query, region)


def of_all(query: str) -> Callable[..., float | None]:
    return lambda marts, *_: one(marts, query)


def of_row(table: str, expression: str, *key: str, where: str = "true") -> Callable[..., float | None]:
    """A figure of the row with this key."""
    query = f"select {expression} from {table} where {where} and {' and '.join(f'{column} = ?' for column in key)}"
    return lambda marts, *values: one(marts, query, *values)


def of_market(expression: str) -> Callable[..., float | None]:
    where = "industry_section = '*' and occupation_group = '*'"
    return of_row("fct_market_supply_demand", expression, "region_code", "period_end", where=where)


def of_answers(expression: str) -> Callable[..., float | None]:
    key = ("question", "region_code", "period_end")
    return of_row("fct_market_sentiment", expression, *key, where="size_class = '*'")


def of_labour(expression: str) -> Callable[..., float | None]:
    return of_row("fct_labour_risk", expression, "region_code", "industry_code", "period_end")


def of_credit(expression: str) -> Callable[..., float | None]:
    return of_row("fct_employer_credit", expression, "region_code", "grade", "period_end")


def of_index(expression: str, form: str = "index") -> Callable[..., float | None]:
    where = f"form = '{form}' and aggregation = 'arithmetic' and period_type = 'quarter'"
    return of_row("fct_composite_index", expression, "index_id", "region_code", "period_end", where=where)


def of_part(expression: str) -> Callable[..., float | None]:
    key = ("index_id", "component_id", "region_code", "period_end")
    return of_row("fct_index_component", expression, *key, where="period_type = 'quarter'")


def of_cube(expression: str) -> Callable[..., float | None]:
    """A figure of the province's row of a subject cube over one dimension, or none."""

    def found(marts: duckdb.DuckDBPyConnection, subject: str, dimension: str, code: str, end: str) -> float | None:
        table = f"fct_subject_{subject}"
        values = " and ".join(f"{name} = '{code if name == dimension else '*'}'" for name in CUBES[subject])
        alone = " and ".join(f"whole.{name} = '*'" for name in CUBES[subject])
        return one(
            marts,
            f"select (select {expression} from {table} as whole where region_code = '420000' and {alone}"
            f" and whole.period_end = cube.period_end) from {table} as cube"
            f" where region_code = '420000' and {values} and period_end = ?",
            end,
        )

    return found


MISSED = "progress.status in ('at_risk', 'off_track')"
RECOMPUTED: dict[str, Callable[..., float | None]] = {
    "subject_n": of_cube("cube.n"),
    "subject_share": of_cube("100 * cube.n / whole.n"),
    "value": of_value("value"),
    "labour_employers": of_labour("employers"),
    "labour_high": of_labour("employers_high"),
    "labour_persons": of_labour("arrears_persons"),
    "labour_yuan": of_labour("arrears_yuan"),
    "credit_employers": of_credit("employers"),
    "credit_rated_share": of_credit("100.0 * employers / supervised"),
    "credit_published": of_credit("published"),
    "credit_repaired": of_credit("repaired"),
    "credit_case_share": of_credit("100.0 * with_case / employers"),
    "units_received": of_value("reporting_units_received"),
    "units_expected": of_value("reporting_units_expected"),
    "gap": lambda marts, series, end: one(
        marts,
        """
        select abs(value - target) from fct_indicator_value
        inner join dim_plan_indicator using (indicator_id)
        where plan_id = '145' and series_id = ? and period_end = ?
        """,
        series,
        end,
    ),
    "actual": of_progress("fct_plan_progress.actual"),
    "target": of_progress("fct_plan_progress.target"),
    "expected": of_progress("path.expected_value"),
    "done": of_progress("fct_plan_progress.actual / fct_plan_progress.target"),
    "change_yoy": of_growth("change_yoy"),
    "change_yoy_pct": of_growth("change_yoy_pct"),
    "standard_error": of_growth("standard_error"),
    "county": of_growth("value"),
    "units_judged": of_units("true"),
    "units_met": of_units("progress.status = 'met'"),
    "units_good": of_units("progress.status in ('met', 'on_track')"),
    "judged": of_region("true"),
    "met": of_region("progress.status = 'met'"),
    "missed": of_region(MISSED),
    "count": lambda marts, status, *_: one(
        marts,
        f"""
        select count(*) filter (where coalesce(judged.status, 'no_data') = ?)
        from dim_plan_indicator as planned
        left join ({JUDGED.format(what="indicator_id, progress.status", where="region_code = '420000'")}) as judged
            using (indicator_id)
        where plan_id = '145' and regexp_full_match(seq, '[0-9]+')
        """,
        status,
    ),
    "gate": lambda marts, severity: one(
        marts, "select count(*) from fct_quality_result where not success and severity = ?", severity
    ),
    "climate_index": of_row("fct_climate_index", "index_value", "region_code", "period_end"),
    "climate_contribution": of_row("fct_climate_component", "contribution", "component", "region_code", "period_end"),
    "composite_index": of_index("value"),
    "composite_change": of_index("change_yoy"),
    "composite_rank": of_index("rank"),
    "composite_keeps": of_index("keeps_rank_share"),
    "composite_score": of_index("value", form="score"),
    "index_value": of_part("value"),
    "index_weight": of_part("weight"),
    "index_contribution": of_part("contribution"),
    "index_contribution_change": of_part("contribution_change"),
    "market_ratio": of_market("ratio"),
    "market_vacancies": of_market("vacancies"),
    "market_seekers": of_market("seekers"),
    "sentiment_answers": of_answers("answers"),
    "sentiment_index": of_answers("share_up + share_same / 2"),
    "sentiment_balance": of_answers("share_up - share_down"),
    **{
        f"crosswalk_{name}": of_row("fct_crosswalk_coverage", expression, "source_pair", "region_code", "period_end")
        for name, expression in {
            "persons_a": "in_both + only_a",
            "in_both": "persons_a - only_a",
            "share": "100 * in_both / persons_a",
            "only_a": "persons_a - in_both",
            "only_a_share": "100 * only_a / persons_a",
            "probable": "probable",
        }.items()
    },
    **{
        f"supervision_{column}": of_row("fct_fund_supervision", column, "rule", "region_code", "period_end")
        for column in ("examined", "found", "persons", "amount_at_risk")
    },
    "supervision_precision": lambda marts, *key: one(
        marts,
        """
        select 100 * sum(confirmed) / sum(confirmed + explained) from fct_fund_supervision
        where rule = ? and region_code = ?
        """,
        *key,
    ),
    **{
        f"warning_{figure}": of_row("fct_warning_signal", figure, "signal_id", "region_code", "period_end")
        for figure in ("x", "b", "z")
    },
    **{
        f"warning_{column}": of_row("fct_warning_backtest", column, "signal_id", where="threshold = 'orange'")
        for column in ("hits", "misses", "false_alarms", "months_judged")
    },
    "warning_lead": of_row("fct_warning_backtest", "lead_months_median", "signal_id", where="threshold = 'orange'"),
    "warning_units": lambda marts, level, end: one(
        marts,
        """
        select count(*) from fct_early_warning as warned inner join dim_region as region using (region_code)
        where warned.level = ? and period_end = ? and region.level = 'prefecture'
        """,
        level,
        end,
    ),
    "overdue": of_all("select count(*) from v_overdue"),
    "tasks": lambda marts, which: one(
        marts,
        """
        select count(*) filter (where ? or status in ('met', 'met_late', 'on_track')) from (
            from fct_plan_task where plan_id = '145'
            qualify row_number() over (partition by task_id order by "window" = 'plan' desc, due_on desc) = 1
        )
        """,
        which == "all",
    ),
}
"""How a figure is found again, by what the page says that it is."""

GROWTH = ("change_yoy", "change_yoy_pct", "composite_change", "composite_keeps", "index_contribution_change")
UNDER_WAY = ("expected", "units_good")
OF_CASES = ("supervision_precision",)
NOT_IN_SMALL = ("climate", "market", "sentiment", "credit")
SYSTEMS = tuple(measure for measure in RECOMPUTED if measure.partition("_")[0] in NOT_IN_SMALL)
WARNED = ("warning_x", "warning_b", "warning_z", "warning_lead")
COMPARED = tuple(measure for measure in RECOMPUTED if measure.startswith("crosswalk_"))
"""Said of releases that the small sample does not make: see `OTHERWISE`."""


def recomputed(pages: dict[str, Page], marts: duckdb.DuckDBPyConnection) -> dict[str, float | None]:
    """Every figure of every sentence, found again in the marts by what the page says that it is; they are the same."""
    known: dict[str, float | None] = {}
    for name, page in pages.items():
        for series, value, _ in page.figures:
            if series not in known:
                measure, *key = series.split("/")
                known[series] = RECOMPUTED[measure](marts, *key)
            found = known[series]
            assert found is not None and math.isclose(float(value), found, rel_tol=1e-12), (name, series, value, found)
    return known


def measures(known: Iterable[str]) -> set[str]:
    return {series.partition("/")[0] for series in known}


def test_every_figure_of_every_sentence_is_the_releases(
    pages: dict[str, Page], marts: duckdb.DuckDBPyConnection
) -> None:
    known = recomputed(pages, marts)
    assert len(known) > 300
    assert measures(known) == set(RECOMPUTED) - {*GROWTH, *UNDER_WAY, *SYSTEMS, *OF_CASES, *WARNED, *COMPARED}


def _same(shown: str, value: object) -> bool:
    if value is None:
        return shown == ""
    return (
        float(shown) == value
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else shown == str(value)
    )


def test_every_query_gives_the_rows_of_its_table(pages: dict[str, Page], marts: duckdb.DuckDBPyConnection) -> None:
    seen = 0
    for name, page in pages.items():
        for query, sql in page.queries.items():
            if query not in page.tables:
                marts.execute(f"explain {sql}")
                continue
            rows = marts.execute(sql).fetchall()
            shown = [row for row in page.tables[query] if row]
            assert len(rows) == len(shown) > 0, (name, query)
            for row, cells in zip(rows, shown, strict=True):
                assert all(_same(cell, value) for cell, value in zip(cells, row, strict=True)), (
                    name,
                    query,
                    row,
                    cells,
                )
            seen += 1
    assert seen > 60


def test_every_mark_of_a_chart_is_a_figure_of_its_table(pages: dict[str, Page]) -> None:
    marks = 0
    for name, page in pages.items():
        for table, drawn in page.charts:
            figures = {cell for row in page.tables[table] for cell in row}
            for mark in drawn:
                assert mark["data-y"] in figures, (name, table, mark)
                marks += 1
            if table.endswith(".trend"):
                years = {row[0][:4]: row[1] for row in page.tables[table] if row}
                actual = {mark["data-x"][:4]: mark["data-y"] for mark in drawn if mark["data-of"] == "actual"}
                assert actual == {year: value for year, value in years.items() if value}, (name, table)
    assert marks > 500


def changed(release: Path, folder: Path, *statements: str) -> ReleaseFolder:
    """A copy of a release's database after some statements, no pages beside it yet."""
    copy = ReleaseFolder(folder / "20990101-01")
    copy.path.mkdir()
    shutil.copy(release / "marts.duckdb", copy.marts)
    copy.marts.chmod(0o644)
    with duckdb.connect(str(copy.marts)) as marts:
        for statement in statements:
            marts.execute(statement)
    return copy


def pages_of(folder: ReleaseFolder) -> dict[str, Page]:
    write_report(folder)
    return {path.relative_to(folder.report).as_posix(): Page(path) for path in folder.report.rglob("*.html")}


FIGURES = (
    *("fct_plan_progress", "fct_plan_path", "fct_plan_forecast", "fct_indicator_value", "fct_indicator_growth"),
    *("fct_reporting_completeness", "fct_dispute_month"),
)
OTHERWISE = {
    "under way": (
        *(f"delete from {table} where period_end > date '2025-11-30'" for table in FIGURES),
        "update release set as_of = date '2025-12-30'",
    ),
    "with what the small sample has not": (
        """
        update fct_indicator_growth
        set change_yoy = -1.25, change_yoy_pct = case when indicator_id = 'urban_new_employment' then -3.5 end
        where region_code = '420000' and period_type = 'year'
        """,
        "update fct_composite_index set change_yoy = -1.25, keeps_rank_share = 0.71",
        "update fct_index_component set contribution_change = -0.75",
        """
        update fct_crosswalk_coverage
        set persons_a = 1000, persons_b = 940, in_both = 900, share = 90, only_a = 100, only_a_share = 10, probable = 7,
            missing = null
        where region_code = '429021'
        """,
        """
        insert into fct_market_supply_demand by name
        select region_code, date '2025-12-31' as period_end, '*' as industry_section, '*' as occupation_group,
            1300e0 as vacancies, 1000e0 as seekers, 1.3e0 as ratio, 'final' as maturity
        from dim_region where level in ('province', 'prefecture')
        """,
        """
        insert into fct_climate_component by name
        select region_code, date '2025-12-31' as period_end, component, value, base_value, weight,
            value / base_value as relative, weight * ln(value / base_value) as contribution, 'final' as maturity
        from dim_region cross join (values ('ratio', 1.3e0, 1.45e0, 0.4e0), ('vacancies', 105e0, 100e0, 0.2e0),
            ('new_employment', 98e0, 100e0, 0.2e0), ('unemployed', 110e0, 100e0, -0.2e0)
        ) as made_of (component, value, base_value, weight)
        where level in ('province', 'prefecture')
        """,
        """
        insert into fct_climate_index by name
        select region_code, period_end, 2021 as base_year, 100 * exp(sum(contribution)) as index_value,
            if(region_code = '420200', null, 'cool') as light, region_code = '420200' as too_uncertain,
            'final' as maturity
        from fct_climate_component group by all
        union all by name
        select '420000' as region_code, date '2025-09-30' as period_end, 2021 as base_year, 101.5e0 as index_value,
            'stable' as light, false as too_uncertain, 'provisional' as maturity
        """,
        """
        insert into fct_market_sentiment by name
        select '420000' as region_code, date '2025-12-31' as period_end, question, '*' as size_class,
            200 as answers, 20e0 as share_up, 30e0 as share_same, 50e0 as share_down, 35e0 as diffusion_index,
            -30e0 as balance, 'final' as maturity
        from (values ('1'), ('2'), ('3'), ('4')) as asked (question)
        """,
        """
        insert into fct_employer_credit by name
        select region_code, date '2025-12-31' as period_end, '*' as grade, 90 as employers, 120 as supervised,
            75e0 as rated_share, 60 as published, 5 as repaired, 9 as with_case, 10e0 as case_share,
            'final' as maturity, false as is_suppressed
        from dim_region where level in ('province', 'prefecture')
        """,
        "update fct_warning_signal set x = 2000, b = 1750, z = 5, level = 'red', reason_zh = '高', reason_en = 'high'"
        " where signal_id = 'new_unemployed'",
        "update fct_early_warning set level = 'red', since = period_end, responses = 0 where region_code = '420100'",
        "update fct_warning_backtest set hits = 1, lead_months_median = 2",
    ),
    "nothing known": tuple(
        f"delete from {table}" for table in (*FIGURES, "fct_plan_task", "fct_data_doubt", "fct_landing_receipt")
    ),
}
"""The release as it would be read at another time, or of other data."""
SAID = {
    "under way": UNDER_WAY,
    "with what the small sample has not": (*GROWTH, *COMPARED, *SYSTEMS, *WARNED),
    "nothing known": (),
}


@pytest.mark.parametrize("which", OTHERWISE)
def test_other_releases_have_their_pages_too(release: Path, tmp_path: Path, which: str) -> None:
    folder = changed(release, tmp_path, *OTHERWISE[which])
    pages = pages_of(folder)
    assert len(pages) == 5 + 19 + 20
    seen = re.sub(r"<(style|script|pre).*?</\1>", "", "".join(page.source for page in pages.values()), flags=re.S)
    assert not re.search(r"\b(?:nan|inf|undefined)\b|>None<|\bNone(?:%|[^\x00-\x7f])", seen, flags=re.I)
    assert ("规划时间过去" in seen) == (which == "under way")
    with open_release(folder.marts) as marts:
        assert measures(recomputed(pages, marts)) >= set(SAID[which])


def test_what_nobody_delivers_is_empty_not_connected_and_not_late(
    pages: dict[str, Page], marts: duckdb.DuckDBPyConnection
) -> None:
    for table in ("fct_market_supply_demand", "fct_market_sentiment", "fct_climate_index", "fct_climate_component"):
        assert marts.execute(f"select count(*) from {table}").fetchone() == (0,), table
    expected = "select count(*) from fct_reporting_completeness where starts_with(extract, 'market_')"
    assert marts.execute(expected).fetchone() == (0,)
    assert re.search(
        r'id="climate">\s*<h2>.*?</h2>\s*<p class="note">[^\n]*未接入[^\n]*</p>\s*</section>',
        pages["systems.html"].source,
    )


def test_what_shows_the_same_is_linked_and_what_does_not_is_written_again(release: Path, tmp_path: Path) -> None:
    again = changed(
        release,
        tmp_path,
        "update fct_indicator_growth set quality_grade = 'C' where indicator_id = 'postdoc_annual_intake'"
        " and region_code = '420000' and period_type = 'year'",
    )
    linked = write_report(again, ReleaseFolder(release))
    files = {path.relative_to(again.path).as_posix(): path for path in again.report.rglob("*") if path.is_file()}
    written = set(files) - set(linked)
    assert written == {"report/indicator/postdoc_annual_intake.html"}
    assert all(files[name].samefile(release / name) for name in linked)
    assert set(linked.values()) == {release.name}


def test_pages_are_served_to_this_machine_and_nothing_else_is(release: Path) -> None:
    with bound(0) as own:
        own.listen()  # so that no request comes too early
        served = server(release.parent)
        thread = Thread(target=served.run, args=([own],))
        thread.start()
        address, port = own.getsockname()
        where = f"http://{address}:{port}"
        assert address == "127.0.0.1"
        try:
            for page in ("report/index.html", "report/fonts/NotoSansSC-Bold.woff2", "quality.html"):
                with urlopen(f"{where}/{link_to_page(release.name, page)}") as answer:
                    assert answer.read() == (release / page).read_bytes()
            for page, host, status in (
                ("marts.duckdb", None, "404"),
                ("report/", None, "404"),
                ("report/index.html", "evil.example:80", "400"),
            ):
                request = Request(f"{where}/{link_to_page(release.name, page)}", headers={"Host": host} if host else {})
                with pytest.raises(OSError, match=status):
                    urlopen(request)
        finally:
            served.should_exit = True
            thread.join()
