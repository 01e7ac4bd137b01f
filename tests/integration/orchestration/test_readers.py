"""Readers beside a writer: through twenty publications none meets an error or a mixture, and none waits for it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from orchestration.figure.query import open_release
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.support.fault_injection import publish_step_by_step
from tests.support.processes import PROCESSES
from tests.support.publishing import publish_ungated

READERS, PUBLICATIONS = 8, 20

MARKS = (
    "select max(release_id) from release",
    "select distinct name_en from dim_region",
    "select distinct value::integer::varchar from fct_indicator_value",
    "select distinct value::integer::varchar from fct_indicator_vintage where last_release_id is null",
)
"""What tells the release in each of its tables: one row each, while nothing is mixed."""


@pytest.fixture
def settings(small_home: Path, tmp_path: Path) -> Settings:
    """A home with its first release."""
    settings = Settings.of(home=shutil.copytree(small_home, tmp_path / "home"))
    publish_marked(settings, 0)
    return settings


def publish_marked(settings: Settings, number: int) -> tuple[str, ...]:
    """Publish with a mark in every table; return what a reader of this release must find."""
    mark(settings, number)
    return publish_ungated(settings).release_id, *[str(number)] * 3


def mark(settings: Settings, number: int) -> None:
    with connect(settings.warehouse) as connection:
        connection.execute(f"update marts.dim_region set name_en = '{number}'")
        connection.execute(f"update marts.fct_indicator_value set value = {number}, value_text = null")


def read(settings: Settings) -> tuple[str, ...]:
    """What one reader finds through the link, having attached the file once."""
    with open_release(settings.current / "marts.duckdb") as release:
        found = [release.execute(query).fetchall() for query in MARKS]
    assert all(len(rows) == 1 for rows in found), found
    return tuple(rows[0][0] for rows in found)


def read_by_pointer(settings: Settings) -> tuple[str, ...]:
    """The same of a reader that follows no link, but the file beside it."""
    told = json.loads(settings.pointer.read_text(encoding="utf-8"))
    marts = settings.published / told["marts"]
    assert not marts.is_symlink() and marts.parent == settings.published / told["folder"]
    assert hashlib.sha256(marts.read_bytes()).hexdigest() == told["sha256"]
    with open_release(marts) as release:
        assert release.execute(MARKS[0]).fetchall() == [(told["release_id"],)]
        return tuple(release.execute(query).fetchall()[0][0] for query in MARKS)


def read_without_pause(settings: Settings, stop: Event, pipe: Connection) -> None:
    """Read until told to stop; send what was found, each change of it once, or the error."""
    os.nice(10)  # eight of them would leave the writer no processor
    pipe.send("begun")
    seen: list[tuple[str, ...]] = []
    try:
        while not stop.is_set():
            found = read(settings)
            if found not in seen[-1:]:
                seen.append(found)
    except BaseException as error:
        pipe.send(repr(error))
    else:
        pipe.send(seen)


def test_eight_readers_through_twenty_publications(settings: Settings) -> None:
    stop = PROCESSES.Event()
    readers = []
    for _ in range(READERS):
        here, there = PROCESSES.Pipe()
        process = PROCESSES.Process(target=read_without_pause, args=(settings, stop, there))
        process.start()
        readers.append((process, here))
    published = [read(settings)]
    for _, pipe in readers:
        assert pipe.recv() == "begun"
    published += [publish_marked(settings, number) for number in range(1, PUBLICATIONS + 1)]
    stop.set()
    for process, pipe in readers:
        seen = pipe.recv()
        process.join()
        assert isinstance(seen, list), seen
        positions = [published.index(found) for found in seen]
        assert positions == sorted(set(positions)), "each release once, in the order of publication"
        assert len(seen) > 1, "it read beside the writer"


def test_at_every_step_of_a_publication_a_reader_gets_its_answer(settings: Settings) -> None:
    """The writer stands still meanwhile: a reader that had to wait for it would wait for ever."""
    before = read(settings)
    mark(settings, 1)
    here, there = PROCESSES.Pipe()
    writer = PROCESSES.Process(target=publish_step_by_step, args=(settings, there))
    writer.start()
    answers, pointed = [], []
    while here.recv() is not None:
        answers.append(read(settings))
        pointed.append(read_by_pointer(settings))
        here.send("go on")
    writer.join()
    after = read(settings)
    assert writer.exitcode == 0 and after != before and len(answers) > 50
    switched = answers.index(after)
    assert answers == [before] * switched + [after] * (len(answers) - switched)
    followed = len(pointed) - pointed.count(after)
    assert pointed == [before] * followed + [after] * pointed.count(after) and read_by_pointer(settings) == after
    assert followed >= switched, "the link goes first"
