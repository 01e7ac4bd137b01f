"""What must be true of the dimensions: indicators, plans, regions and periods that every figure refers to."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.registry import indicators
from expectations.rule import CRITICAL, PLAN, REGION_STANDARD, SPEC_INDICATORS, SPEC_MARTS, STATISTICS_LAW, Suite, Table
from expectations.text import say

PERIOD_TYPES = ("month", "quarter", "ytd", "year", "r12")
TARGET_KINDS = ("cumulative", "level", "annual_level", "ceiling", "text")
INDICATORS = len(indicators())
UNITS = 17
UNITS_OF_GROUPS = "SELECT group_code, count(*) FROM marts.dim_region WHERE level = 'prefecture' GROUP BY ALL"
"""SQL: each city group and how many units it is made of."""

_POPULATIONS = ("registered_population", "resident_population", "statutory_pension_population")


def dimension_suites() -> Iterator[Suite]:
    """The suites of dim_indicator, dim_plan_indicator, dim_region, dim_population, dim_parameter and dim_period."""
    indicator = Table("marts.dim_indicator", ("indicator_id", "definition_version"), SPEC_INDICATORS)
    yield Suite(
        "dim_indicator",
        *say("dimensions.suite_dim_indicator"),
        (
            indicator.key("indicator_id", "definition_version"),
            indicator.required(
                "indicator_id",
                "name_zh",
                "name_en",
                "unit",
                "measure_kind",
                "direction",
                "formula_zh",
                "formula_en",
                "definition_version",
                "is_in_force",
            ),
            indicator.one_of("measure_kind", ("flow", "stock", "rate", "stock_rate", "ratio_text")),
            indicator.one_of("direction", ("higher", "lower", "none")),
            indicator.rows(
                "sources_named",
                CRITICAL,
                *say("dimensions.sources_named"),
                "len(coalesce(source_extracts, [])) = 0",
            ),
            indicator.rows(
                "persons_protected",
                CRITICAL,
                *say("dimensions.persons_protected"),
                "NOT is_person_based AND list_has_any(source_extracts,"
                " (SELECT extracts FROM marts.dim_doubt_rule WHERE rule_id = 'identity_number'))",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            indicator.query(
                "one_version_in_force",
                CRITICAL,
                *say("dimensions.one_version_in_force"),
                "SELECT indicator_id FROM marts.dim_indicator GROUP BY indicator_id"
                " HAVING count(*) FILTER (WHERE is_in_force) <> 1 AND count(in_force_from) > 0",
                show=("indicator_id",),
            ),
            indicator.query(
                "all_indicators",
                CRITICAL,
                *say("dimensions.all_indicators", indicators=INDICATORS),
                "SELECT count(DISTINCT indicator_id) AS indicators FROM marts.dim_indicator"
                f" HAVING count(DISTINCT indicator_id) < {INDICATORS}",
                show=("indicators",),
                subject="completeness",
                source=PLAN,
            ),
            indicator.no_personal_number(),
        ),
    )
    plan = Table("marts.dim_plan_indicator", ("plan_id", "indicator_id"), PLAN)
    yield Suite(
        "dim_plan_indicator",
        *say("dimensions.suite_dim_plan_indicator"),
        (
            plan.key("plan_id", "indicator_id"),
            plan.key("plan_id", "seq", name="one_row_per_place"),
            plan.required("plan_id", "seq", "indicator_id", "target_kind"),
            plan.reference("plan_id", "reference.plans", "plan_id"),
            plan.one_of("target_kind", TARGET_KINDS),
            plan.reference("indicator_id", "marts.dim_indicator", "indicator_id"),
            plan.rows(
                "target_given",
                CRITICAL,
                *say("dimensions.target_given"),
                "CASE WHEN target_kind = 'text' THEN target_text IS NULL OR target IS NOT NULL"
                " ELSE target IS NULL OR target_text IS NOT NULL END",
            ),
            plan.no_personal_number(),
        ),
    )
    region = Table("marts.dim_region", ("region_code",), REGION_STANDARD)
    yield Suite(
        "dim_region",
        *say("dimensions.suite_dim_region"),
        (
            region.key("region_code"),
            region.required("region_code", "name_zh", "name_en", "level"),
            region.one_of("level", ("nation", "province", "prefecture", "county", "city_group")),
            region.rows(
                "code_well_formed",
                CRITICAL,
                *say("dimensions.code_well_formed"),
                "NOT regexp_full_match(region_code, CASE level WHEN 'city_group' THEN 'G[0-9]{2}' ELSE '[0-9]{6}' END)",
            ),
            region.reference("parent_code", "marts.dim_region", "region_code", what="region_above"),
            region.rows(
                "parent_present",
                CRITICAL,
                *say("dimensions.parent_present"),
                "(parent_code IS NULL) <> (level IN ('nation', 'city_group'))",
            ),
            region.query(
                "groups_of_whole_units",
                CRITICAL,
                *say("dimensions.groups_of_whole_units"),
                "SELECT one.region_code FROM marts.dim_region AS one LEFT JOIN marts.dim_region AS city_group"
                " ON city_group.region_code = one.group_code AND city_group.level = 'city_group'"
                " LEFT JOIN marts.dim_region AS unit ON unit.region_code = one.parent_code AND one.level = 'county'"
                " WHERE (city_group.region_code IS NOT NULL) <> (one.level IN ('prefecture', 'county'))"
                " OR unit.group_code <> one.group_code",
                show=("region_code",),
                subject="reference",
            ),
            region.query(
                "all_units",
                CRITICAL,
                *say("dimensions.all_units", units=UNITS),
                f"SELECT count(*) AS units FROM marts.dim_region WHERE level = 'prefecture' HAVING count(*) <> {UNITS}",
                show=("units",),
                subject="completeness",
            ),
            region.no_personal_number(),
        ),
    )
    population = Table("marts.dim_population", ("region_code", "year"), SPEC_INDICATORS)
    yield Suite(
        "dim_population",
        *say("dimensions.suite_dim_population"),
        (
            population.key("region_code", "year"),
            population.required("region_code", "year", "counted_in", *_POPULATIONS),
            population.reference("region_code", "marts.dim_region", "region_code"),
            population.rows(
                "above_zero", CRITICAL, *say("dimensions.above_zero"), f"least({', '.join(_POPULATIONS)}) <= 0"
            ),
            population.rows(
                "at_most_two_years_back",
                CRITICAL,
                *say("dimensions.at_most_two_years_back"),
                "year - counted_in NOT BETWEEN 0 AND 2",
            ),
            population.no_personal_number(),
        ),
    )
    parameter = Table("marts.dim_parameter", ("parameter_id", "version"), SPEC_MARTS)
    yield Suite(
        "dim_parameter",
        *say("dimensions.suite_dim_parameter"),
        (
            parameter.key("parameter_id", "version"),
            parameter.required("parameter_id", "version", "value", "in_force_from", "name_zh", "name_en"),
            parameter.rows(
                "unconfirmed_says_so",
                CRITICAL,
                *say("dimensions.unconfirmed_says_so"),
                "(confirmed_on IS NULL) <> (confirmation_zh IS NOT NULL)",
            ),
            parameter.query(
                "one_parameter_in_force",
                CRITICAL,
                *say("dimensions.one_parameter_in_force"),
                "SELECT parameter_id FROM marts.dim_parameter GROUP BY parameter_id"
                " HAVING count(*) FILTER (WHERE is_in_force) > 1",
                show=("parameter_id",),
            ),
            parameter.no_personal_number(),
        ),
    )
    period = Table("marts.dim_period", ("period_type", "period_end"), SPEC_MARTS)
    yield Suite(
        "dim_period",
        *say("dimensions.suite_dim_period"),
        (
            period.key("period_type", "period_end"),
            period.required("period_type", "period_start", "period_end", "label_zh", "label_en"),
            period.one_of("period_type", PERIOD_TYPES),
            period.rows(
                "days_fit_type",
                CRITICAL,
                *say("dimensions.days_fit_type"),
                "period_end <> last_day(period_end) OR period_start <> CASE period_type"
                " WHEN 'month' THEN date_trunc('month', period_end)"
                " WHEN 'quarter' THEN date_trunc('quarter', period_end)"
                " WHEN 'r12' THEN date_trunc('month', period_end) - INTERVAL 11 MONTHS"
                " ELSE date_trunc('year', period_end) END"
                " OR (period_type = 'quarter' AND month(period_end) % 3 <> 0)"
                " OR (period_type = 'year' AND month(period_end) <> 12)",
            ),
            period.no_personal_number(),
        ),
    )
