"""What must be true of the final file, which is what readers get: all tables, whole, and nothing else in it; keys,
references and privacy once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from expectations.rule import CRITICAL, SPEC_MARTS, Rule, Suite, Table
from expectations.sql import sql_list
from expectations.suites.crosswalk import crosswalk_suite
from expectations.suites.dimensions import dimension_suites
from expectations.suites.disputes import dispute_suites
from expectations.suites.doubts import doubt_suites
from expectations.suites.exchange import data_exchange_suite, data_service_suite
from expectations.suites.funds import fund_suites
from expectations.suites.growth import growth_suite
from expectations.suites.indicators import indicator_suite
from expectations.suites.pensions import pension_suite
from expectations.suites.progress import progress_suite
from expectations.suites.quality import quality_suites
from expectations.suites.reconciliation import reconciliation_suite
from expectations.suites.reporting import reporting_suites
from expectations.suites.services import service_suites
from expectations.suites.sources import formula_suite, source_suites
from expectations.suites.subjects import subject_suites
from expectations.suites.tasks import task_suite
from expectations.suites.vintages import ILL_FORMED, ordinal, vintage_suites
from expectations.suites.wages import wage_suites
from expectations.text import say
from raw_landing.database import identifier, literal

# The columns that readers may rely on, table by table; a table may have more.
COLUMNS: Mapping[str, str] = {
    "dim_indicator": "indicator_id name_zh name_en unit measure_kind direction formula_zh formula_en source_extracts"
    " definition_version in_force_from",
    "dim_plan_indicator": "plan_id seq indicator_id attribute target_kind baseline target target_text published_outcome"
    " note",
    "dim_region": "region_code name_zh name_en level parent_code",
    "dim_population": "region_code year registered_population resident_population statutory_pension_population",
    "dim_period": "period_type period_start period_end label_zh label_en",
    "fct_indicator_value": "indicator_id region_code region_level period_type period_start period_end numerator"
    " denominator value value_text unit maturity reporting_units_expected reporting_units_received is_estimate"
    " is_suppressed definition_version",
    "fct_indicator_source": "indicator_id definition_version region_code dump_id part counts counted_on amount",
    "fct_definition_value": "indicator_id definition_version region_code period_type period_end numerator denominator"
    " value is_lower_bound",
    "fct_indicator_quality": "indicator_id year figures median_days_late share_provisional share_estimates median_cv"
    " share_reconciled",
    "fct_release_calendar": "indicator_id period_type period_end due_on release_on maturity state is_next",
    "fct_plan_task": "plan_id task_id window starts_on due_on target done ratio status years_met years_due",
    "fct_definition_progress": "plan_id indicator_id definition_version region_code period_end actual attainment"
    " pace status status_in_force",
    "fct_plan_progress": "plan_id indicator_id region_code period_end target_kind baseline target actual maturity gap"
    " attainment elapsed_share pace status required_per_month projected_end_value projected_status",
    "fct_reported_value": "region_code period_end item basis value unit report_kind month_value",
    "fct_reporting_completeness": "source extract unit_code period_start period_end expected received revision"
    " landed_at days_late",
    "fct_landing_receipt": "dump_id path sha256 bytes source extract period_start period_end unit_code revision"
    " encoding delimiter rows_read rows_loaded rows_refused rows_repeated rows_skipped status reasons warnings"
    " message_zh message_en sampling_fraction landed_at",
    "fct_reconciliation": "region_code period_end indicator_id item basis unit is_binding reported computed difference"
    " relative_difference tolerance verdict",
    "dim_doubt_rule": "rule_id severity name_zh name_en basis_zh basis_en precision_zh precision_en extracts"
    " is_person_based",
    "fct_data_doubt": "rule_id region_code period_end doubts records_examined severity is_suppressed",
    "dim_formula": "model indicator_id definition_version reads sql",
    "fct_quality_result": "release_id suite expectation description_zh severity success element_count unexpected_count"
    " observed_value",
    "release": "release_id published_at as_of git_revision dumps rows expectations_evaluated expectations_failed"
    " inputs_sha256 is_synthetic",
    "fct_quality_summary": "release_id suite severity evaluated failed accepted",
    "fct_run_stage": "release_id stage seconds cpu_seconds bytes_read bytes_written dumps",
    "dim_data_service": "service_id version in_force_from is_in_force name_zh name_en provider_zh provider_en"
    " consumer_zh consumer_en table_name fields period_type share_kind frequency due_days legal_basis_zh"
    " legal_basis_en",
    "fct_data_exchange": "service_id period period_end due_on sent_at release_id rows sha256 receipt received_at",
    "release_history": "release_id current_from",
    "fct_indicator_change": "release_id previous_release_id indicator_id region_code period_type period_end cause dumps"
    " delta",
    "fct_status_change": "release_id previous_release_id plan_id indicator_id region_code period_end old_status"
    " new_status",
    "fct_warning_vintage": "domain region_code period_end level score first_release_id last_release_id",
    "corrections_log": "number noted_at what wrong_value right_value wrong_since releases noted_by",
    "fct_indicator_vintage": "indicator_id region_code period_type period_end value first_release_id last_release_id",
}
VIEWS: Mapping[str, str] = {
    "v_indicator": "indicator_zh indicator_en region_zh region_en city_zh period_zh period_en unit value numerator"
    " denominator share_of_province rank maturity is_withheld withheld_zh withheld_en",
    "v_progress": "plan_id indicator_zh indicator_en region_zh region_en period_zh period_en unit target actual gap"
    " attainment pace status status_zh status_en is_latest target_of_year status_by_path",
    "v_plan_assessment": "plan_id indicator_zh indicator_en region_zh region_en assessment period_end grade grade_zh"
    " grade_en ratio reason_units reason_shares",
    "v_ranking": "indicator_zh indicator_en region_zh region_en period_zh period_en unit rank value distance_to_target"
    " rank_change",
    "v_overdue": "source extract extract_zh extract_en unit_zh unit_en period_zh period_en days_late",
    "v_indicator_quality": "indicator_id indicator_zh indicator_en year median_days_late share_provisional"
    " mean_absolute_revision share_estimates median_cv share_reconciled",
    "v_change": "indicator_zh indicator_en region_zh region_en period_zh period_en old_value new_value difference"
    " causes_zh causes_en dumps old_status new_status",
    "v_citation": "series_id release_id inputs_sha256 citation_zh citation_en",
}
"""The views for people, and their columns; each is made of tables of the file, and checked with those."""
_NOT_AS_THE_RESULTS = f"""
WITH told AS (
    SELECT release_id, suite, severity, count(*) AS evaluated, count(*) FILTER (WHERE NOT success) AS failed,
        count(accepted_reason) AS accepted
    FROM marts.fct_quality_result GROUP BY ALL
),
whole AS (
    SELECT release_id FROM marts.fct_quality_result WHERE success
    UNION SELECT max_by(release_id, {ordinal("release_id")}) FROM marts.release
)
SELECT release_id, suite, severity
FROM marts.fct_quality_summary AS summary FULL JOIN told USING (release_id, suite, severity)
WHERE coalesce(told.accepted, 0) IS DISTINCT FROM summary.accepted
    OR (release_id IN (FROM whole)
        AND (told.evaluated IS DISTINCT FROM summary.evaluated OR told.failed IS DISTINCT FROM summary.failed))
"""
CONTENTS = "release_contents"
RECHECKED_SUBJECTS = ("key", "reference", "privacy")


@dataclass(frozen=True, slots=True)
class ExpectedTable:
    """What a table of the final file must be: the rows and the content of the gated one, the columns that may leave.
    What is not known (of a release of long ago) is None and not asked."""

    rows: int
    columns: tuple[str, ...] | None = None
    content: str | None = None


def content_of(columns: Iterable[str]) -> str:
    """SQL: one number for all rows of a table, in whatever order; other rows give another."""
    names = ", ".join(identifier(column) for column in columns)
    return f"CAST(coalesce(sum(hash({names})), 0) AS VARCHAR)"


def release_suites(gated: Mapping[str, ExpectedTable]) -> tuple[Suite, ...]:
    """Suites on the published file. `gated`: every table that must be in it, by its name without schema."""
    suites = (_contents_suite(gated), *_repeated_suites(), *_own_suites(), *vintage_suites(), formula_suite())
    return tuple(replace(suite, on_file=True) for suite in suites)


def _contents_suite(gated: Mapping[str, ExpectedTable]) -> Suite:
    return Suite(
        CONTENTS,
        *say("release.suite_contents"),
        tuple(_contents_rules(gated)),
    )


def _contents_rules(gated: Mapping[str, ExpectedTable]) -> Iterator[Rule]:
    tables = sorted({*gated, *COLUMNS})
    yield Table("information_schema.tables", ("table_schema", "table_name"), SPEC_MARTS).rows(
        "nothing_else",
        CRITICAL,
        *say("release.nothing_else"),
        "table_catalog = current_database()"
        f" AND (table_schema <> 'main' OR table_name NOT IN ({sql_list((*tables, *VIEWS))}))",
        subject="privacy",
    )
    allowed = [(name, column) for name, table in gated.items() for column in table.columns or ()]
    known = sql_list(name for name, table in gated.items() if table.columns is not None)
    if allowed:
        listed = ", ".join(f"({literal(name)}, {literal(column)})" for name, column in allowed)
        yield Table("information_schema.columns", ("table_name", "column_name"), SPEC_MARTS).rows(
            "only_allowed_columns",
            CRITICAL,
            *say("release.only_allowed_columns"),
            f"table_catalog = current_database() AND table_name IN ({known})"
            f" AND (table_name, column_name) NOT IN (VALUES {listed})",
            subject="privacy",
        )
    for name, columns in {**COLUMNS, **VIEWS}.items():
        yield Rule(
            f"{name}_columns",
            f"marts.{name}",
            CRITICAL,
            *say("release.columns", name=name),
            SPEC_MARTS,
            "completeness",
            builtin=("ExpectTableColumnsToMatchSet", {"column_set": columns.split(), "exact_match": False}),
        )
    for name in tables:
        table = Table(f"marts.{name}", (), SPEC_MARTS, prefix=f"{name}_", called=name)
        if name in gated:
            yield Rule(
                f"{name}_rows",
                table.name,
                CRITICAL,
                *say("release.rows", name=name, rows=gated[name].rows),
                SPEC_MARTS,
                "total",
                builtin=("ExpectTableRowCountToEqual", {"value": gated[name].rows}),
            )
            if (content := gated[name].content) is not None:
                yield table.query(
                    "content",
                    CRITICAL,
                    *say("release.content", name=name),
                    f"SELECT 1 FROM {table.name} HAVING {content_of(gated[name].columns or ())} <> {literal(content)}",
                    subject="total",
                )
        if name not in COLUMNS:  # a later table: at the least no personal number leaves with it
            yield table.no_personal_number()


def _repeated_suites() -> Iterator[Suite]:
    # The file says itself what was withheld from it: the threshold of the newest release it names, which is its own.
    smallest_shown = "(SELECT max_by(suppression_threshold, release_id) FROM marts.release)"
    suites = (
        *dimension_suites(),
        indicator_suite(smallest_shown),
        growth_suite(),
        *dispute_suites(),
        *service_suites(smallest_shown),
        crosswalk_suite(smallest_shown),
        *subject_suites(smallest_shown),
        *fund_suites(smallest_shown),
        *wage_suites(),
        pension_suite(),
        *source_suites(),
        progress_suite(),
        task_suite(),
        *reporting_suites(),
        *quality_suites(),
        reconciliation_suite(),
        *doubt_suites(),
        data_service_suite(),
    )
    for suite in suites:
        rules = tuple(rule for rule in suite.rules if rule.subject in RECHECKED_SUBJECTS and rule.is_of_marts_alone)
        yield Suite(
            f"release_{suite.name}",
            *say("release.suite_again", title_zh=suite.title_zh, title_en=suite.title_en),
            rules,
            repeats=suite.name,
        )


def _own_suites() -> Iterator[Suite]:
    """The tables that publication itself writes."""
    result = Table("marts.fct_quality_result", ("release_id", "suite", "expectation"), SPEC_MARTS)
    yield Suite(
        "release_fct_quality_result",
        *say("release.suite_release_fct_quality_result"),
        (
            result.key("release_id", "suite", "expectation"),
            result.required("release_id", "suite", "expectation", "description_zh", "severity", "success"),
            result.one_of("severity", ("critical", "warning", "info")),
            result.reference("release_id", "marts.release", "release_id"),
            result.rows(
                "no_critical_failure",
                CRITICAL,
                *say("release.no_critical_failure"),
                "severity = 'critical' AND NOT success AND accepted_reason IS NULL",
                subject="total",
            ),
            result.rows(
                "only_critical_accepted",
                CRITICAL,
                *say("release.only_critical_accepted"),
                "accepted_reason IS NOT NULL AND (success OR severity <> 'critical')",
            ),
            result.no_personal_number(),
        ),
    )
    summary = Table("marts.fct_quality_summary", ("release_id", "suite", "severity"), SPEC_MARTS)
    yield Suite(
        "release_fct_quality_summary",
        *say("release.suite_release_fct_quality_summary"),
        (
            summary.key("release_id", "suite", "severity"),
            summary.required("release_id", "suite", "severity", "evaluated", "failed", "accepted"),
            summary.one_of("severity", ("critical", "warning", "info")),
            summary.reference("release_id", "marts.release", "release_id"),
            summary.query(
                "as_the_results", CRITICAL, *say("release.as_the_results"), _NOT_AS_THE_RESULTS, subject="total"
            ),
            summary.no_personal_number(),
        ),
    )
    stage = Table("marts.fct_run_stage", ("release_id", "stage"), SPEC_MARTS)
    yield Suite(
        "release_fct_run_stage",
        *say("release.suite_release_fct_run_stage"),
        (
            stage.key("release_id", "stage"),
            stage.required("release_id", "stage", "seconds", "cpu_seconds", "bytes_read", "bytes_written"),
            stage.reference("release_id", "marts.release", "release_id"),
            stage.rows(
                "costs_not_negative",
                CRITICAL,
                *say("release.costs_not_negative"),
                "least(seconds, cpu_seconds, bytes_read, bytes_written, coalesce(dumps, 0)) < 0",
            ),
            stage.no_personal_number(),
        ),
    )
    yield data_exchange_suite()
    notice = Table("marts.corrections_log", ("number",), SPEC_MARTS)
    yield Suite(
        "release_corrections_log",
        *say("release.suite_release_corrections_log"),
        (
            notice.key("number"),
            notice.required("number", "noted_at", "what", "right_value", "wrong_since", "releases", "noted_by"),
            notice.query(
                "numbered_without_gap",
                CRITICAL,
                *say("release.numbered_without_gap"),
                "SELECT max(number) AS number FROM marts.corrections_log HAVING max(number) <> count(*)"
                " OR min(number) <> 1",
                show=("number",),
                subject="total",
            ),
            notice.rows(
                "noted_after_publication",
                CRITICAL,
                *say("release.noted_after_publication"),
                "noted_at < wrong_since OR len(releases) = 0",
            ),
            notice.no_personal_number(),
        ),
    )
    release = Table("marts.release", ("release_id",), SPEC_MARTS)
    yield Suite(
        "release_release",
        *say("release.suite_release_release"),
        (
            release.key("release_id"),
            release.required(*(column for column in COLUMNS["release"].split() if column != "git_revision")),
            release.query(
                "threshold_told",
                CRITICAL,
                *say("release.threshold_told"),
                "SELECT max(release_id) AS release_id FROM marts.release"
                " HAVING max_by(coalesce(suppression_threshold, 0), release_id) < 2",
                show=("release_id",),
                subject="privacy",
            ),
            release.rows("id_well_formed", CRITICAL, *ILL_FORMED, subject="privacy"),
            release.rows(
                "inputs_hashed",
                CRITICAL,
                *say("release.inputs_hashed"),
                "NOT regexp_full_match(inputs_sha256, '[0-9a-f]{64}')",
            ),
            release.query(
                "results_counted",
                CRITICAL,
                *say("release.results_counted"),
                "SELECT release.release_id FROM marts.release AS release"
                " LEFT JOIN marts.fct_quality_summary AS summary USING (release_id)"
                " GROUP BY release.release_id, expectations_evaluated, expectations_failed"
                " HAVING coalesce(sum(evaluated), 0) <> expectations_evaluated"
                " OR coalesce(sum(failed), 0) <> expectations_failed",
                subject="total",
            ),
            release.no_personal_number(),
        ),
    )
