"""The process itself: one request a line of JSON on standard input, one answer a line on standard output.

`{path, bounds}` is answered by the sheets and their first rows, `{path, bounds, sheet, goal}` by the number of rows
written to the file `goal`. A row is a line of cells separated by FIELD; rows without a filled cell are empty lines,
those after the last filled one are left out. A cell is the text that a person would have typed; after MARK follows
what the sheet shows, where that may say more.
"""

from __future__ import annotations

import errno
import json
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from raw_landing.parsing.xlsx_child.common import Refused, damaged
from raw_landing.parsing.xlsx_child.workbook import Workbook

_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.ENOENT, errno.EMFILE, errno.EIO)


def _timed(requests: Iterable[str], seconds: int) -> Iterator[str]:
    """The requests; each may use so many seconds of CPU, then the kernel ends the process."""
    for request in requests:
        with suppress(ImportError, ValueError, OSError):
            import resource

            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds, hard))
        yield request


def _answers(requests: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The answer to each request. The workbook asked for last stays open."""
    book: Workbook | None = None
    path = ""
    for line in requests:
        request = json.loads(line)
        try:
            if book is None or path != request["path"]:
                book = None  # its memory is needed
                book, path = Workbook(request["path"], request["bounds"]), request["path"]
            if "sheet" not in request:
                yield {"is_1904": book.is_1904, "sheets": book.heads(request["bounds"]["rows"])}
                continue
            with Path(request["goal"]).open("w", encoding="utf-8", errors="replace", newline="\n") as goal:
                rows = book.write(request["sheet"], goal)
            yield {"rows": rows}
        except Refused as refusal:
            yield {"refused": refusal.args}
        except MemoryError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _MACHINE:
                yield {"errno": error.errno}
            else:  # whatever a damaged archive or part makes its reader say
                yield {"refused": damaged().args}


def main() -> None:
    """Answer requests until standard input ends. Arguments: bytes of memory, and seconds of CPU a request may use; the
    parent keeps time too, but may be killed meanwhile."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the process that started this one
    memory, seconds = map(int, sys.argv[1:])
    with suppress(ImportError, ValueError, OSError):  # systems without such limits
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]  # a TextIOWrapper here
    for answer in _answers(_timed(sys.stdin, seconds)):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
