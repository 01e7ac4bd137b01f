"""The data services of a release, by which its figures are shared with other departments: which periods each is to
provide, and what has become of them by the audit log."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from orchestration.audit_log import audit_entries
from orchestration.outbox.table import period_text
from orchestration.settings import WUHAN, Settings

SENT, RECEIVED = "exchange_sent", "exchange_received"
"""Events of the audit log: files were laid out for a consumer, a receipt of theirs was read."""

WAITING, CONFIRMED, MISMATCH = "waiting", "confirmed", "mismatch"
"""What is known of the receipt: there is none yet, it tells of the same content, it tells of another one."""

MONTHS = {"monthly": 1, "quarterly": 3, "annual": 12}
"""How long a period is, by frequency."""


@dataclass(frozen=True, slots=True)
class Service:
    """A version of a service as `dim_data_service` has it. Without `columns` nothing is shared."""

    service_id: str
    version: int
    in_force_from: date
    name_zh: str
    name_en: str
    provider_zh: str
    provider_en: str
    consumer_zh: str
    consumer_en: str
    table_name: str
    fields: tuple[str, ...]
    period_type: str | None
    share_kind: str
    frequency: str
    due_days: int
    legal_basis_zh: str
    legal_basis_en: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A period that a service is to provide, as a row of `fct_data_exchange`: days and moments in Hubei, sent with
    which release, the rows and checksum of the file; null where it was not sent."""

    service_id: str
    period: str
    period_end: date
    due_on: date
    sent_at: datetime | None = None
    release_id: str | None = None
    rows: int | None = None
    sha256: str | None = None
    receipt: str | None = None
    received_at: datetime | None = None


def services(connection: duckdb.DuckDBPyConnection, schema: str = "main") -> list[Service]:
    """All versions of all services in the published file, the oldest version first. Raises duckdb.Error."""
    columns = [field.name for field in fields(Service)]
    rows = connection.execute(
        f"select {', '.join(columns)} from {schema}.dim_data_service order by service_id, version"
    ).fetchall()
    named = (dict(zip(columns, row, strict=True)) for row in rows)
    return [Service(**row | {"fields": tuple(row["fields"] or ())}) for row in named]


def periods(versions: Sequence[Service], as_of: date) -> Iterator[tuple[Service, date, date]]:
    """The periods of one service, given all of its versions, that are over on a day: each with the version in force at
    its end, its first and its last day."""
    begun = min(version.in_force_from for version in versions)
    months = MONTHS[versions[0].frequency]
    first = date(begun.year, (begun.month - 1) // months * months + 1, 1)
    while (last := _last_day(first, months)) < as_of:
        yield max((one for one in versions if one.in_force_from <= last), key=lambda one: one.version), first, last
        first = last + timedelta(days=1)


def exchanges(settings: Settings, known: Sequence[Service], as_of: date) -> list[Exchange]:
    """Every period that the services which share something are to provide by a day, and what became of it. Raises
    OSError."""
    by_service: dict[str, list[Service]] = {}
    for service in known:
        by_service.setdefault(service.service_id, []).append(service)
    told = _told(settings)
    found = []
    for service_id, versions in by_service.items():
        for service, first, last in periods(versions, as_of):
            period = period_text(first, last)
            if service.fields:
                due_on = last + timedelta(days=service.due_days)
                found.append(Exchange(service_id, period, last, due_on, **told.get((service_id, period), {})))
    return found


def mismatches(settings: Settings) -> list[tuple[str, str, datetime]]:
    """Services and periods whose last receipt tells of another content than what was sent, and since when. Raises
    OSError."""
    return [
        (*of, told["received_at"].replace(tzinfo=WUHAN))
        for of, told in _told(settings).items()
        if told.get("receipt") == MISMATCH
    ]


def _told(settings: Settings) -> dict[tuple[str, str], dict[str, Any]]:
    """By service and period what the audit log says last; a new sending waits for a receipt of its own, and a
    late one of what it replaces, if right, says nothing of it."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    of_file: dict[tuple[str, str], str] = {}
    for entry in audit_entries(settings):
        if entry["event"] not in (SENT, RECEIVED):
            continue
        facts, at = entry["facts"], datetime.fromisoformat(entry["at"]).astimezone(WUHAN).replace(tzinfo=None)
        of = (facts["service"], facts["period"])
        if entry["event"] == SENT:
            content = {name: facts[name] for name in ("rows", "sha256")}
            of_file[facts["service"], facts["file"]] = facts["sha256"]
            told[of] = {"sent_at": at, "release_id": facts["release"], "receipt": WAITING, **content}
        elif of in told:
            was_sent = of_file.get((facts["service"], facts["file"]))
            if facts["sha256"] == told[of]["sha256"]:
                told[of] |= {"receipt": CONFIRMED, "received_at": at}
            elif facts["sha256"] != was_sent:  # else it tells of a file that another one has replaced
                told[of] |= {"receipt": MISMATCH, "received_at": at}
    return told


def _last_day(first: date, months: int) -> date:
    """Of a period of so many months that begins on a first of a month, within one year."""
    month = first.month + months - 1
    return date(first.year, month, monthrange(first.year, month)[1])
