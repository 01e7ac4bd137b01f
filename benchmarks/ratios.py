"""The ratios on record, and whether this run's are worse: `make bench` ends with it.

A benchmark calls `note` for each ratio that it stands for; smaller is better. `python -m benchmarks.ratios` compares
them with those on record (ratios.json), fails if one is more than a fifth worse, and else puts them on record;
`make bench ACCEPT=yes` puts them on record whatever they are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

RECORD = Path(__file__).with_name("ratios.json")
NOTED = RECORD.with_suffix(".new.json")
MAY_GROW = 1.2


def note(name: str, ratio: float) -> None:
    """Remember a ratio of this run."""
    _write(NOTED, _read(NOTED) | {name: round(ratio, 3)})


def worse(before: dict[str, float], now: dict[str, float]) -> list[str]:
    """What is to be said of each ratio that grew by more than a fifth; one that is new cannot have grown."""
    return [
        f"{name}: {now[name]:.2f}, on record {before[name]:.2f}"
        for name in sorted(before.keys() & now.keys())
        if now[name] > MAY_GROW * before[name]
    ]


def _read(path: Path) -> dict[str, float]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _write(path: Path, ratios: dict[str, float]) -> None:
    path.write_text(json.dumps(ratios, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main(*, accept: bool) -> int:
    """Compare, put on record what may be; 1 if something got worse."""
    before, now = _read(RECORD), _read(NOTED)
    grown = worse(before, now)
    for line in grown:
        sys.stderr.write(f"slower than on record: {line}\n")
    if grown and not accept:
        sys.stderr.write("to put the new ratios on record all the same: make bench ACCEPT=yes\n")
        return 1
    _write(RECORD, before | now)
    NOTED.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(accept="--accept" in sys.argv[1:]))
