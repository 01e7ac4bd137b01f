"""fct_dispute_duration of any cases, by its compiled SQL, without dbt and without landing. No assertions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from orchestration.files import read_json
from orchestration.settings import Settings
from raw_landing.database import connect

Case = tuple[str, str, float, str, date, date | None]
"""Stage, unit, weight, kind, accepted on, closed on."""


def durations(models: Path, cases: Sequence[Case], known_until: date) -> duckdb.DuckDBPyConnection:
    """A connection with the table `durations` of these cases. `models`: a home in which dbt has compiled the models."""
    nodes = read_json(Settings.of(home=models).dbt_compiled / "manifest.json")["nodes"]
    connection = connect()
    connection.execute(
        f"""
        ATTACH ':memory:' AS warehouse;
        USE warehouse;
        CREATE SCHEMA intermediate;
        CREATE SCHEMA landed;
        CREATE TABLE landed.run AS SELECT DATE '{known_until}' + 30 AS as_of;
        CREATE TABLE intermediate.int_dispute_case (
            stage VARCHAR, region_code VARCHAR, weight DOUBLE, kind VARCHAR, accepted_on DATE, closed_on DATE
        );
        CREATE TABLE intermediate.int_flow_period (
            extract VARCHAR, region_code VARCHAR, period_type VARCHAR, period_end DATE, units_received BIGINT,
            units_expected BIGINT
        );
        """
    )
    connection.execute(
        f"INSERT INTO intermediate.int_dispute_case SELECT {', '.join('unnest(?)' for _ in cases[0])}",
        [list(column) for column in zip(*cases, strict=True)],
    )
    connection.execute(
        f"""
        CREATE TABLE intermediate.int_delivery_cutoff AS
        SELECT DISTINCT stage || '_case' AS extract, region_code, DATE '{known_until}' AS known_until
        FROM intermediate.int_dispute_case;
        CREATE TABLE intermediate.int_region_ancestry AS
        SELECT DISTINCT region_code, region_code AS belongs_to, 'prefecture' AS belongs_to_level
        FROM intermediate.int_dispute_case;
        CREATE TABLE durations AS {nodes["model.hrss.fct_dispute_duration"]["compiled_code"]}
        """
    )
    return connection
