"""`hrss withdraw`: takes a dump back, and says what counts instead. The ledger decides what that is."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.gate.acceptance import login_name, validate_reason
from orchestration.lock import writer_lock
from orchestration.settings import Settings
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
        zh, en = [f"已撤回 {self.withdrawn.path}。"], [f"Withdrawn: {self.withdrawn.path}."]
        if self.active is not None:
            rows, revision = self.active.rows_loaded, self.active.revision
            zh.append(f"现以 {self.active.path}(第 {revision} 次报送,{rows} 行)为准。")
            en.append(f"Active now: {self.active.path} (revision {revision}, {rows} rows).")
        else:
            zh.append("该数据种类、时期和单位现无生效的文件。")
            en.append("No dump of this extract, period and unit is active now.")
        zh.append("下次运行 hrss refresh 后发布。")
        en.append("The next hrss refresh publishes it.")
        return "".join(zh) + "\n" + " ".join(en)


def withdraw_dump(settings: Settings, dump_id: str, reason: str) -> Withdrawal:
    """Withdraw a dump in the name of the user who runs this. Raises InvalidReason, Busy, LandingError."""
    reason = validate_reason(settings, reason)
    with writer_lock(settings, "hrss withdraw"):
        withdraw(settings.home, dump_id, reason=reason, by=login_name())
    everything = receipts(settings.home)
    taken = next(one for one in everything if one.dump_id == dump_id)
    active = [one for one in everything if one.status == LOADED and _identity(one) == _identity(taken)]
    return Withdrawal(taken, active[0] if active else None)


def _identity(receipt: Receipt) -> tuple[object, ...]:
    return receipt.extract, receipt.period_start, receipt.period_end, receipt.unit_code
