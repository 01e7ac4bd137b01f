"""What must be true of the facts about reporting: figures as reported, what was delivered and when, receipts."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, INFO, PRIVACY_LAW, SPEC_LANDING, SPEC_MARTS, WARNING, Suite, Table
from expectations.suites.outliers import unusual_level
from expectations.suites.receipts import STATUSES
from expectations.text import say
from expectations.vocabulary import PROVINCE

REPORTED = "marts.fct_reported_value"
COMPLETENESS = "marts.fct_reporting_completeness"
RECEIPT = "marts.fct_landing_receipt"

# A month's own value is what was added since the month before, as the same unit reported it.
_NOT_OWN_MONTH = f"""
SELECT now.* FROM {REPORTED} AS now LEFT JOIN {REPORTED} AS before
    ON before.unit_code = now.unit_code AND before.region_code = now.region_code AND before.item = now.item
    AND before.unit = now.unit AND before.basis = 'ytd' AND before.period_end = now.period_start - 1
WHERE now.basis = 'ytd' AND coalesce(abs(now.month_value
    - CASE WHEN month(now.period_end) = 1 THEN now.value ELSE now.value - before.value END)
    > 1e-9 * greatest(1, abs(now.value)), before.value IS NOT NULL OR month(now.period_end) = 1)
"""
# The calendar anew: from the period that an extract's contract states, else its first in the province, to the as-of
# date, for each of the 17 units, or for the province where it delivers in their stead; joined both ways with what the
# table says was expected.
_NOT_ON_CALENDAR = f"""
WITH first_period AS (
    SELECT registry.extract, coalesce(any_value(due_from), min(period_start)) AS first_day
    FROM landed.extract AS registry
    LEFT JOIN landed.dump AS dump ON dump.extract = registry.extract AND unit_code <> '000000'
    GROUP BY registry.extract
),
calendar AS (
    SELECT registry.extract, period.period_end, registry.delivered_by = 'province' OR (
        registry.delivered_by = 'either' AND (registry.extract, period.period_end) IN (
            SELECT extract, period_end FROM landed.dump WHERE unit_code = '{PROVINCE}')) AS by_province
    FROM landed.extract AS registry JOIN first_period USING (extract)
    JOIN marts.dim_period AS period ON period.period_start >= first_period.first_day
        AND period.period_end <= (SELECT as_of FROM landed.run)
        AND period.period_type = CASE registry.cadence
            WHEN 'monthly' THEN 'month' WHEN 'quarterly' THEN 'quarter' ELSE 'year' END
),
due AS (
    SELECT calendar.extract, unit.region_code AS unit_code, calendar.period_end
    FROM calendar JOIN marts.dim_region AS unit
        ON unit.level = CASE WHEN calendar.by_province THEN 'province' ELSE 'prefecture' END
),
named AS (SELECT extract, unit_code, period_end, true AS is_named FROM {COMPLETENESS} WHERE expected)
SELECT extract, unit_code, period_end
FROM (SELECT *, true AS is_due FROM due) AS due FULL JOIN named USING (extract, unit_code, period_end)
WHERE is_due IS NULL OR is_named IS NULL
"""
_DUMP_NOT_NAMED = f"""
SELECT extract, unit_code, period_end FROM landed.dump WHERE unit_code <> '000000'
EXCEPT SELECT extract, unit_code, period_end FROM {COMPLETENESS} WHERE received
"""


def reporting_suites() -> Iterator[Suite]:
    """The suites of fct_reported_value, fct_reporting_completeness and fct_landing_receipt."""
    row = ("unit_code", "region_code", "period_end", "item", "basis")
    reported = Table(REPORTED, row, SPEC_MARTS)
    yield Suite(
        "fct_reported_value",
        *say("reporting.suite_fct_reported_value"),
        (
            reported.key(*row),
            reported.required(*row, "value", "unit"),
            reported.one_of("basis", ("ytd", "month", "period_end")),
            reported.reference("region_code", "marts.dim_region", "region_code"),
            reported.reference("unit_code", "marts.dim_region", "region_code", what="reporting_unit"),
            reported.rows(
                "period_known",
                CRITICAL,
                *say("reporting.period_known"),
                "(period_start, period_end) NOT IN"
                " (SELECT period_start, period_end FROM marts.dim_period WHERE period_type = 'month')",
                subject="reference",
            ),
            reported.rows(
                "month_value_of_ytd_only",
                CRITICAL,
                *say("reporting.month_value_of_ytd_only"),
                "basis <> 'ytd' AND month_value IS NOT NULL",
            ),
            reported.query(
                "month_value_is_difference",
                CRITICAL,
                *say("reporting.month_value_is_difference"),
                _NOT_OWN_MONTH,
                subject="total",
            ),
            reported.query(
                "ytd_does_not_fall",
                WARNING,
                *say("reporting.ytd_does_not_fall"),
                f"SELECT * FROM {REPORTED} WHERE basis = 'ytd' AND month_value < 0",
                subject="level",
            ),
            reported.no_personal_number(),
        ),
    )
    delivery = ("extract", "unit_code", "period_end")
    complete = Table(COMPLETENESS, delivery, SPEC_MARTS)
    yield Suite(
        "fct_reporting_completeness",
        *say("reporting.suite_fct_reporting_completeness"),
        (
            complete.key(*delivery),
            complete.required(*delivery, "source", "period_start", "expected", "received", "days_late"),
            complete.reference("unit_code", "marts.dim_region", "region_code", what="reporting_unit"),
            complete.rows(
                "period_known",
                CRITICAL,
                *say("reporting.complete_period_known"),
                "(period_start, period_end) NOT IN (SELECT period_start, period_end FROM marts.dim_period)",
                subject="reference",
            ),
            complete.rows(
                "received_has_revision",
                CRITICAL,
                *say("reporting.received_has_revision"),
                "received IS DISTINCT FROM (revision IS NOT NULL AND landed_at IS NOT NULL)",
            ),
            complete.rows("not_early", CRITICAL, *say("reporting.not_early"), "days_late < 0"),
            complete.query(
                "calendar_complete",
                CRITICAL,
                *say("reporting.calendar_complete"),
                _NOT_ON_CALENDAR,
                subject="completeness",
            ),
            complete.query(
                "every_dump_named",
                CRITICAL,
                *say("reporting.every_dump_named"),
                _DUMP_NOT_NAMED,
                subject="completeness",
            ),
            complete.rows(
                "delivered",
                WARNING,
                *say("reporting.delivered"),
                "expected AND NOT received AND days_late > 0",
                subject="completeness",
                source=SPEC_LANDING,
            ),
            complete.rows(
                "delivered_on_time",
                INFO,
                *say("reporting.delivered_on_time"),
                "received AND days_late > 0",
                subject="completeness",
                source=SPEC_LANDING,
            ),
            complete.query(
                "usual_size",
                WARNING,
                *say("reporting.usual_size"),
                unusual_level(
                    "SELECT extract, unit_code, period_end, rows_loaded / sampling_fraction AS figure FROM landed.dump"
                    " JOIN landed.extract USING (extract) WHERE cadence = 'monthly' AND load <> 'report'",
                    ("extract", "unit_code"),
                ),
                subject="level",
            ),
            complete.no_personal_number(),
        ),
    )
    receipt = Table(RECEIPT, ("dump_id",), SPEC_LANDING)
    yield Suite(
        "fct_landing_receipt",
        *say("reporting.suite_fct_landing_receipt"),
        (
            receipt.key("dump_id"),
            receipt.required("dump_id", "path", "sha256", "status"),
            receipt.one_of("status", STATUSES),
            receipt.query(
                "every_receipt_published",
                CRITICAL,
                *say("reporting.every_receipt_published"),
                "SELECT dump_id FROM (SELECT dump_id, status, rows_loaded FROM quality.landing_receipt) AS kept"
                f" FULL JOIN (SELECT dump_id, status, rows_loaded, true AS is_public FROM {RECEIPT}) AS public"
                " USING (dump_id) WHERE kept.status IS DISTINCT FROM public.status"
                " OR kept.rows_loaded IS DISTINCT FROM public.rows_loaded",
                subject="total",
            ),
            receipt.rows(
                "unidentified_path_hashed",
                CRITICAL,
                *say("reporting.unidentified_path_hashed"),
                "list_contains(reasons, 'unidentified') AND NOT regexp_full_match(path, '[0-9a-f]{64}')",
                subject="privacy",
                source=PRIVACY_LAW,
            ),
            receipt.no_personal_number(),
        ),
    )
