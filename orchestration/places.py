"""Where things lie in a home and beside it: the one place for the names of its files and folders."""

from __future__ import annotations

import os
from pathlib import Path


class Places:
    """The files and folders of a home, of a landing folder and of an outbox."""

    home: Path
    landing: Path
    outbox: Path | None

    @property
    def inbox(self) -> Path:
        """Where dumps arrive; never written to."""
        return self.landing / "inbox"

    @property
    def warehouse(self) -> Path:
        """The working database, gated before anything of it is published."""
        return self.home / "warehouse.duckdb"

    @property
    def spark_tables(self) -> Path:
        """A folder a build on Spark, each of folders of Parquet files; they hold personal data."""
        return self.home / "spark"

    @property
    def work_list(self) -> Path:
        """Doubtful records, for their owner only."""
        return self.home / "restricted" / "doubts.duckdb"

    @property
    def restricted_tables(self) -> Path:
        """The tables of schema `restricted` of the warehouse, persons under their pseudonyms."""
        return self.home / "restricted" / "tables.duckdb"

    @property
    def probable_links(self) -> Path:
        """Probable links of the crosswalk, weighed on demand, persons under their pseudonyms."""
        return self.home / "restricted" / "probable_links.duckdb"

    @property
    def pseudonym_key(self) -> Path:
        """The key that turns a person's number into the pseudonym of the work list."""
        return self.home / "restricted" / "pseudonym.key"

    @property
    def pseudonym_map(self) -> Path:
        """The pseudonyms of former keys beside those of now, where the key was ever replaced."""
        return self.home / "restricted" / "former_pseudonyms.duckdb"

    @property
    def warehouse_log(self) -> Path:
        """Who asked the warehouse what, and when; for its owner only."""
        return self.home / "restricted" / "warehouse_queries.jsonl"

    @property
    def audit_log(self) -> Path:
        """Who did what, each line chained to the one before it; for its owner only."""
        return self.home / "audit.jsonl"

    @property
    def spill(self) -> Path:
        """Where databases of this process that are in memory put down what does not fit; there only while they do."""
        return self.home / f"spill-{os.getpid()}"

    @property
    def published(self) -> Path:
        """The folder of releases and of the link `current`."""
        return self.home / "published"

    @property
    def releases(self) -> Path:
        """One folder per release, never changed again."""
        return self.published / "releases"

    @property
    def candidates(self) -> Path:
        """Releases that wait for approval, for the owner only; readers are never sent here."""
        return self.home / "candidates"

    @property
    def current(self) -> Path:
        """The link to the release that readers get."""
        return self.published / "current"

    @property
    def pointer(self) -> Path:
        """The same as the link, as a file: for readers that follow none."""
        return self.published / "current.json"

    @property
    def history(self) -> Path:
        """The record of every publication and rollback; it names people, so it is for its owner only."""
        return self.published / "history.jsonl"

    @property
    def notices(self) -> Path:
        """The register of errors that were published, one a line."""
        return self.published / "notices.jsonl"

    @property
    def outbox_folder(self) -> Path:
        """What goes back to those who deliver."""
        return self.outbox or self.home / "outbox"

    @property
    def receipts(self) -> Path:
        """A folder a unit: what became of its dumps, and what is due next."""
        return self.outbox_folder / "receipts"

    @property
    def overdue_record(self) -> Path:
        """How many deliveries are overdue, as the receipts told last."""
        return self.home / "overdue.json"

    @property
    def exchange(self) -> Path:
        """A folder a data service: the files that it provides, and its consumer's receipts."""
        return self.outbox_folder / "exchange"

    @property
    def released(self) -> Path:
        """What the next release is compared with: a folder a release, for its owner only."""
        return self.home / "released"

    @property
    def dbt_target(self) -> Path:
        """What dbt compiles and its manifest."""
        return self.home / "dbt" / "target"

    @property
    def dbt_manifest(self) -> Path:
        """What dbt knows of the project: its nodes, columns and checksums."""
        return self.dbt_target / "manifest.json"

    @property
    def dbt_compiled(self) -> Path:
        """The manifest with the SQL of every model as a full build runs it."""
        return self.home / "dbt" / "compiled"

    @property
    def dbt_log(self) -> Path:
        """All that dbt said when it built last; it may quote a row. The build before stands in dbt.before.log."""
        return self.dbt_target / "dbt.log"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own record of runs."""
        return self.home / "dagster"

    @property
    def page_address(self) -> Path:
        """Where Dagster's page is, as long as it is there: whoever knows it may use the page."""
        return self.dagster_home / "page_address"

    @property
    def page_token(self) -> Path:
        """The unguessable part of that address, where it stays from start to start: behind a proxy."""
        return self.dagster_home / "page_token"

    @property
    def service_log(self) -> Path:
        """What the parts of `hrss serve` had to say; it may quote a row."""
        return self.dagster_home / "serve.log"

    @property
    def gate_record(self) -> Path:
        """What the gate said last, by stage."""
        return self.home / "gate.json"

    @property
    def gate_kept(self) -> Path:
        """Results of the gate that hold until what they are of changes."""
        return self.home / "gate_kept.json"

    @property
    def gate_page(self) -> Path:
        """The same as a page."""
        return self.home / "quality.html"

    @property
    def run_record(self) -> Path:
        """How the last refresh ended and what it was made from."""
        return self.home / "last_run.json"

    @property
    def not_begun(self) -> Path:
        """Why the last attempt at a run ended before the run was on record; gone when one begins or finds nothing."""
        return self.home / "not_begun.json"

    @property
    def layout_record(self) -> Path:
        """Which layout the home has."""
        return self.home / "layout.json"

    @property
    def kept_settings(self) -> Path:
        """The settings that stay with the home."""
        return kept_settings_of(self.home)

    @property
    def scrub_record(self) -> Path:
        """When which file was compared with its checksum, and what was found damaged."""
        return self.home / "scrub.json"

    @property
    def laid_record(self) -> Path:
        """By address, the checksums of the lists that this home laid there last."""
        return self.home / "laid.json"

    @property
    def heartbeat(self) -> Path:
        """When a run last ended well or found nothing to do: a moment in ISO 8601, for whoever watches."""
        return self.home / "heartbeat"

    @property
    def alerts_record(self) -> Path:
        """Which incidents are open, and who was told what of them."""
        return self.home / "alerts.json"

    @property
    def alerts_lock(self) -> Path:
        """Held by the one process that looks for incidents."""
        return self.home / "alerts.lock"

    @property
    def lock_file(self) -> Path:
        """Held by the one run that writes."""
        return self.home / "refresh.lock"

    @property
    def lease_file(self) -> Path:
        """The same, for machines that share a disk: touched by its owner as long as it lives."""
        return self.home / "refresh.lease"


def kept_settings_of(home: Path) -> Path:
    """The file of the settings that stay with a home."""
    return home / "settings.json"
