"""What must be true of marts.fct_indicator_value: the indicators by region and period. Formulas stand in dbt; here
stands what every right result of them has in common, so that a wrong one is seen."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.registry import indicators, registered
from expectations.rule import (
    CRITICAL,
    PLAN,
    SPEC_INDICATORS,
    SPEC_MARTS,
    STATISTICS_LAW,
    WARNING,
    Rule,
    Suite,
    Table,
    sql_list,
)
from expectations.suites.continuity import changed_history
from expectations.suites.dimensions import PERIOD_TYPES, UNITS
from expectations.suites.outliers import WATCHED_MONTHS, unusual_level
from expectations.vocabulary import CELL, MATURITIES, PROVINCE, VALUES, differs

SMALLEST_SHOWN = "(SELECT suppression_threshold FROM landed.run)"
"""SQL: county counts of persons from 1 to below this are not published."""

# Which indicators a sentence is about, as the registry of indicators says it (dim_indicator).
_REGISTERED = "SELECT indicator_id FROM marts.dim_indicator WHERE "
FLOWS = f"{_REGISTERED} is_additive_in_time"
PERSONAL = f"{_REGISTERED} is_person_based"
MONTHLY_STOCKS = f"{_REGISTERED} measure_kind IN ('stock', 'stock_rate') AND list_contains(period_types, 'month')"
QUARTERLY = f"{_REGISTERED} list_contains(period_types, 'quarter') AND NOT list_contains(period_types, 'month')"
FLOWS_BY_REGION = sql_list(indicators(is_additive_in_time="true", is_additive_in_space="true"))
NET = sql_list(indicators(may_be_negative="true"))
REPORTED_LATER = sql_list(indicators(is_reported_in_month="false"))
SCALED = "numerator / CASE unit WHEN '人' THEN 1 ELSE 10000 END"
SURVEYED = "urban_surveyed_unemployment_rate"
WITHIN_100 = sql_list(indicators(within_100="always"))
# Not bounded by their formula: a case closed before it was accepted, people insured outside the population counted.
USUALLY_WITHIN_100 = sql_list(indicators(within_100="usually"))


def _months(of: str) -> str:
    """Per cell of a longer period: how many of its months are published, and their sum."""
    return (
        f"SELECT indicator_id, region_code, date_trunc('{of}', period_end)::DATE AS period_start,"
        " count(numerator) AS published, count(*) AS months, sum(numerator) AS numerator"
        f" FROM {VALUES} WHERE period_type = 'month' AND indicator_id IN ({FLOWS}) GROUP BY ALL"
    )


def _equals_months(period_type: str, months: int) -> str:
    return (
        f"SELECT longer.* FROM {VALUES} AS longer JOIN ({_months(period_type)}) AS part"
        " USING (indicator_id, region_code, period_start)"
        f" WHERE longer.period_type = '{period_type}' AND part.published = {months}"
        f" AND {differs('longer.numerator', 'part.numerator')}"
    )


_YTD_NOT_MONTHS = f"""
SELECT ytd.* FROM {VALUES} AS ytd JOIN (
    SELECT indicator_id, region_code, period_end, sum(numerator) OVER so_far AS numerator,
        count(numerator) OVER so_far AS published
    FROM {VALUES} WHERE period_type = 'month' AND indicator_id IN ({FLOWS})
    WINDOW so_far AS (PARTITION BY indicator_id, region_code, year(period_end) ORDER BY period_end)
) AS part USING (indicator_id, region_code, period_end)
WHERE ytd.period_type = 'ytd' AND part.published = month(ytd.period_end)
    AND {differs("ytd.numerator", "part.numerator")}
"""
_YEAR_NOT_DECEMBER = f"""
SELECT whole.* FROM {VALUES} AS whole JOIN {VALUES} AS ytd USING (indicator_id, region_code, period_start, period_end)
WHERE whole.period_type = 'year' AND ytd.period_type = 'ytd' AND NOT whole.is_suppressed AND NOT ytd.is_suppressed
    AND ({differs("whole.value", "ytd.value")} OR {differs("whole.numerator", "ytd.numerator")})
"""


def _not_last_parts(stocks: str, part_type: str, longer_types: tuple[str, ...]) -> str:
    return (
        f"SELECT longer.* FROM {VALUES} AS longer LEFT JOIN {VALUES} AS part"
        " ON part.indicator_id = longer.indicator_id AND part.region_code = longer.region_code"
        f" AND part.period_end = longer.period_end AND part.period_type = '{part_type}'"
        f" WHERE longer.period_type IN ({sql_list(longer_types)}) AND longer.indicator_id IN ({stocks})"
        " AND (part.indicator_id IS NULL OR (NOT part.is_suppressed AND NOT longer.is_suppressed"
        f" AND {differs('part.value', 'longer.value')}))"
    )


_NOT_MEAN_OF_MONTHS = f"""
SELECT longer.* FROM {VALUES} AS longer JOIN {VALUES} AS part
    ON part.indicator_id = longer.indicator_id AND part.region_code = longer.region_code
    AND part.period_end BETWEEN longer.period_start AND longer.period_end
WHERE longer.indicator_id = '{SURVEYED}' AND longer.period_type <> 'month' AND part.period_type = 'month'
GROUP BY ALL HAVING {differs("longer.value", "avg(part.value)")}
"""
_OWN_ROWS = f"""
SELECT indicator_id, definition_version, counted_on AS period_end, sum(weight * effect) AS numerator
FROM intermediate.int_indicator_rows
WHERE region_code = '{PROVINCE}' AND part = 'numerator' AND counts = 'within' AND indicator_id IN ({FLOWS_BY_REGION})
GROUP BY ALL
"""
# A row of events lies in its dump's month, so its unit is covered there. A card may be reported later, and attrition by
# a unit whose registrations are still missing: there the sum holds only once all units are in.
_PROVINCE_NOT_UNITS = f"""
SELECT province.* FROM {VALUES} AS province JOIN (
    SELECT indicator_id, period_end, count(*) AS units, sum(numerator) AS numerator
    FROM {VALUES} WHERE period_type = 'month' AND region_level = 'prefecture' GROUP BY ALL
) AS part USING (indicator_id, period_end)
LEFT JOIN ({_OWN_ROWS}) AS own USING (indicator_id, definition_version, period_end)
WHERE province.period_type = 'month' AND province.region_code = '{PROVINCE}'
    AND province.indicator_id IN ({FLOWS_BY_REGION})
    AND (part.units = {UNITS} OR province.indicator_id NOT IN ({REPORTED_LATER}))
    AND {differs("province.numerator", "(part.numerator + coalesce(own.numerator, 0))")}
"""
_COUNTIES_ABOVE_UNIT = f"""
SELECT unit.* FROM {VALUES} AS unit JOIN (
    SELECT county.indicator_id, county.period_type, county.period_end, region.parent_code AS region_code,
        sum(county.numerator) AS numerator
    FROM {VALUES} AS county JOIN marts.dim_region AS region USING (region_code)
    WHERE county.region_level = 'county'
        AND county.indicator_id IN ({FLOWS_BY_REGION}) AND county.indicator_id NOT IN ({NET})
    GROUP BY ALL
) AS part USING (indicator_id, period_type, period_end, region_code)
WHERE part.numerator > unit.numerator AND {differs("part.numerator", "unit.numerator")}
"""


def _part_above_whole(part: str, whole: str, sign: str = ">") -> str:
    return (
        f"SELECT part.* FROM {VALUES} AS part JOIN {VALUES} AS whole"
        " USING (region_code, period_type, period_end)"
        f" WHERE part.indicator_id = '{part}' AND whole.indicator_id = '{whole}'"
        f" AND part.numerator {sign} whole.numerator AND {differs('part.numerator', 'whole.numerator')}"
    )


# Of the indicators that are part of another: name and sentences of the rule that says so.
_PARTS = {
    "migrant_worker_training": (
        "migrant_within_subsidised_training",
        "其中:农民工培训 ≤ 补贴性培训(指标 5 ≤ 4)",
        "migrant workers' training is part of subsidised training (5 ≤ 4)",
    ),
    "senior_skill_certificates": (
        "senior_within_certificates",
        "其中:高级工以上证书 ≤ 全部证书(指标 13 ≤ 12)",
        "senior certificates are part of all certificates (13 ≤ 12)",
    ),
    "e_social_card_coverage_rate": (
        "e_cards_within_cards",
        "其中:电子社保卡人数 ≤ 持卡人数(指标 18 ≤ 17)",
        "holders of e-cards are holders of cards (18 ≤ 17)",
    ),
}


def _parts(t: Table) -> Iterator[Rule]:
    """A rule for each indicator that is part of another."""
    for row in registered():
        part, whole = row["indicator_id"], row["part_of"]
        if whole and row["definition_version"] == "1":
            known = (f"{part}_within_{whole}", f"{part} ≤ {whole}", f"{part} is part of {whole}")
            name, zh, en = _PARTS.get(part, known)
            # Of sampled dumps a person weighs the least of the rows in question: of fewer rows perhaps more.
            exact = "" if row["is_additive_in_time"] == "true" else " AND NOT part.is_estimate"
            query = _part_above_whole(part, whole) + exact
            yield t.query(name, CRITICAL, zh, en, query, subject="total", source=PLAN)


def _one_gap(longer_type: str, part_type: str, parts: int) -> str:
    """A suppressed part that is the longer period's total less its published brothers."""
    return f"""
SELECT longer.* FROM {VALUES} AS longer JOIN {VALUES} AS part
    ON part.indicator_id = longer.indicator_id AND part.region_code = longer.region_code
    AND part.period_end BETWEEN longer.period_start AND longer.period_end
WHERE longer.period_type = '{longer_type}' AND part.period_type = '{part_type}' AND NOT longer.is_suppressed
    AND longer.region_level = 'county' AND longer.indicator_id IN ({FLOWS})
GROUP BY ALL HAVING count(*) = {parts} AND count(*) FILTER (WHERE part.is_suppressed) = 1
"""


_GAP_BETWEEN_YTD = f"""
SELECT gap.* FROM {VALUES} AS gap JOIN {VALUES} AS after
    ON after.indicator_id = gap.indicator_id AND after.region_code = gap.region_code
    AND after.period_end = gap.period_end AND after.period_type = 'ytd'
LEFT JOIN {VALUES} AS before
    ON before.indicator_id = gap.indicator_id AND before.region_code = gap.region_code
    AND before.period_end = gap.period_start - 1 AND before.period_type = 'ytd'
WHERE gap.period_type = 'month' AND gap.is_suppressed AND gap.indicator_id IN ({FLOWS})
    AND NOT after.is_suppressed AND (month(gap.period_end) = 1 OR before.is_suppressed = false)
"""
_LONE_COUNTY = f"""
SELECT county.indicator_id, region.parent_code AS region_code, county.period_type, county.period_end
FROM {VALUES} AS county JOIN marts.dim_region AS region USING (region_code)
WHERE county.region_level = 'county' AND county.is_suppressed AND county.indicator_id IN ({FLOWS_BY_REGION})
GROUP BY ALL HAVING count(*) = 1
"""
_TOLD_UNDER_OTHER_TYPE = f"""
SELECT hidden.* FROM {VALUES} AS hidden JOIN {VALUES} AS shown USING (indicator_id, region_code, period_end)
WHERE hidden.is_suppressed AND NOT shown.is_suppressed
    AND (hidden.period_start = shown.period_start OR hidden.indicator_id IN ({MONTHLY_STOCKS}))
"""
_SMALL_BEFORE_SUPPRESSION = f"""
SELECT published.* FROM {VALUES} AS published JOIN intermediate.int_indicator_unioned AS computed
    USING (indicator_id, region_code, period_type, period_end)
WHERE published.region_level = 'county' AND NOT published.is_suppressed
    AND published.indicator_id IN ({PERSONAL})
    AND computed.observations >= 1 AND computed.observations < {SMALLEST_SHOWN}
"""

MANY_CASES = 20  # of which none counts: no chance in a unit where some did in every month of a year


def _suddenly_whole(*, is_stopped: bool) -> str:
    """Units' rates of exactly 0 or 100 % of the last months where none of the year of months before it (of quarterly
    rates: quarters) was so. What stops a release: none of many, unless published so already."""
    stopped = (
        f"numerator = 0 AND denominator >= {MANY_CASES} AND NOT EXISTS (SELECT 1 FROM quality.published_value AS before"
        f" WHERE {' AND '.join(f'before.{column} = rate.{column}' for column in CELL)} AND before.numerator = 0)"
    )
    return f"""
WITH rate AS (
    SELECT {", ".join(CELL)}, numerator, denominator, count(*) OVER before AS periods_before,
        count(*) FILTER (WHERE numerator = 0) OVER before AS nothing_before,
        count(*) FILTER (WHERE numerator = denominator) OVER before AS everything_before
    FROM {VALUES}
    WHERE region_level = 'prefecture' AND denominator > 0
        AND (period_type = 'month' OR (period_type = 'quarter' AND indicator_id IN ({QUARTERLY})))
    WINDOW before AS (PARTITION BY indicator_id, region_code, period_type ORDER BY period_end
        RANGE BETWEEN INTERVAL 366 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING)
)
SELECT *, format('{{:.0f}}/{{:.0f}}', numerator, denominator) AS cases FROM rate
WHERE period_end > (SELECT as_of FROM landed.run) - INTERVAL {WATCHED_MONTHS} MONTHS
    AND periods_before >= CASE period_type WHEN 'month' THEN 12 ELSE 4 END
    AND ((numerator = 0 AND nothing_before = 0) OR (numerator = denominator AND everything_before = 0))
    AND {"" if is_stopped else "NOT "}({stopped})
"""


def indicator_suite(smallest_shown: str = SMALLEST_SHOWN) -> Suite:
    """The suite of fct_indicator_value. `smallest_shown`: SQL of the threshold of suppression, where the warehouse is
    not at hand."""
    t = Table(VALUES, "指标值", CELL, SPEC_INDICATORS)
    return Suite(
        "fct_indicator_value",
        "事实:指标值",
        "facts: indicator values",
        (
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
                "value_text IS NOT NULL"
                " AND (value IS NOT NULL OR NOT regexp_full_match(value_text, '1:[0-9]+:[0-9]+'))",
            ),
            t.rows(
                "not_negative",
                CRITICAL,
                "人数、件数不为负,分母大于 0",
                "counts are not negative, denominators are above 0",
                f"(numerator < 0 AND indicator_id NOT IN ({NET})) OR denominator <= 0",
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
                f"indicator_id IN ({WITHIN_100}) AND (value < 0 OR value > 100 + 1e-9)",
            ),
            t.rows(
                "usually_within_100",
                WARNING,
                "覆盖率、结案率、签订率不超过 100",
                "coverage, closure and signing rates do not exceed 100",
                f"indicator_id IN ({USUALLY_WITHIN_100}) AND value > 100 + 1e-9",
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
            t.query(
                "quarter_is_its_months",
                CRITICAL,
                "可加指标:季度 = 三个月之和",
                "additive indicators: a quarter is the sum of its months",
                _equals_months("quarter", 3),
                subject="total",
            ),
            t.query(
                "year_is_its_months",
                CRITICAL,
                "可加指标:年度 = 十二个月之和",
                "additive indicators: a year is the sum of its months",
                _equals_months("year", 12),
                subject="total",
            ),
            t.query(
                "ytd_is_its_months",
                CRITICAL,
                "可加指标:本年累计 = 各月之和",
                "additive indicators: the year to date is the sum of its months",
                _YTD_NOT_MONTHS,
                subject="total",
            ),
            t.query(
                "year_is_december_ytd",
                CRITICAL,
                "年度值 = 十二月的本年累计值",
                "a year's value is December's year-to-date value",
                _YEAR_NOT_DECEMBER,
                subject="total",
            ),
            t.query(
                "stock_is_last_months",
                CRITICAL,
                "期末指标:季度、年度值 = 其最后一个月的值",
                "stocks: a quarter's or year's value is that of its last month",
                _not_last_parts(MONTHLY_STOCKS, "month", ("quarter", "year")),
                subject="total",
            ),
            t.query(
                "year_is_fourth_quarters",
                CRITICAL,
                "按季指标:年度值 = 第四季度的值",
                "quarterly indicators: a year's value is that of its fourth quarter",
                _not_last_parts(QUARTERLY, "quarter", ("year",)),
                subject="total",
            ),
            t.query(
                "surveyed_rate_is_mean",
                CRITICAL,
                "调查失业率:季度、累计、年度值 = 各月平均",
                "surveyed unemployment rate: longer periods are the mean of their months",
                _NOT_MEAN_OF_MONTHS,
                subject="total",
            ),
            t.query(
                "province_is_its_units",
                CRITICAL,
                "可加指标:全省 = 各单位之和 + 省本级记录",
                "additive indicators: the province is the sum of its units and of the rows of its own",
                _PROVINCE_NOT_UNITS,
                subject="total",
            ),
            t.query(
                "counties_within_unit",
                CRITICAL,
                "可加指标:各县之和不超过所在市州",
                "additive indicators: the counties together do not exceed their unit",
                _COUNTIES_ABOVE_UNIT,
                subject="total",
            ),
            *_parts(t),
            t.query(
                "card_coverage_counts_holders",
                CRITICAL,
                "社保卡覆盖率的分子 = 持卡人数",
                "the numerator of card coverage is the number of holders",
                _part_above_whole("social_card_population_coverage_rate", "social_card_holders", "<>"),
                subject="total",
            ),
            t.rows(
                "suppressed_in_counties_only",
                CRITICAL,
                "只在县级抑制,全省和市州从不抑制",
                "only cells of counties are suppressed",
                "is_suppressed AND region_level <> 'county'",
                subject="privacy",
            ),
            t.rows(
                "suppressed_wholly",
                CRITICAL,
                "被抑制的单元不留分子、分母和数值",
                "a suppressed cell keeps no numerator, denominator or value",
                "is_suppressed AND (numerator IS NOT NULL OR denominator IS NOT NULL OR value IS NOT NULL"
                " OR value_text IS NOT NULL)",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.rows(
                "small_counts_suppressed",
                CRITICAL,
                "县级涉及个人的计数,1 至抑制阈值以下的不发布",
                "counts of persons in counties, from 1 to below the threshold of suppression, are not published",
                f"region_level = 'county' AND NOT is_estimate AND indicator_id NOT IN ({NET})"
                f" AND indicator_id IN ({PERSONAL}) AND numerator > 0 AND numerator < {smallest_shown}",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "small_observations_suppressed",
                CRITICAL,
                "县级值所依据的个人记录少于抑制阈值的不发布(含抽样推算和净额)",
                "what rests on fewer personal rows in a county than the threshold is not published",
                _SMALL_BEFORE_SUPPRESSION,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "not_recoverable_from_quarter",
                CRITICAL,
                "被抑制的月份不能由季度减其余两月得出",
                "a suppressed month is not the quarter less its other months",
                _one_gap("quarter", "month", 3),
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "not_recoverable_from_year",
                CRITICAL,
                "被抑制的季度不能由年度减其余季度得出",
                "a suppressed quarter is not the year less its other quarters",
                _one_gap("year", "quarter", 4),
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "not_recoverable_from_ytd",
                CRITICAL,
                "被抑制的月份不能由相邻两个本年累计相减得出",
                "a suppressed month is not the difference of two year-to-date values",
                _GAP_BETWEEN_YTD,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "not_recoverable_from_unit",
                CRITICAL,
                "一个单位内不只抑制一个县,否则可由合计减出",
                "never is one county of a unit suppressed alone: it would be the unit less the others",
                _LONE_COUNTY,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "not_told_under_other_type",
                CRITICAL,
                "同一数字(如一季度与三月累计)要么都抑制,要么都发布",
                "one figure under two period types (first quarter, year to March) is suppressed under both",
                _TOLD_UNDER_OTHER_TYPE,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "unusual_level",
                WARNING,
                "各单位当月数量与前十二个月及上年同月相比无异常",
                "a month's count is not far from the months before it and the same month a year ago",
                unusual_level(
                    f"SELECT *, numerator AS figure FROM {VALUES} WHERE period_type = 'month'"
                    " AND denominator IS NULL AND region_level <> 'county'",
                    ("indicator_id", "region_code"),
                ),
                subject="level",
            ),
            t.query(
                "rate_not_suddenly_nothing",
                CRITICAL,
                f"单位的率不会突然恰为 0:此前十二个月各月都不为 0,而本月 {MANY_CASES} 件以上中一件也没有",
                f"a unit's rate is not suddenly exactly 0: none of {MANY_CASES} or more, where each of the twelve"
                " months before had some",
                _suddenly_whole(is_stopped=True),
                show=(*CELL, "cases"),
                subject="history",
            ),
            t.query(
                "rate_not_suddenly_whole",
                WARNING,
                "单位的率不会突然恰为 0 或 100:此前十二个月没有一个月如此",
                "a unit's rate is not suddenly exactly 0 or 100, where none of the twelve months before was so",
                _suddenly_whole(is_stopped=False),
                show=(*CELL, "cases"),
                subject="level",
            ),
            t.query(
                "history_unchanged",
                CRITICAL,
                "没有新报、修订或撤回数据,程序与设置也未变时,已结束期间的数值与当前发布版一致",
                "what is past stays as published, unless a dump came, was revised or withdrawn, or the code changed",
                changed_history(same_code=True),
                subject="history",
                source=SPEC_MARTS,
            ),
            t.query(
                "history_as_before_new_code",
                WARNING,
                "程序、口径、参考数据或设置变动后,已结束期间的数值与当前发布版一致",
                "new code, definitions, reference data or settings leave what is past as published",
                changed_history(same_code=False),
                subject="history",
                source=SPEC_MARTS,
            ),
            t.no_personal_number(),
        ),
    )
