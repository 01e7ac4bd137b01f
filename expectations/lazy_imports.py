"""What Great Expectations imports and we do not use, left out until somebody does: a third of its start-up."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

PLAIN = "HRSS_PLAIN_START"
"""The variable that switches this off (as orchestration.startup)."""


class _Later(ModuleType):
    """Stands for a module, which is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        _make_way(self)
        return getattr(import_module(self.__name__), name)


def _make_way(later: _Later) -> None:
    """The next import of the module is a real one."""
    if sys.modules.get(later.__name__) is later:
        del sys.modules[later.__name__]


@contextmanager
def imported_later(*names: str) -> Iterator[None]:
    """Within it, `import` of these modules binds what imports them later. No garbage is looked for either: what is
    imported stays."""
    if os.environ.get(PLAIN, "") not in ("", "0"):
        yield
        return
    later = [_Later(name) for name in names if name not in sys.modules]
    collecting = gc.isenabled()
    gc.disable()
    sys.modules.update({module.__name__: module for module in later})
    try:
        yield
    finally:
        for module in later:
            _make_way(module)
        if collecting:
            gc.enable()
