"""A dump between inbox and ledger: its bytes, its identity, and the record of what was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raw_landing.bounds import is_fraction
from raw_landing.contract import Contract
from raw_landing.database import literal
from raw_landing.fingerprint import read_key_of
from raw_landing.intake.identify import (
    Identity,
    Manifest,
)
from raw_landing.ledger.records import Dump
from raw_landing.messages.reasons import Problem
from raw_landing.parsing.types import Facts, ParseResult

UNIDENTIFIED = "unidentified"


@dataclass(frozen=True, slots=True)
class Original:
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
class Candidate:
    """A dump to be read: its bytes in `source`, its identity, or the problems why it has none."""

    original: Original
    source: Path
    identity: Identity | None = None
    manifest: Manifest | None = None
    problems: tuple[Problem, ...] = ()
    set_aside: tuple[int, ...] = ()


def row_facts(candidate: Candidate, identity: Identity, contract: Contract) -> Facts:
    """The columns of a landed row that say which dump it is from."""
    return {
        "dump_id": literal(candidate.original.dump_id),
        "unit_code": literal(identity.unit_code),
        "period_start": f"DATE '{identity.period_start}'",
        "period_end": f"DATE '{identity.period_end}'",
        "revision": f"{identity.revision}::INTEGER",
        "sampling_fraction": f"{sampling_fraction(candidate.manifest, contract) or 1.0!r}::DOUBLE",
    }


def sampling_fraction(manifest: Manifest | None, contract: Contract) -> float | None:
    """The sampling fraction, 1.0 if none is stated; None where the one stated is invalid, so that the dump is
    rejected."""
    stated = manifest.sampling_fraction if manifest else None
    return 1.0 if stated is None else stated if is_fraction(stated, contract) else None


def dump_record(
    candidate: Candidate,
    result: ParseResult,
    contract: Contract | None,
    rules: str,
    *,
    is_path_public: bool,
    rows_corrected: int,
    landed_at: str,
) -> Dump:
    """What the ledger keeps of a dump that was read. `contract` is None where the dump was not identified."""
    original, identity, manifest = candidate.original, candidate.identity, candidate.manifest
    facts: dict[str, Any] = (
        {
            "source": identity.source,
            "extract": identity.extract,
            "period_start": identity.period_start.isoformat(),
            "period_end": identity.period_end.isoformat(),
            "unit_code": identity.unit_code,
            "revision": identity.revision,
            "sampling_fraction": sampling_fraction(manifest, contract),
        }
        if identity and contract
        else {}
    )
    stated = manifest or Manifest()
    return Dump(
        dump_id=original.dump_id,
        path=original.path,
        is_path_public=is_path_public,
        sha256=original.sha256,
        size=original.size,
        manifest=original.manifest,
        manifest_sha256=original.manifest_sha256,
        rules=rules,
        look=read_key_of(original.manifest_sha256, rules, candidate.set_aside),
        set_aside=candidate.set_aside,
        accepted=not result.reasons,
        **facts,
        as_of=stated.as_of.isoformat() if stated.as_of else None,
        is_synthetic=bool(stated.synthetic),
        submitted_by=stated.submitted_by,
        is_zero=not result.reasons and stated.rows == 0,
        encoding=result.encoding,
        delimiter=result.delimiter,
        lines_read=result.lines_read,
        rows_read=result.rows_read,
        rows_loaded=result.rows_loaded,
        rows_refused=result.rows_refused,
        rows_repeated=result.rows_repeated,
        rows_skipped=result.rows_skipped,
        rows_corrected=0 if result.reasons else rows_corrected,
        reasons=result.reasons,
        warnings=result.warnings,
        problems=result.problems,
        message_zh=result.message_zh,
        message_en=result.message_en,
        landed_at=landed_at,
    )
