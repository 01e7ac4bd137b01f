"""The progress of landing or writing dumps; shown elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_SHARE = 0.01
"""Of the work, before its duration can be told from it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: dumps done and in all; rows so far; the share of the work (0 to 1) that they are; seconds since
    its begin; the path just done."""

    done: int
    total: int
    rows: int
    share: float
    seconds: float
    path: str

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to its end, if it goes on as it went; None as long as too little is done to say."""
        return self.seconds * (1 - self.share) / self.share if self.share >= LEAST_SHARE else None
