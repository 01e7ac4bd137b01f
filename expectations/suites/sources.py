"""What must be true of marts.fct_indicator_source, which says what published figures are made of, and of
marts.fct_definition_value and marts.fct_definition_progress, where other versions of a definition stand, and of
marts.dim_formula, where their SQL does.
How a figure is computed is not here."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, SPEC_INDICATORS, SPEC_MARTS, STATISTICS_LAW, Suite, Table
from expectations.suites.indicators.facts import PERSONAL
from expectations.suites.progress import PROGRESS, STATUSES
from expectations.text import say
from expectations.vocabulary import CELL, VALUES

SOURCES = "marts.fct_indicator_source"
OTHERS = "marts.fct_definition_value"
OTHER_PROGRESS = "marts.fct_definition_progress"
PARTS = ("numerator", "denominator", "senior", "intermediate", "junior")
COUNTS = ("within", "until", "before", "at", "year")

COUNTED = """
    counted_on BETWEEN CASE counts WHEN 'within' THEN period_start WHEN 'at' THEN period_end
            WHEN 'year' THEN make_date(year(period_end), 1, 1) ELSE DATE '0001-01-01' END
        AND CASE counts WHEN 'before' THEN period_start - 1 WHEN 'at' THEN period_end
            WHEN 'year' THEN make_date(year(period_end), 12, 31) ELSE counted_through END
"""
"""Whether a contribution (counts, counted_on) counts in a period (period_start, period_end, counted_through)."""

_KNOWN = "SELECT indicator_id, definition_version FROM marts.dim_indicator"
_COUNTYS_PERSONS = (
    f"region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'county') AND indicator_id IN ({PERSONAL})"
)
# A count of nothing has no source; the surveyed rate's longer periods are means and have no numerator.
_DO_NOT_ADD_UP = f"""
WITH judged AS (SELECT * FROM {VALUES} WHERE region_level <> 'county' OR indicator_id NOT IN ({PERSONAL}))
SELECT value.* FROM judged AS value LEFT JOIN (
    SELECT indicator_id, region_code, period_type, period_end,
        sum(amount) FILTER (WHERE part = 'numerator') AS numerator_of_dumps,
        sum(amount) FILTER (WHERE part = 'denominator') AS denominator_of_dumps
    FROM judged JOIN (
        SELECT indicator_id, definition_version, region_code, part, counts, counted_on, sum(amount) AS amount
        FROM {SOURCES} GROUP BY ALL
    ) USING (indicator_id, definition_version, region_code)
    WHERE {COUNTED} GROUP BY ALL
) AS readded USING (indicator_id, region_code, period_type, period_end)
WHERE abs(numerator - coalesce(numerator_of_dumps, 0)) > 1e-9 * greatest(1, abs(numerator))
    OR abs(denominator - coalesce(denominator_of_dumps, 0)) > 1e-9 * greatest(1, abs(denominator))
"""


# Version 2 of the inspection rate divides by more, version 2 of new employment subtracts less.
_OUT_OF_ORDER = f"""
SELECT other.* FROM {OTHERS} AS other JOIN {VALUES} AS value USING (indicator_id, region_code, period_type, period_end)
WHERE other.definition_version = 2 AND value.definition_version = 1 AND (
    (other.indicator_id = 'inspection_closure_rate' AND other.value > value.value + 1e-9)
    OR (other.indicator_id = 'urban_new_employment' AND other.value < value.value - 1e-9))
"""


def source_suites() -> Iterator[Suite]:
    """The suites of fct_indicator_source, fct_definition_value and fct_definition_progress."""
    key = ("indicator_id", "definition_version", "region_code", "dump_id", "part", "counts", "counted_on")
    source = Table(SOURCES, key, SPEC_INDICATORS)
    yield Suite(
        "fct_indicator_source",
        *say("sources.suite_fct_indicator_source"),
        (
            source.key(*key),
            source.required(*key, "amount"),
            source.one_of("part", PARTS),
            source.one_of("counts", COUNTS),
            source.rows(
                "definition_known",
                CRITICAL,
                *say("sources.definition_known"),
                f"(indicator_id, definition_version) NOT IN ({_KNOWN})",
                subject="reference",
            ),
            source.reference("region_code", "marts.dim_region", "region_code"),
            source.rows(
                "dump_active",
                CRITICAL,
                *say("sources.dump_active"),
                "dump_id NOT IN (SELECT dump_id FROM marts.fct_landing_receipt WHERE status = 'loaded')",
                subject="reference",
            ),
            source.rows(
                "no_countys_persons",
                CRITICAL,
                *say("sources.no_countys_persons"),
                _COUNTYS_PERSONS,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            source.query(
                "adds_up",
                CRITICAL,
                *say("sources.adds_up"),
                _DO_NOT_ADD_UP,
                show=CELL,
                subject="total",
            ),
            source.no_personal_number(),
        ),
    )
    cell = ("indicator_id", "definition_version", *CELL[1:])
    other = Table(OTHERS, cell, SPEC_INDICATORS)
    yield Suite(
        "fct_definition_value",
        *say("sources.suite_fct_definition_value"),
        (
            other.key(*cell),
            other.required(*cell, "period_start", "unit", "is_estimate", "is_lower_bound"),
            other.rows(
                "definition_known",
                CRITICAL,
                *say("sources.definition_known"),
                f"(indicator_id, definition_version) NOT IN ({_KNOWN})",
                subject="reference",
            ),
            other.reference("region_code", "marts.dim_region", "region_code"),
            other.query(
                "not_in_force",
                CRITICAL,
                *say("sources.not_in_force"),
                f"SELECT other.* FROM {OTHERS} AS other JOIN {VALUES} USING (indicator_id, definition_version,"
                " region_code, period_type, period_end)",
                subject="total",
            ),
            other.rows(
                "no_countys_persons",
                CRITICAL,
                *say("sources.other_no_countys_persons"),
                _COUNTYS_PERSONS,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            other.rows(
                "lower_bound_of_terminations",
                CRITICAL,
                *say("sources.lower_bound_of_terminations"),
                "is_lower_bound AND indicator_id <> 'arbitration_termination_rate'",
            ),
            other.rows(
                "terminations_within_100",
                CRITICAL,
                *say("sources.terminations_within_100"),
                "indicator_id = 'arbitration_termination_rate' AND NOT coalesce(value BETWEEN 0 AND 100 + 1e-9, false)",
            ),
            other.query(
                "versions_in_order",
                CRITICAL,
                *say("sources.versions_in_order"),
                _OUT_OF_ORDER,
                subject="total",
            ),
            other.no_personal_number(),
        ),
    )
    at = ("plan_id", "indicator_id", "definition_version", "region_code", "period_end")
    progress = Table(OTHER_PROGRESS, at, SPEC_INDICATORS)
    yield Suite(
        "fct_definition_progress",
        *say("sources.suite_fct_definition_progress"),
        (
            progress.key(*at),
            progress.required(*at, "target_kind", "status", "status_in_force"),
            progress.one_of("status", STATUSES),
            progress.query(
                "beside_the_one_in_force",
                CRITICAL,
                *say("sources.beside_the_one_in_force"),
                f"SELECT other.* FROM {OTHER_PROGRESS} AS other LEFT JOIN {PROGRESS} AS progress"
                " USING (plan_id, indicator_id, region_code, period_end)"
                " WHERE other.status_in_force IS DISTINCT FROM progress.status"
                " OR other.actual_in_force IS DISTINCT FROM progress.actual",
                subject="reference",
            ),
            progress.query(
                "level_is_that_version",
                CRITICAL,
                *say("sources.level_is_that_version"),
                f"SELECT other.* FROM {OTHER_PROGRESS} AS other WHERE target_kind <> 'cumulative' AND NOT EXISTS ("
                f"FROM {OTHERS} AS said WHERE said.indicator_id = other.indicator_id"
                " AND said.definition_version = other.definition_version AND said.region_code = other.region_code"
                " AND said.value = other.actual)",
                subject="total",
            ),
            progress.no_personal_number(),
        ),
    )


def formula_suite() -> Suite:
    """The suite of dim_formula, which publication itself writes."""
    formula = Table("marts.dim_formula", ("model",), SPEC_MARTS)
    return Suite(
        "release_dim_formula",
        *say("sources.suite_release_dim_formula"),
        (
            formula.key("model"),
            formula.required("model", "reads", "sql"),
            formula.query(
                "every_definition_has_one",
                CRITICAL,
                *say("sources.every_definition_has_one"),
                f"{_KNOWN} EXCEPT SELECT indicator_id, definition_version FROM marts.dim_formula",
                show=("indicator_id", "definition_version"),
                subject="completeness",
            ),
            formula.query(
                "reads_what_is_there",
                CRITICAL,
                *say("sources.reads_what_is_there"),
                "SELECT model FROM (SELECT model, unnest(reads) AS reads FROM marts.dim_formula)"
                " WHERE reads NOT IN (SELECT model FROM marts.dim_formula)",
                subject="reference",
            ),
            formula.no_personal_number(),
        ),
    )
