"""Refused rows on their way back: lists them with reasons and exports them as a file to mend and deliver as the next
revision; sets rows aside by hand, on record."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from raw_landing.contract import Column, Contract, load_contracts
from raw_landing.database import connect, identifier, literal
from raw_landing.errors import ArchiveDamaged, LandingError, UnknownDump, as_landing_error
from raw_landing.intake.identify import SUFFIXES, Identity, Manifest, read_manifest
from raw_landing.intake.inbox import MANIFEST
from raw_landing.land import read_again
from raw_landing.ledger.records import DUPLICATE, WITHDRAWN, Dump, Receipt, SetAside
from raw_landing.ledger.store import Ledger
from raw_landing.messages.problems import fault_words, masked
from raw_landing.parsing.cell_sql import FALSE, TRUE
from raw_landing.parsing.reader import read_dumps
from raw_landing.parsing.types import ParsedDump, Request
from raw_landing.storage.small_files import read_files
from raw_landing.storage.store import LandingStore, expand
from raw_landing.temporary import temporary_folder
from raw_landing.text import say

MARK, _ = say("mark")
"""The column that tells of each row why it was refused. No contract knows it, so landing ignores it with a warning."""

_FORMULA = "=+-@＝＋－＠''\t\r\n"  # what a spreadsheet may take for the beginning of a formula, and our own guard
_LONGEST_FORMULA = 250  # characters of ="…" that a spreadsheet reads
_KEPT = ("sampling_fraction", "synthetic", "as_of", "submitted_by")  # what a manifest says that no name can


@dataclass(frozen=True, slots=True)
class Refusals:
    """A dump with refused rows. `reasons`: rows by reason; of a rejected dump, whose rows are not kept, cells."""

    dump_id: str
    path: str
    status: str
    rows: int
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A refused row: the line it begins on, its faults, its text, and the text under each column of the contract (None
    where the number of fields is at fault)."""

    line_number: int
    faults: tuple[str, ...]
    original: str
    cells: tuple[str, ...] | None

    def words(self, contract: Contract) -> tuple[str, str]:
        """Why it was refused, in Chinese and in English."""
        zh, en = zip(*(fault_words(fault, contract) for fault in self.faults), strict=True)
        return ";".join(zh), "; ".join(en)

    def masked(self, contract: Contract) -> str:
        """Its filled cells without what is personal; nothing of a row whose cells cannot be told apart."""
        if self.cells is None:
            return "***"
        pairs = zip(contract.columns, self.cells, strict=True)
        return ", ".join(f"{column.zh}={masked(text, column)}" for column, text in pairs if text)


@dataclass(frozen=True, slots=True)
class Exported:
    """A file written for mending. `delivery`: the path under the inbox that makes it the next revision; `manifest`:
    the sidecar that must be delivered along, where the dump's own said what no name can."""

    file: Path
    manifest: Path | None
    rows: int
    refused: int
    delivery: str
    is_whole: bool


def refusals(home: Path) -> list[Refusals]:
    """The dumps of which rows were refused, in the order of their paths. Raises LandingError."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home) as ledger:
        receipts = {one.dump_id: one for one in ledger.receipts()}
        dumps = [dump for dump in ledger.dumps() if dump.rows_refused and dump.extract is not None]
        kept = [store.refused(dump.dump_id, dump.look) for dump in ledger.refused()]
    counts: dict[str, dict[str, int]] = {}
    if kept:
        with connect() as connection:
            found = connection.execute(
                "SELECT dump_id, reason, count(*) FROM (SELECT dump_id, unnest(reasons) AS reason"
                " FROM read_parquet(?, hive_partitioning = false)) GROUP BY ALL ORDER BY ALL",
                [[str(file) for file in kept]],
            )
            for dump_id, reason, count in found.fetchall():
                counts.setdefault(dump_id, {})[reason] = count
    listed = []
    for dump in dumps:
        receipt = receipts[dump.dump_id]
        if receipt.status != DUPLICATE and WITHDRAWN not in receipt.reasons:
            reasons = counts.get(dump.dump_id) or _cells_by_reason(dump)
            listed.append(Refusals(dump.dump_id, dump.path, receipt.status, dump.rows_refused, reasons))
    return listed


def refused_rows(home: Path, dump_id: str) -> tuple[Contract, list[RefusedRow]]:
    """The refused rows of a dump, in the order of their lines, read again from the archive. Raises LandingError."""
    with _opened(home, dump_id) as (_, contract, _, reading):
        rows = reading.refused_cells().order("line_number").fetchall()
    return contract, [
        RefusedRow(line, tuple(faults), original, None if cells is None else tuple(cells))
        for line, faults, original, cells in rows
    ]


def export(
    home: Path, dump_id: str, out: Path, *, whole: bool = False, announce: Callable[[], object] = lambda: None
) -> Exported:
    """Write the refused rows of a dump, or with `whole` all its rows, for mending: UTF-8 with BOM, the contract's
    Chinese header, and MARK. Accepted rows are written clean, refused ones as they came. `announce` is called before.

    Spreadsheets leave every cell as it is and take none for a formula. `out` is a file that is not there yet, or a
    folder. The file holds personal data and is its owner's only. Raises LandingError.
    """
    with _opened(home, dump_id) as (dump, contract, manifest, reading):
        delivery = _next_revision(home, dump)
        file = out / Path(delivery).name if out.is_dir() else out
        sidecar = file.with_name(file.name + MANIFEST)
        facts = {key: value for key in _KEPT if (value := getattr(manifest, key)) is not None}
        with temporary_folder() as folder, _new_file(file) as target:
            announce()
            body = Path(folder, "body.csv")
            reading.refused_cells().query("refused", _query(contract, reading, whole=whole)).write_csv(
                str(body), header=False, sep=",", quotechar='"', escapechar='"'
            )
            head = io.StringIO()
            csv.writer(head, lineterminator="\n").writerow([*(column.zh for column in contract.columns), MARK])
            target.write(b"\xef\xbb\xbf" + head.getvalue().encode())
            with body.open("rb") as source:
                shutil.copyfileobj(source, target)
        if whole and facts:
            with _new_file(sidecar) as target:
                target.write(json.dumps(facts, ensure_ascii=False, indent=2, default=str).encode())
        refused = reading.receipt.rows_refused
        rows = refused + (reading.receipt.rows_loaded if whole else 0)
    return Exported(file, sidecar if whole and facts else None, rows, refused, delivery, whole)


def set_aside(
    home: Path,
    dump_id: str,
    lines: Collection[int],
    *,
    reason: str,
    by: str,
    announce: Callable[[], object] = lambda: None,
) -> list[Receipt]:
    """Set the loaded rows aside that begin on these lines of a dump, in every dump of the same content, and read those
    again: the rows are refused from now on, whatever the dumps are called and however often they are read. `announce`
    is called before, once it is clear that it can be done.

    Returns the receipts that changed. Raises LandingError: no loaded row begins there, or none would be left.
    """
    with as_landing_error(home), Ledger.open(home, write=True) as ledger:
        dump = ledger.dump(dump_id)
        receipt = next(iter(ledger.receipts([dump_id])), None)
        if dump is None or receipt is None or not dump.accepted or WITHDRAWN in receipt.reasons:
            raise UnknownDump(dump_id, "no_receipt" if dump is None else "nothing_loaded")
        missing = sorted(set(lines) - _loaded(LandingStore(home.absolute()), dump, lines))
        if missing:
            raise LandingError(dump_id, "row_not_loaded", lines=", ".join(map(str, missing)), dump_id=dump_id)
        if dump.rows_loaded <= len(set(lines)):
            raise LandingError(dump_id, "no_row_left", dump_id=dump_id)
        _have_original(LandingStore(home.absolute()), dump)
        at = datetime.now(UTC).isoformat()
        announce()
        ledger.set_aside(SetAside(dump.sha256, line, dump_id, at, by, reason) for line in sorted(set(lines)))
    return read_again(home, dump.sha256)


def take_back(
    home: Path,
    dump_id: str,
    lines: Collection[int],
    *,
    reason: str,
    by: str,
    announce: Callable[[], object] = lambda: None,
) -> list[Receipt]:
    """Let rows of a dump that were set aside count again, as far as landing lets them; `announce` is called likewise.
    Returns the receipts that changed. Raises LandingError where they are not set aside."""
    with as_landing_error(home), Ledger.open(home, write=True) as ledger:
        dump = ledger.dump(dump_id)
        if dump is None:
            raise UnknownDump(dump_id, "no_receipt")
        missing = sorted(set(lines) - set(ledger.lines_set_aside(dump.sha256)))
        if missing:
            raise LandingError(dump_id, "row_not_set_aside", lines=", ".join(map(str, missing)))
        _have_original(LandingStore(home.absolute()), dump)
        announce()
        ledger.take_back(dump.sha256, lines, at=datetime.now(UTC).isoformat(), by=by, reason=reason)
    return read_again(home, dump.sha256)


def register(home: Path) -> list[SetAside]:
    """Every row that was ever set aside, those taken back, too. Raises LandingError."""
    with as_landing_error(home), Ledger.open(home) as ledger:
        return ledger.register()


def _have_original(store: LandingStore, dump: Dump) -> None:
    """Raise ArchiveDamaged where the original is gone: the decision could not be carried out and would stop
    every run."""
    original = store.original(dump.sha256)
    if not original.is_file():
        raise ArchiveDamaged(original, "original_gone", dump=dump.path, dump_id=dump.dump_id)


def _loaded(store: LandingStore, dump: Dump, lines: Collection[int]) -> set[int]:
    """Which of these lines begin loaded rows."""
    file = store.rows(str(dump.extract), dump.dump_id, dump.look)
    listed = ", ".join(str(int(line)) for line in lines)
    if not dump.rows_loaded or not listed:
        return set()
    with connect() as connection:
        query = f"SELECT line_number FROM {read_files([file])} WHERE line_number IN ({listed})"
        return {line for (line,) in connection.execute(query).fetchall()}


@contextmanager
def _opened(home: Path, dump_id: str) -> Iterator[tuple[Dump, Contract, Manifest, ParsedDump]]:
    """A dump with refused rows, read again from the archive, however many of its rows are refused."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), temporary_folder() as folder:
        with Ledger.open(home) as ledger:
            dump = ledger.dump(dump_id)
        if dump is None or not dump.rows_refused or dump.extract is None:
            raise UnknownDump(dump_id, "no_receipt" if dump is None else "nothing_refused")
        source = Path(folder, next(f"dump{suffix}" for suffix in SUFFIXES if dump.path.lower().endswith(suffix)))
        if not expand(store.original(dump.sha256), source, dump.sha256):
            raise ArchiveDamaged(store.original(dump.sha256), "original_gone", dump=dump.path, dump_id=dump_id)
        manifest = Manifest()
        if dump.manifest is not None:
            sidecar = Path(folder, f"dump{MANIFEST}")
            sidecar.write_bytes(dump.manifest)
            manifest = read_manifest(sidecar)
        contract = load_contracts()[dump.extract].model_copy(update={"max_refused_share": 1.0})
        with (
            connect(spill=Path(folder, "spill")) as connection,
            read_dumps(
                [
                    Request(
                        source,
                        contract,
                        _identity(dump),
                        Manifest(encoding=manifest.encoding),  # whether its rows are counted right matters no more
                        set_aside=dump.set_aside,
                        as_of=date.max,
                    )
                ],
                connection=connection,
                workdir=Path(folder),
            )[0] as reading,
        ):
            if set(reading.receipt.reasons) - {"too_many_refused"} or not reading.receipt.rows_refused:
                said = {"message_zh": dump.message_zh, "message_en": dump.message_en}
                raise LandingError(dump_id, "rejected_whole", **said)
            yield dump, contract, manifest, reading


def _identity(dump: Dump) -> Identity:
    assert dump.source and dump.extract and dump.period_start and dump.period_end and dump.unit_code and dump.revision
    return Identity(
        dump.source,
        dump.extract,
        date.fromisoformat(dump.period_start),
        date.fromisoformat(dump.period_end),
        dump.unit_code,
        dump.revision,
    )


def _cells_by_reason(dump: Dump) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for problem in dump.problems:
        if problem.code not in dump.reasons:
            counts[problem.code] += problem.count
    return dict(sorted(counts.items()))


def _next_revision(home: Path, dump: Dump) -> str:
    """The path under the inbox by which the dump is delivered anew."""
    with Ledger.open(home) as ledger:
        revision = max(other.revision or 1 for other in ledger.dumps() if other.identity == dump.identity) + 1
    return f"{dump.source}/{dump.extract}__{dump.period}__{dump.unit_code}__r{revision}.csv"


def _query(contract: Contract, reading: ParsedDump, *, whole: bool) -> str:
    """The rows to write, of relations `refused` (cells as they came) and, through the reading, those accepted."""
    faults = reading.refused_cells().query("one", "SELECT DISTINCT unnest(faults) FROM one").fetchall()
    words = " ".join(f"WHEN {literal(fault)} THEN {literal(fault_words(fault, contract)[0])}" for (fault,) in faults)
    (line, _), (original, _) = say("marked_line", line="{}", faults="{}"), say("marked_original", original="{}")
    mark = (
        f"format({literal(line)}, line_number,"
        f" array_to_string(list_transform(faults, lambda one: CASE one {words} END), ';'))"
        f" || CASE WHEN cells IS NULL THEN format({literal(original)}, replace(original, chr(10), ' ')) ELSE '' END"
    )
    raw = [_safe(f"cells[{at}]", column) for at, column in enumerate(contract.columns, 1)]
    names = [identifier(column.name) for column in contract.columns]
    query = f"SELECT line_number, {_named(raw, names)}, {mark} AS mark FROM refused"
    if whole:
        clean = [_safe(_clean(column), column) for column in contract.columns]
        accepted = reading.rows.sql_query()
        query += f" UNION ALL SELECT line_number, {_named(clean, names)}, NULL FROM ({accepted})"
    return f"SELECT * EXCLUDE (line_number) FROM ({query}) ORDER BY line_number"


def _named(values: list[str], names: list[str]) -> str:
    return ", ".join(f"{value} AS {column}" for value, column in zip(values, names, strict=True))


def _clean(column: Column) -> str:
    """A typed cell as text, in the plainest of the forms that are read."""
    cell = identifier(column.name)
    forms = {
        "date": f"strftime({cell}, '%Y-%m-%d')",
        "month": f"strftime({cell}, '%Y-%m')",
        "boolean": f"CASE {cell} WHEN true THEN {literal(TRUE[1])} WHEN false THEN {literal(FALSE[1])} END",
        "integer": f"{cell}::VARCHAR",
        "decimal": f"rtrim(rtrim({cell}::VARCHAR, '0'), '.')",
    }
    return forms.get(column.type, cell)


def _safe(text: str, column: Column) -> str:
    """Text as a spreadsheet leaves it alone: ="…" where it would take it for a number, a date or a month, a leading
    apostrophe where for a formula. Both are read as the text within (spec: landing, What is tolerated)."""
    plain = {
        "integer": r"-?\d{1,10}",
        "decimal": r"-?\d{1,8}(\.\d{1,4})?",
        "date": r"\d{4}-\d{2}-\d{2}",
        "boolean": "[01]",
    }.get(column.type, r"[1-9]\d{0,9}")
    looks_like_number = rf'[-+.]?[0-9][^"\n\r]{{0,{_LONGEST_FORMULA}}}'
    return (
        f"CASE WHEN coalesce({text}, '') = '' THEN NULL"
        f" WHEN regexp_full_match({text}, {literal(plain)}) THEN {text}"
        f" WHEN regexp_full_match({text}, {literal(looks_like_number)}) THEN '=\"' || {text} || '\"'"
        f" WHEN contains({literal(_FORMULA)}, left({text}, 1)) THEN '''' || {text} ELSE {text} END"
    )


@contextmanager
def _new_file(path: Path) -> Iterator[io.BufferedWriter]:
    """A file for its owner only; nothing is ever written over, and nothing half written is left."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise LandingError(path, "not_writable", why=error.strerror) from error
    with os.fdopen(descriptor, "wb") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise
