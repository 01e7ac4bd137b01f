"""What must be true of disputes: cases by month and slice, their rates, and how long they take."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.sql import sql_list
from expectations.text import say
from expectations.vocabulary import MATURITIES, VALUES, differs

DISPUTES = "marts.fct_dispute_month"
RATES = "marts.fct_dispute_rate"
DURATIONS = "marts.fct_dispute_duration"
NOTES = "marts.fct_dispute_note"
STAGES = ("mediation", "arbitration", "inspection")
SLICE = ("dispute_kind", "violation_kind", "organisation_kind", "close_mode", "channel")
ROW = ("stage", "region_code", "period_end", *SLICE)
AGES = ("age_pending_0_45", "age_pending_46_60", "age_pending_over_60")
OF_CLOSED = ("closed_in_45", "closed_in_60", "mediated_closed", "withdrawn", "awards", "final_awards")
COUNTS = ("accepted", "closed", "pending_begin", "pending_end", *AGES, *OF_CLOSED, "collective_cases")
AMOUNTS = ("persons", "amount_awarded", "wages_owed", "wages_recovered")

_KINDS_NOT_THE_WHOLE = f"""
SELECT whole.* FROM {DISPUTES} AS whole JOIN (
    SELECT stage, region_code, period_end, organisation_kind, close_mode, channel, sum(accepted) AS accepted_in_kinds,
        sum(closed) AS closed_in_kinds, sum(pending_end) AS pending_in_kinds
    FROM {DISPUTES} WHERE coalesce(dispute_kind, violation_kind) <> '*'
    GROUP BY stage, region_code, period_end, organisation_kind, close_mode, channel
) AS kinds ON kinds.stage = whole.stage AND kinds.region_code = whole.region_code
    AND kinds.period_end = whole.period_end
    AND coalesce(kinds.organisation_kind, kinds.close_mode, kinds.channel)
        = coalesce(whole.organisation_kind, whole.close_mode, whole.channel)
WHERE coalesce(whole.dispute_kind, whole.violation_kind) = '*'
    AND ({differs("accepted_in_kinds", "whole.accepted")} OR {differs("closed_in_kinds", "whole.closed")}
        OR {differs("pending_in_kinds", "whole.pending_end")})
"""

RATE = ("measure", "definition_version", "region_code", "period_type", "period_end")
INDICATOR_OF = {
    "mediation_success": "mediation_success_rate",
    "arbitration_closure": "arbitration_closure_rate",
    "inspection_closure": "inspection_closure_rate",
    "arbitration_termination_rate": "arbitration_termination_rate",
}
COUNTED = {"on_time_closure": "closed_in_45", "on_time_closure_60": "closed_in_60"}
MEASURES = (*INDICATOR_OF, *COUNTED, "mediated_share", "online_share", "recovered_share")
# A rate over what was accepted may exceed 100, and so may what was recovered exceed what was owed: doubts.
WITHIN_100 = ("mediation_success", "arbitration_termination_rate", *COUNTED, "mediated_share", "online_share")

_NOT_THE_INDICATOR = f"""
SELECT rate.* FROM {RATES} AS rate
JOIN (VALUES {", ".join(f"('{measure}', '{indicator}')" for measure, indicator in INDICATOR_OF.items())})
    AS copied (measure, indicator_id) USING (measure)
LEFT JOIN (
    SELECT indicator_id, definition_version, region_code, period_type, period_end, value FROM {VALUES}
    UNION ALL
    SELECT indicator_id, definition_version, region_code, period_type, period_end, value
    FROM marts.fct_definition_value
) AS figure USING (indicator_id, definition_version, region_code, period_type, period_end)
WHERE figure.indicator_id IS NULL OR figure.value IS DISTINCT FROM rate.value
"""
_NOT_AS_BY_MONTH = f"""
SELECT rate.* FROM {RATES} AS rate JOIN {DISPUTES} AS counted
    ON counted.region_code = rate.region_code AND counted.period_end = rate.period_end
WHERE rate.period_type = 'month' AND counted.stage = 'arbitration' AND counted.dispute_kind = '*'
    AND counted.close_mode = '*' AND CASE rate.measure {
    " ".join(
        f"WHEN '{measure}' THEN {differs('rate.numerator', f'counted.{column}')}"
        f" OR {differs('rate.denominator', 'counted.closed')}"
        for measure, column in COUNTED.items()
    )
} END
"""

CURVE = ("stage", "region_code", "kind", "cohort_year")
STEP = (*CURVE, "t")

_NOT_A_CURVE = f"""
SELECT * FROM (
    SELECT *, lag(s, 1, 1) OVER curve AS s_before, lag(at_risk) OVER curve AS at_risk_before,
        lag(closed) OVER curve AS closed_before
    FROM {DURATIONS} WINDOW curve AS (PARTITION BY {", ".join(CURVE)} ORDER BY t)
) WHERE {differs("s", "s_before * (1 - closed / at_risk)")} OR at_risk > (at_risk_before - closed_before) * (1 + 1e-9)
"""
_KINDS_BEYOND_THE_WHOLE = f"""
SELECT whole.* FROM {DURATIONS} AS whole JOIN (
    SELECT stage, region_code, cohort_year, t, sum(closed) AS closed_in_kinds FROM {DURATIONS} WHERE kind <> '*'
    GROUP BY ALL
) AS kinds USING (stage, region_code, cohort_year, t)
WHERE whole.kind = '*' AND {differs("closed_in_kinds", "whole.closed")}
"""


NOTE = ("note", "stage", "region_code", "kind", "period_end")

_NOT_AS_IN_ITS_TABLE = f"""
SELECT noted.* FROM {NOTES} AS noted LEFT JOIN {DISPUTES} AS counted
    ON counted.stage = noted.stage AND counted.region_code = noted.region_code
    AND counted.period_end = noted.period_end AND coalesce(dispute_kind, violation_kind) = noted.kind
    AND coalesce(organisation_kind, close_mode, channel) = '*'
WHERE note = 'unusual_kind' AND (counted.stage IS NULL OR {differs("counted.accepted", "value")})
UNION ALL
SELECT noted.* FROM {NOTES} AS noted
WHERE note = 'slow_office' AND NOT EXISTS (
    FROM {DURATIONS} AS lasted WHERE lasted.stage = noted.stage AND lasted.region_code = noted.region_code
    AND lasted.kind = noted.kind AND lasted.period_end = noted.period_end AND lasted.s_60 = noted.value
)
"""


def dispute_suites() -> tuple[Suite, ...]:
    """The suites of the tables of disputes."""
    return (_month_suite(), _rate_suite(), _duration_suite(), _note_suite())


def _month_suite() -> Suite:
    t = Table(DISPUTES, ROW, SPEC_INDICATORS)
    return Suite(
        "fct_dispute_month",
        *say("disputes.suite_fct_dispute_month"),
        (
            t.key(*ROW),
            t.required("stage", "region_code", "period_end", "closed", "maturity", "is_suppressed", "method_version"),
            t.one_of("stage", STAGES),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "slices_of_the_stage",
                CRITICAL,
                *say("disputes.slices_of_the_stage"),
                "(dispute_kind IS NULL) <> (stage = 'inspection') OR (violation_kind IS NULL) = (stage = 'inspection')"
                " OR (organisation_kind IS NULL) = (stage = 'mediation')"
                " OR (close_mode IS NULL) = (stage = 'arbitration') OR (channel IS NULL) = (stage = 'inspection')",
            ),
            t.rows(
                "figures_finite_not_negative",
                CRITICAL,
                *say("disputes.figures_finite_not_negative"),
                " OR ".join(f"{column} < 0 OR NOT isfinite({column})" for column in (*COUNTS, *AMOUNTS)),
            ),
            t.rows(
                "pending_is_carried_on",
                CRITICAL,
                *say("disputes.pending_is_carried_on"),
                differs("(pending_begin + accepted - closed)", "pending_end"),
                subject="total",
            ),
            t.rows(
                "ages_add_up",
                CRITICAL,
                *say("disputes.ages_add_up"),
                differs(f"({' + '.join(AGES)})", "pending_end"),
                subject="total",
            ),
            t.rows(
                "modes_have_endings_alone",
                CRITICAL,
                *say("disputes.modes_have_endings_alone"),
                "CASE WHEN coalesce(close_mode, '*') = '*' THEN accepted IS NULL OR pending_begin IS NULL"
                f" OR pending_end IS NULL ELSE coalesce(accepted, pending_begin, pending_end, {', '.join(AGES)})"
                " IS NOT NULL END",
            ),
            t.rows(
                "endings_within_closed",
                CRITICAL,
                *say("disputes.endings_within_closed"),
                f"greatest({', '.join(f'coalesce({column}, 0)' for column in OF_CLOSED)}) > closed * (1 + 1e-9)"
                " OR closed_in_45 > closed_in_60 * (1 + 1e-9) OR final_awards > awards * (1 + 1e-9)",
                subject="total",
            ),
            t.query("kinds_add_up", CRITICAL, *say("disputes.kinds_add_up"), _KINDS_NOT_THE_WHOLE, subject="total"),
            t.rows(
                "persons_of_no_county",
                CRITICAL,
                *say("disputes.persons_of_no_county"),
                "persons IS NOT NULL"
                " AND region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'county')",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number((*COUNTS, *AMOUNTS)),
        ),
    )


def _rate_suite() -> Suite:
    t = Table(RATES, RATE, SPEC_INDICATORS)
    return Suite(
        "fct_dispute_rate",
        *say("disputes.suite_fct_dispute_rate"),
        (
            t.key(*RATE),
            t.required(*RATE, "lower_bound", "maturity", "is_suppressed", "method_version"),
            t.one_of("measure", MEASURES),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "rates_are_quotients",
                CRITICAL,
                *say("disputes.rates_are_quotients"),
                "NOT isfinite(value) OR value < 0 OR (value IS NULL AND denominator > 0)"
                f" OR {differs('value', '100 * numerator / denominator')}",
                subject="total",
            ),
            t.rows(
                "shares_within_100",
                CRITICAL,
                *say("disputes.shares_within_100"),
                f"measure IN ({sql_list(WITHIN_100)}) AND value > 100 + 1e-9",
            ),
            t.rows(
                "termination_alone_a_bound",
                CRITICAL,
                *say("disputes.termination_alone_a_bound"),
                "lower_bound AND measure <> 'arbitration_termination_rate'",
            ),
            t.query(
                "rates_as_the_indicator",
                CRITICAL,
                *say("disputes.rates_as_the_indicator"),
                _NOT_THE_INDICATOR,
                subject="total",
            ),
            t.query(
                "rates_as_by_month", CRITICAL, *say("disputes.rates_as_by_month"), _NOT_AS_BY_MONTH, subject="total"
            ),
            t.no_personal_number(("numerator", "denominator", "value")),
        ),
    )


def _duration_suite() -> Suite:
    t = Table(DURATIONS, STEP, SPEC_INDICATORS)
    return Suite(
        "fct_dispute_duration",
        *say("disputes.suite_fct_dispute_duration"),
        (
            t.key(*STEP),
            t.required(*STEP, "period_end", "at_risk", "closed", "s", "s_45", "s_60", "maturity", "method_version"),
            t.one_of("stage", STAGES),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.query(
                "share_falls_by_what_is_closed",
                CRITICAL,
                *say("disputes.share_falls_by_what_is_closed"),
                _NOT_A_CURVE,
                subject="total",
            ),
            t.rows(
                "limits_hold_the_share",
                CRITICAL,
                *say("disputes.limits_hold_the_share"),
                "s NOT BETWEEN 0 AND 1 OR s NOT BETWEEN low95 AND high95 OR low95 < 0 OR high95 > 1"
                " OR (s > 0) <> (low95 IS NOT NULL AND high95 IS NOT NULL)",
            ),
            t.rows(
                "marks_lie_on_the_curve",
                CRITICAL,
                *say("disputes.marks_lie_on_the_curve"),
                "median > p90 OR s_60 > s_45 OR (median IS NULL AND round(s, 9) <= 0.5)"
                " OR (p90 IS NULL AND round(s, 9) <= 0.1) OR (t <= 45 AND s_45 > s) OR (t <= 60 AND s_60 > s)",
            ),
            t.query(
                "durations_of_kinds_add_up",
                CRITICAL,
                *say("disputes.durations_of_kinds_add_up"),
                _KINDS_BEYOND_THE_WHOLE,
                subject="total",
            ),
            t.no_personal_number(),
        ),
    )


def _note_suite() -> Suite:
    t = Table(NOTES, NOTE, SPEC_INDICATORS)
    return Suite(
        "fct_dispute_note",
        *say("disputes.suite_fct_dispute_note"),
        (
            t.key(*NOTE),
            t.required(*NOTE, "value", "expected", "maturity", "method_version"),
            t.one_of("note", ("unusual_kind", "slow_office")),
            t.one_of("stage", STAGES),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "noted_above_what_is_expected",
                CRITICAL,
                *say("disputes.noted_above_what_is_expected"),
                "value <= expected OR (z IS NOT NULL) <> (note = 'unusual_kind') OR z <= 0",
            ),
            t.query(
                "notes_as_in_their_tables",
                CRITICAL,
                *say("disputes.notes_as_in_their_tables"),
                _NOT_AS_IN_ITS_TABLE,
                subject="total",
            ),
            t.no_personal_number(),
        ),
    )
