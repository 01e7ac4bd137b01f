"""Dagster's record of a run in this process: written without waiting for the disk, whole in the end."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from orchestration.dagster_runtime.instance import calm_record


def connections(file: Path, work: list[str]) -> None:
    """Each statement by an engine and a connection of its own, as Dagster has it."""
    for statement in work:
        engine = sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()


def test_files_stay_open_between_connections_and_are_whole_in_the_end(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    log = tmp_path / "index.db-wal"
    begin = ["PRAGMA journal_mode=WAL", "CREATE TABLE event (n INTEGER)", "INSERT INTO event VALUES (1)"]
    connections(file, begin)
    assert not log.exists(), "the last connection folds the log in"
    with calm_record():
        connections(file, ["INSERT INTO event VALUES (2)", "INSERT INTO event VALUES (3)"])
        assert log.stat().st_size > 0
    assert not log.exists()
    connections(file, ["INSERT INTO event VALUES (4)"])
    assert not log.exists(), "afterwards all is as before"
    with sa.create_engine(f"sqlite:///{file}").connect() as connection:
        assert connection.execute(sa.text("SELECT sum(n) FROM event")).scalar() == 10


def test_a_file_made_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "run.db"
    with calm_record():
        connections(file, ["CREATE TABLE event (n INTEGER)", "PRAGMA journal_mode=WAL", "INSERT INTO event VALUES (1)"])
        assert (tmp_path / "run.db-wal").exists()
    assert not (tmp_path / "run.db-wal").exists()


def test_an_event_makes_no_engine_of_its_own(tmp_path: Path) -> None:
    """Seen on Dagster itself: its next version may make them elsewhere."""
    used: list[sa.Engine] = []

    def note(connection: sa.Connection) -> None:
        used.append(connection.engine)

    sa.event.listen(sa.Engine, "engine_connect", note)
    try:
        with calm_record(), dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
            used.clear()  # those by which the record was made
            for number in range(5):
                instance.report_runless_asset_event(dg.AssetMaterialization(f"asset_{number}"))
    finally:
        sa.event.remove(sa.Engine, "engine_connect", note)
    assert len(used) >= 5
    assert len({id(engine) for engine in used}) == len({str(engine.url) for engine in used})


def test_other_databases_are_left_alone() -> None:
    with calm_record(), sa.create_engine("duckdb:///:memory:").connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
