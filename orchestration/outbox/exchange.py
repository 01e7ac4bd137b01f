"""Lays what a data service provides into the outbox, a file for each period, and takes the consumer's receipts back.
What was sent, and what came back, stands in the audit log."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.audit_log import audit, audit_entries
from orchestration.dbt_build.catalogue import Column
from orchestration.errors import WrongUsage
from orchestration.exports.plain import copy_csv
from orchestration.files import read_json, replace_text, sha256, write_json
from orchestration.outbox.folders import let_in, make_folder
from orchestration.outbox.services import RECEIVED, SENT, Exchange, Service, exchanges, periods, services
from orchestration.outbox.table import period_text
from orchestration.release.folder import ReleaseFolder
from orchestration.settings import Settings
from orchestration.text import two_lines, written
from raw_landing.database import connect, identifier, literal
from raw_landing.storage.store import sync

MANIFEST, CHECKSUM, RECEIPT = ".manifest.json", ".sha256", ".receipt.json"
"""What is added to a file's name: what it is, its SHA-256 as sha256sum(1) reads it, what the consumer answers."""

MOST_BYTES = 1 << 16
"""How long a receipt may be."""

SHA256 = re.compile(r"[0-9a-f]{64}")

_NAMED = ("name", "provider", "consumer", "legal_basis")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was laid out."""

    period: str
    file: Path
    rows: int
    sha256: str
    is_again: bool
    """Whether the same was sent before."""


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt that was read."""

    period: str
    file: Path
    is_same: bool
    """Whether it tells of the content that was sent under its file's name."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a service has to give for a period."""

    service: Service
    period: str
    release_id: str
    rows: int
    is_synthetic: bool

    def manifest(self, digest: str) -> dict[str, object]:
        """What the consumer is told of the file."""
        service = self.service
        named = (f"{part}_{language}" for part in _NAMED for language in ("zh", "en"))
        return {
            "service_id": service.service_id,
            "version": service.version,
            **{name: getattr(service, name) for name in named},
            "period": self.period,
            "release_id": self.release_id,
            "table_name": service.table_name,
            "fields": service.fields,
            "share_kind": service.share_kind,
            "rows": self.rows,
            "sha256": digest,
            "is_synthetic": self.is_synthetic,
            **({"note": written("release.synthetic_data")} if self.is_synthetic else {}),
        }


def known_services(settings: Settings) -> tuple[list[Service], date]:
    """The services of the current release, and its day. Raises duckdb.Error, OSError."""
    with connect(ReleaseFolder.current(settings).marts, read_only=True) as connection:
        return services(connection), _release_facts(connection)[1]


def send(settings: Settings, service_id: str, period: str | None = None, *, again: bool = False) -> list[Sent]:
    """Bring the files of a service up to the current release: each period that is over and of which other figures, or
    none, were sent; of one period alone if it is named. `again`: what was sent already is laid out once more, under its
    name, if the consumer has taken it away. Nothing is sent of a period without figures.

    Raises WrongUsage where the service shares nothing, where the period is none of its own, or where the release lacks
    a column; OSError, duckdb.Error.
    """
    with connect(ReleaseFolder.current(settings).marts, read_only=True) as connection:
        release_id, as_of, is_synthetic = _release_facts(connection)
        known = services(connection)
        versions = [one for one in known if one.service_id == service_id]
        due = {period_text(first, last): (one, last) for one, first, last in periods(versions, as_of) if one.fields}
        if not versions[-1].fields:
            raise WrongUsage(two_lines("exchange.not_shared", service=service_id, basis=versions[-1].legal_basis_zh))
        if period is not None and period not in due:
            raise WrongUsage(two_lines("exchange.no_such_period", period=period, periods=", ".join(due) or "–"))
        before = {one.period: one for one in exchanges(settings, versions, as_of)}
        folder = make_folder(settings, settings.exchange / service_id)
        sent: list[Sent] = []
        for name, (service, last) in due.items():
            if period in (None, name):
                made = folder / f".{service_id}__{name}.tmp"
                made.unlink(missing_ok=True)  # a link would be written through
                try:
                    rows = _write(connection, service, last, is_synthetic, made)
                    if rows:
                        offer = _Offer(service, name, release_id, rows, is_synthetic)
                        sent += _lay(settings, offer, made, before[name], again=again)
                finally:
                    made.unlink(missing_ok=True)
    return sent


def take_receipts(settings: Settings, service_id: str) -> list[Received]:
    """Read the receipts that lie beside the files of a service and are not on record yet: JSON with the `sha256` of
    what arrived. What cannot be read, or tells of a file that was never sent, is wrong. Raises OSError, WrongUsage."""
    sent: dict[str, dict[str, Any]] = {}
    taken = set()
    for entry in audit_entries(settings):
        facts = entry["facts"]
        if entry["event"] == SENT and facts["service"] == service_id:
            sent[facts["file"]] = facts
        elif entry["event"] == RECEIVED and facts["service"] == service_id:
            taken.add((facts["file"], facts["receipt_sha256"]))
    received = []
    for receipt in sorted(make_folder(settings, settings.exchange / service_id).glob(f"*{RECEIPT}")):
        found = receipt.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:  # whoever may write there, may write anything
            raise WrongUsage(two_lines("exchange.receipt_unreadable", receipt=receipt))
        name, digest = receipt.name.removesuffix(RECEIPT), sha256(receipt)
        if (name, digest) in taken:
            continue
        said = str(read_json(receipt).get("sha256", "")).strip().lower()
        if name not in sent or not SHA256.fullmatch(said):
            raise WrongUsage(two_lines("exchange.receipt_unreadable", receipt=receipt))
        period = sent[name]["period"]
        audit(settings, RECEIVED, service=service_id, period=period, file=name, sha256=said, receipt_sha256=digest)
        received.append(Received(period, receipt, said == sent[name]["sha256"]))
    return received


def _release_facts(connection: duckdb.DuckDBPyConnection) -> tuple[str, date, bool]:
    row = connection.execute(
        "select release_id, as_of, is_synthetic from release order by published_at desc limit 1"
    ).fetchone()
    assert row is not None  # each release names itself
    return row[0], row[1], row[2]


def _write(connection: duckdb.DuckDBPyConnection, service: Service, last: date, is_synthetic: bool, path: Path) -> int:
    """The fields of a service for the period that ends on a day, in an order of their own; returns the number of
    rows."""
    types = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where table_name = ? and schema_name = 'main'",
            [service.table_name],
        ).fetchall()
    )
    if missing := [name for name in (*service.fields, "period_end") if name not in types]:
        raise WrongUsage(
            two_lines(
                "exchange.column_missing",
                service=service.service_id,
                table=service.table_name,
                columns=", ".join(missing),
            )
        )
    chosen = f"period_end = {literal(last.isoformat())}" + (
        f" and period_type = {literal(service.period_type)}" if service.period_type else ""
    )
    names = ", ".join(map(identifier, service.fields))
    rows = f"(select {names} from {identifier(service.table_name)} where {chosen} order by all)"
    columns = [Column(name, types[name], "") for name in service.fields]
    copy_csv(connection, columns, rows, is_synthetic, path)
    counted = connection.execute(f"select count(*) from {rows}").fetchone()
    assert counted is not None
    return int(counted[0])


def _lay(settings: Settings, offer: _Offer, made: Path, before: Exchange, *, again: bool) -> Iterator[Sent]:
    """Put a file in its place, its checksum and, last, its manifest beside it: a consumer that sees the manifest sees
    the whole. The same content as was sent last is put there only `again`, or where a run died before the manifest."""
    service, digest = offer.service, sha256(made)
    names = _names_sent(settings, service.service_id, offer.period)
    is_same = bool(names) and digest == before.sha256
    name = names[-1] if is_same else _name(service.service_id, offer.period, len(names) + 1)
    file, checksum, manifest = (made.with_name(f"{name}{end}") for end in ("", CHECKSUM, MANIFEST))
    is_whole = manifest.exists() or not file.exists()
    if is_same and is_whole and (not again or file.exists()):
        return
    made.chmod(0o600)
    let_in(settings, made)
    sync(made)
    made.replace(file)
    replace_text(checksum, f"{digest}  {name}\n", mode=0o600)
    let_in(settings, checksum)
    if not is_same:  # on record before the consumer is told
        facts = {"service": service.service_id, "version": service.version, "period": offer.period, "file": name}
        audit(settings, SENT, **facts, release=offer.release_id, rows=offer.rows, sha256=digest)
    write_json(manifest, offer.manifest(digest))
    let_in(settings, manifest)
    yield Sent(offer.period, file, offer.rows, digest, is_same)


def _names_sent(settings: Settings, service_id: str, period: str) -> Sequence[str]:
    """The files of a period that are on record, the last one last."""
    return [
        entry["facts"]["file"]
        for entry in audit_entries(settings)
        if entry["event"] == SENT and (entry["facts"]["service"], entry["facts"]["period"]) == (service_id, period)
    ]


def _name(service_id: str, period: str, number: int) -> str:
    """As agencies name their dumps: the second one of a period is its revision 2."""
    return f"{service_id}__{period}{f'__r{number}' if number > 1 else ''}.csv"
