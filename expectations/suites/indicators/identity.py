"""Rules on one row of marts.fct_indicator_value: keys, references, how a value is written, bounds."""

from __future__ import annotations

from expectations.rule import CRITICAL, WARNING, Rule, Table
from expectations.sql import sql_list
from expectations.suites.dimensions import PERIOD_TYPES
from expectations.suites.indicators.facts import NET, SCALED, USUALLY_WITHIN_100, WITHIN_100
from expectations.vocabulary import CELL, MATURITIES, differs


def identity_rules(t: Table) -> tuple[Rule, ...]:
    """Key, references, form and bounds of each row."""
    return (
        t.key(*CELL),
        t.required(
            *CELL,
            "region_level",
            "period_start",
            "unit",
            "maturity",
            "reporting_units_expected",
            "reporting_units_received",
            "is_estimate",
            "is_suppressed",
            "definition_version",
        ),
        t.one_of("period_type", PERIOD_TYPES),
        t.one_of("maturity", MATURITIES),
        t.reference("region_code", "marts.dim_region", "region_code", what_zh="区域"),
        t.rows(
            "definition_known",
            CRITICAL,
            "指标及其口径版本存在,计量单位一致",
            "the indicator's definition version exists and has the same unit",
            "(indicator_id, definition_version, unit) NOT IN"
            " (SELECT indicator_id, definition_version, unit FROM marts.dim_indicator)",
            subject="reference",
        ),
        t.rows(
            "period_known",
            CRITICAL,
            "期间存在于期间表,起止日一致",
            "the period stands in dim_period with the same days",
            "(period_type, period_start, period_end) NOT IN"
            " (SELECT period_type, period_start, period_end FROM marts.dim_period)",
            subject="reference",
        ),
        t.rows(
            "region_level_agrees",
            CRITICAL,
            "区域层级与区域表一致",
            "the region's level is that of dim_region",
            "(region_code, region_level) NOT IN (SELECT region_code, level FROM marts.dim_region)",
            subject="reference",
        ),
        t.rows(
            "begun_by_as_of",
            CRITICAL,
            "不发布截止日期之后才开始的期间",
            "no period begins after the as-of date",
            "period_start > (SELECT as_of FROM landed.run)",
        ),
        t.rows(
            "figures_finite",
            CRITICAL,
            "数值为有限数",
            "figures are finite numbers",
            "NOT isfinite(numerator) OR NOT isfinite(denominator) OR NOT isfinite(value)",
        ),
        t.rows(
            "value_present",
            CRITICAL,
            "除抑制和文字指标外都有数值",
            "there is a value unless it is suppressed or a text",
            "NOT is_suppressed AND value IS NULL AND value_text IS NULL",
        ),
        t.rows(
            "ratio_text_well_formed",
            CRITICAL,
            "比例文字形如 1:4:5,且不另有数值",
            "a ratio reads like 1:4:5 and has no number beside it",
            "value_text IS NOT NULL AND (value IS NOT NULL OR NOT regexp_full_match(value_text, '1:[0-9]+:[0-9]+'))",
        ),
        t.rows(
            "not_negative",
            CRITICAL,
            "人数、件数不为负,分母大于 0",
            "counts are not negative, denominators are above 0",
            f"(numerator < 0 AND indicator_id NOT IN ({sql_list(NET)})) OR denominator <= 0",
        ),
        t.rows(
            "rate_is_quotient",
            CRITICAL,
            "率 = 100 × 分子 ÷ 分母",
            "a rate is 100 times numerator over denominator",
            differs("value", "100 * numerator / denominator"),
            subject="total",
        ),
        t.rows(
            "count_is_scaled",
            CRITICAL,
            "数量 = 分子 ÷ 10 000(计量单位为“人”时不换算)",
            "a count is its numerator over 10 000, or itself where the unit is 人",
            f"denominator IS NULL AND {differs('value', SCALED)}",
            subject="total",
        ),
        t.rows(
            "within_100",
            CRITICAL,
            "分子属于分母一部分的率在 0 到 100 之间",
            "a rate whose numerator is part of its denominator lies within 0 and 100",
            f"indicator_id IN ({sql_list(WITHIN_100)}) AND (value < 0 OR value > 100 + 1e-9)",
        ),
        t.rows(
            "usually_within_100",
            WARNING,
            "覆盖率、结案率、签订率不超过 100",
            "coverage, closure and signing rates do not exceed 100",
            f"indicator_id IN ({sql_list(USUALLY_WITHIN_100)}) AND value > 100 + 1e-9",
        ),
        t.rows(
            "units_received_at_most_expected",
            CRITICAL,
            "已报送单位数不超过应报送单位数(1 或 17)",
            "the units received are at most those expected (1 or 17)",
            "reporting_units_expected NOT IN (1, 17)"
            " OR reporting_units_received NOT BETWEEN 0 AND reporting_units_expected",
        ),
        t.rows(
            "final_only_when_complete",
            CRITICAL,
            "只有报送齐全且期间已过才是“最终”",
            "a value is final only when all units are in and the period is over",
            "maturity = 'final' AND (reporting_units_received < reporting_units_expected"
            " OR period_end >= (SELECT as_of FROM landed.run))",
        ),
    )
