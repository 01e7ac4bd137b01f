"""Takes in dumps batch by batch: examines, reads, stages files (together: judges), commits to the ledger.

Order of every batch: files are written beside their goals, listed, synced, renamed; then one transaction of the ledger,
in its journal first. A run killed before the transaction leaves what it listed, which the next run sweeps; killed after
it, everything stands."""

from __future__ import annotations

import hashlib
import itertools
import logging
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

import duckdb

from raw_landing.batches import ArchiveLeftAlone, Intake, Judged, Task, suffix_of
from raw_landing.contract import Contract, load_contracts
from raw_landing.corrections import Correction, correct, load_corrections
from raw_landing.database import connect, literal
from raw_landing.errors import ArchiveDamaged, machine_errno, machine_trouble
from raw_landing.fingerprint import Rules, read_key_of
from raw_landing.intake.candidate import UNIDENTIFIED, Candidate, Original, dump_record, row_facts
from raw_landing.intake.copy import NotNowError, UnreadableError, copy_file, manifest_bytes
from raw_landing.intake.identify import (
    Manifest,
    identify,
    is_public_path,
    read_manifest,
)
from raw_landing.intake.inbox import MANIFEST, InboxFile, Kind, Skipped, survey
from raw_landing.ledger.records import Dump, FileStat
from raw_landing.ledger.store import Ledger
from raw_landing.messages.reasons import Problem, Unidentified
from raw_landing.messages.receipts import link_problem, special_file_problem, unparsable_problem, unreadable_problem
from raw_landing.parsing.reader import Prepared, prepare_dumps, read_dumps
from raw_landing.parsing.types import ParsedDump, ParseResult, Request, saved
from raw_landing.progress import Progress
from raw_landing.regions import Regions, load_regions
from raw_landing.storage.store import LandingStore, StagedFile, commit_files, compress, expand
from raw_landing.storage.sweep import finished, intend

HOSTILE = "hostile"
BATCH_DUMPS, BATCH_BYTES = 64, 256 << 20  # what one transaction holds at most
_NOTHING = hashlib.sha256().hexdigest()  # the content of a file that is never opened
_log = logging.getLogger("hrss")


@dataclass(frozen=True, slots=True)
class _Ready:
    """A batch, what examining it brought, its files so far, and what other threads make of it meanwhile: originals
    packed for the archive, dumps prepared for the database."""

    intakes: list[Intake]
    left: list[Skipped]
    candidates: list[Candidate]
    files: list[StagedFile]
    packed: list[Future[None]]
    prepared: Future[Prepared]


@dataclass
class LandingRun:
    """One run over its tasks."""

    store: LandingStore
    inbox: Path
    ledger: Ledger
    workdir: Path
    rules: Rules
    as_of: date
    contracts: dict[str, Contract] = field(default_factory=load_contracts)
    regions: Regions = field(default_factory=load_regions)
    corrections: dict[str, tuple[Correction, ...]] = field(default_factory=load_corrections)
    left: list[Skipped] = field(default_factory=list)
    lost: list[ArchiveDamaged] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    """Of the database that dumps are read in, where they are not those of every database."""
    _connection: duckdb.DuckDBPyConnection | None = None
    _corrected: dict[str, int] = field(default_factory=dict)  # rows by dump_id, of this run
    _examined: set[str] = field(default_factory=set)  # dump_ids of this run: none is read twice
    _archived: set[str] = field(default_factory=set)  # sha256 of this run: none is written twice

    def take(
        self,
        tasks: Sequence[Task],
        progress: Callable[[Progress], None] | None,
        judge: Callable[[LandingRun, list[list[Task]]], Generator[Judged]] | None = None,
    ) -> list[str]:
        """Take in all dumps, batch by batch, in their order; `judge` says what becomes of each, the run itself if None.
        Returns the dump_ids of the receipts written or changed."""
        touched: dict[str, None] = {}
        bytes_total, done, size, rows = sum(task.bytes for task in tasks), 0, 0, 0
        begun, batches = time.monotonic(), batches_of(tasks)
        with closing(judge(self, batches) if judge else self.judge(batches)) as judged:
            for batch, one in zip(batches, judged, strict=True):
                self.left += one.left
                intend(self.store, one.files)
                commit_files(one.files)
                touched |= dict.fromkeys(self.ledger.commit(one.dumps, one.file_stats))
                done, size = done + len(batch), size + sum(task.bytes for task in batch)
                rows += sum(dump.rows_loaded for dump in one.dumps)
                if progress is not None:
                    share, last = size / bytes_total if bytes_total else 1.0, batch[-1].path
                    progress(Progress(done, len(tasks), rows, share, time.monotonic() - begun, last))
        finished(self.store)
        return list(touched)

    def judge(self, batches: Iterable[list[Task]]) -> Generator[Judged]:
        """Read each batch and stage its files. The ledger is not changed."""
        with closing(self._ready(batches)) as readied:
            for ready in readied:
                dumps = self._read_all(ready.candidates, ready.files, ready.prepared.result)
                for packed in ready.packed:
                    packed.result()
                for candidate in ready.candidates:
                    candidate.source.unlink()
                dumps += [one.unopened for one in ready.intakes if one.unopened is not None]
                dumps.sort(key=lambda dump: dump.path)  # the first by path is the original of equal ones
                file_stats = [one.file_stat for one in ready.intakes if one.file_stat is not None]
                yield Judged(dumps, ready.files, file_stats, ready.left)

    def _ready(self, batches: Iterable[list[Task]]) -> Generator[_Ready]:
        """Each batch, examined, packed and prepared while the batch before it is being read. Nothing of it is more than
        a file of the run's own folder or one under a temporary name."""
        number = itertools.count()
        with ThreadPoolExecutor(max_workers=1) as ahead, ThreadPoolExecutor(max_workers=1) as packer:
            ready = None
            for batch in batches:
                left = list[Skipped]()
                sources = [self.workdir / f"{next(number)}{suffix_of(task.path)}" for task in batch]
                intakes = [self._examine(task, source, left) for task, source in zip(batch, sources, strict=True)]
                candidates, files = [one.candidate for one in intakes if one.candidate is not None], list[StagedFile]()
                packed = [
                    packer.submit(compress, *work) for one in candidates if (work := self._archived_as(one, files))
                ]
                prepared = ahead.submit(prepare_dumps, self._requests(candidates), workdir=self.workdir)
                if ready is not None:
                    yield ready
                ready = _Ready(intakes, left, candidates, files, packed, prepared)
            if ready is not None:
                yield ready

    def _examine(self, task: Task, source: Path, left: list[Skipped]) -> Intake:
        """What examining one task brings; the bytes to be read, if any, are copied to `source`."""
        try:
            if task.seen is not None:
                return self._examine_file(task.seen, source)
            if task.known is not None and task.known.dump_id not in self._examined:
                return self.examine_archived(task.known, source)
        except NotNowError as error:
            left.append(Skipped(task.path, *error.said))
        except ArchiveDamaged as error:
            self.lost.append(error)
        source.unlink(missing_ok=True)
        return Intake()

    def _examine_file(self, seen: InboxFile, source: Path) -> Intake:
        if seen.kind is not Kind.FILE:
            return self._unopened(seen, link_problem() if seen.kind is Kind.LINK else special_file_problem())
        try:
            sha256 = copy_file(seen, source)
        except UnreadableError:
            return self._unopened(seen, unreadable_problem(), unreadable=True)
        manifest, readable = manifest_bytes(seen)
        original = Original(seen.path, sha256, seen.size, manifest)
        file_stat = FileStat(seen.path, *seen.file_stat, unreadable=not readable, dump_id=original.dump_id)
        known = self.ledger.dump(original.dump_id)
        if known is not None and known.manifest == manifest and known.rules == self.rules.of(known.extract):
            source.unlink()
            return Intake(file_stat=file_stat)
        return Intake(self._candidate(original, source), file_stat)

    def _unopened(self, seen: InboxFile, problem: Problem, *, unreadable: bool = False) -> Intake:
        """The rejection of a file that was not opened: it counts as empty, and no rule can change it."""
        candidate = Candidate(Original(seen.path, _NOTHING, 0, None), Path())
        result = ParseResult(reasons=(HOSTILE,), problems=(problem,))
        dump = replace(self._dump(candidate, result), rules=None)
        file_stat = FileStat(seen.path, *seen.file_stat, unreadable=unreadable, dump_id=dump.dump_id)
        return Intake(file_stat=file_stat, unopened=dump)

    def examine_archived(self, known: Dump, source: Path) -> Intake:
        if not expand(self.store.original(known.sha256), source, known.sha256):
            self._fetch_lost(known, source)
        return Intake(self._candidate(Original(known.path, known.sha256, known.size, known.manifest), source))

    def _candidate(self, original: Original, source: Path) -> Candidate:
        """Identify the dump whose bytes are in `source`."""
        self._examined.add(original.dump_id)
        manifest: Manifest | None = None
        try:
            if original.manifest is not None:
                sidecar = self.workdir / f"dump{MANIFEST}"
                sidecar.write_bytes(original.manifest)
                manifest = read_manifest(sidecar)
            identity = identify(PurePosixPath(original.path), manifest, self.contracts, self.regions)
        except Unidentified as error:
            return Candidate(original, source, manifest=manifest, problems=error.problems)
        return Candidate(original, source, identity, manifest, set_aside=self.ledger.lines_set_aside(original.sha256))

    def _fetch_lost(self, known: Dump, source: Path) -> None:
        """Copy from the inbox what the archive has lost, if it is still there unchanged; it is archived again."""
        if self.store.writer:
            raise ArchiveLeftAlone(known.dump_id)
        archived = self.store.original(known.sha256)
        archived.unlink(missing_ok=True)
        found = [seen for seen in survey(self.inbox)[0] if seen.path == known.path and seen.kind is Kind.FILE]
        with suppress(UnreadableError, NotNowError):
            if found and copy_file(found[0], source) == known.sha256:
                return
        raise ArchiveDamaged(archived, "original_gone", dump=known.path, dump_id=known.dump_id)

    def read_candidates(self, candidates: Sequence[Candidate], files: list[StagedFile]) -> list[Dump]:
        """Read some dumps; originals that the archive lacks, rows and refused rows are staged, the temporary copies
        removed."""
        for one in candidates:
            if work := self._archived_as(one, files):
                compress(*work)
        dumps = self._read_all(candidates, files, None)
        for one in candidates:
            one.source.unlink()
        return dumps

    def _read_all(
        self, candidates: Sequence[Candidate], files: list[StagedFile], prepared: Callable[[], Prepared] | None
    ) -> list[Dump]:
        known = [one for one in candidates if one.identity is not None]
        dumps = [
            self._dump(one, ParseResult(reasons=(UNIDENTIFIED,), problems=one.problems))
            for one in candidates
            if one.identity is None
        ]
        for one, (result, staged) in zip(known, self._read(known, prepared), strict=True):
            dumps.append(self._dump(one, result))
            files += staged
        return dumps

    def _read(
        self, candidates: Sequence[Candidate], prepared: Callable[[], Prepared] | None = None
    ) -> list[tuple[ParseResult, list[StagedFile]]]:
        """The result and files of each dump. They are read together; if that fails, one by one, so that one dump cannot
        stop the others."""
        staged: list[list[StagedFile]] = [[] for _ in candidates]
        try:
            return list(zip(self._read_together(candidates, staged, prepared), staged, strict=True))
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
            return [(ParseResult(reasons=(HOSTILE,), problems=(unparsable_problem(),)), [])]

    def _requests(self, candidates: Sequence[Candidate]) -> list[Request]:
        """What the reader is asked for of the candidates that are identified."""
        return [
            Request(
                one.source,
                self.contracts[one.identity.extract],
                one.identity,
                one.manifest,
                one.original.sha256,
                row_facts(one, one.identity, self.contracts[one.identity.extract]),
                one.set_aside,
                self.as_of,
            )
            for one in candidates
            if one.identity is not None
        ]

    def _read_together(
        self,
        candidates: Sequence[Candidate],
        staged: list[list[StagedFile]],
        prepared: Callable[[], Prepared] | None,
    ) -> list[ParseResult]:
        requests = self._requests(candidates)
        if not requests:
            return []
        readings = read_dumps(
            requests, regions=self.regions, connection=self._database(), workdir=self.workdir, prepared=prepared
        )
        results = []
        for one, reading, files in zip(candidates, readings, staged, strict=True):
            with reading:
                results.append(self._write(one, reading, files))
        return results

    def _database(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = connect(spill=self.workdir / "spill")
            for name, value in self.settings.items():
                self._connection.execute(f"SET {name} = {literal(value)}")
        return self._connection

    def close(self) -> None:
        """Close the database that dumps are read in; the next one opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _archived_as(self, candidate: Candidate, files: list[StagedFile]) -> tuple[Path, Path] | None:
        """The bytes to compress and where to, unless the archive has them."""
        sha256 = candidate.original.sha256
        archived = self.store.original(sha256)
        if sha256 in self._archived or archived.exists():
            return None
        self._archived.add(sha256)
        files.append(self.store.stage(archived))
        return candidate.source, files[-1].part

    def _write(self, candidate: Candidate, reading: ParsedDump, files: list[StagedFile]) -> ParseResult:
        """Stage the files of an accepted dump: its rows (corrected), its refused rows, the corrections applied. Returns
        the result after corrections."""
        identity, dump_id = candidate.identity, candidate.original.dump_id
        if reading.receipt.reasons or identity is None:
            return reading.receipt
        look = read_key_of(candidate.original.manifest_sha256, self.rules.of(identity.extract), candidate.set_aside)
        corrections = self.corrections.get(identity.extract, ())
        corrected = correct(reading.rows, identity, self._database(), corrections) if corrections else None
        files.append(self.store.stage(self.store.rows(identity.extract, dump_id, look)))
        if corrected is None or corrected.applied is None:
            reading.save(files[-1].part)
        else:
            rows = corrected.rows.project(saved(row_facts(candidate, identity, self.contracts[identity.extract])))
            rows.write_parquet(str(files[-1].part), compression="zstd")
        if reading.receipt.rows_refused:
            refused = reading.refused.project(f"{literal(dump_id)} AS dump_id, line_number, reasons, original")
            files.append(self.store.stage(self.store.refused(dump_id, look)))
            refused.write_parquet(str(files[-1].part), compression="zstd")
        if corrected is None or corrected.applied is None:
            return reading.receipt
        files.append(self.store.stage(self.store.applied(identity.extract, dump_id, look)))
        applied = corrected.applied.project(f"{literal(dump_id)} AS dump_id, *")
        applied.write_parquet(str(files[-1].part), compression="zstd")
        self._corrected[dump_id] = corrected.rows_corrected
        return _after_corrections(reading.receipt, corrected.rows_corrected, corrected.rows_dropped)

    def _dump(self, candidate: Candidate, result: ParseResult) -> Dump:
        original, identity = candidate.original, candidate.identity
        path = PurePosixPath(original.path)
        landed_at = self.ledger.first_landing(original.dump_id, original.manifest_sha256)
        return dump_record(
            candidate,
            result,
            self.contracts[identity.extract] if identity else None,
            self.rules.of(identity.extract if identity else None),
            is_path_public=UNIDENTIFIED not in result.reasons and is_public_path(path, self.contracts, self.regions),
            rows_corrected=self._corrected.get(original.dump_id, 0),
            landed_at=landed_at or datetime.now(UTC).isoformat(),
        )


def batches_of(tasks: Sequence[Task]) -> list[list[Task]]:
    """The tasks, in their order, in batches; those of one path are of one batch."""
    batches, size = list[list[Task]](), 0
    for task in tasks:
        is_full = not batches or len(batches[-1]) >= BATCH_DUMPS or size >= BATCH_BYTES
        if is_full and not (batches and batches[-1][-1].path == task.path):
            batches.append([])
            size = 0
        batches[-1].append(task)
        size += task.bytes
    return batches


def _after_corrections(result: ParseResult, corrected: int, dropped: int) -> ParseResult:
    """The result after corrections: a row that a correction dropped counts as skipped."""
    return replace(
        result,
        lines_skipped=result.lines_skipped + dropped,
        rows_skipped=result.rows_skipped + dropped,
        rows_read=result.rows_read - dropped,
        rows_loaded=result.rows_loaded - dropped,
        warnings=(*result.warnings, f"corrected: {corrected}", *([f"dropped: {dropped}"] if dropped else [])),
    )
