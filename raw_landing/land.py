"""Landing: what is new in the inbox becomes archived bytes, typed Parquet and a receipt, or a receipt alone. How a
dump is read stands in reading.py, which dumps count in ledger.py, how files are kept in home.py; here they meet.

Order of every batch: files written beside their goals, listed, synced, renamed; then one transaction of the ledger, in
its journal first. A run killed before it leaves what it listed, which the next run sweeps; killed after it, everything
stands. The caller sees to it that one run lands at a time.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import stat
import time
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb

from raw_landing.bounds import FUTURE, WUHAN, is_fraction, is_future
from raw_landing.contract import Contract, load_contracts
from raw_landing.corrections import Correction, correct, load_corrections
from raw_landing.database import connect, literal
from raw_landing.errors import ArchiveDamaged, UnknownDump, machine_errno, machine_trouble, told_plainly
from raw_landing.fingerprint import Rules, current_rules, look_of
from raw_landing.intake.identify import (
    MAX_MANIFEST_BYTES,
    SUFFIXES,
    Identity,
    Manifest,
    identify,
    is_public_path,
    read_manifest,
)
from raw_landing.intake.inbox import MANIFEST, Kind, Left, Seen, inbox_of, pending, settled, survey
from raw_landing.ledger.store import LOADED, Dump, Ledger, Receipt, Sighting
from raw_landing.messages import receipts as notices
from raw_landing.messages.reasons import Problem, Unidentified
from raw_landing.parsing.reader import Facts, Reading, Request, read_dumps, saved
from raw_landing.parsing.reader import Receipt as Verdict
from raw_landing.progress import Progress
from raw_landing.regions import Regions, load_regions
from raw_landing.storage.rows_kept import without_rows
from raw_landing.storage.store import Home, Staged, compress, expand, settle
from raw_landing.storage.sweep import finished, intend, sweep

HOSTILE, UNIDENTIFIED = "hostile", "unidentified"
_BATCH_DUMPS, _BATCH_BYTES = 64, 256 << 20  # what one transaction holds at most
_CHUNK = 1 << 20
_NOTHING = hashlib.sha256().hexdigest()  # the content of a file that is never opened
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Landed:
    """What a run did: the receipts it wrote or changed, and what it left for the next run."""

    receipts: tuple[Receipt, ...]
    left: tuple[Left, ...]
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


@dataclass(frozen=True, slots=True)
class _Task:
    """A look to take: at a file of the inbox, or again at a dump in the archive."""

    path: str
    bytes: int
    seen: Seen | None = None
    known: Dump | None = None


class _NotNowError(Exception):
    """The file cannot be judged this time; the text says why."""


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
) -> Landed:
    """Land every new look in `<landing>/inbox`, and read again the dumps whose contract, regions or code changed, and
    those whose period had not begun and has on the day that is reported on, `as_of` (today if None).

    With `again` also all others, or those of `extracts` and of `period` (YYYY-MM, YYYY-Qn, or YYYY, which takes in
    the months and quarters of the year). What is read again comes from the archive. `keep` names files of earlier
    readings that somebody still needs: they are not swept. One bad dump never stops the others. Raises LandingError
    when inbox, home or archive fail; what was committed until then stands, and the next run completes the rest.
    """
    store = Home(home.absolute())
    with told_plainly(home):
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
            tasks = [_Task(one.path, one.size, seen=one) for one in (*quiet, *still)] + [
                _Task(dump.path, dump.size, known=dump)
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
            with closing(_Run(store, inbox, ledger, workdir, rules, day)) as run:
                touched = run.take(tasks, progress)
            ledger.keep_copy()
            if run.lost:
                raise run.lost[0]
            left = (*found.left, *(Left(one.path, "it is still being written") for one in growing), *run.left)
            return Landed(tuple(ledger.receipts(touched)), left, tuple(sorted(restored)))


def withdraw(home: Path, dump_id: str, *, reason: str, by: str) -> list[Receipt]:
    """Take a dump back for good: the revision before it becomes active again, its own receipt is rejected with reason
    `withdrawn` and keeps who, when and why; who is not published. To deliver it anew takes a new revision.

    Returns the receipts that changed. Raises UnknownDump where there is nothing to withdraw, LandingError.
    """
    with told_plainly(home), Ledger.open(home, write=True) as ledger:
        changed = ledger.withdraw(dump_id, at=datetime.now(UTC).isoformat(), by=by, reason=reason)
        ledger.keep_copy()
        return ledger.receipts(changed)


def reread(home: Path, dump_id: str, corrections: dict[str, tuple[Correction, ...]]) -> Dump:
    """Read an accepted dump of the archive as if these were the corrections; its rows stand where the look of what is
    returned names them, until the next run sweeps. The ledger learns nothing of it. Raises LandingError."""
    store = Home(home.absolute())
    rules = Rules({}, hashlib.sha256(repr(corrections).encode()).hexdigest())
    with told_plainly(home), Ledger.open(home) as ledger, store.workdir() as workdir:
        known = ledger.dump(dump_id)
        if known is None or not known.accepted:
            raise UnknownDump(dump_id, "nothing of it was read", "look for the number among the receipts")
        with closing(_Run(store, workdir, ledger, workdir, rules, date.max, corrections=corrections)) as run:
            source, files = workdir / f"0{_suffix(known.path)}", list[Staged]()
            look = run._look_again(known, source)
            assert look.candidate is not None  # it was read before
            (made,) = run._judge([look.candidate], files)
            settle(files)
    return made


def read_again(home: Path, sha256: str) -> list[Receipt]:
    """Read every dump of one content again from the archive, by the rules and decisions in force now. Returns the
    receipts that were written. Raises LandingError."""
    store = Home(home.absolute())
    with told_plainly(home), Ledger.open(home, write=True) as ledger, store.workdir() as workdir:
        known = [dump for dump in ledger.dumps() if dump.sha256 == sha256 and dump.rules is not None]
        today = datetime.now(WUHAN).date()
        with closing(_Run(store, workdir, ledger, workdir, current_rules(), today)) as run:
            touched = run.take([_Task(dump.path, dump.size, known=dump) for dump in known], None)
        ledger.keep_copy()
        if run.lost:
            raise run.lost[0]
        return ledger.receipts(touched)


def receipts(home: Path, dump_ids: Iterable[str] | None = None) -> list[Receipt]:
    """The receipts of these dumps, or all, in the order of their paths. Raises LandingError."""
    with told_plainly(home), Ledger.open(home) as ledger:
        return ledger.receipts(dump_ids)


@dataclass
class _Run:
    """One run over its tasks."""

    store: Home
    inbox: Path
    ledger: Ledger
    workdir: Path
    rules: Rules
    as_of: date
    contracts: dict[str, Contract] = field(default_factory=load_contracts)
    regions: Regions = field(default_factory=load_regions)
    corrections: dict[str, tuple[Correction, ...]] = field(default_factory=load_corrections)
    left: list[Left] = field(default_factory=list)
    lost: list[ArchiveDamaged] = field(default_factory=list)
    _connection: duckdb.DuckDBPyConnection | None = None
    _corrected: dict[str, int] = field(default_factory=dict)  # rows by dump_id, of this run
    _judged: set[str] = field(default_factory=set)  # dump_ids of this run: none is read twice
    _archived: set[str] = field(default_factory=set)  # sha256 of this run: none is written twice

    def take(self, tasks: Sequence[_Task], progress: Callable[[Progress], None] | None) -> list[str]:
        """Take all looks, batch by batch. Returns the dump_ids of the receipts written or changed."""
        touched: dict[str, None] = {}
        bytes_total, done, size, rows = sum(task.bytes for task in tasks), 0, 0, 0
        begun = time.monotonic()
        for batch in _batches(tasks):
            files: list[Staged] = []
            looks = [
                self._look(task, self.workdir / f"{number}{_suffix(task.path)}") for number, task in enumerate(batch)
            ]
            dumps = self._judge([one.candidate for one in looks if one.candidate is not None], files)
            dumps += [one.unopened for one in looks if one.unopened is not None]
            dumps.sort(key=lambda dump: dump.path)  # the first by path is the original of equal ones
            intend(self.store, files)
            settle(files)
            sightings = [one.sighting for one in looks if one.sighting is not None]
            touched |= dict.fromkeys(self.ledger.commit(dumps, sightings))
            done, size = done + len(batch), size + sum(task.bytes for task in batch)
            rows += sum(dump.rows_loaded for dump in dumps)
            if progress is not None:
                share = size / bytes_total if bytes_total else 1.0
                progress(Progress(done, len(tasks), rows, share, time.monotonic() - begun, batch[-1].path))
        finished(self.store)
        return list(touched)

    def _look(self, task: _Task, source: Path) -> _Look:
        """What one look brings; the bytes to be read, if any, are put down in `source`."""
        try:
            if task.seen is not None:
                return self._look_at_file(task.seen, source)
            if task.known is not None and task.known.dump_id not in self._judged:
                return self._look_again(task.known, source)
        except _NotNowError as error:
            self.left.append(Left(task.path, str(error)))
        except ArchiveDamaged as error:
            self.lost.append(error)
        source.unlink(missing_ok=True)
        return _Look()

    def _look_at_file(self, seen: Seen, source: Path) -> _Look:
        if seen.kind is not Kind.FILE:
            return self._unopened(seen, notices.LINK if seen.kind is Kind.LINK else notices.SPECIAL)
        try:
            sha256 = _snapshot(seen, source)
        except _UnreadableError:
            return self._unopened(seen, notices.UNREADABLE, unreadable=True)
        manifest, readable = _manifest(seen)
        original = _Original(seen.path, sha256, seen.size, manifest)
        sighting = Sighting(seen.path, *seen.sighting, unreadable=not readable, dump_id=original.dump_id)
        known = self.ledger.dump(original.dump_id)
        if known is not None and known.manifest == manifest and known.rules == self.rules.of(known.extract):
            source.unlink()
            return _Look(sighting=sighting)
        return _Look(self._candidate(original, source), sighting)

    def _unopened(self, seen: Seen, problem: Problem, *, unreadable: bool = False) -> _Look:
        """The rejection of what was not read at all: its content counts as nothing, and no rule can change it."""
        candidate = _Candidate(_Original(seen.path, _NOTHING, 0, None), Path())
        verdict = Verdict(reasons=(HOSTILE,), problems=(problem,))
        dump = replace(self._dump(candidate, verdict), rules=None)
        sighting = Sighting(seen.path, *seen.sighting, unreadable=unreadable, dump_id=dump.dump_id)
        return _Look(sighting=sighting, unopened=dump)

    def _look_again(self, known: Dump, source: Path) -> _Look:
        if not expand(self.store.original(known.sha256), source, known.sha256):
            self._fetch_lost(known, source)
        return _Look(self._candidate(_Original(known.path, known.sha256, known.size, known.manifest), source))

    def _candidate(self, original: _Original, source: Path) -> _Candidate:
        """Identify the dump whose bytes stand in `source`."""
        self._judged.add(original.dump_id)
        manifest: Manifest | None = None
        try:
            if original.manifest is not None:
                sidecar = self.workdir / f"dump{MANIFEST}"
                sidecar.write_bytes(original.manifest)
                manifest = read_manifest(sidecar)
            identity = identify(PurePosixPath(original.path), manifest, self.contracts, self.regions)
        except Unidentified as error:
            return _Candidate(original, source, manifest=manifest, problems=error.problems)
        return _Candidate(original, source, identity, manifest, set_aside=self.ledger.lines_set_aside(original.sha256))

    def _fetch_lost(self, known: Dump, source: Path) -> None:
        """Take from the inbox what the archive has lost, if it is still there unchanged; it is archived anew."""
        archived = self.store.original(known.sha256)
        archived.unlink(missing_ok=True)
        found = [seen for seen in survey(self.inbox)[0] if seen.path == known.path and seen.kind is Kind.FILE]
        with suppress(_UnreadableError, _NotNowError):
            if found and _snapshot(found[0], source) == known.sha256:
                return
        cause = f"the original of {known.path} (dump {known.dump_id}) is gone or damaged"
        raise ArchiveDamaged(archived, cause, "deliver the same file again, or put it back from a copy")

    def _judge(self, candidates: Sequence[_Candidate], files: list[Staged]) -> list[Dump]:
        """Read dumps and meanwhile pack their originals; originals, rows and refused rows are staged, the passing
        copies removed."""
        with ThreadPoolExecutor(max_workers=1) as packer:
            packed = [packer.submit(compress, *work) for one in candidates if (work := self._archived_as(one, files))]
            dumps = self._read_all(candidates, files)
            for done in packed:
                done.result()
        for one in candidates:
            one.source.unlink()
        return dumps

    def _read_all(self, candidates: Sequence[_Candidate], files: list[Staged]) -> list[Dump]:
        known = [one for one in candidates if one.identity is not None]
        dumps = [
            self._dump(one, Verdict(reasons=(UNIDENTIFIED,), problems=one.problems))
            for one in candidates
            if one.identity is None
        ]
        for one, (verdict, staged) in zip(known, self._read(known), strict=True):
            dumps.append(self._dump(one, verdict))
            files += staged
        return dumps

    def _read(self, candidates: Sequence[_Candidate]) -> list[tuple[Verdict, list[Staged]]]:
        """The verdict on each and the files of its rows: together if that goes well, else one by one, so that whatever
        one dump can do to us, the others land."""
        staged: list[list[Staged]] = [[] for _ in candidates]
        try:
            return list(zip(self._read_together(candidates, staged), staged, strict=True))
        except Exception as error:
            for file in itertools.chain.from_iterable(staged):
                file.part.unlink(missing_ok=True)
            machine = machine_errno(error)
            if machine is not None:
                raise machine_trouble(machine, self.store.root) from error
            self.close()  # a database that met an inner error answers nobody any more
            if len(candidates) > 1:
                return [outcome for one in candidates for outcome in self._read([one])]
            where = traceback.extract_tb(error.__traceback__)[-1]
            _log.error(  # not the text of the error: DuckDB's quote cells
                "dump %s could not be read: %s at %s:%s",
                candidates[0].original.dump_id,
                type(error).__name__,
                Path(where.filename).name,
                where.lineno,
            )
            return [(Verdict(reasons=(HOSTILE,), problems=(notices.BROKEN,)), [])]

    def _read_together(self, candidates: Sequence[_Candidate], staged: list[list[Staged]]) -> list[Verdict]:
        requests = [
            Request(
                one.source,
                self.contracts[one.identity.extract],
                one.identity,
                one.manifest,
                one.original.sha256,
                _facts(one, one.identity, self.contracts[one.identity.extract]),
                one.set_aside,
                self.as_of,
            )
            for one in candidates
            if one.identity is not None
        ]
        if not requests:
            return []
        readings = read_dumps(requests, regions=self.regions, connection=self._database(), workdir=self.workdir)
        verdicts = []
        for one, reading, files in zip(candidates, readings, staged, strict=True):
            with reading:
                verdicts.append(self._write(one, reading, files))
        return verdicts

    def _database(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = connect(spill=self.workdir / "spill")
        return self._connection

    def close(self) -> None:
        """Close the database that dumps are read in; the next one opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _archived_as(self, candidate: _Candidate, files: list[Staged]) -> tuple[Path, Path] | None:
        """The bytes to be packed and where to, unless the archive has them."""
        sha256 = candidate.original.sha256
        archived = self.store.original(sha256)
        if sha256 in self._archived or archived.exists():
            return None
        self._archived.add(sha256)
        files.append(self.store.stage(archived))
        return candidate.source, files[-1].part

    def _write(self, candidate: _Candidate, reading: Reading, files: list[Staged]) -> Verdict:
        """Write an accepted dump's rows, corrected and each with what the dump is, what was corrected, and its refused
        rows. Returns the verdict on what was written."""
        identity, dump_id = candidate.identity, candidate.original.dump_id
        if reading.receipt.reasons or identity is None:
            return reading.receipt
        look = look_of(candidate.original.manifest_sha256, self.rules.of(identity.extract), candidate.set_aside)
        corrections = self.corrections.get(identity.extract, ())
        corrected = correct(reading.rows, identity, self._database(), corrections)
        files.append(self.store.stage(self.store.rows(identity.extract, dump_id, look)))
        if corrected.applied is None:
            reading.save(files[-1].part)
        else:
            rows = corrected.rows.project(saved(_facts(candidate, identity, self.contracts[identity.extract])))
            rows.write_parquet(str(files[-1].part), compression="zstd")
        if reading.receipt.rows_refused:
            refused = reading.refused.project(f"{literal(dump_id)} AS dump_id, line_number, reasons, original")
            files.append(self.store.stage(self.store.refused(dump_id, look)))
            refused.write_parquet(str(files[-1].part), compression="zstd")
        if corrected.applied is None:
            return reading.receipt
        files.append(self.store.stage(self.store.applied(identity.extract, dump_id, look)))
        applied = corrected.applied.project(f"{literal(dump_id)} AS dump_id, *")
        applied.write_parquet(str(files[-1].part), compression="zstd")
        self._corrected[dump_id] = corrected.rows_corrected
        return _after_corrections(reading.receipt, corrected.rows_corrected, corrected.rows_dropped)

    def _dump(self, candidate: _Candidate, verdict: Verdict) -> Dump:
        original, identity, manifest = candidate.original, candidate.identity, candidate.manifest
        rules = self.rules.of(identity.extract if identity else None)
        facts: dict[str, Any] = (
            {
                "source": identity.source,
                "extract": identity.extract,
                "period_start": identity.period_start.isoformat(),
                "period_end": identity.period_end.isoformat(),
                "unit_code": identity.unit_code,
                "revision": identity.revision,
                "sampling_fraction": _fraction(manifest, self.contracts[identity.extract]),
            }
            if identity
            else {}
        )
        stated = manifest or Manifest()
        first = self.ledger.first_landing(original.dump_id, original.manifest_sha256)
        return Dump(
            dump_id=original.dump_id,
            path=original.path,
            is_path_public=UNIDENTIFIED not in verdict.reasons
            and is_public_path(PurePosixPath(original.path), self.contracts, self.regions),
            sha256=original.sha256,
            size=original.size,
            manifest=original.manifest,
            manifest_sha256=original.manifest_sha256,
            rules=rules,
            look=look_of(original.manifest_sha256, rules, candidate.set_aside),
            set_aside=candidate.set_aside,
            accepted=not verdict.reasons,
            **facts,
            as_of=stated.as_of.isoformat() if stated.as_of else None,
            is_synthetic=bool(stated.synthetic),
            submitted_by=stated.submitted_by,
            is_zero=not verdict.reasons and stated.rows == 0,
            encoding=verdict.encoding,
            delimiter=verdict.delimiter,
            lines_read=verdict.lines_read,
            rows_read=verdict.rows_read,
            rows_loaded=verdict.rows_loaded,
            rows_refused=verdict.rows_refused,
            rows_repeated=verdict.rows_repeated,
            rows_skipped=verdict.rows_skipped,
            rows_corrected=0 if verdict.reasons else self._corrected.get(original.dump_id, 0),
            reasons=verdict.reasons,
            warnings=verdict.warnings,
            problems=verdict.problems,
            message_zh=verdict.message_zh,
            message_en=verdict.message_en,
            landed_at=first or datetime.now(UTC).isoformat(),
        )


@dataclass(frozen=True, slots=True)
class _Original:
    """A dump as delivered: its path, its content by hash, the bytes of its manifest."""

    path: str
    sha256: str
    size: int
    manifest: bytes | None

    @property
    def dump_id(self) -> str:
        """The name of this content under this path, for ever (spec: landing, Receipts)."""
        return hashlib.sha256(f"{self.path}\0{self.sha256}".encode()).hexdigest()[:16]

    @property
    def manifest_sha256(self) -> str | None:
        """None without a manifest."""
        return None if self.manifest is None else hashlib.sha256(self.manifest).hexdigest()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A dump to be judged: its bytes in `source`, what it is, or why that cannot be told."""

    original: _Original
    source: Path
    identity: Identity | None = None
    manifest: Manifest | None = None
    problems: tuple[Problem, ...] = ()
    set_aside: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look brings: a dump to judge, or the rejection of one that was not opened, and how its file looked."""

    candidate: _Candidate | None = None
    sighting: Sighting | None = None
    unopened: Dump | None = None


class _UnreadableError(Exception):
    """The user of the nightly job may not read the file."""


def _snapshot(seen: Seen, goal: Path) -> str:
    """Copy a file of the inbox to `goal` and return its sha256: what is read cannot move under its reader.

    Raises _UnreadableError, _NotNowError when it moved meanwhile, OSError when the copy cannot be written.
    """
    digest = hashlib.sha256()
    with goal.open("wb") as copy:
        for chunk in _chunks(seen.file, seen.size, seen.mtime_ns):
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest()


def _manifest(seen: Seen) -> tuple[bytes | None, bool]:
    """The bytes of a file's manifest, None without one, and whether it could be read.

    One that is no ordinary file, may not be read or is too long counts as text that is no JSON.
    """
    if seen.manifest_file is None or seen.manifest_size is None or seen.manifest_mtime_ns is None:
        return None, True
    if seen.manifest_size > MAX_MANIFEST_BYTES or Path(seen.manifest_file).is_symlink():
        return b"", True
    try:
        return b"".join(_chunks(seen.manifest_file, seen.manifest_size, seen.manifest_mtime_ns)), True
    except _UnreadableError:
        return b"", False


def _chunks(file: str, size: int, mtime_ns: int) -> Iterator[bytes]:
    """The bytes of a file that is and stays as it was seen. Never waits for a pipe, never follows a link."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError as error:
        raise _UnreadableError from error
    except OSError as error:
        raise _NotNowError(f"it cannot be read: {error.strerror}") from error
    try:
        opened = os.fstat(descriptor)
        missing = size
        if not stat.S_ISREG(opened.st_mode):
            raise _NotNowError("it is no ordinary file any more")
        while missing >= 0 and (chunk := os.read(descriptor, _CHUNK)):
            missing -= len(chunk)
            yield chunk
        now, there = os.fstat(descriptor), os.stat(file, follow_symlinks=False)  # noqa: PTH116 - never follow
    except OSError as error:
        raise _NotNowError(f"it cannot be read: {error.strerror}") from error
    finally:
        os.close(descriptor)
    same_file = (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)
    if missing or not same_file or any((one.st_size, one.st_mtime_ns) != (size, mtime_ns) for one in (opened, now)):
        raise _NotNowError("it changed while it was read")


def _batches(tasks: Sequence[_Task]) -> Iterator[list[_Task]]:
    batch: list[_Task] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == _BATCH_DUMPS or sum(one.bytes for one in batch) >= _BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _suffix(path: str) -> str:
    """The suffix of a dump's name in small letters: the only part of a name that reaches the reader."""
    return next(suffix for suffix in SUFFIXES if path.lower().endswith(suffix))


def _after_corrections(verdict: Verdict, corrected: int, dropped: int) -> Verdict:
    """What became of a dump whose rows were corrected: a row that was dropped by decision counts as skipped."""
    return replace(
        verdict,
        lines_skipped=verdict.lines_skipped + dropped,
        rows_skipped=verdict.rows_skipped + dropped,
        rows_read=verdict.rows_read - dropped,
        rows_loaded=verdict.rows_loaded - dropped,
        warnings=(*verdict.warnings, f"corrected: {corrected}", *([f"dropped: {dropped}"] if dropped else [])),
    )


def _facts(candidate: _Candidate, identity: Identity, contract: Contract) -> Facts:
    """What its dump is, as columns of a landed row."""
    return {
        "dump_id": literal(candidate.original.dump_id),
        "unit_code": literal(identity.unit_code),
        "period_start": f"DATE '{identity.period_start}'",
        "period_end": f"DATE '{identity.period_end}'",
        "revision": f"{identity.revision}::INTEGER",
        "sampling_fraction": f"{_fraction(candidate.manifest, contract) or 1.0!r}::DOUBLE",
    }


def _fraction(manifest: Manifest | None, contract: Contract) -> float | None:
    """What share of the whole the dump is; None where what is stated is none, so that the dump is rejected."""
    stated = manifest.sampling_fraction if manifest else None
    return 1.0 if stated is None else stated if is_fraction(stated, contract) else None


def _kept(store: Home, dumps: Iterable[Dump]) -> set[Path]:
    """Every file that a receipt names."""
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
