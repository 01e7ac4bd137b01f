"""What keeps a home well beside the nightly job: a share of all files is compared with its checksums every night."""

import dagster as dg

from orchestration.defs.redaction import redacted
from orchestration.defs.specs import TIMEZONE
from orchestration.operations.scrub import MOST_HOURS, scrub
from orchestration.settings import Settings
from orchestration.text import written

SHARE = 1 / 7
"""Of all bytes, a night: everything is looked at once a week."""


@dg.op(description=written("dagster.scrub_files"), out=dg.Out(dg.Nothing))
def compare_with_checksums(context: dg.OpExecutionContext) -> None:
    """Fails where something is damaged, so that it is seen."""
    with redacted():
        found = scrub(Settings(), share=SHARE)
    context.log.info("%d of %d files, %d of %d bytes", found.files, found.all_files, found.bytes, found.all_bytes)
    if found.damaged:
        raise dg.Failure(written("dagster.files_damaged", names=", ".join(found.damaged)))


@dg.job(
    description=written("dagster.scrub_files"),
    tags={"dagster/max_runtime": str(3600 * MOST_HOURS)},  # one that hangs would keep the nights from beginning
)
def scrub_files() -> None:
    compare_with_checksums()


scrub_every_night = dg.ScheduleDefinition(
    name="scrub_every_night",
    job=scrub_files,
    cron_schedule="30 4 * * *",
    execution_timezone=TIMEZONE,
    description=written("dagster.scrub_every_night"),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
