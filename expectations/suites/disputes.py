"""What must be true of marts.fct_dispute_month: cases of mediation, arbitration and inspection by month and slice."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.text import say
from expectations.vocabulary import MATURITIES, differs

DISPUTES = "marts.fct_dispute_month"
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


def dispute_suite() -> Suite:
    """The suite of fct_dispute_month."""
    t = Table(DISPUTES, ROW, SPEC_INDICATORS)
    return Suite(
        "fct_dispute_month",
        *say("disputes.suite_fct_dispute_month"),
        (
            t.key(*ROW),
            t.required("stage", "region_code", "period_end", "closed", "maturity", "is_suppressed", "method_version"),
            t.one_of("stage", ("mediation", "arbitration", "inspection")),
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
            t.no_personal_number(),
        ),
    )
