"""The stages of the nightly job as plain functions: land, build, gate, publish. Knows no Dagster; an asset calls
one."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from expectations import ExpectedTable
from expectations.redaction import safe_error_text
from orchestration.attribution.attribution import attribute
from orchestration.database_damage import is_cut, is_unfit, is_whole
from orchestration.dbt_build.catalogue import own_tables, published_tables, published_views
from orchestration.dbt_build.lineage import lineage_of
from orchestration.dbt_build.manifest import compile_dbt
from orchestration.dbt_build.runner import compute_values
from orchestration.dictionary import page, sections
from orchestration.exports import write_exports
from orchestration.gate.baseline import load_published_baseline
from orchestration.gate.kept import warehouse_written
from orchestration.gate.page import write_release_page
from orchestration.gate.run import accepted_in, all_suites, gated_rows, judge_new_file, mark_released, require
from orchestration.logs import bound
from orchestration.outbox.write import write_receipts
from orchestration.patience import patiently
from orchestration.pipeline import laid_files
from orchestration.pipeline.damage import discard_warehouse
from orchestration.pipeline.layouts import bring_up_to_date
from orchestration.pipeline.leftovers import sweep
from orchestration.process_beside import begin, process_beside
from orchestration.progress import reporter
from orchestration.release.at_address import follow
from orchestration.release.candidates import candidate_ids
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import release_ids
from orchestration.release.own_tables import Release
from orchestration.release.publish import enter, publish, same_program_before
from orchestration.release.state import ReleaseInputs, files_in_use
from orchestration.restricted.work_list import WorkListUnusable, write_work_list
from orchestration.settings import Settings
from orchestration.text import pair
from raw_landing.database import DatabaseUnusable, connect
from raw_landing.storage.landed_schema import RELATIONS

if TYPE_CHECKING:
    from raw_landing.judging import Workers
    from raw_landing.land import Landed

log = logging.getLogger("hrss")

ATTRIBUTING = ".attributing-"
"""First letters of the folder of temporary files in which changes are attributed."""


@dataclass(frozen=True)
class LandOptions:
    """What to land: everything new, or chosen dumps once more."""

    extracts: Collection[str] | None = None
    period: str | None = None
    again: bool = False


def land(settings: Settings, as_of: date, options: LandOptions, workers: Workers | None = None) -> Landed:
    """Land what the inbox holds and show it to the warehouse; `workers` judge dumps beside this process. The address of
    landed files follows, if it answers. Raises LandingError, AddressForeign."""
    from raw_landing.land import land as land_dumps

    bring_up_to_date(settings)
    sweep(settings)
    with reporter().stage("landing", *pair("run.stage_landing")) as stage:
        landed = land_dumps(
            settings.landing,
            settings.home,
            as_of=as_of,
            extracts=options.extracts,
            period=options.period,
            again=options.again,
            keep=files_in_use(settings),
            progress=stage.dumps,
            workers=workers,
        )
        reporter().dumps["landing"] = len(landed.receipts)
        for one in landed.receipts:
            with bound(dump=one.dump_id):
                rows = {"rows_loaded": one.rows_loaded, "rows_refused": one.rows_refused}
                log.info("dump %s", one.status, extra=rows)
        if landed.restored:
            reporter().note(
                *pair("run.dumps_restored", count=len(landed.restored)),
            )
        with warehouse_written(settings):
            try:
                _show(settings, as_of)
            except (DatabaseUnusable, duckdb.Error) as error:
                if not is_unfit(error):
                    raise
                said = safe_error_text(str(error), type(error).__name__)
                discard_warehouse(settings, (said, said))
                _show(settings, as_of)
            with connect(settings.warehouse) as connection:
                load_published_baseline(connection, settings)
    write_receipts(settings, as_of)
    laid_files.follow_if_it_answers(settings)
    return landed


def landed_rows(settings: Settings) -> dict[str, int]:
    """How many rows each relation of the landed data and of the ledger has."""
    counted = " union all ".join(f"select '{name}', count(*) from {name}" for name in RELATIONS)
    with connect(settings.warehouse, read_only=True) as connection:
        rows = (
            connection.execute(counted).fetchall()
            + connection.execute(
                "select 'landed.' || extract, coalesce(sum(rows_loaded), 0)::bigint"
                " from landed.extract left join landed.dump using (extract) group by extract"
            ).fetchall()
        )
    return dict(rows)


def _show(settings: Settings, as_of: date) -> None:
    """Show the warehouse what is landed."""
    from raw_landing.storage.landed_schema import refresh_landed_schema

    connection = connect(settings.warehouse)
    if is_cut(connection, settings.warehouse):
        connection.close()
        discard_warehouse(settings, pair("run.file_too_short"))
        connection = connect(settings.warehouse)
    try:
        refresh_landed_schema(
            connection, settings.home, as_of=as_of, suppression_threshold=settings.suppression_threshold
        )
    finally:
        connection.close()


def release(settings: Settings, *, full: bool = False) -> Release:
    """Publish the gated warehouse, or let it wait for approval: then nothing that follows publication is done. In
    `full` no result of an earlier final file is kept.

    Raises GateRefused where the gate has not judged what would be published, or refuses its final file;
    PublicationError; WorkListUnusable, AddressUnusable, after publication.
    """
    rows = gated_rows(settings)

    compiled = compile_dbt(settings)  # the formulas that the release shows: those of a full build, whatever the night

    def check(folder: ReleaseFolder, gated: Mapping[str, ExpectedTable]) -> list[dict[str, Any]]:
        result = judge_new_file(settings, folder.marts, gated, accepted_in(rows), full=full)
        require(result)
        write_release_page(folder, [*rows, *result.as_records()], all_suites())
        return result.as_records()

    def export(folder: ReleaseFolder) -> Mapping[str, str]:
        from orchestration.report.build import write_report

        tables = (*published_tables(settings), *own_tables())
        before = same_program_before(settings)
        with process_beside() as beside:
            report = begin(beside, partial(write_report, folder, before)) if settings.pages else None
            exported = write_exports(folder, tables, before)
            dictionary = sections((*tables, *published_views(settings)), lineage_of(compiled))
            synthetic = pair("release.synthetic_data") if exported.facts.is_synthetic else None
            text = page(dictionary, exported.facts.release_id, synthetic)
            folder.dictionary.write_text(text, encoding="utf-8")
        return {**exported.linked, **(report() if report else {})}

    for left_over in settings.home.glob(f"{ATTRIBUTING}*"):
        shutil.rmtree(left_over)
    with TemporaryDirectory(dir=settings.home, prefix=ATTRIBUTING) as folder:
        with reporter().stage("attribution", *pair("run.stage_attribution")):
            attribution = attribute(
                settings, ReleaseInputs.now(settings), Path(folder), partial(compute_values, settings)
            )
        with reporter().stage("publication", *pair("run.stage_publication")):
            made = publish(settings, rows, check, export, attribution)
            if not settings.sign_off:
                patiently(settings, lambda: write_work_list(settings, made.release_id))
    if not settings.sign_off:
        mark_released(settings, made.release_id)
        patiently(settings, lambda: follow(settings))
        patiently(settings, lambda: laid_files.follow(settings))
    return made


def release_patiently(settings: Settings, *, full: bool = False) -> Release:
    """The same, once more where what went wrong may pass; but never once there is a release: what was still to be done
    is done by the next run (`take_up`)."""

    def made() -> set[str]:
        return {*release_ids(settings), *candidate_ids(settings)}

    before = made()
    return patiently(settings, lambda: release(settings, full=full), is_done=lambda: not made() <= before)


def follow_publication(settings: Settings, release_id: str) -> bool:
    """Do what comes after a publication, for one whose run died before it could. Returns False where the warehouse that
    the release was made from is not there any more."""
    if not settings.warehouse.exists() or not is_whole(settings.warehouse):
        return False
    enter(settings)
    mark_released(settings, release_id)
    try:
        write_work_list(settings, release_id)
    except WorkListUnusable as error:  # it is made anew with the next release; the night goes on
        reporter().note(*str(error).split("\n", 1))
    return True
