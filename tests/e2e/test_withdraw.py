"""`hrss withdraw`: a dump taken back by hand, and what counts instead. test_diff.py publishes what follows from it."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from orchestration.gate.acceptance import InvalidReason, validate_reason
from orchestration.lock import writer_lock
from orchestration.settings import Settings
from tests.support.commands import hrss
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two revisions of one delivery, landed."""
    world = World(tmp_path)
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1, 2))
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 3))
    world.land()
    return world


def test_revision_before_is_active_again(world: World) -> None:
    first, second = world.receipts()[name(EXTRACT)], world.receipts()[name(EXTRACT, revision=2)]
    said = hrss("withdraw", second.dump_id, "--reason", " 报错\n单位 ", "--home", world.home)
    assert f"已撤回 {second.path}" in said and f"Withdrawn: {second.path}" in said
    assert f"Active now: {first.path} (revision 1, 2 rows)" in said and "hrss refresh" in said
    assert world.statuses() == {first.path: "loaded", second.path: "rejected"}
    receipt = world.receipts()[second.path]
    assert receipt.withdrawn_by == getpass.getuser() and f"by {receipt.withdrawn_by}" not in receipt.message_en
    assert "报错 单位" in receipt.message_zh
    said = hrss("withdraw", first.dump_id, "--reason", "报错单位", "--home", world.home)
    assert "No dump of this extract, period and unit is active now" in said
    assert world.active_rows(EXTRACT) == []


def test_what_cannot_be_withdrawn_is_said_in_one_sentence(world: World, tmp_path: Path) -> None:
    dump_id = world.receipts()[name(EXTRACT)].dump_id
    for number, told in (("f" * 16, "no receipt"), ("'; DROP TABLE dump; --", "no receipt")):
        said = hrss("withdraw", number, "--reason", "r", "--home", world.home, code=64)
        assert told in said and len(said.splitlines()) == 2
    hrss("withdraw", dump_id, "--reason", "first", "--home", world.home)
    assert "before" in hrss("withdraw", dump_id, "--reason", "again", "--home", world.home, code=64)
    assert "first" in world.receipts()[name(EXTRACT)].message_en
    assert "nothing is landed" in hrss("withdraw", dump_id, "--reason", "r", "--home", tmp_path / "no", code=1)
    assert not (tmp_path / "no").exists()
    hrss("withdraw", dump_id, "--home", world.home, code=64)
    hrss("withdraw", dump_id, "--reason", " ", "--home", world.home, code=64)
    with writer_lock(Settings.of(home=world.home), "a test"):
        assert "started by a test" in hrss("withdraw", dump_id, "--reason", "r", "--home", world.home, code=1)


@pytest.mark.parametrize("reason", ["", "\u200b\n", "x" * 301, "见420106199001011234", "电话１３８００１３８０００"])
def test_reason_must_be_fit_to_be_published(reason: str) -> None:
    with pytest.raises(InvalidReason):
        validate_reason(Settings(), reason)
