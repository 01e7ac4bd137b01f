"""fct_indicator_value for statistical systems: data in SDMX-CSV 2.0 and beside it the structure message that it
follows, in SDMX-ML 3.0 (sdmx_structure.xml). Codes are those of the marts, so that both can be joined."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.dbt_build.catalogue import VALUES
from orchestration.exports.facts import Facts
from orchestration.exports.unchanged import Unchanged
from orchestration.rendering.labels import MATURITY, PERIOD_TYPE
from orchestration.rendering.render import render
from orchestration.text import pair, words
from raw_landing.database import literal

AGENCY, FLOW, VERSION = "HBHRSS", "PLAN_INDICATORS", "1.1.0"
"""The version is raised when a dimension or attribute changes; code lists grow with the reference data."""

STRUCTURE, DATA = f"{FLOW.lower()}.structure.xml", f"{FLOW.lower()}.csv"

STATUSES, CONFIDENTIALITY = words("sdmx.statuses"), words("sdmx.confidentiality")
"""Codes of SDMX's cross-domain lists CL_OBS_STATUS and CL_CONF_STATUS."""
CONCEPTS = {
    "PERIOD_TYPE": "CL_PERIOD_TYPE",
    "INDICATOR": "CL_INDICATOR",
    "REF_AREA": "CL_REGION",
    "TIME_PERIOD": "ObservationalTimePeriod",
    "OBS_VALUE": "Double",
    "OBS_STATUS": "CL_OBS_STATUS",
    "CONF_STATUS": "CL_CONF_STATUS",
    "MATURITY": "CL_MATURITY",
    "UNIT_MEASURE": "String",
    "NUMERATOR": "Double",
    "DENOMINATOR": "Double",
    "OBS_TEXT": "String",
    "UNITS_EXPECTED": "Integer",
    "UNITS_RECEIVED": "Integer",
    "DEFINITION_VERSION": "Integer",
    "SERIES_ID": "String",
    "IS_SYNTHETIC": "Boolean",
}
"""The text type or code list of a concept's values."""
DIMENSIONS = ("PERIOD_TYPE", "INDICATOR", "REF_AREA")
MANDATORY = ("OBS_STATUS", "CONF_STATUS", "MATURITY", "UNIT_MEASURE", "DEFINITION_VERSION", "IS_SYNTHETIC")
ATTRIBUTES = tuple(concept for concept in CONCEPTS if concept not in (*DIMENSIONS, "TIME_PERIOD", "OBS_VALUE"))


def write(connection: duckdb.DuckDBPyConnection, facts: Facts, folder: Path, unchanged: Unchanged) -> None:
    """Write the structure message and the data, streamed by DuckDB."""
    folder.mkdir()
    (folder / STRUCTURE).write_text(_structure(connection, facts), encoding="utf-8")
    if unchanged.link(VALUES, folder / DATA):
        return
    connection.execute(
        f"""
        copy (
            select
                'dataflow' as "STRUCTURE",
                '{AGENCY}:{FLOW}({VERSION})' as "STRUCTURE_ID",
                'I' as "ACTION",
                period_type as "PERIOD_TYPE",
                indicator_id as "INDICATOR",
                region_code as "REF_AREA",
                case period_type
                    when 'quarter' then year(period_end) || '-Q' || quarter(period_end)
                    when 'year' then year(period_end)::varchar
                    else strftime(period_end, '%Y-%m')
                end as "TIME_PERIOD",
                value as "OBS_VALUE",
                case
                    when is_suppressed then 'Q'
                    when is_estimate then 'E'
                    when maturity = 'provisional' then 'P'
                    else 'A'
                end as "OBS_STATUS",
                case when is_suppressed then 'C' else 'F' end as "CONF_STATUS",
                maturity as "MATURITY",
                unit as "UNIT_MEASURE",
                numerator as "NUMERATOR",
                denominator as "DENOMINATOR",
                value_text as "OBS_TEXT",
                reporting_units_expected as "UNITS_EXPECTED",
                reporting_units_received as "UNITS_RECEIVED",
                definition_version as "DEFINITION_VERSION",
                series_id as "SERIES_ID",
                {str(facts.is_synthetic).lower()} as "IS_SYNTHETIC"
            from {VALUES}
        ) to {literal(folder / DATA)} (format csv, header)
        """
    )


def _structure(connection: duckdb.DuckDBPyConnection, facts: Facts) -> str:
    indicators = connection.execute(
        """
        select distinct on (indicator_id) indicator_id, name_zh, name_en
        from dim_indicator order by indicator_id, is_in_force desc, definition_version desc
        """
    ).fetchall()
    # Flat: SDMX-ML 3.0 allows no code that begins with a digit as a parent.
    regions = connection.execute("select region_code, name_zh, name_en from dim_region order by region_code").fetchall()
    closed = {
        "CL_CONF_STATUS": CONFIDENTIALITY,
        "CL_MATURITY": MATURITY,
        "CL_OBS_STATUS": STATUSES,
        "CL_PERIOD_TYPE": PERIOD_TYPE,
    }
    codes = {"CL_INDICATOR": indicators, "CL_REGION": regions}
    codes |= {name: [(code, *both) for code, both in one.items()] for name, one in closed.items()}
    return render(
        "sdmx_structure.xml",
        facts=facts,
        agency=AGENCY,
        flow=FLOW,
        version=VERSION,
        codelists={name: (*names, codes[name]) for name, names in words("sdmx.codelists").items()},
        concepts={name: (*names, CONCEPTS[name]) for name, names in words("sdmx.concepts").items()},
        concept_scheme=pair("sdmx.concept_scheme"),
        data_structure=pair("sdmx.data_structure"),
        dimensions=DIMENSIONS,
        attributes=ATTRIBUTES,
        mandatory=MANDATORY,
    )
