"""What must be true of receipts, quarantine and corrections (schema quality): every dump accounted for, refusals and
corrected values in view."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, SPEC_LANDING, WARNING, Suite, Table

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
    receipt = Table("quality.landing_receipt", "入库回执", ("dump_id",), SPEC_LANDING)
    yield Suite(
        "quality_landing_receipt",
        "入库回执",
        "landing receipts",
        (
            receipt.key("dump_id"),
            receipt.required("dump_id", "path", "sha256", "bytes", "status", "landed_at"),
            receipt.one_of("status", STATUSES),
            receipt.rows(
                "reasons_in_list",
                CRITICAL,
                "退回原因在代码表内",
                "reasons of rejection are of the list",
                f"NOT list_has_all({list(DUMP_REASONS)}, coalesce(reasons, []))",
            ),
            receipt.rows(
                "rejected_says_why",
                CRITICAL,
                "退回的数据写明原因、用中文告诉报送单位如何改正,且没有行入库",
                "a rejected dump says why and, in Chinese, what to mend; none of its rows is loaded",
                "status = 'rejected' AND (len(coalesce(reasons, [])) = 0 OR coalesce(message_zh, '') = ''"
                " OR coalesce(rows_loaded, 0) <> 0)",
            ),
            receipt.rows(
                "rows_add_up",
                CRITICAL,
                "接收的数据:读入行数 = 入库 + 拒收 + 重复",
                "of an accepted dump: rows read = loaded + refused + repeated",
                "status IN ('loaded', 'superseded')"
                " AND rows_read IS DISTINCT FROM rows_loaded + rows_refused + rows_repeated",
                subject="total",
            ),
            receipt.query(
                "active_equals_loaded",
                CRITICAL,
                "回执为“已入库”的数据与生效数据一一对应,行数相等",
                "the dumps whose receipt says loaded are the active dumps, with the same rows",
                "SELECT dump_id FROM (SELECT dump_id, rows_loaded FROM quality.landing_receipt"
                " WHERE status = 'loaded') AS receipt FULL JOIN landed.dump AS dump USING (dump_id)"
                " WHERE receipt.rows_loaded IS DISTINCT FROM dump.rows_loaded",
                subject="total",
            ),
            receipt.rows(
                "few_rows_refused",
                WARNING,
                f"接收的数据拒收行不超过 {MANY_REFUSED:.0%}",
                f"at most {MANY_REFUSED:.0%} of an accepted dump's rows are refused",
                f"status = 'loaded' AND rows_refused > {MANY_REFUSED} * rows_read",
                subject="level",
            ),
            receipt.query(
                "rejected_was_replaced",
                WARNING,
                "被退回的数据已有可用的重报",
                "what was rejected has been delivered again",
                "SELECT dump_id FROM quality.landing_receipt AS rejected WHERE status = 'rejected' AND NOT EXISTS"
                " (SELECT 1 FROM landed.dump AS dump WHERE dump.extract = rejected.extract"
                " AND dump.period_start = rejected.period_start AND dump.unit_code = rejected.unit_code)",
                subject="completeness",
            ),
        ),
    )
    quarantine = Table("quality.quarantine", "隔离区", ("dump_id", "line_number"), SPEC_LANDING)
    yield Suite(
        "quality_quarantine",
        "隔离区",
        "quarantine",
        (
            quarantine.required("dump_id", "line_number", "reasons"),
            quarantine.rows(
                "reasons_in_list",
                CRITICAL,
                "每一拒收行都有代码表内的原因",
                "every refused row has reasons of the list",
                f"len(reasons) = 0 OR NOT list_has_all({list(ROW_REASONS)}, reasons)",
            ),
            quarantine.reference("dump_id", "quality.landing_receipt", "dump_id", what_zh="回执"),
        ),
    )
    correction = Table("quality.correction", "更正登记", ("correction_id",), SPEC_LANDING)
    yield Suite(
        "quality_correction",
        "更正登记",
        "register of corrections",
        (
            correction.key("correction_id"),
            correction.required("correction_id", "extract", "column_name", "reason", "authority", "decided_on"),
            correction.rows(
                "still_needed",
                WARNING,
                "更正所指的错误值仍在生效数据中;不再出现的,说明来源已自行改正,应从登记中移除",
                "the wrong value of a correction still occurs in active dumps; where not, the source mended itself",
                "active_rows = 0",
                subject="level",
            ),
        ),
    )
    applied = Table("quality.correction_applied", "更正明细", ("correction_id", "dump_id", "line_number"), SPEC_LANDING)
    yield Suite(
        "quality_correction_applied",
        "更正明细",
        "corrections of rows",
        (
            applied.required("correction_id", "dump_id", "line_number", "column_name", "dropped"),
            applied.reference("correction_id", "quality.correction", "correction_id", what_zh="更正"),
            applied.reference("dump_id", "landed.dump", "dump_id", what_zh="生效数据"),
        ),
    )
