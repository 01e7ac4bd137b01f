"""What period and what share of a population a dump may be of, whatever its rows hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta, timezone

from raw_landing.contract import Contract
from raw_landing.intake.identify import Identity, Manifest
from raw_landing.messages.reasons import Problem

FUTURE = "future_period"
WUHAN = timezone(timedelta(hours=8))


def bounds_problems(
    contract: Contract, identity: Identity | None, manifest: Manifest | None, as_of: date
) -> Iterator[Problem]:
    """What is out of bounds in a dump's period, judged on the day `as_of`, and in its sampling fraction."""
    if identity is not None and is_future(identity.period_start, as_of):
        first = identity.period_start
        yield Problem(
            FUTURE,
            f"所属时期自 {first} 起, 尚未开始(本次运行截至 {as_of})。",
            f"Its period begins on {first}, after the day that is reported on, {as_of}.",
            remedy_zh="请核对文件名或清单文件中的时期; 时期无误的, 到期后将自动重新判断, 无需重报。",
            remedy_en="Check the period in the name or the manifest; if it is right, the dump is judged again "
            "when that day has come.",
        )
    if identity is not None and identity.period_start < contract.first_day:
        yield Problem(
            "period_too_early",
            f"所属时期自 {identity.period_start} 起, 早于约定的首期 {contract.first_period}。",
            f"Its period begins on {identity.period_start}; the first that is accepted is {contract.first_period}.",
            remedy_zh="请核对文件名或清单文件中的年份; 确需报送更早数据的, 请先与省厅约定首期。",
            remedy_en="Check the year in the name or the manifest; for earlier data agree on an earlier first period.",
        )
    fraction = manifest.sampling_fraction if manifest else None
    if fraction is not None and not is_fraction(fraction, contract):
        least = contract.min_sampling_fraction
        yield Problem(
            "fraction_out_of_range",
            f"清单文件中的抽样比 {fraction:g} 不在 {least:g} 至 1 之间。",
            f"The sampling fraction {fraction:g} of its manifest is not from {least:g} to 1.",
            remedy_zh="请改正清单文件中的 sampling_fraction(百分之十写作 0.1); 全部数据请删去该项。",
            remedy_en="Mend sampling_fraction in the manifest (a tenth is 0.1); leave it out of a full dump.",
        )


def is_future(first: date, as_of: date) -> bool:
    """Whether a period that begins on `first` lies after the day that is reported on."""
    return first > as_of


def is_fraction(stated: float, contract: Contract) -> bool:
    """Whether a sampling fraction is one that a dump of this extract may have."""
    return contract.min_sampling_fraction <= stated <= 1
