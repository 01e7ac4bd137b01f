"""What must be true of what a release remembers: every value ever published, what was current when, why values
changed."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, SPEC_MARTS, STATISTICS_LAW, Suite, Table
from expectations.suites.progress import STATUSES
from expectations.text import say
from expectations.vocabulary import CELL, VALUES

VINTAGE = "marts.fct_indicator_vintage"
HISTORY = "marts.release_history"
CHANGE = "marts.fct_indicator_change"
STATUS_CHANGE = "marts.fct_status_change"
WARNING_VINTAGE = "marts.fct_warning_vintage"
CAUSES = ("new", "revised", "withdrawn", "corrected", "definition", "reference", "code")
TOLERANCE = "1e-9"
ILL_FORMED = (
    *say("vintages.ill_formed_release_id"),
    "NOT regexp_full_match(release_id, '[0-9]{8}-[0-9]{2,6}')",
)
"""What a rule says and asks of a table in which all other tables' release ids are looked up. It is what keeps a
person's number out of these columns: no_personal_number passes them over."""

_KEY = ", ".join(CELL)
_PLACE = ("indicator_id", "region_code", "period_end")


def ordinal(release_id: str) -> str:
    """SQL that orders release ids also beyond the 99th of a day; `release_id` is an expression."""
    return f"(left({release_id}, 8) || lpad(substr({release_id}, 10), 6, '0'))"


_OVERLAPPING = f"""
SELECT {_KEY}, first_release_id FROM (
    SELECT *, lead(first_release_id) OVER (PARTITION BY {_KEY} ORDER BY {ordinal("first_release_id")}) AS next_first
    FROM {VINTAGE}
)
WHERE next_first IS NOT NULL
    AND (last_release_id IS NULL OR {ordinal("last_release_id")} >= {ordinal("next_first")})
"""
_NOT_AS_PUBLISHED = f"""
SELECT {_KEY} FROM ({{said}}) AS said FULL JOIN {VALUES} AS published USING ({_KEY})
WHERE said.is_suppressed IS DISTINCT FROM published.is_suppressed
    OR said.value_text IS DISTINCT FROM published.value_text
    OR (said.value IS NULL) <> (published.value IS NULL) OR abs(said.value - published.value) > {TOLERANCE}
"""
# Of the newest release: each cell that differs from the release that was current before it, the difference (NULL where
# a value is suppressed or a text), and the sum of its shares.
_NOT_EXPLAINED = f"""
WITH turn AS (
    SELECT release_id, row_number() OVER (ORDER BY current_from DESC, {ordinal("release_id")} DESC) AS place
    FROM {HISTORY}
),
newest AS (SELECT release_id FROM turn WHERE place = 1),
named AS (SELECT min(previous_release_id) AS release_id FROM {CHANGE} WHERE release_id IN (FROM newest)),
previous AS (
    SELECT coalesce(named.release_id, turn.release_id) AS release_id FROM named LEFT JOIN turn ON turn.place = 2
    WHERE coalesce(named.release_id, turn.release_id) IS NOT NULL
),
was AS (
    SELECT vintage.* FROM {VINTAGE} AS vintage, previous
    WHERE {ordinal("first_release_id")} <= {ordinal("previous.release_id")}
        AND coalesce({ordinal("last_release_id")} >= {ordinal("previous.release_id")}, true)
),
difference AS (
    SELECT {_KEY}, CASE WHEN coalesce(was.is_suppressed, false) OR coalesce(said.is_suppressed, false)
        OR coalesce(was.value_text, said.value_text) IS NOT NULL THEN NULL
        ELSE coalesce(said.value, 0) - coalesce(was.value, 0) END AS delta
    FROM was FULL JOIN (FROM {VINTAGE} WHERE last_release_id IS NULL) AS said USING ({_KEY})
    WHERE (was.first_release_id IS NULL OR said.first_release_id IS NULL
        OR was.is_suppressed <> said.is_suppressed OR was.value_text IS DISTINCT FROM said.value_text
        OR (was.value IS NULL) <> (said.value IS NULL) OR abs(was.value - said.value) > {TOLERANCE})
        AND EXISTS (SELECT 1 FROM previous)
),
explained AS (
    SELECT {_KEY}, sum(delta) AS delta, bool_or(delta IS NULL) AS is_withheld
    FROM {CHANGE} WHERE release_id IN (FROM newest) GROUP BY ALL
)
SELECT {_KEY} FROM difference FULL JOIN explained USING ({_KEY})
WHERE difference.indicator_id IS NULL OR explained.indicator_id IS NULL
    OR is_withheld <> (difference.delta IS NULL) OR abs(difference.delta - explained.delta) > {TOLERANCE}
"""


_WARNINGS_NOT_AS_PUBLISHED = f"""
SELECT domain, region_code, period_end FROM (FROM {WARNING_VINTAGE} WHERE last_release_id IS NULL) AS said
FULL JOIN marts.fct_early_warning AS published USING (domain, region_code, period_end)
WHERE said.level IS DISTINCT FROM published.level OR said.first_release_id IS NULL
    OR (said.score IS NULL) <> (published.score IS NULL) OR abs(said.score - published.score) > {TOLERANCE}
"""


def vintage_suites() -> Iterator[Suite]:
    """The suites of fct_indicator_vintage, release_history, fct_indicator_change, fct_status_change and
    fct_warning_vintage, which publication writes."""
    vintage = Table(VINTAGE, (*CELL, "first_release_id"), SPEC_MARTS)
    yield Suite(
        "release_fct_indicator_vintage",
        *say("vintages.suite_release_fct_indicator_vintage"),
        (
            vintage.key(*CELL, "first_release_id"),
            vintage.required(*CELL, "is_suppressed", "first_release_id"),
            vintage.reference("first_release_id", HISTORY, "release_id", what="release"),
            vintage.reference("last_release_id", HISTORY, "release_id", what="release"),
            vintage.rows(
                "ends_after_it_begins",
                CRITICAL,
                *say("vintages.ends_after_it_begins"),
                f"{ordinal('last_release_id')} < {ordinal('first_release_id')}",
            ),
            vintage.query(
                "no_overlap",
                CRITICAL,
                *say("vintages.no_overlap"),
                _OVERLAPPING,
                subject="key",
            ),
            vintage.query(
                "standing_as_published",
                CRITICAL,
                *say("vintages.standing_as_published"),
                _NOT_AS_PUBLISHED.format(said=f"FROM {VINTAGE} WHERE last_release_id IS NULL"),
                show=CELL,
                subject="total",
            ),
            vintage.rows(
                "suppressed_is_empty",
                CRITICAL,
                *say("vintages.suppressed_is_empty"),
                "is_suppressed AND (value IS NOT NULL OR value_text IS NOT NULL OR numerator IS NOT NULL)",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            vintage.no_personal_number(),
        ),
    )
    history = Table(HISTORY, ("release_id", "current_from"), SPEC_MARTS)
    yield Suite(
        "release_release_history",
        *say("vintages.suite_release_release_history"),
        (
            history.key("release_id", "current_from"),
            history.required("release_id", "current_from"),
            history.rows("id_well_formed", CRITICAL, *ILL_FORMED, subject="privacy"),
            history.query(
                "as_of_says_what_is_published",
                CRITICAL,
                *say("vintages.as_of_says_what_is_published"),
                _NOT_AS_PUBLISHED.format(said="FROM marts.indicator_as_of(DATE '9999-01-01')"),
                show=CELL,
                subject="total",
            ),
        ),
    )
    change = Table(CHANGE, ("release_id", *CELL, "cause"), SPEC_MARTS)
    yield Suite(
        "release_fct_indicator_change",
        *say("vintages.suite_release_fct_indicator_change"),
        (
            change.key("release_id", *CELL, "cause"),
            change.required("release_id", "previous_release_id", *CELL, "cause", "dumps"),
            change.one_of("cause", CAUSES),
            change.reference("release_id", HISTORY, "release_id", what="release"),
            change.reference("previous_release_id", HISTORY, "release_id", what="release"),
            change.query(
                "sums_to_difference",
                CRITICAL,
                *say("vintages.sums_to_difference"),
                _NOT_EXPLAINED,
                show=CELL,
                subject="total",
            ),
            change.query(
                "dumps_have_receipts",
                CRITICAL,
                *say("vintages.dumps_have_receipts"),
                f"SELECT * FROM (SELECT * EXCLUDE (dumps), unnest(dumps) AS dump_id FROM {CHANGE})"
                " ANTI JOIN marts.fct_landing_receipt USING (dump_id)",
                subject="reference",
            ),
            change.no_personal_number(),
        ),
    )
    status = Table(STATUS_CHANGE, ("release_id", "plan_id", *_PLACE), SPEC_MARTS)
    yield Suite(
        "release_fct_status_change",
        *say("vintages.suite_release_fct_status_change"),
        (
            status.key("release_id", "plan_id", *_PLACE),
            status.required("release_id", "previous_release_id", "plan_id", *_PLACE),
            status.one_of("old_status", STATUSES),
            status.one_of("new_status", STATUSES),
            status.reference("release_id", HISTORY, "release_id", what="release"),
            status.reference("previous_release_id", HISTORY, "release_id", what="release"),
            status.rows(
                "has_changed",
                CRITICAL,
                *say("vintages.has_changed"),
                "old_status IS NOT DISTINCT FROM new_status",
            ),
            status.no_personal_number(),
        ),
    )
    warned = ("domain", "region_code", "period_end")
    warning = Table(WARNING_VINTAGE, (*warned, "first_release_id"), SPEC_MARTS)
    yield Suite(
        "release_fct_warning_vintage",
        *say("vintages.suite_release_fct_warning_vintage"),
        (
            warning.key(*warned, "first_release_id"),
            warning.required(*warned, "first_release_id"),
            warning.reference("first_release_id", HISTORY, "release_id", what="release"),
            warning.reference("last_release_id", HISTORY, "release_id", what="release"),
            warning.query(
                "standing_as_published",
                CRITICAL,
                *say("vintages.warnings_standing_as_published"),
                _WARNINGS_NOT_AS_PUBLISHED,
                show=warned,
                subject="total",
            ),
            warning.no_personal_number(),
        ),
    )
