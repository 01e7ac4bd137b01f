"""Lands new inbox files: archives the original, writes typed Parquet, records a receipt. A rejected file gets a receipt
only. The caller sees to it that one run lands at a time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from raw_landing.batches import Task, suffix_of
from raw_landing.bounds import FUTURE, WUHAN, is_future
from raw_landing.contract import load_contracts
from raw_landing.corrections import Correction
from raw_landing.errors import UnknownDump, as_landing_error
from raw_landing.fingerprint import Rules, current_rules
from raw_landing.intake.inbox import Skipped, inbox_of, pending, settled
from raw_landing.judging import Workers
from raw_landing.landing_run import LandingRun
from raw_landing.ledger.journal import entries_of
from raw_landing.ledger.records import LOADED, Dump, Receipt
from raw_landing.ledger.store import Ledger
from raw_landing.progress import Progress
from raw_landing.storage.rows_kept import files_of, without_rows
from raw_landing.storage.store import LandingStore, StagedFile, commit_files
from raw_landing.storage.sweep import sweep, unexplained
from raw_landing.text import say


@dataclass(frozen=True, slots=True)
class Landed:
    """What a run did: the receipts it wrote or changed, and what it left for the next run."""

    receipts: tuple[Receipt, ...]
    left: tuple[Skipped, ...]
    restored: tuple[str, ...] = ()
    """The dumps whose rows were gone or damaged and were read again."""

    @property
    def by_status(self) -> dict[str, int]:
        """How many of the receipts have each status."""
        return dict(Counter(receipt.status for receipt in self.receipts))

    def metadata(self, name: str) -> dict[str, int]:
        """Figures of this run for one extract; for any other name, of all."""
        chosen = [one for one in self.receipts if name not in load_contracts() or one.extract == name]
        counts = Counter(one.status for one in chosen)
        return {
            "dumps": len(chosen),
            **{f"dumps_{status}": count for status, count in sorted(counts.items())},
            "rows_loaded": sum(one.rows_loaded for one in chosen if one.status == LOADED),
            "rows_refused": sum(one.rows_refused for one in chosen),
        }


def land(
    landing: Path,
    home: Path,
    *,
    as_of: date | None = None,
    progress: Callable[[Progress], None] | None = None,
    extracts: Collection[str] | None = None,
    period: str | None = None,
    again: bool = False,
    keep: Collection[Path] = (),
    workers: Workers | None = None,
) -> Landed:
    """Land every new file of `<landing>/inbox`; read again the dumps whose contract, regions or code changed, and those
    whose period has begun by the report day `as_of` (today if None).

    With `again` also all others, or those of `extracts` and of `period` (YYYY-MM, YYYY-Qn, or YYYY, which includes its
    months and quarters). Dumps are read again from the archive. `keep`: files of earlier readings that are still needed
    and not swept. `workers` judge beside this process, with the same results. One bad dump never stops the others.
    Raises LandingError when inbox, home or archive fail; what was committed stays, and the next run does the rest.
    """
    store = LandingStore(home.absolute())
    with as_landing_error(home):
        store.prepare()
        with Ledger.open(home, create=True) as ledger, store.workdir() as workdir:
            known = ledger.dumps()
            sweep(store, _kept(store, known) | set(keep), {dump.dump_id for dump in known}, workdir)
            ledger.complete_journal()
            found = pending(landing, home)
            inbox = inbox_of(landing)
            still, growing = settled((*found.growing, *found.ahead), inbox)
            quiet = [one for one in found.new if one not in found.ahead]
            rules, day = current_rules(), as_of or datetime.now(WUHAN).date()
            restored = {dump.dump_id for dump in without_rows(store, known)}
            tasks = [Task(one.path, one.size, seen=one) for one in (*quiet, *still)] + [
                Task(dump.path, dump.size, known=dump)
                for dump in known
                if dump.rules is not None
                and (
                    dump.dump_id in restored
                    or dump.rules != rules.of(dump.extract)
                    or _has_come(dump, day)
                    or (again and _chosen(dump, extracts, period))
                )
            ]
            tasks.sort(key=lambda task: (task.path, task.seen is None))
            with closing(LandingRun(store, inbox, ledger, workdir, rules, day)) as run:
                touched = run.take(tasks, progress, workers.judge if workers else None)
            ledger.keep_copy()
            if run.lost:
                raise run.lost[0]
            left = (*found.left, *(Skipped(one.path, *say("skipped.still_written")) for one in growing), *run.left)
            return Landed(tuple(ledger.receipts(touched)), left, tuple(sorted(restored)))


def withdraw(
    home: Path, dump_id: str, *, reason: str, by: str, announce: Callable[[], object] = lambda: None
) -> list[Receipt]:
    """Take a dump back for good: the revision before it becomes active again, its own receipt is rejected with reason
    `withdrawn` and keeps who, when and why; who is not published. To deliver it anew takes a new revision. `announce`
    is called before, once it is clear that it can be done.

    Returns the receipts that changed. Raises UnknownDump where there is nothing to withdraw, LandingError.
    """
    with as_landing_error(home), Ledger.open(home, write=True) as ledger:
        changed = ledger.withdraw(dump_id, at=datetime.now(UTC).isoformat(), by=by, reason=reason, announce=announce)
        ledger.keep_copy()
        return ledger.receipts(changed)


def reread(home: Path, dump_id: str, corrections: dict[str, tuple[Correction, ...]]) -> Dump:
    """Read an accepted dump of the archive again with these corrections instead of the register's. Its files carry the
    read key of the returned record, until the next run sweeps; the ledger is not changed. Raises LandingError."""
    store = LandingStore(home.absolute())
    rules = Rules({}, hashlib.sha256(repr(corrections).encode()).hexdigest())
    with as_landing_error(home), Ledger.open(home) as ledger, store.workdir() as workdir:
        known = ledger.dump(dump_id)
        if known is None or not known.accepted:
            raise UnknownDump(dump_id, "nothing_read")
        with closing(LandingRun(store, workdir, ledger, workdir, rules, date.max, corrections=corrections)) as run:
            source, files = workdir / f"0{suffix_of(known.path)}", list[StagedFile]()
            look = run.examine_archived(known, source)
            assert look.candidate is not None  # it was read before
            (made,) = run.read_candidates([look.candidate], files)
            commit_files(files)
    return made


def read_again(home: Path, sha256: str) -> list[Receipt]:
    """Read every dump of one content again from the archive, by the rules and decisions in force now. Returns the
    receipts that were written. Raises LandingError."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home, write=True) as ledger, store.workdir() as workdir:
        known = [dump for dump in ledger.dumps() if dump.sha256 == sha256 and dump.rules is not None]
        today = datetime.now(WUHAN).date()
        with closing(LandingRun(store, workdir, ledger, workdir, current_rules(), today)) as run:
            touched = run.take([Task(dump.path, dump.size, known=dump) for dump in known], None)
        ledger.keep_copy()
        if run.lost:
            raise run.lost[0]
        return ledger.receipts(touched)


def receipts(home: Path, dump_ids: Iterable[str] | None = None) -> list[Receipt]:
    """The receipts of these dumps, or all, in the order of their paths. Raises LandingError."""
    with as_landing_error(home), Ledger.open(home) as ledger:
        return ledger.receipts(dump_ids)


def receipts_to_tell(home: Path, recent: date, open_since: date) -> list[tuple[Receipt, bool]]:
    """The receipts that senders are told of, in the order of their paths, and whether each still waits for them: see
    Ledger.to_tell. Raises LandingError."""
    since = datetime(recent.year, recent.month, recent.day, tzinfo=WUHAN).astimezone(UTC).isoformat()
    with as_landing_error(home), Ledger.open(home) as ledger:
        is_open = ledger.to_tell(since, open_since.isoformat())
        return [(one, is_open[one.dump_id]) for one in ledger.receipts(is_open)]


def restore_ledger(home: Path) -> None:
    """Make a lost, damaged or older ledger again from its journal, or from copies. The caller sees to it that nobody
    else writes. Raises LandingError."""
    with as_landing_error(home), Ledger.open(home, write=True):
        pass


def unexplained_files(home: Path, keep: Collection[Path]) -> list[Path]:
    """The archived and landed files that would stop a landing, since no dump of the ledger explains them; `keep` as
    `land` has it. Raises LandingError."""
    store = LandingStore(home.absolute())
    if not store.ledger.is_file():
        return []
    with as_landing_error(home), Ledger.open(home) as ledger:
        known = ledger.dumps()
        return unexplained(store, _kept(store, known) | set(keep), {dump.dump_id for dump in known})


def originals(home: Path) -> set[str]:
    """The checksums of the dumps whose original bytes the archive must have. Raises LandingError."""
    with as_landing_error(home), Ledger.open(home) as ledger:
        return {dump.sha256 for dump in ledger.dumps() if dump.rules is not None}


@dataclass(frozen=True, slots=True)
class Needed:
    """Why a file of landing must be kept. `original`: the checksum of the delivered bytes that it holds. `relation`:
    the relation that its rows count in now. `is_journal`: it is an entry of the ledger's journal, which never
    changes."""

    original: str | None = None
    relation: str | None = None
    is_journal: bool = False


def needed_files(home: Path) -> dict[Path, Needed]:
    """The files from which a home can be made again: the journal of its ledger, all originals, the rows read of them.
    One that is lost is named, too. Raises LandingError."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home) as ledger:
        dumps, active = ledger.dumps(), {dump.dump_id for dump, _ in ledger.active()}
        found = {entry: Needed(is_journal=True) for entry in entries_of(store)}
    for dump in dumps:
        if dump.rules is not None:
            found[store.original(dump.sha256)] = Needed(original=dump.sha256)
        found |= dict.fromkeys(files_of(store, dump), Needed())
        if dump.dump_id in active:
            relation = f"landed.{dump.extract}"
            found[store.rows(str(dump.extract), dump.dump_id, dump.look)] = Needed(relation=relation)
    return found


def _kept(store: LandingStore, dumps: Iterable[Dump]) -> set[Path]:
    """Every file that a receipt refers to."""
    kept: set[Path] = set()
    for dump in dumps:
        if dump.rules is not None:
            kept.add(store.original(dump.sha256))
        if dump.accepted and dump.extract is not None:
            kept.add(store.rows(dump.extract, dump.dump_id, dump.look))
            kept.add(store.refused(dump.dump_id, dump.look))
            kept.add(store.applied(dump.extract, dump.dump_id, dump.look))
    return kept


def _has_come(dump: Dump, day: date) -> bool:
    """Whether a dump was rejected because its period had not begun, and it has begun now."""
    return (
        FUTURE in dump.reasons
        and dump.period_start is not None
        and not is_future(date.fromisoformat(dump.period_start), day)
    )


def _chosen(dump: Dump, extracts: Collection[str] | None, period: str | None) -> bool:
    if extracts is not None and dump.extract not in extracts:
        return False
    return period is None or dump.period == period or (dump.period or "").startswith(f"{period}-")
