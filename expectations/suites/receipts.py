"""What must be true of receipts, quarantine and corrections (schema quality): every dump accounted for, refusals and
corrected values in view."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, SPEC_LANDING, WARNING, Suite, Table
from expectations.text import say

DUMP_REASONS = (
    "unidentified",
    "missing_column",
    "ambiguous_column",
    "ambiguous_sheet",
    "undecodable",
    "manifest_mismatch",
    "no_rows",
    "too_many_refused",
    "unit_contradiction",
    "lines_unaccounted",
    "hostile",
    "future_period",
    "period_too_early",
    "fraction_out_of_range",
    "withdrawn",  # not by landing, but by hand: hrss withdraw
)
ROW_REASONS = (
    "missing_required",
    "bad_type",
    "unknown_code",
    "out_of_range",
    "unknown_region",
    "foreign_region",
    "out_of_period",
    "damaged_id",
    "field_count",
    "conflicting_key",
    "set_aside",  # not by landing, but by hand: hrss quarantine add
)
STATUSES = ("loaded", "superseded", "duplicate", "rejected")
MANY_REFUSED = 0.01  # share of refused rows above which a dump is worth a look; above 5% it is rejected


def receipt_suites() -> Iterator[Suite]:
    """The suites of quality.landing_receipt, quarantine, correction and correction_applied."""
    receipt = Table("quality.landing_receipt", ("dump_id",), SPEC_LANDING)
    yield Suite(
        "quality_landing_receipt",
        *say("receipts.suite_quality_landing_receipt"),
        (
            receipt.key("dump_id"),
            receipt.required("dump_id", "path", "sha256", "bytes", "status", "landed_at"),
            receipt.one_of("status", STATUSES),
            receipt.rows(
                "reasons_in_list",
                CRITICAL,
                *say("receipts.reasons_in_list"),
                f"NOT list_has_all({list(DUMP_REASONS)}, coalesce(reasons, []))",
            ),
            receipt.rows(
                "rejected_says_why",
                CRITICAL,
                *say("receipts.rejected_says_why"),
                "status = 'rejected' AND (len(coalesce(reasons, [])) = 0 OR coalesce(message_zh, '') = ''"
                " OR coalesce(rows_loaded, 0) <> 0)",
            ),
            receipt.rows(
                "rows_add_up",
                CRITICAL,
                *say("receipts.rows_add_up"),
                "status IN ('loaded', 'superseded')"
                " AND rows_read IS DISTINCT FROM rows_loaded + rows_refused + rows_repeated",
                subject="total",
            ),
            receipt.query(
                "active_equals_loaded",
                CRITICAL,
                *say("receipts.active_equals_loaded"),
                "SELECT dump_id FROM (SELECT dump_id, rows_loaded FROM quality.landing_receipt"
                " WHERE status = 'loaded') AS receipt FULL JOIN landed.dump AS dump USING (dump_id)"
                " WHERE receipt.rows_loaded IS DISTINCT FROM dump.rows_loaded",
                subject="total",
            ),
            receipt.rows(
                "few_rows_refused",
                WARNING,
                *say("receipts.few_rows_refused", many_refused=MANY_REFUSED),
                f"status = 'loaded' AND rows_refused > {MANY_REFUSED} * rows_read",
                subject="level",
            ),
            receipt.query(
                "rejected_was_replaced",
                WARNING,
                *say("receipts.rejected_was_replaced"),
                "SELECT dump_id FROM quality.landing_receipt AS rejected WHERE status = 'rejected' AND NOT EXISTS"
                " (SELECT 1 FROM landed.dump AS dump WHERE dump.extract = rejected.extract"
                " AND dump.period_start = rejected.period_start AND dump.unit_code = rejected.unit_code)",
                subject="completeness",
            ),
        ),
    )
    quarantine = Table("quality.quarantine", ("dump_id", "line_number"), SPEC_LANDING)
    yield Suite(
        "quality_quarantine",
        *say("receipts.suite_quality_quarantine"),
        (
            quarantine.required("dump_id", "line_number", "reasons"),
            quarantine.rows(
                "reasons_in_list",
                CRITICAL,
                *say("receipts.quarantine_reasons_in_list"),
                f"len(reasons) = 0 OR NOT list_has_all({list(ROW_REASONS)}, reasons)",
            ),
            quarantine.reference("dump_id", "quality.landing_receipt", "dump_id", what="receipt"),
        ),
    )
    correction = Table("quality.correction", ("correction_id",), SPEC_LANDING)
    yield Suite(
        "quality_correction",
        *say("receipts.suite_quality_correction"),
        (
            correction.key("correction_id"),
            correction.required("correction_id", "extract", "column_name", "reason", "authority", "decided_on"),
            correction.rows(
                "still_needed",
                WARNING,
                *say("receipts.still_needed"),
                "active_rows = 0",
                subject="level",
            ),
        ),
    )
    applied = Table("quality.correction_applied", ("correction_id", "dump_id", "line_number"), SPEC_LANDING)
    yield Suite(
        "quality_correction_applied",
        *say("receipts.suite_quality_correction_applied"),
        (
            applied.required("correction_id", "dump_id", "line_number", "column_name", "dropped"),
            applied.reference("correction_id", "quality.correction", "correction_id", what="correction"),
            applied.reference("dump_id", "landed.dump", "dump_id"),
        ),
    )
