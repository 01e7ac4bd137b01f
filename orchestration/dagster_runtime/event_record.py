"""Dagster's record of events in its SQLite files, as this project's runs write it: what belongs together in one
transaction, and nothing twice."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Self

from dagster import DagsterEventType, EventLogEntry
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes.config_class import ConfigurableClassData
from sqlalchemy import Connection


class EventRecord(SqliteEventLogStorage):
    """Leaves out that a step yielded an output: here each is an asset or a check, whose own event says the same. That
    is a fourth of a night's events and two fifths of their bytes."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._of_thread = threading.local()  # `index`: its connection to the index, while it writes there
        self._tables = set[str]()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing to configure."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """As Dagster makes it: the files stand where its own storage has them."""
        return cls(str(Path(os.environ["DAGSTER_HOME"], "history", "runs")), inst_data)

    def store_event(self, event: EventLogEntry) -> None:
        """Write an event down, unless it says nothing of its own."""
        if _is_in_index(event):
            self.store_event_batch([event])
        elif event.dagster_event_type is not DagsterEventType.STEP_OUTPUT:
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Write events of assets and checks down: in one transaction of the run's file, and in one of the index, which
        answers for all runs. (Dagster hands over no others at once: its BATCH_WRITABLE_EVENTS.)"""
        written = [(event, self.prepare_insert_event(event)) for event in events]
        with self.run_connection(events[0].run_id) as connection:
            for _, statement in written:
                connection.execute(statement)
        with self.index_connection() as connection:
            self._of_thread.index = connection
            try:
                for event, statement in written:
                    key = connection.execute(statement).inserted_primary_key
                    assert key is not None  # events are numbered
                    if event.dagster_event_type in ASSET_EVENTS:
                        self.store_asset_event_tags([event], [key[0]])
                        self.store_asset_event(event, key[0])
                    else:
                        self.store_asset_check_event(event, key[0])
            finally:
                del self._of_thread.index

    def index_connection(self) -> AbstractContextManager[Connection]:
        """The index: within a transaction of `store_event_batch`, that one."""
        within = getattr(self._of_thread, "index", None)
        return super().index_connection() if within is None else nullcontext(within)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked for each event, and none is ever dropped."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables


def _is_in_index(event: EventLogEntry) -> bool:
    return event.dagster_event_type in ASSET_EVENTS or event.dagster_event_type in ASSET_CHECK_EVENTS
