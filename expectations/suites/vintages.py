"""What must be true of what a release remembers: every value ever published, what was current when."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, SPEC_MARTS, STATISTICS_LAW, Suite, Table
from expectations.suites.indicators import CELL, VALUES

VINTAGE = "marts.fct_indicator_vintage"
HISTORY = "marts.release_history"
TOLERANCE = "1e-9"
_KEY = ", ".join(CELL)


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


def vintage_suites() -> Iterator[Suite]:
    """The suites of fct_indicator_vintage and release_history, which publication itself writes."""
    vintage = Table(VINTAGE, "历次发布值", (*CELL, "first_release_id"), SPEC_MARTS)
    yield Suite(
        "release_fct_indicator_vintage",
        "发布文件:历次发布值",
        "published file: every value ever published",
        (
            vintage.key(*CELL, "first_release_id"),
            vintage.required(*CELL, "is_suppressed", "first_release_id"),
            vintage.reference("first_release_id", HISTORY, "release_id", what_zh="版次"),
            vintage.reference("last_release_id", HISTORY, "release_id", what_zh="版次"),
            vintage.rows(
                "ends_after_it_begins",
                CRITICAL,
                "止版次不早于起版次",
                "the last release is not before the first",
                f"{ordinal('last_release_id')} < {ordinal('first_release_id')}",
            ),
            vintage.query(
                "no_overlap",
                CRITICAL,
                "同一指标、地区、期间在一个版次中只有一个值",
                "of one cell a release has one value",
                _OVERLAPPING,
                subject="key",
            ),
            vintage.query(
                "standing_as_published",
                CRITICAL,
                "现仍有效的值与本版指标值一致",
                "what stands is what this release publishes",
                _NOT_AS_PUBLISHED.format(said=f"FROM {VINTAGE} WHERE last_release_id IS NULL"),
                show=CELL,
                subject="total",
            ),
            vintage.rows(
                "suppressed_is_empty",
                CRITICAL,
                "曾隐去的值仍隐去",
                "what was suppressed stays so",
                "is_suppressed AND (value IS NOT NULL OR value_text IS NOT NULL)",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            vintage.no_personal_number(),
        ),
    )
    history = Table(HISTORY, "当前版沿革", ("release_id", "current_from"), SPEC_MARTS)
    yield Suite(
        "release_release_history",
        "发布文件:当前版沿革",
        "published file: what was current when",
        (
            history.key("release_id", "current_from"),
            history.required("release_id", "current_from"),
            history.query(
                "as_of_says_what_is_published",
                CRITICAL,
                "indicator_as_of 在发布之后的一日给出本版指标值",
                "indicator_as_of of a day after publication gives this release's values",
                _NOT_AS_PUBLISHED.format(said="FROM marts.indicator_as_of(DATE '9999-01-01')"),
                show=CELL,
                subject="total",
            ),
            history.no_personal_number(),
        ),
    )
