"""`hrss withdraw`: takes a dump back, and says what counts instead. The ledger decides what that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from orchestration.audit_log import audit
from orchestration.gate.acceptance import validate_reason
from orchestration.home_access import login_name
from orchestration.lock import writer_lock
from orchestration.settings import Settings
from orchestration.text import pair
from raw_landing.land import receipts, withdraw
from raw_landing.ledger.records import LOADED, Receipt


@dataclass(frozen=True)
class Withdrawal:
    """The dump taken back, and the one of the same extract, period and unit that counts now, if there is one."""

    withdrawn: Receipt
    active: Receipt | None

    @property
    def text(self) -> str:
        """What was done, in both languages."""
        active = (
            pair("release.none_active")
            if self.active is None
            else pair(
                "release.now_active",
                path=self.active.path,
                revision=self.active.revision,
                rows=self.active.rows_loaded,
            )
        )
        said = (pair("release.withdrawn", path=self.withdrawn.path), active, pair("release.published_next_time"))
        zh, en = zip(*said, strict=True)
        return "".join(zh) + "\n" + " ".join(en)


def withdraw_dump(settings: Settings, dump_id: str, reason: str) -> Withdrawal:
    """Withdraw a dump in the name of the user who runs this. Raises InvalidReason, Busy, LandingError."""
    reason = validate_reason(settings, reason)
    with writer_lock(settings, "hrss withdraw"):
        put_on_record = partial(audit, settings, "dump_withdrawn", dump_id=dump_id, reason=reason)
        withdraw(settings.home, dump_id, reason=reason, by=login_name(), announce=put_on_record)
    everything = receipts(settings.home)
    taken = next(one for one in everything if one.dump_id == dump_id)
    active = [one for one in everything if one.status == LOADED and _identity(one) == _identity(taken)]
    return Withdrawal(taken, active[0] if active else None)


def _identity(receipt: Receipt) -> tuple[object, ...]:
    return receipt.extract, receipt.period_start, receipt.period_end, receipt.unit_code
