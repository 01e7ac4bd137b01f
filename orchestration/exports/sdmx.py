"""fct_indicator_value for statistical systems: data in SDMX-CSV 2.0 and beside it the structure message that it
follows, in SDMX-ML 3.0 (sdmx_structure.xml). Codes are those of the marts, so that both can be joined."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.exports.facts import Facts
from orchestration.rendering.labels import MATURITY, PERIOD_TYPE
from orchestration.rendering.render import render
from raw_landing.database import literal

AGENCY, FLOW, VERSION = "HBHRSS", "PLAN_INDICATORS", "1.0.0"
"""The version is raised when a dimension or attribute changes; code lists grow with the reference data."""

STRUCTURE, DATA = f"{FLOW.lower()}.structure.xml", f"{FLOW.lower()}.csv"

STATUSES = {  # codes of SDMX's cross-domain list CL_OBS_STATUS
    "A": ("正常", "Normal value"),
    "E": ("推算数", "Estimated value"),
    "P": ("初步数", "Provisional value"),
    "Q": ("不公布", "Missing value; suppressed"),
}
CONFIDENTIALITY = {  # codes of SDMX's cross-domain list CL_CONF_STATUS
    "C": ("保密统计信息", "Confidential statistical information"),
    "F": ("可公布", "Free (free for publication)"),
}
CONCEPTS = {  # concept: names, and the text type or code list of its values
    "PERIOD_TYPE": ("时期类型", "Type of period", "CL_PERIOD_TYPE"),
    "INDICATOR": ("指标", "Indicator", "CL_INDICATOR"),
    "REF_AREA": ("地区", "Region", "CL_REGION"),
    "TIME_PERIOD": ("时期", "Time period; a year to date bears its last month", "ObservationalTimePeriod"),
    "OBS_VALUE": ("数值", "Observation value", "Double"),
    "OBS_STATUS": ("观测状态", "Observation status", "CL_OBS_STATUS"),
    "CONF_STATUS": ("保密状态", "Confidentiality status", "CL_CONF_STATUS"),
    "MATURITY": ("成熟度", "Maturity", "CL_MATURITY"),
    "UNIT_MEASURE": ("计量单位", "Unit of measure", "String"),
    "NUMERATOR": ("分子", "Numerator", "Double"),
    "DENOMINATOR": ("分母", "Denominator", "Double"),
    "OBS_TEXT": ("文字值", "Value that is no number, such as 1:4:5", "String"),
    "UNITS_EXPECTED": ("应报单位数", "Reporting units expected", "Integer"),
    "UNITS_RECEIVED": ("已报单位数", "Reporting units received", "Integer"),
    "DEFINITION_VERSION": ("口径版本", "Version of the definition", "Integer"),
    "IS_SYNTHETIC": ("是否合成数据", "Whether the data is synthetic", "Boolean"),
}
DIMENSIONS = ("PERIOD_TYPE", "INDICATOR", "REF_AREA")
MANDATORY = ("OBS_STATUS", "CONF_STATUS", "MATURITY", "UNIT_MEASURE", "DEFINITION_VERSION", "IS_SYNTHETIC")
ATTRIBUTES = tuple(concept for concept in CONCEPTS if concept not in (*DIMENSIONS, "TIME_PERIOD", "OBS_VALUE"))


def write(connection: duckdb.DuckDBPyConnection, facts: Facts, folder: Path) -> None:
    """Write the structure message and the data, streamed by DuckDB."""
    folder.mkdir()
    (folder / STRUCTURE).write_text(_structure(connection, facts), encoding="utf-8")
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
                {str(facts.is_synthetic).lower()} as "IS_SYNTHETIC"
            from fct_indicator_value
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
        "CL_CONF_STATUS": ("保密状态", "Confidentiality status", CONFIDENTIALITY),
        "CL_MATURITY": ("成熟度", "Maturity", MATURITY),
        "CL_OBS_STATUS": ("观测状态", "Observation status", STATUSES),
        "CL_PERIOD_TYPE": ("时期类型", "Type of period", PERIOD_TYPE),
    }
    codelists = {
        "CL_INDICATOR": ("指标", "Indicator", indicators),
        "CL_REGION": ("地区", "Region", regions),
    } | {name: (zh, en, [(code, *names) for code, names in codes.items()]) for name, (zh, en, codes) in closed.items()}
    return render(
        "sdmx_structure.xml",
        facts=facts,
        agency=AGENCY,
        flow=FLOW,
        version=VERSION,
        codelists=dict(sorted(codelists.items())),
        concepts=CONCEPTS,
        dimensions=DIMENSIONS,
        attributes=ATTRIBUTES,
        mandatory=MANDATORY,
    )
