"""Records of the ledger: a dump as it was read, its receipt, rows set aside, deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from raw_landing.messages.reasons import Problem

Status = Literal["loaded", "superseded", "duplicate", "rejected"]
LOADED: Status = "loaded"
SUPERSEDED: Status = "superseded"
DUPLICATE: Status = "duplicate"
REJECTED: Status = "rejected"
WITHDRAWN = "withdrawn"  # the reason on the receipt of a dump that was withdrawn by hand
SAME_REVISION = "same_revision"  # the warning where two contents came under one revision


@dataclass(frozen=True, kw_only=True)
class Dump:
    """What was read of one content under one path, at the latest reading. Days and instants are ISO text, in UTC."""

    dump_id: str
    path: str
    is_path_public: bool = False  # else its hash is published
    sha256: str
    size: int
    manifest: bytes | None  # as delivered, so that the dump can be read again from the archive
    manifest_sha256: str | None
    rules: str | None  # None: no rule of ours was asked, so that none can change the verdict
    look: str
    accepted: bool
    source: str | None = None
    extract: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    unit_code: str | None = None
    revision: int | None = None
    sampling_fraction: float | None = None
    as_of: str | None = None
    is_synthetic: bool = False
    submitted_by: str | None = None
    is_zero: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    lines_read: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_refused: int = 0
    rows_repeated: int = 0
    rows_skipped: int = 0
    rows_corrected: int = 0  # by the register of corrections; those it dropped count as skipped
    set_aside: tuple[int, ...] = ()  # lines of rows set aside by hand, as they were when it was read
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    message_zh: str = ""
    message_en: str = ""
    landed_at: str = ""  # kept from the first landing of this content with this manifest
    purged_at: str | None = None  # when original and rows were removed, its period of keeping being over
    refused_purged_at: str | None = None  # the same of its refused rows

    @property
    def identity(self) -> tuple[str | None, ...]:
        """Extract, period and unit: what a revision is a revision of."""
        return self.extract, self.period_start, self.period_end, self.unit_code

    @property
    def period(self) -> str | None:
        """The period as YYYY-MM, YYYY-Qn or YYYY."""
        if self.period_start is None or self.period_end is None:
            return None
        first, last = int(self.period_start[5:7]), int(self.period_end[5:7])
        parts = {0: self.period_start[:7], 2: f"{self.period_start[:4]}-Q{last // 3}"}
        return parts.get(last - first, self.period_start[:4])


@dataclass(frozen=True, slots=True)
class FileStat:
    """The stat of a path and its manifest when it was last landed."""

    path: str
    size: int
    mtime_ns: int
    manifest_size: int | None
    manifest_mtime_ns: int | None
    unreadable: bool
    dump_id: str

    def covers(self, file_stat: tuple[int, int, int | None, int | None]) -> bool:
        """Whether a later stat is the same."""
        return file_stat == (self.size, self.mtime_ns, self.manifest_size, self.manifest_mtime_ns)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """quality.landing_receipt, column by column, and the problems with their line numbers."""

    dump_id: str
    path: str
    sha256: str
    bytes: int
    source: str | None
    extract: str | None
    period_start: date | None
    period_end: date | None
    unit_code: str | None
    revision: int | None
    encoding: str | None
    delimiter: str | None
    rows_read: int
    rows_loaded: int
    rows_refused: int
    rows_repeated: int
    rows_skipped: int
    status: Status
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    message_zh: str
    message_en: str
    sampling_fraction: float | None
    landed_at: datetime
    as_of: date | None
    is_synthetic: bool
    submitted_by: str | None
    public_path: str  # the path as it is published: itself or its sha256
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row set aside by hand, in every dump of this content, whatever its name or revision: when, by whom and why, and
    the same of taking that back. Instants are ISO text, in UTC. `dump_id`: the dump by which it was named."""

    sha256: str
    line_number: int
    dump_id: str
    at: str
    by: str
    reason: str
    taken_back_at: str | None = None
    taken_back_by: str | None = None
    taken_back_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An earlier delivery of an extract, as far as a later one is compared with it. Days are ISO text."""

    sha256: str
    period_start: str
    period_end: str
    unit_code: str
    revision: int
    rows_loaded: int
    sampling_fraction: float
    is_active: bool

    @property
    def stands_for(self) -> float:
        """Rows loaded divided by the sampling fraction."""
        return self.rows_loaded / self.sampling_fraction
