"""Checks of a dump's period and sampling fraction, which hold whatever its rows are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta, timezone

from raw_landing.contract import Contract
from raw_landing.intake.identify import Identity, Manifest
from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import problem

FUTURE = "future_period"
WUHAN = timezone(timedelta(hours=8))


def bounds_problems(
    contract: Contract, identity: Identity | None, manifest: Manifest | None, as_of: date
) -> Iterator[Problem]:
    """Problems of a dump's period, as of the day `as_of`, and of its sampling fraction."""
    if identity is not None and is_future(identity.period_start, as_of):
        yield problem("future_period", first=identity.period_start, as_of=as_of)
    if identity is not None and identity.period_start < contract.first_day:
        yield problem("period_too_early", first=identity.period_start, first_period=contract.first_period)
    fraction = manifest.sampling_fraction if manifest else None
    if fraction is not None and not is_fraction(fraction, contract):
        yield problem("fraction_out_of_range", fraction=fraction, least=contract.min_sampling_fraction)


def is_future(first: date, as_of: date) -> bool:
    """Whether a period that begins on `first` lies after the report day."""
    return first > as_of


def is_fraction(stated: float, contract: Contract) -> bool:
    """Whether the contract allows this sampling fraction."""
    return contract.min_sampling_fraction <= stated <= 1
