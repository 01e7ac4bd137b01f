"""What must be true of the dimensions: indicators, plans, regions and periods that every figure refers to."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.registry import indicators
from expectations.rule import CRITICAL, PLAN, REGION_STANDARD, SPEC_INDICATORS, SPEC_MARTS, STATISTICS_LAW, Suite, Table

PERIOD_TYPES = ("month", "quarter", "ytd", "year")
TARGET_KINDS = ("cumulative", "level", "annual_level", "ceiling", "text")
INDICATORS = len(indicators())
UNITS = 17


def dimension_suites() -> Iterator[Suite]:
    """The suites of dim_indicator, dim_plan_indicator, dim_region and dim_period."""
    indicator = Table("marts.dim_indicator", "指标", ("indicator_id", "definition_version"), SPEC_INDICATORS)
    yield Suite(
        "dim_indicator",
        "维度:指标",
        "dimension: indicators",
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
                "每个指标写明来源数据集",
                "every indicator names the extracts it comes from",
                "len(coalesce(source_extracts, [])) = 0",
            ),
            indicator.rows(
                "persons_protected",
                CRITICAL,
                "由含公民身份号码的数据项目计算的指标都按涉及个人处理(小数抑制)",
                "an indicator made of extracts with identity numbers counts as personal: small counts are suppressed",
                "NOT is_person_based AND list_has_any(source_extracts,"
                " (SELECT extracts FROM marts.dim_doubt_rule WHERE rule_id = 'identity_number'))",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            indicator.query(
                "one_version_in_force",
                CRITICAL,
                "每个指标恰有一个口径版本施行",
                "one version of each indicator's definition is in force",
                "SELECT indicator_id FROM marts.dim_indicator GROUP BY indicator_id"
                " HAVING count(*) FILTER (WHERE is_in_force) <> 1",
                show=("indicator_id",),
            ),
            indicator.query(
                "all_indicators",
                CRITICAL,
                f"{INDICATORS} 项指标齐全",
                f"all {INDICATORS} indicators are there",
                "SELECT count(DISTINCT indicator_id) AS indicators FROM marts.dim_indicator"
                f" HAVING count(DISTINCT indicator_id) < {INDICATORS}",
                show=("indicators",),
                subject="completeness",
                source=PLAN,
            ),
            indicator.no_personal_number(),
        ),
    )
    plan = Table("marts.dim_plan_indicator", "规划指标", ("plan_id", "indicator_id"), PLAN)
    yield Suite(
        "dim_plan_indicator",
        "维度:规划指标",
        "dimension: indicators of the plans",
        (
            plan.key("plan_id", "indicator_id"),
            plan.key("plan_id", "seq", name="one_row_per_place"),
            plan.required("plan_id", "seq", "indicator_id", "target_kind"),
            plan.one_of("plan_id", ("135", "145")),
            plan.one_of("target_kind", TARGET_KINDS),
            plan.reference("indicator_id", "marts.dim_indicator", "indicator_id", what_zh="指标"),
            plan.rows(
                "target_given",
                CRITICAL,
                "目标值:文字目标写在 target_text,其余为数字",
                "a text target stands in target_text, every other is a number",
                "CASE WHEN target_kind = 'text' THEN target_text IS NULL OR target IS NOT NULL"
                " ELSE target IS NULL OR target_text IS NOT NULL END",
            ),
            plan.no_personal_number(),
        ),
    )
    region = Table("marts.dim_region", "区域", ("region_code",), REGION_STANDARD)
    yield Suite(
        "dim_region",
        "维度:区域",
        "dimension: regions",
        (
            region.key("region_code"),
            region.required("region_code", "name_zh", "level"),
            region.one_of("level", ("nation", "province", "prefecture", "county")),
            region.rows(
                "code_of_six_digits",
                CRITICAL,
                "行政区划代码为六位数字",
                "a region code has six digits",
                "NOT regexp_full_match(region_code, '[0-9]{6}')",
            ),
            region.reference("parent_code", "marts.dim_region", "region_code", what_zh="上级区域"),
            region.rows(
                "parent_present",
                CRITICAL,
                "除全国外,每个区域都有上级",
                "every region but the nation has a parent",
                "level <> 'nation' AND parent_code IS NULL",
            ),
            region.query(
                "all_units",
                CRITICAL,
                f"{UNITS} 个市级报送单位齐全",
                f"all {UNITS} reporting units are there",
                f"SELECT count(*) AS units FROM marts.dim_region WHERE level = 'prefecture' HAVING count(*) <> {UNITS}",
                show=("units",),
                subject="completeness",
            ),
            region.no_personal_number(),
        ),
    )
    period = Table("marts.dim_period", "期间", ("period_type", "period_end"), SPEC_MARTS)
    yield Suite(
        "dim_period",
        "维度:期间",
        "dimension: periods",
        (
            period.key("period_type", "period_end"),
            period.required("period_type", "period_start", "period_end", "label_zh", "label_en"),
            period.one_of("period_type", PERIOD_TYPES),
            period.rows(
                "days_fit_type",
                CRITICAL,
                "起止日与期间类型相符",
                "first and last day are those of the period type",
                "period_end <> last_day(period_end) OR period_start <> CASE period_type"
                " WHEN 'month' THEN date_trunc('month', period_end)"
                " WHEN 'quarter' THEN date_trunc('quarter', period_end)"
                " ELSE date_trunc('year', period_end) END"
                " OR (period_type = 'quarter' AND month(period_end) % 3 <> 0)"
                " OR (period_type = 'year' AND month(period_end) <> 12)",
            ),
            period.no_personal_number(),
        ),
    )
