"""Why a release differs from the one before, through the command line: causes that dbt recomputes step by step, notes
in both languages, the comparison on the terminal and as a page; and what stood before, also without the old folder."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration.figure.query import open_release
from orchestration.pipeline.triggers import pending_triggers
from orchestration.settings import Settings
from tests.conftest import AS_OF
from tests.support.commands import hrss
from tests.support.inbox import revise_contracts

SHENNONGJIA = "429021"


def shares(home: Path) -> dict[str, set[str]]:
    """The causes of the current release's changes, and the dumps they name."""
    with open_release(home / "published/current/marts.duckdb") as release:
        rows = release.execute(
            "select cause, dumps from fct_indicator_change where release_id = (select max(release_id) from release)"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for cause, dumps in rows:
        found.setdefault(cause, set()).update(dumps)
    return found


def assert_changes_are_told_by_name(home: Path, dumps: set[str]) -> None:
    """The view has a row for each value that Wuhan's revision has changed."""
    with open_release(home / "published/current/marts.duckdb") as release:
        relation = release.sql("from v_change")
        rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
        counted = release.execute(
            "select count(distinct (indicator_id, region_code, period_type, period_end)) from fct_indicator_change"
        ).fetchone()
    assert counted == (len(rows),)
    assert {(one["indicator_en"], one["causes_zh"], one["causes_en"]) for one in rows} == {
        ("Enterprise labour contract signing rate", "修订", "revised dumps")
    }
    for one in rows:
        assert set(one["dumps"]) == dumps and not one["is_withheld"] and one["withheld_en"] is None
        assert one["difference"] == one["new_value"] - one["old_value"] < 0
    (wuhan,) = (one for one in rows if one["region_en"] == "Wuhan" and one["period_en"] == "Q4 2025")
    assert wuhan["new_value"] == pytest.approx(0.9 * wuhan["old_value"], rel=0.01)


def test_a_revision_and_then_several_causes_at_once(good_home: Path, second_night: Path, tmp_path: Path) -> None:
    before = (good_home / "published/current").resolve()
    first = before.name
    assert "the first release" in (before / "release_notes.en.md").read_text(encoding="utf-8")
    own, landing = (
        Path(shutil.copytree(second_night / name, tmp_path / name, symlinks=True)) for name in ("home", "landing")
    )
    second = (own / "published/current").resolve()
    found = shares(own)
    assert set(found) == {"revised"} and len(found["revised"]) == 1
    assert_changes_are_told_by_name(own, found["revised"])
    for language, revised in (("zh", "修订"), ("en", "revised dumps")):
        notes = (second / f"release_notes.{language}.md").read_text(encoding="utf-8")
        assert revised in notes and first in notes and found["revised"] & set(re.findall("[0-9a-f]{16}", notes))
    said = hrss("diff", "--home", own)
    assert f"{first} → {second.name}" in said and "修订 revised dumps" in said
    assert hrss("diff", first, second.name, "--home", own) == said
    page = tmp_path / "diff.html"
    hrss("diff", "--home", own, "--html", page)
    html = page.read_text(encoding="utf-8")
    assert "变动原因" in html and "Why values changed" in html and not re.search('src=|href="[^#]', html)
    assert "There is no release" in hrss("diff", "19990101-01", "--home", own, code=64)

    # Now a withdrawal, a revision and other formulas at once: the release before was computed by another project.
    (revised,) = found["revised"]
    settings, today = Settings.of(landing=landing, home=own), date.fromisoformat(AS_OF)
    assert not pending_triggers(settings, today)
    hrss("withdraw", revised, "--reason", "试验 test", "--home", own)
    assert pending_triggers(settings, today)
    revise_contracts(landing, SHENNONGJIA, 8, 0.8)
    state = own / "released" / second.name
    model = state / "project/models/intermediate/indicator/int_indicator__labour_contract_signing_rate.sql"
    model.write_text(model.read_text(encoding="utf-8") + "\n-- another formula\n", encoding="utf-8")
    content = (state / "state.json").read_text(encoding="utf-8")
    (state / "state.json").write_text(re.sub('"formulas": "[0-9a-f]*"', '"formulas": "other"', content))
    for folder in (own / "published/releases").iterdir():  # what was said before stands without its folder
        if folder.name == first:
            folder.chmod(0o755)
            shutil.rmtree(folder)
    hrss("refresh", "--landing", landing, "--home", own, "--as-of", AS_OF)
    found = shares(own)
    assert set(found) == {"revised", "withdrawn"} and found["withdrawn"] == {revised}
    with open_release(own / "published/current/marts.duckdb") as release:
        row = release.execute(
            "select status, reasons, rows_loaded, message_zh from fct_landing_receipt where dump_id = ?", [revised]
        ).fetchone()
    assert row is not None and row[:3] == ("rejected", ["withdrawn"], 0) and "试验 test" in row[3]
    notes = (own / "published/current/release_notes.en.md").read_text(encoding="utf-8")
    assert "could not be told apart" not in notes and "changed code" not in notes.split("##")[1]
    said = hrss("diff", first, "--home", own)
    assert first in said and "revised" in said
    query = (  # the last bits of a mean may differ: that is no change
        "select count(*) filter ((said.value is null) <> (now.value is null) or abs(said.value - now.value) > 1e-9)"
        " as changed from indicator_as_of(current_date + 1) as said"
        " full join fct_indicator_value as now using (indicator_id, region_code, period_type, period_end)"
    )
    assert '"changed": 0' in hrss("query", query, "--home", own, "--format", "json")
