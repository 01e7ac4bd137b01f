"""Starts the child process that reads workbooks (.xlsx, see xlsx_child/) and holds it to its bounds. Which sheet is the
dump and what its numbers mean is decided in sheets.py."""

from __future__ import annotations

import json
import math
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raw_landing.parsing.decode import Refusal, hostile, undecodable
from raw_landing.parsing.header import HEAD_LINES
from raw_landing.parsing.xlsx_child.common import FIELD

# All of these are part of the fingerprint: dumps that were refused under an old bound are read again under a new one.
MEMORY = 2 << 30  # bytes of address space the process may take
SECONDS = 300.0  # it may take for one workbook
ATTEMPTS = 2
MAX_EXPANDED = 1 << 30  # bytes of all parts together
MAX_RATIO = 300  # of expansion, once they are more than FREE
FREE = 64 << 20
MAX_PARTS = 10_000
MAX_SHEETS = 256
MAX_CELLS = 64_000_000  # of the rectangle that a sheet fills
MAX_LINE = 1 << 20  # characters in one row
MAX_HEAD = 8 << 20  # characters in the first rows of all sheets
MAX_TEXT = 1 << 30  # characters in one sheet
# Isolated (-I -S): the child finds the standard library and, after it, this package.
_CHILD = (
    f"import sys; sys.path.append({str(Path(__file__).parents[2])!r});"
    " from raw_landing.parsing.xlsx_child.answer import main; main()"
)
_REFUSALS: dict[str, Callable[..., Refusal]] = {"hostile": hostile, "undecodable": undecodable}


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its first rows, and whether a filled one comes after them."""

    index: int
    name: str
    is_hidden: bool
    head: tuple[list[str], ...]
    has_more: bool


@dataclass(frozen=True)
class Workbook:
    """The worksheets of a workbook, in their order."""

    path: Path
    is_1904: bool
    sheets: tuple[Sheet, ...]


class Reader:
    """Reads workbooks in one child process while it is open. A child that ends (out of memory, out of time, killed) is
    replaced, and the workbook tried once more."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, path: Path) -> Workbook:
        """The sheets of a workbook. Raises Refusal, OSError."""
        answer = self._ask(path)
        sheets = tuple(
            Sheet(
                number,
                one["name"],
                one["is_hidden"],
                tuple(line.split(FIELD) if line else [] for line in one["lines"]),
                one["has_more"],
            )
            for number, one in enumerate(answer["sheets"])
        )
        return Workbook(path, answer["is_1904"], sheets)

    def lines(self, path: Path, sheet: Sheet, goal: Path) -> Iterator[str]:
        """The rows of a sheet from row 1 to the last filled one, each a line of cells parted by FIELD; they are put
        down in the file `goal`, which is removed afterwards. Raises Refusal, OSError."""
        try:
            self._ask(path, sheet=sheet.index, goal=str(goal))
            with goal.open(encoding="utf-8", newline="\n") as file:
                for line in file:
                    yield line[:-1]
        finally:
            goal.unlink(missing_ok=True)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def _ask(self, path: Path, **more: Any) -> dict[str, Any]:
        request = json.dumps({"path": str(path), "bounds": _bounds(path), **more}).encode() + b"\n"
        for _ in range(ATTEMPTS):
            answer = self._answer(request)
            if answer is not None:
                break
            self.close()
        else:
            raise _ended()
        if "refused" in answer:
            code, identifier, values = answer["refused"]
            raise _REFUSALS[code](identifier, **values)
        if "errno" in answer:
            raise OSError(answer["errno"], os.strerror(answer["errno"]), more.get("goal", str(path)))
        return answer

    def _answer(self, request: bytes) -> dict[str, Any] | None:
        """The answer to a request; None where the process ends without one, or takes too long."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _CHILD, str(MEMORY), str(math.ceil(SECONDS) + 1)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except BrokenPipeError:
            return None
        answer = bytearray()
        deadline = time.monotonic() + SECONDS
        while not answer.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
            chunk = os.read(process.stdout.fileno(), 1 << 20) if ready else b""
            if not chunk:
                return None
            answer += chunk
        found: dict[str, Any] = json.loads(answer)
        return found


def _bounds(path: Path) -> dict[str, int]:
    return {
        "expanded": max(FREE, min(MAX_EXPANDED, MAX_RATIO * path.stat().st_size)),
        "parts": MAX_PARTS,
        "sheets": MAX_SHEETS,
        "cells": MAX_CELLS,
        "line": MAX_LINE,
        "head": MAX_HEAD,
        "text": MAX_TEXT,
        "rows": HEAD_LINES,
    }


def _ended() -> Refusal:
    return hostile("xlsx_out_of_bounds", gib=MEMORY >> 30, seconds=SECONDS)
