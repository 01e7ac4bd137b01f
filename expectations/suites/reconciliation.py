"""What must be true of marts.fct_reconciliation, where reported figures stand beside computed ones. Differences are
warnings, the binding indicators' first: either side may be wrong."""

from __future__ import annotations

from expectations.rule import CRITICAL, PLAN, SPEC_MARTS, WARNING, Suite, Table
from expectations.vocabulary import VALUES

RECONCILIATION = "marts.fct_reconciliation"
VERDICTS = ("agrees", "beyond_tolerance", "incomplete", "unit_unknown")
TOLERANCE = "1e-9"

# What was reported and found beyond tolerance need not be published under every period type: of any, it must be one.
_NOT_PUBLISHED = f"""
SELECT beside.* FROM {RECONCILIATION} AS beside
ANTI JOIN (SELECT indicator_id, region_code, period_end, value FROM {VALUES} WHERE NOT is_suppressed) AS published
    ON published.indicator_id = beside.indicator_id AND published.region_code = beside.region_code
    AND published.period_end = beside.period_end AND published.value = beside.computed
"""


def reconciliation_suite() -> Suite:
    """The suite of fct_reconciliation."""
    row = ("region_code", "period_end", "item", "basis")
    t = Table(RECONCILIATION, "上报与计算对照", row, SPEC_MARTS)
    return Suite(
        "fct_reconciliation",
        "事实:上报与计算对照",
        "facts: reported against computed",
        (
            t.key(*row),
            t.required(*row, "indicator_id", "unit", "is_binding", "computed", "tolerance", "verdict"),
            t.one_of("verdict", VERDICTS),
            t.reference("region_code", "marts.dim_region", "region_code", what_zh="区域"),
            t.rows(
                "indicator_known",
                CRITICAL,
                "对照的指标存在,计量单位一致",
                "the indicator exists and has that unit",
                "(indicator_id, unit) NOT IN (SELECT indicator_id, unit FROM marts.dim_indicator)",
                subject="reference",
            ),
            t.rows(
                "period_known",
                CRITICAL,
                "报告期末日是期间表中的月末",
                "the day is the end of a month of dim_period",
                "period_end NOT IN (SELECT period_end FROM marts.dim_period WHERE period_type = 'month')",
                subject="reference",
            ),
            t.query(
                "computed_is_published",
                CRITICAL,
                "计算值与已发布的指标值相同,被隐去的不在其中",
                "the computed figure is a published one, never a withheld one",
                _NOT_PUBLISHED,
                subject="privacy",
            ),
            t.rows(
                "difference_is_computed_less_reported",
                CRITICAL,
                "差额 = 计算值 − 上报值",
                "the difference is computed less reported",
                "reported IS NOT NULL AND coalesce(abs(difference - (computed - reported))"
                f" > {TOLERANCE} * greatest(1, abs(reported)), true)",
                subject="total",
            ),
            t.rows(
                "verdict_follows_difference",
                CRITICAL,
                "结论与差额、允许误差一致",
                "the verdict follows from difference and tolerance",
                "(verdict = 'unit_unknown') IS DISTINCT FROM (reported IS NULL)"
                " OR (verdict = 'agrees' AND round(abs(difference), 9) > round(tolerance, 9))"
                " OR (verdict = 'beyond_tolerance' AND round(abs(difference), 9) <= round(tolerance, 9))",
            ),
            t.rows(
                "binding_within_tolerance",
                WARNING,
                "约束性指标:上报值与计算值之差在允许误差内",
                "binding indicators: what is reported and what is computed differ by no more than is tolerated",
                "is_binding AND verdict = 'beyond_tolerance'",
                subject="level",
                source=PLAN,
            ),
            t.rows(
                "others_within_tolerance",
                WARNING,
                "其他指标:上报值与计算值之差在允许误差内",
                "other indicators: what is reported and what is computed differ by no more than is tolerated",
                "NOT is_binding AND verdict = 'beyond_tolerance'",
                subject="level",
                source=PLAN,
            ),
            t.rows(
                "unit_known",
                WARNING,
                "上报值的计量单位可以换算为指标的计量单位",
                "the unit of what is reported can be turned into the indicator's",
                "verdict = 'unit_unknown'",
            ),
            t.no_personal_number(),
        ),
    )
