"""A package kept out of a process that does without it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_apart(name: str) -> Iterator[None]:
    """Within it, `import` does as if this package were not installed, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # None makes `import` fail (Python reference, 5.3.1)
    try:
        yield
    finally:
        del sys.modules[name]
