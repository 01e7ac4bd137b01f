"""`hrss doctor`: looks at home and machine, puts right what can be put right, and looks again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from orchestration.audit_log import audit
from orchestration.lock import writer_lock
from orchestration.operations.diagnoses import RUN_AT_WORK, look_at_home
from orchestration.operations.finding import Finding
from orchestration.operations.surroundings import look_around
from orchestration.settings import Settings
from raw_landing.errors import UserError


@dataclass(frozen=True)
class Diagnosis:
    """What was found; of that, what was put right; and what keeps a repair from going well."""

    findings: tuple[Finding, ...]
    repaired: frozenset[tuple[str, str]] = frozenset()
    failures: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether nothing is left that is wrong."""
        return all(one.is_hint or one.key in self.repaired for one in self.findings)


def diagnose(settings: Settings, backup: Path | None = None) -> Diagnosis:
    """Look, and change nothing. Raises OSError."""
    return Diagnosis(tuple(chain(look_at_home(settings, backup), look_around(settings))))


def repair(settings: Settings, backup: Path | None = None) -> Diagnosis:
    """Look, put right what can be, and look again; a `backup` gives back single files. Each repair is on record. Raises
    Busy, HomeNotOurs, BackupUnusable, OSError."""
    found, failures = diagnose(settings, backup).findings, []
    able = [one for one in found if one.repair is not None]
    if not able and all(one.kind != RUN_AT_WORK for one in found):
        return Diagnosis(found)
    with writer_lock(settings, "hrss doctor"):
        if able:
            audit(settings, "home_repaired", kinds=sorted({one.kind for one in able}))
        for one in able:
            assert one.repair is not None
            try:
                one.repair()
            except (OSError, UserError) as error:
                failures.append(str(error))
        left = {one.key for one in diagnose(settings, backup).findings}
    return Diagnosis(found, frozenset(one.key for one in able) - left, tuple(failures))
