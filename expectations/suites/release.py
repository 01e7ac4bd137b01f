"""What must be true of the final file, which is what readers get: all tables, whole, and nothing else in it; keys,
references and privacy once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from expectations.rule import CRITICAL, SPEC_MARTS, Rule, Suite, Table, sql_list
from expectations.suites.dimensions import dimension_suites
from expectations.suites.doubts import doubt_suites
from expectations.suites.indicators import indicator_suite
from expectations.suites.progress import progress_suite
from expectations.suites.reconciliation import reconciliation_suite
from expectations.suites.reporting import reporting_suites
from expectations.suites.sources import formula_suite, source_suites
from expectations.suites.vintages import vintage_suites

# The columns that readers may rely on, table by table; a table may have more.
COLUMNS: Mapping[str, str] = {
    "dim_indicator": "indicator_id name_zh name_en unit measure_kind direction formula_zh formula_en source_extracts"
    " definition_version in_force_from",
    "dim_plan_indicator": "plan_id seq indicator_id attribute target_kind baseline target target_text published_outcome"
    " note",
    "dim_region": "region_code name_zh name_en level parent_code",
    "dim_period": "period_type period_start period_end label_zh label_en",
    "fct_indicator_value": "indicator_id region_code region_level period_type period_start period_end numerator"
    " denominator value value_text unit maturity reporting_units_expected reporting_units_received is_estimate"
    " is_suppressed definition_version",
    "fct_indicator_source": "indicator_id definition_version region_code dump_id part counts counted_on amount",
    "fct_definition_value": "indicator_id definition_version region_code period_type period_end numerator denominator"
    " value",
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
    "fct_data_doubt": "rule_id region_code period_end doubts records_examined severity",
    "dim_formula": "model indicator_id definition_version reads sql",
    "fct_quality_result": "release_id suite expectation description_zh severity success element_count unexpected_count"
    " observed_value",
    "release": "release_id published_at as_of git_revision dumps rows expectations_evaluated expectations_failed"
    " inputs_sha256 is_synthetic",
    "release_history": "release_id current_from",
    "fct_indicator_change": "release_id previous_release_id indicator_id region_code period_type period_end cause dumps"
    " delta",
    "fct_indicator_vintage": "indicator_id region_code period_type period_end value first_release_id last_release_id",
}
AGAIN = ("key", "reference", "privacy")


def release_suites(row_counts: Mapping[str, int]) -> tuple[Suite, ...]:
    """Suites on the published file. `row_counts`: the rows of every table in it (names without schema), as counted in
    what was gated."""
    return (_contents_suite(row_counts), *_repeated_suites(), *_own_suites(), *vintage_suites(), formula_suite())


def _contents_suite(row_counts: Mapping[str, int]) -> Suite:
    return Suite(
        "release_contents",
        "发布文件:内容",
        "published file: contents",
        tuple(_contents_rules(row_counts)),
    )


def _contents_rules(row_counts: Mapping[str, int]) -> Iterator[Rule]:
    tables = sorted({*row_counts, *COLUMNS})
    yield Table("information_schema.tables", "发布文件", ("table_schema", "table_name"), SPEC_MARTS).rows(
        "nothing_else",
        CRITICAL,
        "发布文件中除公开的表外没有别的",
        "the published file holds the public tables and nothing else",
        f"table_catalog = current_database() AND (table_schema <> 'marts' OR table_name NOT IN ({sql_list(tables)}))",
        subject="privacy",
    )
    for name in tables:
        table = Table(f"marts.{name}", name, (), SPEC_MARTS, prefix=f"{name}_")
        if name in COLUMNS:
            yield Rule(
                f"{name}_columns",
                table.name,
                CRITICAL,
                f"{name} 具备规定的各列",
                f"{name} has the columns that readers rely on",
                SPEC_MARTS,
                "completeness",
                builtin=("ExpectTableColumnsToMatchSet", {"column_set": COLUMNS[name].split(), "exact_match": False}),
            )
        if name in row_counts:
            yield Rule(
                f"{name}_rows",
                table.name,
                CRITICAL,
                f"{name} 的行数与检查过的表相同({row_counts[name]})",
                f"{name} has as many rows as the gated table ({row_counts[name]})",
                SPEC_MARTS,
                "total",
                builtin=("ExpectTableRowCountToEqual", {"value": row_counts[name]}),
            )
        if name not in COLUMNS:  # a later table: at the least no personal number leaves with it
            yield table.no_personal_number()


def _repeated_suites() -> Iterator[Suite]:
    suites = (
        *dimension_suites(),
        indicator_suite(),
        *source_suites(),
        progress_suite(),
        *reporting_suites(),
        reconciliation_suite(),
        *doubt_suites(),
    )
    for suite in suites:
        rules = tuple(rule for rule in suite.rules if rule.subject in AGAIN and rule.is_of_marts_alone)
        yield Suite(f"release_{suite.name}", f"发布文件:{suite.title_zh}", f"published file: {suite.title_en}", rules)


def _own_suites() -> Iterator[Suite]:
    """The tables that publication itself writes."""
    result = Table("marts.fct_quality_result", "质量结果", ("release_id", "suite", "expectation"), SPEC_MARTS)
    yield Suite(
        "release_fct_quality_result",
        "发布文件:质量结果",
        "published file: quality results",
        (
            result.key("release_id", "suite", "expectation"),
            result.required("release_id", "suite", "expectation", "description_zh", "severity", "success"),
            result.one_of("severity", ("critical", "warning", "info")),
            result.reference("release_id", "marts.release", "release_id", what_zh="发布版本"),
            result.rows(
                "no_critical_failure",
                CRITICAL,
                "没有未通过的关键规则",
                "no critical rule failed",
                "severity = 'critical' AND NOT success",
                subject="total",
            ),
            result.no_personal_number(),
        ),
    )
    release = Table("marts.release", "发布版本", ("release_id",), SPEC_MARTS)
    yield Suite(
        "release_release",
        "发布文件:发布版本",
        "published file: the release itself",
        (
            release.key("release_id"),
            release.required(*(column for column in COLUMNS["release"].split() if column != "git_revision")),
            release.rows(
                "id_well_formed",
                CRITICAL,
                "版本号形如 20260301-01",
                "a release id reads like 20260301-01",
                "NOT regexp_full_match(release_id, '[0-9]{8}-[0-9]{2,}')",
            ),
            release.rows(
                "inputs_hashed",
                CRITICAL,
                "输入数据的摘要为 sha256",
                "the hash of the inputs is a sha256",
                "NOT regexp_full_match(inputs_sha256, '[0-9a-f]{64}')",
            ),
            release.query(
                "results_counted",
                CRITICAL,
                "规则总数与未通过数同质量结果一致",
                "the numbers of rules and of failures are those of the quality results",
                "SELECT release.release_id FROM marts.release AS release"
                " LEFT JOIN marts.fct_quality_result AS result USING (release_id)"
                " GROUP BY release.release_id, expectations_evaluated, expectations_failed"
                " HAVING count(result.suite) <> expectations_evaluated"
                " OR count(result.suite) FILTER (WHERE NOT result.success) <> expectations_failed",
                subject="total",
            ),
            release.no_personal_number(),
        ),
    )
