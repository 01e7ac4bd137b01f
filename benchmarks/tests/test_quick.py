"""The statements that DuckDB is given alone, and the place of their table."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import quick


def test_statements_come_after_what_they_read() -> None:
    def model(name: str, *reads: str, materialized: str = "table_if_changed") -> dict[str, object]:
        return {
            "resource_type": "model",
            "schema": "marts",
            "alias": name,
            "compiled_code": f"select {name}",
            "language": "sql",
            "depends_on": {"nodes": [f"model.hrss.{one}" for one in reads]},
            "config": {"materialized": materialized},
        }

    nodes = {
        "test.hrss.t": {"resource_type": "test", "compiled_code": "select 0"},
        "model.hrss.c": model("c", "b", "a"),
        "model.hrss.b": model("b", "a", materialized="view_if_changed"),
        "model.hrss.d": model("d", "c", materialized="ephemeral"),
        "model.hrss.a": model("a"),
    }
    assert list(quick.compiled({"nodes": nodes})) == [
        'create or replace table "marts"."a" as select a',
        'create or replace view "marts"."b" as select b',
        'create or replace table "marts"."c" as select c',
        "select 0",
    ]


def test_a_section_takes_the_place_of_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    monkeypatch.setattr(quick, "RESULTS", page)
    page.write_text("# Title\n\n| a |\n\n## Other\n\nold\n", encoding="utf-8")
    quick.put(["## In short", "", "first"])
    assert page.read_text(encoding="utf-8") == "# Title\n\n| a |\n\n## Other\n\nold\n\n## In short\n\nfirst\n"
    page.write_text("# Title\n\n## In short\n\nfirst\n\n## Other\n\nold\n", encoding="utf-8")
    quick.put(["## In short", "", "second"])
    assert page.read_text(encoding="utf-8") == "# Title\n\n## In short\n\nsecond\n\n## Other\n\nold\n"
