"""A refresh in this process: Dagster's nightly job, run here and now. Loads Dagster only once the lock is free."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from orchestration.dagster_runtime.instance import discard_damaged_record, prepare_instance
from orchestration.dbt_build.manifest import begin_reading, is_kept
from orchestration.dbt_build.prepared import discard_prepared, prepare_dbt
from orchestration.lock import Busy, writer_lock
from orchestration.pipeline.damage import discard_damaged
from orchestration.release.candidates import candidate_folder
from orchestration.release.folder import ReleaseFolder
from orchestration.release.public_tables import discard_copy
from orchestration.settings import Settings


def refresh(
    settings: Settings, as_of: date | None, *, full: bool = False, accepted: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Run the Dagster job `nightly_refresh` in this process and return the manifest of the release it made.
    `accepted`: critical failures that do not stop it (suite.rule: reason).

    What it rests on and finds damaged is thrown away, if it can be made again, and the job is run once more. Raises
    Busy, GateRefused, BuildFailed, PublicationError, LandingError as the stages raised them.
    """
    with writer_lock(settings, "hrss refresh"):  # before the seconds that loading Dagster takes; the job locks anew
        prepare_instance(settings)  # what is loaded now reads the settings of this run
        discard_damaged_record(settings, wholly=False)
    begin_reading(settings)  # beside the loading of Dagster, and then beside landing
    if is_kept(settings.dbt_target):  # else it would read the models a second time beside the child that does
        prepare_dbt(settings)
    from orchestration.defs.run import run_in_process

    try:
        run_in_process(settings, as_of, full=full, accepted=accepted)
    except Busy:
        raise
    except Exception as error:
        with writer_lock(settings, "hrss refresh"):
            if not discard_damaged(settings, error):
                raise
        run_in_process(settings, as_of, full=full, accepted=accepted)
    finally:
        discard_prepared(settings)
        discard_copy(settings)
    made = candidate_folder(settings) if settings.sign_off else None
    return (made or ReleaseFolder.current(settings)).read_manifest()
