"""What must be true of early warning: signals and their thresholds, levels, responses, the back-test."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, WARNING, Suite, Table
from expectations.text import say
from expectations.vocabulary import MATURITIES, differs

DEFINITIONS = "marts.dim_warning_signal"
SIGNALS = "marts.fct_warning_signal"
WARNINGS = "marts.fct_early_warning"
RESPONSES = "marts.fct_warning_response"
BACKTEST = "marts.fct_warning_backtest"
LEVELS = ("red", "orange", "yellow", "blue", "no_data")
CAUSES = ("z", "ewma", "cusum", "first", "second", "few", "history", "uncertain", "no_data", "withheld")
FIGURES = ("x", "b", "s", "z", "ewma", "cusum")
SIGNAL = ("signal_id", "region_code", "period_end")
WARNED = ("domain", "region_code", "period_end")
FACTS = ("maturity", "is_estimate", "is_suppressed", "method_version")

_ANY_FIGURE = " OR ".join(f"{figure} IS NOT NULL" for figure in FIGURES)
_POINTS = "CASE level WHEN 'red' THEN 3 WHEN 'orange' THEN 2 WHEN 'yellow' THEN 1 WHEN 'blue' THEN 0 END"
_IN_FORCE = f"(FROM {DEFINITIONS} WHERE is_in_force)"
_COUNTY_FIGURES = f"""
SELECT signal.* FROM {SIGNALS} AS signal JOIN {_IN_FORCE} AS definition USING (signal_id)
WHERE kind IN ('count', 'share', 'fall') AND ({_ANY_FIGURE})
    AND region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'county')
"""
_NOT_THE_LEVEL_OF_Z = f"""
SELECT signal.* FROM {SIGNALS} AS signal JOIN {_IN_FORCE} AS definition USING (signal_id)
WHERE z IS NOT NULL AND level IS NOT NULL AND level <> 'no_data' AND {_POINTS} IS DISTINCT FROM
    greatest(CASE WHEN round(z, 9) >= red THEN 3 WHEN round(z, 9) >= orange THEN 2 WHEN round(z, 9) >= yellow THEN 1
        ELSE 0 END,
        CASE WHEN because IN ('ewma', 'cusum') THEN 1 ELSE 0 END)
"""
_RECOUNTED = f"""
SELECT domain, region_code, period_end, bool_or(is_suppressed) AS is_withheld,
    count(*) FILTER (WHERE level = 'red') AS red, count(*) FILTER (WHERE level = 'orange') AS orange,
    count(*) FILTER (WHERE level = 'yellow') AS yellow, count(*) FILTER (WHERE level = 'blue') AS blue,
    count(*) FILTER (WHERE level = 'no_data') AS missing,
    count(*) FILTER (WHERE level = 'red' AND kind = 'layoffs') AS by_itself,
    sum(weight * {_POINTS}) / sum(weight) FILTER (WHERE {_POINTS} IS NOT NULL) AS score
FROM {SIGNALS} JOIN (SELECT signal_id, kind, weight FROM {_IN_FORCE}) USING (signal_id) GROUP BY ALL
"""
_NOT_ITS_SIGNALS = f"""
SELECT warned.* FROM {WARNINGS} AS warned FULL JOIN ({_RECOUNTED}) AS told USING (domain, region_code, period_end)
WHERE warned.is_suppressed IS DISTINCT FROM told.is_withheld OR warned.level IS DISTINCT FROM CASE
    WHEN is_withheld THEN NULL WHEN by_itself > 0 OR red >= 2 THEN 'red' WHEN red = 1 OR orange >= 2 THEN 'orange'
    WHEN orange + yellow > 0 THEN 'yellow' WHEN missing = 0 AND blue > 0 THEN 'blue' ELSE 'no_data' END
"""
_NOT_ITS_SCORE = f"""
SELECT warned.* FROM {WARNINGS} AS warned JOIN ({_RECOUNTED}) AS told USING (domain, region_code, period_end)
WHERE NOT is_withheld AND ((warned.score IS NULL) <> (told.score IS NULL) OR {differs("warned.score", "told.score")})
"""
_NOT_AS_WARNED = f"""
SELECT response.* FROM {RESPONSES} AS response LEFT JOIN {WARNINGS} AS warned USING (domain, region_code, period_end)
WHERE response.level IS DISTINCT FROM warned.level
"""


def warning_suites() -> tuple[Suite, ...]:
    """The suites of the tables of early warning."""
    return (_definition_suite(), _signal_suite(), _warning_suite(), _response_suite(), _backtest_suite())


def _definition_suite() -> Suite:
    t = Table(DEFINITIONS, ("signal_id", "version"), SPEC_INDICATORS)
    return Suite(
        "dim_warning_signal",
        *say("warning.suite_dim_warning_signal"),
        (
            t.key("signal_id", "version"),
            t.required("signal_id", "version", "is_in_force", "domain", "kind", "red", "weight", "name_zh", "name_en"),
            t.one_of("kind", ("count", "share", "fall", "measure", "layoffs")),
            t.rows(
                "thresholds_rise",
                CRITICAL,
                *say("warning.thresholds_rise"),
                "yellow >= orange OR orange >= red OR second_yellow >= second_orange OR second_orange >= second_red"
                " OR weight <= 0",
                subject="level",
            ),
            t.no_personal_number(),
        ),
    )


def _signal_suite() -> Suite:
    t = Table(SIGNALS, SIGNAL, SPEC_INDICATORS)
    return Suite(
        "fct_warning_signal",
        *say("warning.suite_fct_warning_signal"),
        (
            t.key(*SIGNAL),
            t.required("domain", *SIGNAL, *FACTS),
            t.one_of("level", LEVELS),
            t.one_of("because", CAUSES),
            t.one_of("maturity", MATURITIES),
            t.reference("signal_id", DEFINITIONS, "signal_id"),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "z_of_its_parts",
                CRITICAL,
                *say("warning.z_of_its_parts"),
                f"z IS NOT NULL AND (s IS NULL OR s <= 0 OR {differs('z', '((x - b) / s)')})",
                subject="total",
            ),
            t.query("level_of_its_z", CRITICAL, *say("warning.level_of_its_z"), _NOT_THE_LEVEL_OF_Z, subject="level"),
            t.rows(
                "reason_unless_blue",
                CRITICAL,
                *say("warning.reason_unless_blue"),
                "(because IS NULL) <> (level IS NOT DISTINCT FROM 'blue') OR (because IS NULL) <> (reason_zh IS NULL)"
                " OR (because IS NULL) <> (reason_en IS NULL)",
            ),
            t.rows(
                "missing_is_not_blue",
                CRITICAL,
                *say("warning.missing_is_not_blue"),
                "(level IS NOT DISTINCT FROM 'no_data') <> (because IS NOT DISTINCT FROM 'no_data')",
                subject="level",
            ),
            t.rows(
                "suppressed_is_empty",
                CRITICAL,
                *say("warning.suppressed_is_empty"),
                f"is_suppressed AND (level IS NOT NULL OR {_ANY_FIGURE})",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "no_figures_of_persons_in_counties",
                CRITICAL,
                *say("warning.no_figures_of_persons_in_counties"),
                _COUNTY_FIGURES,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )


def _warning_suite() -> Suite:
    t = Table(WARNINGS, WARNED, SPEC_INDICATORS)
    return Suite(
        "fct_early_warning",
        *say("warning.suite_fct_early_warning"),
        (
            t.key(*WARNED),
            t.required(*WARNED, *FACTS),
            t.one_of("level", LEVELS),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.reference("lead_region", "marts.dim_region", "region_code"),
            t.query(
                "level_of_its_signals",
                CRITICAL,
                *say("warning.level_of_its_signals"),
                _NOT_ITS_SIGNALS,
                subject="level",
            ),
            t.query(
                "score_of_its_signals", CRITICAL, *say("warning.score_of_its_signals"), _NOT_ITS_SCORE, subject="total"
            ),
            t.rows(
                "since_a_level",
                CRITICAL,
                *say("warning.since_a_level"),
                "since > period_end OR (since IS NULL) <> (coalesce(level, 'no_data') = 'no_data')",
            ),
            t.rows(
                "suppressed_is_empty",
                CRITICAL,
                *say("warning.suppressed_is_empty"),
                "is_suppressed AND (level IS NOT NULL OR score IS NOT NULL OR red_signals IS NOT NULL"
                " OR orange_signals IS NOT NULL)",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )


def _response_suite() -> Suite:
    t = Table(RESPONSES, ("response_no", "region_code", "period_end"), SPEC_INDICATORS)
    return Suite(
        "fct_warning_response",
        *say("warning.suite_fct_warning_response"),
        (
            t.key("response_no"),
            t.required("response_no", *WARNED, "opened_on", "owner_unit", "action", *FACTS),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "closed_after_it_was_opened",
                WARNING,
                *say("warning.closed_after_it_was_opened"),
                "closed_on < opened_on",
            ),
            t.query("level_as_warned", CRITICAL, *say("warning.level_as_warned"), _NOT_AS_WARNED, subject="total"),
            t.no_personal_number(),
        ),
    )


def _backtest_suite() -> Suite:
    t = Table(BACKTEST, ("signal_id", "threshold"), SPEC_INDICATORS)
    return Suite(
        "fct_warning_backtest",
        *say("warning.suite_fct_warning_backtest"),
        (
            t.key("signal_id", "threshold"),
            t.required("domain", "signal_id", "threshold", "months_judged", "hits", "misses", "false_alarms", *FACTS),
            t.one_of("threshold", LEVELS[:3]),
            t.reference("signal_id", DEFINITIONS, "signal_id"),
            t.rows(
                "counts_not_negative",
                CRITICAL,
                *say("warning.counts_not_negative"),
                "least(months_judged, hits, misses, false_alarms) < 0 OR false_alarms > months_judged",
            ),
            t.rows(
                "lead_of_its_hits",
                CRITICAL,
                *say("warning.lead_of_its_hits"),
                "(lead_months_median IS NULL) <> (hits = 0) OR lead_months_median < 0",
            ),
            t.no_personal_number(),
        ),
    )
