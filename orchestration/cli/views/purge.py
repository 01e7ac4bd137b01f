"""What is over its period of keeping."""

from __future__ import annotations

from orchestration.cli.views.backups import first, size
from orchestration.operations.purge import Overdue
from orchestration.settings import Settings
from orchestration.text import inline, two_lines


def overdue_text(settings: Settings, found: Overdue, *, is_removed: bool) -> str:
    """The periods, what is over them, and what was or is to be done."""
    periods = two_lines(
        "operations.purge_periods",
        months=settings.keep_originals_months,
        quarantine_days=settings.keep_quarantine_days,
        restricted_days=settings.keep_restricted_days,
    )
    if not found:
        return f"{periods}\n{two_lines('operations.purge_nothing')}"
    whole = [inline("operations.purge_dump", path=dump.path, at=dump.landed_at[:10]) for dump in found.landed.dumps]
    refused = [
        inline("operations.purge_refused", path=one.path, at=one.landed_at[:10]) for one in found.landed.refused_of
    ]
    lists = [str(path) for path in found.lists]
    counts = two_lines(
        "operations.purge_counts",
        dumps=len(whole),
        refused=len(refused),
        lists=len(lists),
        size=size(found.bytes),
    )
    last = two_lines("operations.purged") if is_removed else two_lines("operations.purge_how")
    return "\n".join([periods, *(f"  {one}" for one in (*first(whole), *first(refused), *lists)), counts, last])
