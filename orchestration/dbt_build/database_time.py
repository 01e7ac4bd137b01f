"""How much of dbt's time is the database's: a listener to dbt's events, and the line by which its process tells it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from raw_landing.database_time import Span, covered

NAME = "DatabaseTime"


class DatabaseTime:
    """Told of each statement that has ended (dbt's programmatic invocations, callbacks)."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def __call__(self, event: Any) -> None:
        """Called by dbt with each of its events, in the thread that ran the statement."""
        if event.info.name == "SQLQueryStatus":
            end = time.time()
            self.spans.append((end - event.data.elapsed, end))

    def as_event(self) -> str:
        """A line like dbt's own in JSON."""
        seconds = round(covered(self.spans), 3)
        info = {"name": NAME, "level": "info", "msg": f"At least one statement was running for {seconds} s"}
        return json.dumps({"info": info, "data": {"seconds": seconds}})


def told(event: Mapping[str, Any]) -> float | None:
    """The seconds that an event tells of, if it does."""
    return float(event["data"]["seconds"]) if event["info"]["name"] == NAME else None
