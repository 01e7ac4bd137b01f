"""What can make a value differ from the release before, in the order in which shares are attributed. Names only."""

from __future__ import annotations

from orchestration.text import words

CAUSES = words("labels.cause")
"""What each cause is called."""
