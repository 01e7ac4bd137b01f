"""What a column is made of, by hand for each way in which SQL makes one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.dbt_build.lineage import ROWS, Lineage, Made, lineage_of

COLUMNS = {"cases": ["id", "region", "opened", "closed", "weight"], "regions": ["region", "parent", "level"]}


def lineage(tmp_path: Path, **models: str) -> Lineage:
    """The lineage of models over two landed tables; each may read those before it."""
    nodes = {
        f"model.hrss.{name}": {
            "resource_type": "model",
            "schema": "marts",
            "name": name,
            "compiled_code": sql,
            "depends_on": {"nodes": [f"model.hrss.{other}" for other in models if other != name and other in sql]},
        }
        for name, sql in models.items()
    }
    sources = {
        name: {"resource_type": "source", "schema": "landed", "name": name, "columns": dict.fromkeys(columns)}
        for name, columns in COLUMNS.items()
    }
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"nodes": nodes, "sources": sources}))
    return lineage_of(manifest)


def said(made: Made) -> tuple[str, str]:
    def names(refs: frozenset[tuple[str, str]]) -> str:
        return " ".join(sorted(f"{relation.removeprefix('landed.')}.{column}" for relation, column in refs))

    return names(made.taken), names(made.decided)


@pytest.mark.parametrize(
    ("sql", "taken", "decided"),
    [
        ("select opened as x from landed.cases", "cases.opened", ""),
        ("select 1 as x from landed.cases", "", ""),
        (
            "select coalesce(closed, opened) + weight as x from landed.cases where id > 1",
            "cases.closed cases.opened cases.weight",
            "",
        ),
        (
            "select case when closed is null then opened else weight end as x from landed.cases",
            "cases.opened cases.weight",
            "cases.closed",
        ),
        ("select case region when 'a' then opened end as x from landed.cases", "cases.opened", "cases.region"),
        ("select count(*) as x from landed.cases where closed is not null", "cases.*", "cases.closed"),
        ("select sum(one) as x from (select 1 as one from landed.cases where id = 2)", "cases.*", "cases.id"),
        ("select sum(weight) as x from landed.cases where id = 2 group by region", "cases.weight", "cases.id"),
        ("select sum(weight) filter (where id = 2) as x from landed.cases", "cases.weight", "cases.id"),
        (
            "select row_number() over (partition by region order by opened) as x from landed.cases",
            "",
            "cases.opened cases.region",
        ),
        (
            "select c.opened as x from landed.cases c join landed.regions r on c.region = r.region",
            "cases.opened",
            "",
        ),
        (
            "select count(*) as x from landed.cases c join landed.regions r using (region)",
            "cases.*",
            "cases.region regions.* regions.region",
        ),
        (
            "with a as (select * from landed.cases), b as (select * exclude (id) from a) select opened as x from b",
            "cases.opened",
            "",
        ),
        (
            "select opened as x, id as y from landed.cases union all select closed, weight from landed.cases",
            "cases.closed cases.opened",
            "",
        ),
        (
            "select (select max(level) from landed.regions r where r.region = c.region) as x from landed.cases c",
            "regions.level",
            "cases.region regions.region",
        ),
        ("select unnest([opened, closed]) as x from landed.cases", "cases.closed cases.opened", ""),
        ('select "warehouse"."landed"."cases"."opened" as x from "warehouse"."landed"."cases"', "cases.opened", ""),
    ],
)
def test_a_column_is_made_of(tmp_path: Path, sql: str, taken: str, decided: str) -> None:
    assert said(lineage(tmp_path, model=sql).origins(("marts.model", "x"))) == (taken, decided)


def test_lineage_goes_through_models(tmp_path: Path) -> None:
    found = lineage(
        tmp_path,
        zulu="select region, count(*) as cases from landed.cases where closed is null group by region",
        alpha="select r.parent, sum(z.cases) as x, count(*) as y from marts.zulu z"
        " join landed.regions r on z.region = r.region group by r.parent",
    )
    assert said(found.steps["marts.alpha"]["x"]) == ("marts.zulu.cases", "marts.zulu.region regions.* regions.region")
    assert said(found.origins(("marts.alpha", "x")))[0] == "cases.*"
    assert "cases.closed" in said(found.origins(("marts.alpha", "x")))[1]
    assert said(found.origins(("marts.alpha", "y")))[0] == "cases.*", "its rows are those of what it reads"
    assert found.origins(("landed.cases", "id")) == Made(frozenset({("landed.cases", "id")}))


def test_a_model_that_reads_itself_is_not_made_of_itself(tmp_path: Path) -> None:
    found = lineage(
        tmp_path, model="select opened as x from landed.cases union all select x from marts.model where x > 1"
    )
    assert said(found.origins(("marts.model", "x"))) == ("cases.opened", "")
    assert said(found.origins(("marts.model", ROWS)))[0] == "cases.*"


def test_it_is_worked_out_once_for_the_same_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "select opened as x from landed.cases"
    first = lineage(tmp_path, model=sql)
    kept = (tmp_path / "lineage.json").read_bytes()
    assert lineage(tmp_path, model=sql) == first
    assert (tmp_path / "lineage.json").read_bytes() == kept
    assert said(lineage(tmp_path, model="select closed as x from landed.cases").origins(("marts.model", "x")))[0] == (
        "cases.closed"
    )


def test_a_model_that_was_not_compiled_is_an_error(tmp_path: Path) -> None:
    node = {"resource_type": "model", "schema": "marts", "name": "a", "depends_on": {"nodes": []}}
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": {"model.hrss.a": node}, "sources": {}}))
    with pytest.raises(KeyError, match="compiled_code"):
        lineage_of(tmp_path / "manifest.json")


def test_a_model_in_python_is_made_of_all_that_it_reads(tmp_path: Path) -> None:
    """Of its columns, described by hand, none can be told apart; what reads it is followed through."""
    lineage(tmp_path, first="select opened as x, closed as y from landed.cases")
    manifest = tmp_path / "manifest.json"
    content = json.loads(manifest.read_text())
    made = {"resource_type": "model", "schema": "marts", "name": "made", "language": "python", "compiled_code": "def"}
    made |= {"columns": {"z": {}}, "depends_on": {"nodes": ["model.hrss.first"]}}
    read = {"resource_type": "model", "schema": "marts", "name": "read", "language": "sql"}
    read |= {"compiled_code": "select z + 1 as x from marts.made", "depends_on": {"nodes": ["model.hrss.made"]}}
    content["nodes"] |= {"model.hrss.made": made, "model.hrss.read": read}
    manifest.write_text(json.dumps(content))
    assert said(lineage_of(manifest).origins(("marts.read", "x"))) == ("cases.* cases.closed cases.opened", "")
