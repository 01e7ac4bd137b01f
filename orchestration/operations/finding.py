"""What `hrss doctor` finds: one thing that is not as it should be, and how it can be put right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from orchestration.text import Pair


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: what, where, and what to do, in both languages."""

    kind: str
    said: Pair
    where: str = ""
    """What tells it from others of its kind."""
    repair: Callable[[], object] | None = field(default=None, compare=False)
    """Puts it right; the caller holds the right to write. None where people must."""
    is_hint: bool = False
    """Worth knowing, and nothing is wrong."""

    @property
    def key(self) -> tuple[str, str]:
        """By which it is known again after a repair."""
        return self.kind, self.where
