"""What the doctor found: a line each, or JSON."""

from __future__ import annotations

import json

from orchestration.operations.doctor import Diagnosis
from orchestration.operations.finding import Finding
from orchestration.text import inline, two_lines
from raw_landing.language import in_order


def as_text(found: Diagnosis, *, is_repair: bool) -> str:
    """A line for each finding, in both languages; then what is left to do."""
    lines = [_line(found, one) for one in found.findings]
    lines += [f"! {failure}" for failure in found.failures]
    if not found.findings:
        lines.append(two_lines("doctor.all_well"))
    elif found.is_well:
        lines.append(two_lines("doctor.nothing_left"))
    elif not is_repair and any(one.repair is not None for one in found.findings):
        lines.append(two_lines("doctor.repair_offered"))
    return "\n".join(lines)


def as_json(found: Diagnosis) -> str:
    """The same for a program; its keys stay."""
    listed = [
        {
            "kind": one.kind,
            "where": one.where,
            "zh": one.said[0],
            "en": one.said[1],
            "hint": one.is_hint,
            "repairable": one.repair is not None,
            "repaired": one.key in found.repaired,
        }
        for one in found.findings
    ]
    said = {"well": found.is_well, "findings": listed, "failures": list(found.failures)}
    return json.dumps(said, ensure_ascii=False, indent=1)


def _line(found: Diagnosis, one: Finding) -> str:
    text = " / ".join(in_order(*one.said))
    if one.key in found.repaired:
        return f"✓ {inline('doctor.repaired')}: {text}"
    return f"{'·' if one.is_hint else '!'} {text}"
