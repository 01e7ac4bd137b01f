"""What must be true of the list of data services, and of what was exchanged by it."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_MARTS, Suite, Table
from expectations.text import say

SERVICES, EXCHANGES = "marts.dim_data_service", "marts.fct_data_exchange"
SHARE_KINDS = ("unconditional", "conditional", "not_shared")
FREQUENCIES = ("monthly", "quarterly", "annual")
RECEIPTS = ("waiting", "confirmed", "mismatch")

_HASH = "[0-9a-f]{64}"


def data_service_suite() -> Suite:
    """The suite of dim_data_service."""
    service = Table(SERVICES, ("service_id", "version"), SPEC_MARTS)
    return Suite(
        "dim_data_service",
        *say("exchange.suite_dim_data_service"),
        (
            service.key("service_id", "version"),
            service.required(
                "service_id",
                "version",
                "in_force_from",
                "is_in_force",
                "name_zh",
                "name_en",
                "provider_zh",
                "provider_en",
                "consumer_zh",
                "consumer_en",
                "table_name",
                "due_days",
                "legal_basis_zh",
                "legal_basis_en",
            ),
            service.one_of("share_kind", SHARE_KINDS),
            service.one_of("frequency", FREQUENCIES),
            service.rows(
                "shares_fields_or_nothing",
                CRITICAL,
                *say("exchange.shares_fields_or_nothing"),
                "(share_kind = 'not_shared') <> (len(coalesce(fields, [])) = 0)",
                subject="privacy",
            ),
            service.query(
                "one_frequency_a_service",
                CRITICAL,
                *say("exchange.one_frequency_a_service"),
                f"SELECT service_id, max(version) AS version FROM {SERVICES} GROUP BY service_id"
                " HAVING count(DISTINCT frequency) > 1",
            ),
            service.no_personal_number(),
        ),
    )


def data_exchange_suite() -> Suite:
    """The suite of fct_data_exchange, which publication writes."""
    exchange = Table(EXCHANGES, ("service_id", "period"), SPEC_MARTS)
    return Suite(
        "release_fct_data_exchange",
        *say("exchange.suite_release_fct_data_exchange"),
        (
            exchange.key("service_id", "period"),
            exchange.required("service_id", "period", "period_end", "due_on"),
            exchange.reference("service_id", SERVICES, "service_id"),
            exchange.reference("release_id", "marts.release", "release_id"),
            exchange.rows(
                "sent_or_not",
                CRITICAL,
                *say("exchange.sent_or_not"),
                "len(list_distinct([sent_at IS NULL, release_id IS NULL, rows IS NULL, sha256 IS NULL,"
                " receipt IS NULL])) > 1 OR rows < 1",
            ),
            exchange.rows(
                "content_hashed",
                CRITICAL,
                *say("exchange.content_hashed"),
                f"NOT regexp_full_match(sha256, '{_HASH}')",
            ),
            exchange.one_of("receipt", RECEIPTS),
            exchange.rows(
                "received_after_sending",
                CRITICAL,
                *say("exchange.received_after_sending"),
                "received_at < sent_at OR (coalesce(receipt, 'waiting') = 'waiting') <> (received_at IS NULL)",
            ),
            exchange.no_personal_number(),
        ),
    )
