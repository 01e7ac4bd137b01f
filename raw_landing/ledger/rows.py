"""Converts rows of the ledger's tables to records and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, cast

from raw_landing.ledger.records import (
    LOADED,
    SAME_REVISION,
    SUPERSEDED,
    WITHDRAWN,
    Dump,
    Receipt,
    Status,
)
from raw_landing.messages.reasons import Problem
from raw_landing.messages.receipts import status_message

_NAMES = tuple(field.name for field in fields(Dump))
_LISTS = ("reasons", "warnings", "problems", "set_aside")
_FLAGS = ("accepted", "is_path_public", "is_synthetic", "is_zero")


def values_of(dump: Dump) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(dump, name) for name in _NAMES}
    values["problems"] = [asdict(problem) for problem in dump.problems]
    return values | {name: json.dumps(values[name], ensure_ascii=False) for name in _LISTS}


def dump_of(row: sqlite3.Row) -> Dump:
    values = {name: row[name] for name in _NAMES}
    values |= {name: tuple(json.loads(values[name])) for name in _LISTS}
    values["problems"] = tuple(Problem(**{**one, "lines": tuple(one["lines"])}) for one in values["problems"])
    values |= {name: bool(values[name]) for name in _FLAGS}
    return Dump(**values)


def receipt_of(row: sqlite3.Row) -> Receipt:
    dump, status = dump_of(row), cast(Status, row["status"])
    counts = status in (LOADED, SUPERSEDED)
    withdrawn_at = datetime.fromisoformat(row["withdrawn_at"]) if row["withdrawn_at"] and dump.accepted else None
    withdrawn = withdrawn_at is not None
    message_zh, message_en = status_message(
        dump.message_zh,
        dump.message_en,
        status,
        superseding_dump=_public(row["rival_path"], row["is_rival_path_public"]) if row["rival_path"] else None,
        superseding_withdrawn=bool(row["rival_withdrawn"]),
        same_revision=bool(row["same_revision"]),
        withdrawal=(withdrawn_at, row["withdrawn_reason"]) if withdrawn_at else None,
    )
    shared: dict[str, Any] = {name: getattr(dump, name) for name in _SHARED}
    shared |= {name: getattr(dump, name) if counts else 0 for name in _COUNTS}
    shared |= {name: date.fromisoformat(day) if (day := getattr(dump, name)) else None for name in _DAYS}
    return Receipt(
        **shared,
        bytes=dump.size,
        status=status,
        reasons=(*dump.reasons, WITHDRAWN) if withdrawn else dump.reasons,
        warnings=(*dump.warnings, SAME_REVISION) if row["same_revision"] else dump.warnings,
        message_zh=message_zh,
        message_en=message_en,
        landed_at=datetime.fromisoformat(dump.landed_at),
        public_path=_public(dump.path, dump.is_path_public),
        withdrawn_at=withdrawn_at,
        withdrawn_by=row["withdrawn_by"] if withdrawn else None,
        withdrawn_reason=row["withdrawn_reason"] if withdrawn else None,
    )


def _public(path: str, is_public: bool) -> str:
    return path if is_public else hashlib.sha256(path.encode()).hexdigest()


_COUNTS = tuple(field.name for field in fields(Receipt) if field.name.startswith("rows_"))
_DAYS = ("period_start", "period_end", "as_of")
_SHARED = (
    *("dump_id", "path", "sha256", "source", "extract", "unit_code", "revision", "encoding", "delimiter"),
    *("sampling_fraction", "is_synthetic", "submitted_by", "problems"),
)
