"""What a run can make again and finds damaged: told from trouble of the machine, thrown away, said in one line. The
caller holds the writer's lock. Makes nothing again itself: the run does, as if it had never been there."""

from __future__ import annotations

import shutil

from orchestration.dagster_runtime.instance import discard_damaged_record, discard_record, is_of_record
from orchestration.database_damage import is_whole
from orchestration.progress import reporter
from orchestration.settings import Settings
from orchestration.text import Pair, pair
from raw_landing.storage.rows_kept import discard_unreadable_rows


def discard_warehouse(settings: Settings, why: Pair) -> None:
    """Remove the working database, and say why, in both languages: it holds nothing that is not made from what is
    landed. Raises OSError."""
    database = settings.warehouse
    for path in (database, database.with_name(f"{database.name}.wal")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
    (zh, _), (_, en) = (pair("run.warehouse_damaged", database=database, why=one) for one in why)
    reporter().note(zh, en)


def discard_damaged(settings: Settings, error: BaseException) -> bool:
    """After a run has failed: look through all that it rests on and can be made again, and throw away what is damaged.
    Returns whether there was any, so that another run will do better. Raises OSError."""
    found = discard_damaged_record(settings)
    if not found and is_of_record(error):  # whole files, of which Dagster cannot make anything all the same
        found = discard_record(settings)
    if settings.warehouse.exists() and not is_whole(settings.warehouse):
        discard_warehouse(settings, pair("run.table_unreadable"))
        found = True
    for path in discard_unreadable_rows(settings.home):
        reporter().note(
            *pair("run.landed_store_damaged", path=path),
        )
        found = True
    return found
