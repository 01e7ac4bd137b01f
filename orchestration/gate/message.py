"""What a refusal says: what failed, and the ways on. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

from expectations import GateResult
from orchestration.text import Pair, pair
from raw_landing.language import in_order

ON_PERSONS = ("release_privacy.no_landed_name", "release_privacy.no_landed_number")


def told(result: GateResult) -> Pair:
    """What the gate found, in Chinese and in English; where it refuses, with what can be done."""
    zh, en = zip(result.message(), *_ways_on(result), strict=True)
    return "\n".join(zh), "\n".join(en)


def refusal(result: GateResult) -> str:
    """Both, that of the shell's language first."""
    return "\n\n".join(in_order(*told(result)))


def _ways_on(result: GateResult) -> Iterator[Pair]:
    """To correct, to withdraw, to accept: with the names of the first failure that they help."""
    if not result.critical:
        return
    yield pair("gate.ways_on")
    yield pair("gate.way_correct")
    dump_id = next((dump.dump_id for one in result.critical for dump in one.dumps), "DUMP_ID")
    yield pair("gate.way_withdraw", dump_id=dump_id)
    rule = next((one.name for one in result.critical if one.can_be_accepted), None)
    yield pair("gate.way_accept", rule=rule) if rule else pair("gate.way_accept_closed")
    if any(one.name in ON_PERSONS for one in result.critical):
        yield pair("gate.privacy_failure_advice")
