"""What must be true of services, key groups, the employment fund and human-resources service firms."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, WARNING, Rule, Suite, Table
from expectations.sql import sql_list
from expectations.suites.indicators.facts import SMALLEST_SHOWN
from expectations.text import say
from expectations.vocabulary import MATURITIES, differs

HOTLINE = "marts.fct_hotline"
RATING = "marts.fct_service_rating"
FUND = "marts.fct_employment_fund"
FIRMS = "marts.fct_hr_service"
GROUPS = "marts.fct_key_group"

OF_PERIOD = ("region_code", "period_type", "period_end")
OF_PROGRAMME = ("region_code", "programme", "period_end")
OF_YEAR = ("region_code", "period_end")
OF_GROUP = ("region_code", "key_group", "period_end")
FACTS = ("maturity", "is_estimate", "is_suppressed", "method_version")
FLOWS = ("month", "quarter", "ytd", "year")
PROGRAMMES = ("*", *map(str, range(1, 11)))
KEY_GROUPS = ("1", "2", "3", "4", "5", "6", "9")
OF_FIRMS = {
    "firms": "firms_yoy_pct",
    "staff": "staff_yoy_pct",
    "turnover_wan": "turnover_yoy_pct",
    "persons_placed": "persons_placed_yoy_pct",
}
PERSONS = ("persons", "served", "households", "entered", "employed")

_NOT_ALL_PROGRAMMES = f"""
SELECT whole.* FROM {FUND} AS whole JOIN (
    SELECT region_code, period_end, sum(budget_wan) AS budget, sum(paid_wan) AS paid FROM {FUND}
    WHERE programme <> '*' GROUP BY ALL
) AS programmes USING (region_code, period_end)
WHERE programme = '*' AND ({differs("budget", "budget_wan")} OR {differs("paid", "paid_wan")})
"""
_GROWTH_OF_WHAT_IS_NOT_TOLD = f"""
SELECT now.* FROM {FIRMS} AS now LEFT JOIN {FIRMS} AS before
    ON before.region_code = now.region_code AND year(before.period_end) = year(now.period_end) - 1
WHERE {
    " OR ".join(
        f"(now.{growth} IS NOT NULL AND (before.{name} IS NULL"
        f" OR {differs(f'now.{growth}', f'100 * (now.{name} / nullif(before.{name}, 0) - 1)')}))"
        for name, growth in OF_FIRMS.items()
    )
}
"""
_SERVED_WITHOUT_DAY = """
SELECT dump_id, line_number FROM staging.stg_employment__key_group_ledger
WHERE service IS NOT NULL AND served_on IS NULL
"""


def service_suites(smallest_shown: str = SMALLEST_SHOWN) -> tuple[Suite, ...]:
    """The suites of these tables. `smallest_shown`: SQL of the smallest count that is not withheld."""
    return (
        _hotline_suite(),
        _rating_suite(),
        _fund_suite(),
        _firm_suite(smallest_shown),
        _group_suite(smallest_shown),
    )


def _hotline_suite() -> Suite:
    t = Table(HOTLINE, OF_PERIOD, SPEC_INDICATORS)
    return Suite(
        "fct_hotline",
        *say("services.suite_fct_hotline"),
        (
            *frame(t, OF_PERIOD, "period_start", "calls", "answered", "rated", "satisfied"),
            t.one_of("period_type", FLOWS),
            _parts_within(t, ("answered", "calls"), ("rated", "answered"), ("satisfied", "rated")),
            quotients(t, ("answer_rate", "answered", "calls"), ("satisfaction_rate", "satisfied", "rated")),
            t.no_personal_number(),
        ),
    )


def _rating_suite() -> Suite:
    t = Table(RATING, OF_PERIOD, SPEC_INDICATORS)
    return Suite(
        "fct_service_rating",
        *say("services.suite_fct_service_rating"),
        (
            *frame(t, OF_PERIOD, "period_start", "handled", "rated", "complaints_due", "complaints_in_time"),
            t.one_of("period_type", FLOWS),
            _parts_within(t, ("satisfied", "rated"), ("complaints_in_time", "complaints_due")),
            t.rows(
                "grades_add_up",
                CRITICAL,
                *say("services.grades_add_up"),
                differs("(satisfied + unsatisfied)", "rated"),
                subject="total",
            ),
            quotients(
                t,
                ("rating_rate", "rated", "handled"),
                ("satisfaction_rate", "satisfied", "rated"),
                ("in_time_rate", "complaints_in_time", "complaints_due"),
            ),
            t.no_personal_number(),
        ),
    )


def _fund_suite() -> Suite:
    t = Table(FUND, OF_PROGRAMME, SPEC_INDICATORS)
    return Suite(
        "fct_employment_fund",
        *say("services.suite_fct_employment_fund"),
        (
            *frame(t, OF_PROGRAMME, "period_start", "budget_wan", "paid_wan"),
            t.one_of("programme", PROGRAMMES),
            quotients(t, ("execution_rate", "paid_wan", "budget_wan")),
            t.rows(
                "growth_over_the_year_before",
                CRITICAL,
                *say("services.growth_over_the_year_before"),
                "(paid_year_ago_wan > 0) IS DISTINCT FROM (CASE WHEN paid_year_ago_wan IS NOT NULL THEN"
                " change_yoy_pct IS NOT NULL END)"
                f" OR {differs('change_yoy_pct', '100 * (paid_wan / nullif(paid_year_ago_wan, 0) - 1)')}",
                subject="total",
            ),
            t.query(
                "programmes_add_up",
                CRITICAL,
                *say("services.programmes_add_up"),
                _NOT_ALL_PROGRAMMES,
                subject="total",
            ),
            t.no_personal_number(),
        ),
    )


def _firm_suite(smallest_shown: str) -> Suite:
    t = Table(FIRMS, OF_YEAR, SPEC_INDICATORS)
    return Suite(
        "fct_hr_service",
        *say("services.suite_fct_hr_service"),
        (
            *frame(t, OF_YEAR, "period_start"),
            t.rows(
                "figures_present_and_not_negative",
                CRITICAL,
                *say("services.figures_present_and_not_negative"),
                " OR ".join(f"({name} IS NULL OR {name} < 0) AND NOT is_suppressed" for name in OF_FIRMS),
            ),
            t.query(
                "growth_of_what_is_told",
                CRITICAL,
                *say("services.growth_of_what_is_told"),
                _GROWTH_OF_WHAT_IS_NOT_TOLD,
                subject="total",
            ),
            *withholding(
                t,
                (*OF_FIRMS, *OF_FIRMS.values()),
                level="prefecture",
                also=("province",),
                small=("firms",),
                smallest_shown=smallest_shown,
                of=("period_end",),
            ),
            t.no_personal_number(),
        ),
    )


def _group_suite(smallest_shown: str) -> Suite:
    t = Table(GROUPS, OF_YEAR, SPEC_INDICATORS)  # examples do not name the group: it is a fact about people
    return Suite(
        "fct_key_group",
        *say("services.suite_fct_key_group"),
        (
            *frame(t, OF_GROUP, "cohort_start", "cohort_end", show=OF_YEAR),
            t.one_of("key_group", KEY_GROUPS),
            t.one_of("employed_missing", ("sampled", "not_delivered")),
            _parts_within(t, ("served", "persons"), ("employed", "entered"), ("households", "persons")),
            quotients(t, ("served_share", "served", "persons"), ("employed_share", "employed", "entered")),
            t.rows(
                "cohort_has_had_its_time",
                CRITICAL,
                *say("services.cohort_has_had_its_time"),
                "cohort_end >= period_end OR cohort_start > cohort_end"
                " OR (employed IS NULL AND employed_missing IS NULL AND NOT is_suppressed)"
                " OR (employed IS NOT NULL AND employed_missing IS NOT NULL)",
            ),
            *withholding(
                t,
                (*PERSONS, "served_share", "households_target", "employed_share"),
                level="county",
                small=(*PERSONS, "persons - served", "entered - employed"),
                smallest_shown=smallest_shown,
                of=("key_group", "period_end"),
            ),
            t.query(
                "served_on_a_day",
                WARNING,
                *say("services.served_on_a_day"),
                _SERVED_WITHOUT_DAY,
                show=("dump_id", "line_number"),
            ),
            t.no_personal_number(),
        ),
    )


def frame(t: Table, key: tuple[str, ...], *required: str, show: tuple[str, ...] | None = None) -> tuple[Rule, ...]:
    """A row per key, with the facts that every row carries."""
    return (
        t.key(*key, show=show),
        t.required(*key, *required, *FACTS),
        t.one_of("maturity", MATURITIES),
        t.reference("region_code", "marts.dim_region", "region_code"),
    )


def _parts_within(t: Table, *pairs: tuple[str, str]) -> Rule:
    return t.rows(
        "parts_within_the_whole",
        CRITICAL,
        *say("services.parts_within_the_whole"),
        " OR ".join(f"{part} < 0 OR {part} > {whole}" for part, whole in pairs),
        subject="total",
    )


def quotients(t: Table, *rates: tuple[str, str, str]) -> Rule:
    """Each rate is its part over its whole, in per cent."""
    return t.rows(
        "rates_are_quotients",
        CRITICAL,
        *say("services.rates_are_quotients"),
        " OR ".join(
            f"{part} < 0 OR {whole} < 0 OR NOT isfinite({rate})"
            f" OR ({rate} IS NULL) <> coalesce({part} IS NULL OR {whole} IS NULL OR {whole} = 0, true)"
            f" OR {differs(rate, f'100 * {part} / nullif({whole}, 0)')}"
            for rate, part, whole in rates
        ),
        subject="total",
    )


def withholding(
    t: Table,
    columns: tuple[str, ...],
    *,
    level: str,
    also: tuple[str, ...] = (),
    small: tuple[str, ...],
    smallest_shown: str,
    of: tuple[str, ...],
    told: str = "NOT above.is_suppressed",
) -> tuple[Rule, ...]:
    """What is withheld is so wholly and in regions of that level (and those of `also`) alone, nothing small of that
    level is told, and no region is withheld alone where the one above it is told; `of`: what, beside the region, a row
    is of; `told`: SQL, whether that is so of the row `above`."""
    of_level = f"region_code IN (SELECT region_code FROM marts.dim_region WHERE level = '{level}')"
    of_levels = f"region_code IN (SELECT region_code FROM marts.dim_region WHERE level IN ({sql_list((level, *also))}))"
    return (
        t.rows(
            "withheld_wholly",
            CRITICAL,
            *say("services.withheld_wholly"),
            f"is_suppressed AND (NOT {of_levels} OR coalesce({', '.join(columns)}) IS NOT NULL)",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.rows(
            "small_counts_withheld",
            CRITICAL,
            *say("services.small_counts_withheld"),
            f"{of_level} AND ({' OR '.join(f'({count} > 0 AND {count} < {smallest_shown})' for count in small)})",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "never_withheld_alone",
            CRITICAL,
            *say("services.never_withheld_alone"),
            f"SELECT above.region_code, {', '.join(f'above.{name}' for name in of)} FROM {t.name} AS hidden"
            " JOIN marts.dim_region AS region USING (region_code)"
            f" JOIN {t.name} AS above ON above.region_code = region.parent_code"
            f" AND {' AND '.join(f'above.{name} = hidden.{name}' for name in of)}"
            f" WHERE hidden.is_suppressed AND {told} GROUP BY ALL HAVING count(*) = 1",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
    )
