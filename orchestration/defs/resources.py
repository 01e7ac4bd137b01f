"""What a Dagster run is given: the settings, the day it is for, and the right to write. No logic of stages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import dagster as dg
from pydantic import PrivateAttr

from orchestration.gate.run import acceptances
from orchestration.pipeline.lock import writer_lock
from orchestration.settings import Settings, today


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic only over the value, which is itself
    """The warehouse of this machine; while a run holds it no other run writes."""

    landing: str = ""
    home: str = ""
    as_of: str = ""
    full: bool = False
    accept: dict[str, str] = {}  # noqa: RUF012 - Dagster's configuration copies it
    """Critical failures that this one run accepts: the rule's exact name (suite.rule) and the reason, which is
    published."""
    _day: date = PrivateAttr(default_factory=today)

    @property
    def settings(self) -> Settings:
        """Settings of the environment, unless the run's configuration names other places."""
        return Settings.of(landing=self.landing or None, home=self.home or None)

    @property
    def day(self) -> date:
        """The as-of date: today in Hubei unless configured; one day for the whole run, also across midnight."""
        return self._day

    @property
    def accepted(self) -> dict[str, str]:
        """What this run accepts, checked. Raises WrongUsage."""
        return acceptances(self.settings, list(self.accept), list(self.accept.values()))

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        """Hold the writer's lock for as long as the run lasts: its steps share one process."""
        with writer_lock(self.settings, f"Dagster run {context.run_id}"):
            self._day = date.fromisoformat(self.as_of) if self.as_of else today()
            yield self
