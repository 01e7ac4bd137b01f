"""What a home knows of a dump that is about to be sent: what the gate would stop or ask later, since something of the
same unit was delivered or published before. Reads the ledger and the current release, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from expectations.suites.continuity import MANY, SHARE
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder
from orchestration.settings import Settings
from orchestration.text import pair
from raw_landing.contract import Contract
from raw_landing.errors import as_landing_error
from raw_landing.intake.check import DumpCheck
from raw_landing.intake.identify import Identity
from raw_landing.ledger.records import Delivery
from raw_landing.ledger.store import Ledger
from raw_landing.messages.problems import Words
from raw_landing.storage.store import LandingStore

SHOWN_INDICATORS = 4


def has_ledger(settings: Settings) -> bool:
    """Whether anything was ever landed in this home."""
    return LandingStore(settings.home).ledger.is_file()


def judged_at_home(settings: Settings, verdict: DumpCheck) -> DumpCheck:
    """The verdict, with what the home has to say of it. Raises LandingError, DatabaseUnusable."""
    identity, contract = verdict.identity, verdict.contract
    if not verdict.accepted or identity is None or contract is None:
        return replace(verdict, at_home=())
    with as_landing_error(settings.home), Ledger.open(settings.home) as ledger:
        known = ledger.deliveries(contract.extract)
    same = [one for one in known if _is_same(one, identity)]
    if any((one.sha256, one.revision) == (verdict.sha256, identity.revision) for one in same):
        return replace(verdict, at_home=(_LANDED,))
    told = [*_by_revision(verdict, identity, same), *_shrunk(verdict, identity, contract, known)]
    told += _sent_for_another_period(verdict, identity, known)
    told += _final(settings, identity)
    return replace(verdict, at_home=tuple(told))


_LANDED: Words = pair("cli.file_received_before")


def _is_same(one: Delivery, identity: Identity) -> bool:
    """Whether it is of the same period and unit."""
    ours = (identity.period_start.isoformat(), identity.period_end.isoformat(), identity.unit_code)
    return (one.period_start, one.period_end, one.unit_code) == ours


def _by_revision(verdict: DumpCheck, identity: Identity, same: Iterable[Delivery]) -> Iterable[Words]:
    """What stands in the way of its counting at all."""
    newest = max((one.revision for one in same), default=0)
    if newest > identity.revision:
        yield pair("cli.revision_too_low", newest=newest, revision=identity.revision, amount=newest + 1)
    elif newest == identity.revision:
        yield pair("cli.revision_reused", newest=newest, amount=newest + 1)


def _shrunk(verdict: DumpCheck, identity: Identity, contract: Contract, known: Iterable[Delivery]) -> Iterable[Words]:
    """Far fewer rows than the revision before it, or of a snapshot than the period before it: as they are, and as what
    they stand for. The gate stops a release for the latter (landed_dump.revision_not_halved, snapshot_not_halved)."""
    of_unit = [one for one in known if one.unit_code == identity.unit_code and one.sha256 != verdict.sha256]
    revisions = [one for one in of_unit if _is_same(one, identity) and one.revision <= identity.revision]
    earlier = [one for one in of_unit if one.is_active and one.period_end < identity.period_start.isoformat()]
    followed = [(*pair("cli.previous_revision"), max(revisions, key=lambda one: one.revision, default=None))]
    if contract.load == "snapshot":
        followed.append((*pair("cli.previous_period"), max(earlier, key=lambda one: one.period_end, default=None)))
    rows = verdict.receipt.rows_loaded
    stands_for = rows / verdict.sampling_fraction
    for zh, en, before in followed:
        if before is None or before.rows_loaded < MANY:
            continue
        is_stopped = stands_for < SHARE * before.stands_for
        if is_stopped or rows < SHARE * before.rows_loaded:
            advice_zh, advice_en = pair("cli.fewer_rows_stopped") if is_stopped else pair("cli.fewer_rows_sampled")
            yield pair(
                "cli.far_fewer_rows",
                before_zh=zh,
                before_en=en,
                rows=rows,
                stands_for=stands_for,
                rows_before=before.rows_loaded,
                stood_for=before.stands_for,
                advice_zh=advice_zh,
                advice_en=advice_en,
            )


def _sent_for_another_period(verdict: DumpCheck, identity: Identity, known: Iterable[Delivery]) -> Iterable[Words]:
    equal = [one for one in known if one.is_active and one.sha256 == verdict.sha256 and not _is_same(one, identity)]
    if equal and verdict.receipt.rows_loaded:
        first, last = equal[0].period_start, equal[0].period_end
        yield pair("cli.content_delivered_before", first=first, last=last)


def _final(settings: Settings, identity: Identity) -> Iterable[Words]:
    """Figures of its unit and period that readers were told are final, and that it may change."""
    if not ReleaseFolder.current(settings).marts.exists():
        return
    connection = open_release(ReleaseFolder.current(settings).marts)
    try:
        names = connection.execute(
            """
            select distinct indicator.name_zh, indicator.name_en
            from fct_indicator_value as value
            inner join dim_indicator as indicator using (indicator_id, definition_version)
            where value.maturity = 'final' and value.region_code = $unit and value.period_end = $end
                and list_contains(indicator.source_extracts, $extract)
            order by 1
            """,
            {"unit": identity.unit_code, "end": identity.period_end, "extract": identity.extract},
        ).fetchall()
    finally:
        connection.close()
    if names:
        more_zh, more_en = pair("cli.others") if len(names) > SHOWN_INDICATORS else ("", "")
        zh = "、".join(name for name, _ in names[:SHOWN_INDICATORS])
        en = ", ".join(name for _, name in names[:SHOWN_INDICATORS])
        yield pair("cli.final_period_changes", zh_part=zh, more_zh=more_zh, en_part=en, more_en=more_en)
