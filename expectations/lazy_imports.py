"""Defers imports of modules that Great Expectations imports and we do not use: a third of its start-up time."""

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


class _LazyModule(ModuleType):
    """A placeholder that imports its module when an attribute is read."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        _unregister(self)
        return getattr(import_module(self.__name__), name)


def _unregister(later: _LazyModule) -> None:
    """Remove the placeholder, so that the next import statement imports the module."""
    if sys.modules.get(later.__name__) is later:
        del sys.modules[later.__name__]


@contextmanager
def lazy_modules(*names: str) -> Iterator[None]:
    """Within the block, `import` of these modules binds placeholders. Garbage collection is off meanwhile: imported
    objects stay."""
    if os.environ.get(PLAIN, "") not in ("", "0"):
        yield
        return
    later = [_LazyModule(name) for name in names if name not in sys.modules]
    collecting = gc.isenabled()
    gc.disable()
    sys.modules.update({module.__name__: module for module in later})
    try:
        yield
    finally:
        for module in later:
            _unregister(module)
        if collecting:
            gc.enable()
