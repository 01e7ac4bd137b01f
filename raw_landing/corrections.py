"""The register of corrections: loads corrections/<extract>.yml and applies it to typed rows. Corrections are for wrong
values that the agency cannot or will not deliver again; they are decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Self

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from raw_landing import fingerprint
from raw_landing.contract import Column, Contract, ContractError, load_contracts
from raw_landing.database import identifier, literal
from raw_landing.intake.identify import Identity
from raw_landing.regions import NATION, load_regions

APPLIED = {
    "correction_id": "VARCHAR",
    "dump_id": "VARCHAR",
    "line_number": "BIGINT",
    "column_name": "VARCHAR",
    "wrong": "VARCHAR",
    "right": "VARCHAR",
    "dropped": "BOOLEAN",
}
"""What is kept of every row that was corrected, with types."""

_WHICH = ("unit_code", "period_start")  # of the dump: what a key may name besides the contract's key columns
_DIGITS, _PLACES = 18, 10  # of a landed number, before and after the point
Value = str | bool | int | float | date | None


class CorrectionError(ContractError):
    """A file of corrections is invalid; the message names file and key."""


class Correction(BaseModel):
    """One decision: where `key` stands and `column` holds `wrong`, it shall hold `right`, or the row is dropped.

    `key` names every key column of the contract with its value, and may name unit_code and period_start of the dump.
    Values are those of the landed, cleaned rows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    extract: str
    key: dict[str, Value] = Field(min_length=1)
    column: str
    wrong: Value
    right: Value = None
    drop: bool = False
    reason: str = Field(min_length=1)
    authority: str = Field(min_length=1)
    decided_on: date = Field(alias="date")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        contract = load_contracts().get(self.extract)
        if contract is None:
            raise ValueError(f"extract: there is no contract {self.extract}")
        if self.drop == ("right" in self.model_fields_set):
            raise ValueError("right, drop: one of the two is needed, and not both")
        if missing := set(contract.key) - set(self.key):
            raise ValueError(f"key: {', '.join(sorted(missing))} is missing")
        if unknown := set(self.key) - set(contract.key) - set(_WHICH):
            raise ValueError(f"key: {', '.join(sorted(unknown))} is of no key")
        if self.column not in contract.by_name:
            raise ValueError(f"column: {self.extract} has no {self.column}")
        column = contract.by_name[self.column]
        if not self.drop and self.column in contract.key:
            raise ValueError(f"column: {self.column} is of the key, which is not corrected; drop the row")
        for one in contract.key:
            typed(self.key[one], contract.by_name[one], "key")
        wrong, right = typed(self.wrong, column, "wrong"), typed(self.right, column, "right")
        if not self.drop:
            _agreed(right, column)
            if wrong == right:
                raise ValueError("right: it equals wrong")
        return self

    @property
    def contract(self) -> Contract:
        """The contract of its extract."""
        return load_contracts()[self.extract]

    @property
    def values(self) -> tuple[str | None, ...]:
        """Key, wrong and right as the text of their columns' types."""
        column = self.contract.by_name[self.column]
        keys = (typed(self.key[one], self.contract.by_name[one], "key") for one in self.contract.key)
        return (*keys, typed(self.wrong, column, "wrong"), None if self.drop else typed(self.right, column, "right"))

    def concerns(self, unit_code: str, period_start: date) -> bool:
        """Whether a dump of this unit and period may hold its row."""
        actual = {"unit_code": unit_code, "period_start": period_start.isoformat()}
        return all(str(self.key[one]) == actual[one] for one in _WHICH if one in self.key)

    def as_row(self) -> dict[str, object]:
        """The columns of quality.correction, but for the count of rows."""
        *_, wrong, right = self.values
        return {
            "correction_id": self.id,
            "extract": self.extract,
            "key": {one: None if value is None else str(value) for one, value in self.key.items()},
            "column_name": self.column,
            "wrong": wrong,
            "right": right,
            "dropped": self.drop,
            "reason": self.reason,
            "authority": self.authority,
            "decided_on": self.decided_on,
        }


def typed(value: Value, column: Column, field: str) -> str | None:
    """A value of the register as the text of a column's type, from which the typed value is cast. Raises ValueError,
    naming the field, when it is none of that type."""
    if value is None:
        return None
    text = str(value).strip() if not isinstance(value, bool) else str(value).lower()
    try:
        if column.type == "date":
            return date.fromisoformat(text).isoformat()
        if column.type == "month":
            return date.fromisoformat(f"{text[:7]}-01").isoformat()
        if column.type in ("integer", "decimal"):
            number = Decimal(text)
            places = 0 if column.type == "integer" else _PLACES
            if not number.is_finite() or abs(number) >= 10**_DIGITS or number != round(number, places):
                raise ValueError
            return format(number.normalize() + 0, "f")
        if column.type == "boolean" and text not in ("true", "false"):
            raise ValueError
    except (ValueError, InvalidOperation):
        raise ValueError(f"{field}: {text!r} is no {column.type} as {column.name} is") from None
    if not isinstance(value, str) and column.type in ("string", "code"):
        raise ValueError(f"{field}: write {column.name} in quotes, it is text: '{text}'")
    return text


def _agreed(right: str | None, column: Column) -> None:
    """Check a value against the contract, as landing would. Raises ValueError."""
    if right is None:
        if column.required:
            raise ValueError(f"right: {column.name} is required")
        return
    if column.values and right not in column.values:
        raise ValueError(f"right: {right} is no code of {column.name}")
    if column.min is not None and Decimal(right) < Decimal(str(column.min)):
        raise ValueError(f"right: {right} is less than {column.min:g}")
    if column.check in ("region", "region_or_nation") and right not in load_regions().by_code:
        raise ValueError(f"right: {right} is no present region")
    if column.check == "region" and right == NATION:
        raise ValueError(f"right: {right} is no region of Hubei")


@lru_cache(maxsize=4)
def load_corrections(folder: Path | None = None) -> dict[str, tuple[Correction, ...]]:
    """The register by extract. Raises CorrectionError."""
    folder = folder or fingerprint.CORRECTIONS
    register: dict[str, tuple[Correction, ...]] = {}
    owners: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yml")):
        corrections = _load(path)
        for one in corrections:
            if owners.setdefault(one.id, path) != path or sum(other.id == one.id for other in corrections) > 1:
                raise CorrectionError(f"{path}: {one.id}: id: it stands twice")
        for one, other in combinations(corrections, 2):
            if _clash(one, other):
                raise CorrectionError(f"{path}: {other.id}: key: {one.id} speaks of the same value")
        register[path.stem] = corrections
    return register


def _load(path: Path) -> tuple[Correction, ...]:
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise CorrectionError(f"{path}: not YAML: {error}") from error
    if not isinstance(entries, list):
        raise CorrectionError(f"{path}: (whole file): a list of corrections is wanted")
    corrections = []
    for number, entry in enumerate(entries, 1):
        label = entry.get("id", number) if isinstance(entry, dict) else number
        try:
            correction = Correction.model_validate(entry)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise CorrectionError(f"{path}: {label}: {f'{key}: ' if key else ''}{first['msg']}") from error
        if correction.extract != path.stem:
            raise CorrectionError(f"{path}: {label}: extract: corrections of {correction.extract} stand elsewhere")
        corrections.append(correction)
    return tuple(corrections)


def _clash(one: Correction, other: Correction) -> bool:
    """Whether one row may match both, so that their order would decide."""
    if any(part in one.key and part in other.key and one.key[part] != other.key[part] for part in _WHICH):
        return False
    return (one.column, one.values[:-1]) == (other.column, other.values[:-1])


@dataclass(frozen=True, slots=True)
class Corrected:
    """A dump's rows after corrections, and the corrections applied (columns APPLIED without dump_id; None where none
    was)."""

    rows: duckdb.DuckDBPyRelation
    applied: duckdb.DuckDBPyRelation | None
    rows_corrected: int = 0  # dropped ones included
    rows_dropped: int = 0


def correct(
    rows: duckdb.DuckDBPyRelation,
    identity: Identity,
    connection: duckdb.DuckDBPyConnection,
    corrections: Sequence[Correction],
) -> Corrected:
    """Apply the corrections of an extract to the rows of one dump (line_number and the contract's columns).

    What is returned stands in `connection` until its next call.
    """
    chosen = [one for one in corrections if one.concerns(identity.unit_code, identity.period_start)]
    if not chosen:
        return Corrected(rows, None)
    contract = chosen[0].contract
    by_column: dict[str, list[Correction]] = {}
    for one in chosen:
        by_column.setdefault(one.column, []).append(one)
    parts = [_applied(contract, contract.by_name[column], group) for column, group in by_column.items()]
    found = rows.query("delivered", " UNION ALL ".join(parts)).project(
        'correction_id, line_number, column_name, wrong, "right", dropped'
    )
    connection.execute("DROP TABLE IF EXISTS correction_applied")
    found.create("correction_applied")
    counted = connection.execute(
        "SELECT count(DISTINCT line_number), count(DISTINCT line_number) FILTER (dropped) FROM correction_applied"
    ).fetchone()
    corrected, dropped = counted or (0, 0)
    if not corrected:
        return Corrected(rows, None)
    joins, values = [], []
    for column in contract.columns:
        value = f"delivered.{identifier(column.name)}"
        if column.name in by_column:
            fix = identifier(f"fix {column.name}")
            joins.append(
                f'LEFT JOIN (SELECT line_number, "right" FROM correction_applied WHERE NOT dropped'
                f" AND column_name = {literal(column.name)}) AS {fix} ON {fix}.line_number = delivered.line_number"
            )
            value = f'CASE WHEN {fix}.line_number IS NULL THEN {value} ELSE {fix}."right"::{column.sql_type} END'
        values.append(f"{value} AS {identifier(column.name)}")
    query = (
        f"SELECT delivered.line_number, {', '.join(values)} FROM delivered {' '.join(joins)}"
        " WHERE delivered.line_number NOT IN (SELECT line_number FROM correction_applied WHERE dropped)"
        " ORDER BY delivered.line_number"
    )
    return Corrected(
        rows.query("delivered", query), connection.table("correction_applied"), int(corrected), int(dropped)
    )


def _applied(contract: Contract, column: Column, corrections: Sequence[Correction]) -> str:
    """The query for the rows of relation `landed` that hold the wrong values of one column."""
    keys = [contract.by_name[one] for one in contract.key]
    types = [*(one.sql_type for one in keys), column.sql_type]
    names = [*(f"key {one.name}" for one in keys), "expected"]
    rows = []
    for one in corrections:
        *values, right = one.values
        cast = [f"{_text(value)}::{sql_type}" for value, sql_type in zip(values, types, strict=True)]
        rows.append(f"({literal(one.id)}, {_text(values[-1])}, {_text(right)}, {one.drop}, {', '.join(cast)})")
    conditions = [
        f"delivered.{identifier(one)} IS NOT DISTINCT FROM fix.{identifier(expected)}"
        for one, expected in zip((*contract.key, column.name), names, strict=True)
    ]
    listed = ", ".join(identifier(one) for one in ("correction_id", "wrong", "right", "dropped", *names))
    return (
        f'SELECT correction_id, line_number, {literal(column.name)} AS column_name, wrong, "right", dropped'
        f" FROM delivered JOIN (VALUES {', '.join(rows)}) AS fix ({listed}) ON {' AND '.join(conditions)}"
    )


def _text(value: str | None) -> str:
    return "NULL::VARCHAR" if value is None else f"{literal(value)}::VARCHAR"
