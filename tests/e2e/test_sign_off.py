"""A night whose release waits for a person: looked at, approved and on record, through the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.release.log import current_id
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.conftest import AS_OF
from tests.support.commands import hrss
from tests.support.inbox import revise_contracts


def of_work_list(settings: Settings) -> list[tuple[str]]:
    """The release that the list of doubtful records is of."""
    with connect(settings.work_list, read_only=True) as work_list:
        return work_list.execute("select release_id from release").fetchall()


def test_a_night_waits_until_somebody_signs(
    small_landing: Path, home: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, landing = home(), Path(shutil.copytree(small_landing, tmp_path / "landing"))
    settings = Settings.of(landing=landing, home=own)
    first = str(current_id(settings))
    revise_contracts(landing, "420100", 9, 0.9)
    places = ("--home", own, "--landing", landing)
    monkeypatch.setenv("HRSS_SIGN_OFF", "1")
    monkeypatch.setenv("HRSS_PAGES", "0")
    said = hrss("refresh", *places, "--as-of", AS_OF)
    (made,) = (path.name for path in settings.candidates.iterdir())
    assert f"release {made} waits for approval" in said and current_id(settings) == first
    assert json.loads((own / "last_run.json").read_text(encoding="utf-8"))["outcome"] == "candidate"

    said = hrss("refresh", *places, "--as-of", AS_OF)
    assert f"Nothing new: release {first} stays current" in said and "waits for approval" in said
    assert f"{made} waits for approval" in hrss("status", *places)
    assert of_work_list(settings) == [(first,)]
    said = hrss("diff", "candidate", "--home", own)
    assert "Enterprise labour contract signing rate" in said and first in said and made in said
    newest = "select max(release_id) as id from release"
    assert made in hrss("query", newest, "--release", "candidate", "--home", own)
    assert first in hrss("query", newest, "--home", own)
    assert made in hrss("verify", "candidate", "--home", own)
    hrss("gate", "candidate", "--home", own)
    assert "rollback" not in hrss("rollback", made, "--reason", "r", "--home", own, code=64), "it is no release yet"

    hrss("approve", "candidate", "--by", "王处长", "--note", "42010619900101001X", "--home", own, code=64)
    said = hrss("approve", made, "--by", "王处长", "--note", "数据已核对", "--home", own)
    assert f"Release {made} is untouched" in said and current_id(settings) == made
    assert made in hrss("query", newest, "--home", own)
    said = hrss("status", *places)
    assert "王处长" in said and "数据已核对" in said and "waits for approval" not in said
    assert of_work_list(settings) == [(made,)]
    assert made in (own / "gate.json").read_text(encoding="utf-8")
    hrss("audit", "--verify", "--home", own)
    hrss("reject", "candidate", "--by", "王处长", "--reason", "r", "--home", own, code=64)
    assert "Nothing new" in hrss("refresh", *places, "--as-of", AS_OF)
