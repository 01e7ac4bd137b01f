"""Where the data of a dump begin and which field is which column: delimiter, title, unit line, header of one line or
two. Looks at the head of a dump only; what a cell is worth is judged in cells.py."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from raw_landing.contract import Contract
from raw_landing.problem import Problem
from raw_landing.records import Assembler, Record

DELIMITERS = (",", "\t", ";", "|")
HEAD_LINES = 200
MAX_COLUMNS = 2_000

BASE_UNITS = r"(?:人次|人|元|件|张|户|个|次|家|份|起|天|岁|本|项|名|例|宗|笔)"
_MEASURE = re.compile(rf"(?:人民币)?([十百千万亿]*{BASE_UNITS}|%|百分比|‰)")
_UNIT_LINE = re.compile(r"(?:^|[\s,;|，；、(（\[【])(?:计量|金额)?单\s*位\s*[:：]\s*([^\s,;|，；()（）\[\]【】]+)")
_BRACKETED = re.compile(r"^(.+?)[(\[【]([^()\[\]【】]+)[)\]】]$")


@dataclass(frozen=True)
class Layout:
    """How a dump is laid out. `positions` are 1-based; `first_line` is the physical line the data begin on."""

    delimiter: str
    positions: tuple[tuple[str, int], ...]
    narrowest: int  # fields a row has at least: up to the last header cell that is filled
    widest: int  # and at most, empty surplus aside
    header_lines: int
    skipped_lines: int
    breaks: int
    first_line: int
    header: tuple[str, ...]
    header_line: int
    unknown: tuple[str, ...]
    ambiguous: tuple[tuple[str, tuple[str, ...]], ...]
    units: tuple[tuple[int, str], ...]

    @property
    def columns(self) -> frozenset[str]:
        """The contract's columns it has."""
        return frozenset(name for name, _ in self.positions)


def plain(text: str) -> str:
    """A header cell as names are compared: half-width, no blanks, no underscores, no case, no marks around."""
    return _plain(text)


@lru_cache(maxsize=16384)
def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text[:200])
    text = "".join(one for one in text if not one.isspace() and unicodedata.category(one) not in ("Cf", "Cc"))
    return text.strip("\"'=*_").replace("_", "").casefold()


@lru_cache(maxsize=256)
def _names(contract_names: tuple[tuple[str, tuple[str, ...], str | None], ...]) -> dict[str, str]:
    names: dict[str, str] = {}
    for name, headers, unit in contract_names:
        for header in headers:
            names[plain(header)] = name
            if unit:  # a header may repeat the unit of measure the contract gives the column
                names[plain(f"{header}({unit})")] = name
    return names


def header_names(contract: Contract) -> dict[str, str]:
    """The contract's columns by every header that names them, as `plain` writes it."""
    return _names(tuple((column.name, column.header_names, column.unit) for column in contract.columns))


def units_in(text: str) -> list[str]:
    """The units of measure a unit line names (`单位:万人`); none where no measure follows (`单位:武汉市人社局`)."""
    found = []
    for match in _UNIT_LINE.finditer(text):
        parts = [
            _MEASURE.fullmatch(unicodedata.normalize("NFKC", part)) for part in re.split(r"[、/和及]", match[1]) if part
        ]
        found += [("%" if part[1] == "百分比" else part[1]) for part in parts if part]
    return found


def unit_problem(contract: Contract, line: int, text: str) -> Problem | None:
    """The contradiction between a unit line and the contract, if there is one. Nothing is ever scaled."""
    units = units_in(text)
    if not units or not contract.units_of_measure or contract.units_of_measure & set(units):
        return None
    agreed, stated = "、".join(sorted(contract.units_of_measure)), "、".join(units)
    return Problem(
        "unit_contradiction",
        f"第 {line} 行的计量单位“{stated}”与约定的“{agreed}”不符。",
        f"Line {line} states the unit {stated}, agreed is {agreed}.",
        (line,),
        remedy_zh=f"请按“{agreed}”填报数值, 并改正单位行。",
        remedy_en=f"Report the figures in {agreed} and mend the unit line.",
    )


def find_layout(lines: Sequence[str], contract: Contract) -> Layout | None:
    """The layout that names most of the contract's columns; None where no header is found. `lines` are the first
    physical lines of the dump."""
    text = "\n".join(lines)
    best: Layout | None = None
    for delimiter in sorted((mark for mark in DELIMITERS if mark in text), key=text.count, reverse=True):
        found = layout_of(Assembler(delimiter).records(list(lines)), contract, delimiter)
        if found is not None and (best is None or len(found.positions) > len(best.positions)):
            best = found
        if best is not None and best.columns >= set(contract.required):
            break
    return best


def layout_of(records: Sequence[Record], contract: Contract, delimiter: str) -> Layout | None:
    """The same for records already taken apart."""
    names = header_names(contract)
    required = set(contract.required)
    best: tuple[int, int, int, list[str | None]] | None = None  # columns, first record, records, column per field
    for index, record in enumerate(records):
        if not any(record.fields):
            continue
        upper = _named(record.fields, names)
        lower = _named(records[index + 1].fields, names) if index + 1 < len(records) else []
        score, lower_score = _score(upper), _score(lower)
        claimed, count = upper, 1
        if lower and (
            (both := _joined(record.fields, records[index + 1].fields, names))
            and _score(both) > max(score, lower_score)
        ):
            claimed, count, score = both, 2, _score(both)
        elif score and lower_score >= max(2, score // 2) and _agree(upper, lower):
            count = 2  # the header stands there twice, perhaps in two languages
        if score and (best is None or score > best[0]):
            best = (score, index, count, claimed)
        if best is not None and best[1] < index and required <= set(filter(None, best[3])):
            break
    return None if best is None else _layout(records, best[1], best[2], best[3], contract, delimiter)


def _named(fields: Sequence[str], names: dict[str, str]) -> list[str | None]:
    return [names.get(plain(one)) if one else None for one in fields]


def _score(claimed: Sequence[str | None]) -> int:
    return len({one for one in claimed if one is not None})


def _agree(upper: Sequence[str | None], lower: Sequence[str | None]) -> bool:
    return all(a == b for a, b in zip(upper, lower, strict=False) if a is not None and b is not None)


def _joined(upper: Sequence[str], lower: Sequence[str], names: dict[str, str]) -> list[str | None]:
    """Per field the two lines of a header together, the upper or the lower, whichever names a column; a group title
    also reaches over the empty cells right of it."""
    claimed: list[str | None] = []
    group = ""
    for at in range(max(len(upper), len(lower))):
        above = upper[at] if at < len(upper) else ""
        below = lower[at] if at < len(lower) else ""
        group = above or group
        a, b = names.get(plain(above)), names.get(plain(below))
        both = names.get(plain(above + below)) if above and below else None
        if both is None and a is not None and b is not None and a != b:
            return []
        claimed.append(both or a or b or (names.get(plain(group + below)) if below else None))
    return claimed


def _layout(
    records: Sequence[Record], first: int, count: int, claimed: list[str | None], contract: Contract, delimiter: str
) -> Layout:
    header = list(records[first : first + count])
    width = max(len(record.fields) for record in header)
    cells = ["".join(record.fields[at].strip() for record in header if at < len(record.fields)) for at in range(width)]
    claimed = claimed + [None] * (width - len(claimed))
    filled = [at for at, cell in enumerate(cells, 1) if plain(cell)]
    by_column: dict[str, list[int]] = {}
    for at, name in enumerate(claimed, 1):
        if name is not None:
            by_column.setdefault(name, []).append(at)
    end = header[-1].line + header[-1].breaks
    return Layout(
        delimiter=delimiter,
        positions=tuple(
            (column.name, by_column[column.name][0]) for column in contract.columns if column.name in by_column
        ),
        narrowest=filled[-1] if filled else 0,
        widest=width,
        header_lines=count,
        skipped_lines=first,
        breaks=sum(record.breaks for record in records[: first + count]),
        first_line=end + 1,
        header=tuple(cells),
        header_line=header[0].line,
        unknown=tuple(cells[at - 1] for at in filled if claimed[at - 1] is None),
        ambiguous=tuple(
            (name, tuple(cells[at - 1] for at in places)) for name, places in by_column.items() if len(places) > 1
        ),
        units=tuple((record.line, record.original) for record in records[:first] if "位" in record.original),
    )
