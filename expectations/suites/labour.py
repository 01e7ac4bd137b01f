"""What must be true of employers at risk and of how employers are rated; of what is withheld, above all."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, Rule, Suite, Table
from expectations.suites.indicators.facts import SMALLEST_SHOWN
from expectations.text import say
from expectations.vocabulary import MATURITIES, PROVINCE, differs

RISK = "marts.fct_labour_risk"
CREDIT = "marts.fct_employer_credit"
OF_RISK = ("region_code", "period_end", "industry_code")
OF_CREDIT = ("region_code", "period_end", "grade")
FACTS = ("maturity", "is_estimate", "is_suppressed", "method_version")
LEVELS = ("blue", "yellow", "orange", "red")
GRADES = ("*", "A", "B", "C")
AT_RISK = ("employers", "employers_high", "employers_red", "employers_orange", "employers_yellow")
OWED = ("arrears_persons", "arrears_yuan", "arrears_persons_per_10000", "expected", "z", "risk_level")
RATED = ("employers", "published", "listed_arrears", "repaired", "with_case")


def labour_suites(smallest_shown: str = SMALLEST_SHOWN) -> tuple[Suite, ...]:
    """The suites of these tables. `smallest_shown`: SQL of the smallest count that is not withheld."""
    return (_risk_suite(smallest_shown), _credit_suite(smallest_shown))


def _risk_suite(smallest_shown: str) -> Suite:
    t = Table(RISK, OF_RISK, SPEC_INDICATORS)
    return Suite(
        "fct_labour_risk",
        *say("labour.suite_fct_labour_risk"),
        (
            *_frame(t, OF_RISK),
            t.one_of("risk_level", LEVELS),
            t.rows(
                "counts_add_up",
                CRITICAL,
                *say("labour.counts_add_up"),
                "employers_red + employers_orange <> employers_high"
                " OR employers_high + employers_yellow <> employers"
                " OR (employers_high IS NULL"
                " AND coalesce(employers_red, employers_orange, employers_yellow) IS NOT NULL)",
                subject="total",
            ),
            t.rows(
                "owed_not_negative",
                CRITICAL,
                *say("labour.owed_not_negative"),
                "arrears_persons < 0 OR arrears_yuan < 0 OR NOT isfinite(arrears_yuan) OR arrears_persons_per_10000 < 0"
                " OR (employers = 0 AND arrears_persons + arrears_yuan > 0)",
            ),
            t.rows(
                "level_of_what_is_told",
                CRITICAL,
                *say("labour.level_of_what_is_told"),
                "(risk_level IS NOT NULL AND employers_high IS NULL) OR (z IS NULL) <> (expected IS NULL)"
                " OR (z IS NOT NULL AND risk_level IS NULL)",
            ),
            *_withholding(t, (*AT_RISK, *OWED), AT_RISK, "industry_code", smallest_shown),
            t.no_personal_number(),
        ),
    )


def _credit_suite(smallest_shown: str) -> Suite:
    t = Table(CREDIT, OF_CREDIT, SPEC_INDICATORS)
    return Suite(
        "fct_employer_credit",
        *say("labour.suite_fct_employer_credit"),
        (
            *_frame(t, OF_CREDIT),
            t.one_of("grade", GRADES),
            t.rows(
                "parts_within_the_rated",
                CRITICAL,
                *say("labour.parts_within_the_rated"),
                " OR ".join(f"{part} < 0 OR {part} > employers" for part in RATED[1:])
                + " OR (supervised IS NOT NULL AND grade <> '*')",
                subject="total",
            ),
            t.rows(
                "shares_are_quotients",
                CRITICAL,
                *say("labour.shares_are_quotients"),
                f"{differs('rated_share', '100 * employers / nullif(supervised, 0)')}"
                f" OR {differs('case_share', '100 * with_case / nullif(employers, 0)')}",
                subject="total",
            ),
            *_withholding(t, (*RATED, "rated_share", "case_share"), RATED, "grade", smallest_shown),
            t.no_personal_number(),
        ),
    )


def _frame(t: Table, key: tuple[str, ...]) -> tuple[Rule, ...]:
    return (
        t.key(*key),
        t.required(*key, *FACTS),
        t.one_of("maturity", MATURITIES),
        t.reference("region_code", "marts.dim_region", "region_code"),
    )


def _withholding(
    t: Table, columns: tuple[str, ...], counts: tuple[str, ...], of: str, smallest_shown: str
) -> tuple[Rule, ...]:
    """Nothing is told of counties, of what is withheld, of a few; no told sum leaves a few over, by region and by
    `of`."""
    lines = [
        f"SELECT whole.region_code, whole.period_end, whole.{of} FROM {t.name} AS whole"
        f" JOIN {t.name} AS part ON part.period_end = whole.period_end AND {joined}"
        f" WHERE whole.{count} IS NOT NULL GROUP BY whole.region_code, whole.period_end, whole.{of}, whole.{count}"
        f" HAVING whole.{count} - coalesce(sum(part.{count}), 0) BETWEEN 1 AND {smallest_shown} - 1"
        for count in counts
        for joined in (
            f"part.region_code = whole.region_code AND whole.{of} = '*' AND part.{of} <> '*'",
            f"part.{of} = whole.{of} AND whole.region_code = '{PROVINCE}' AND part.region_code <> '{PROVINCE}'",
        )
    ]
    return (
        t.rows(
            "of_no_county",
            CRITICAL,
            *say("labour.of_no_county"),
            "region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'county')",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.rows(
            "withheld_wholly",
            CRITICAL,
            *say("labour.withheld_wholly"),
            f"CASE WHEN is_suppressed THEN coalesce({', '.join(f'{name}::VARCHAR' for name in columns)}) IS NOT NULL"
            " ELSE employers IS NULL END",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.rows(
            "a_few_are_withheld",
            CRITICAL,
            *say("labour.a_few_are_withheld"),
            " OR ".join(f"({count} > 0 AND {count} < {smallest_shown})" for count in counts),
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "no_few_left_over",
            CRITICAL,
            *say("labour.no_few_left_over"),
            " UNION ".join(lines),
            subject="privacy",
            source=STATISTICS_LAW,
        ),
    )
