"""What a run and the gate leave on record for the next run: the shape that each must have to be believed. A record that
is torn or of another shape counts as none."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}")]


class Published(BaseModel):
    """The last publication."""

    release_id: str
    at: Moment
    as_of: Day | None = None


class RunRecord(BaseModel):
    """last_run.json."""

    outcome: str | None = None
    as_of: Day | None = None
    made_by: str | None = None
    before: str | None = None
    """The release that was current when the run began."""
    newest: str | None = None
    """The newest release then."""
    started_at: Moment | None = None
    finished_at: Moment | None = None
    published: Published | None = None
    release_id: str | None = None
    candidate: str | None = None
    """The release that the run made and that waits for approval, or waited."""
    ledger_version: int | None = None
    again: bool = False
    """What the run met damaged is thrown away: another run will do better."""


class NotBegun(BaseModel):
    """not_begun.json: as the same of RunRecord."""

    outcome: Literal["failed", "interrupted"]
    finished_at: Moment
    why: str


class OverdueRecord(BaseModel):
    """overdue.json: how many deliveries had not come on a day, of how many units, the latest by how many days."""

    as_of: Day
    deliveries: int
    units: int
    most_days: int


class RuleResult(BaseModel):
    """What is read again of a row of fct_quality_result."""

    suite: str
    expectation: str
    severity: str
    success: bool
    unexpected_count: int | None
    description_zh: str
    accepted_reason: str | None


class StageRecord(BaseModel):
    """What the gate said of one stage."""

    judged: list[Any]
    passed: bool
    released: str | None = None
    rows: list[RuleResult]


class GateRecord(RootModel[dict[str, StageRecord]]):
    """gate.json."""
