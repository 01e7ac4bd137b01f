"""What every mart and every indicator must have, read from the project's files alone: contracts, words, registry."""

from __future__ import annotations

import csv
import re
from functools import cache
from typing import Any

import pytest
import yaml

from expectations.rule import CRITICAL
from expectations.suites.doubts import PROTECTED
from orchestration.dbt_build.formulas import model_name
from orchestration.gate.run import all_suites
from raw_landing.contract import load_contracts
from tests.support.warehouse import DBT_PROJECT

# The columns that the marts' readers were promised (spec: marts); a mart may have more.
PROMISED = {
    "dim_indicator": "indicator_id name_zh name_en unit measure_kind direction formula_zh formula_en source_extracts "
    "definition_version in_force_from",
    "dim_plan_indicator": "plan_id seq indicator_id attribute target_kind baseline target target_text "
    "published_outcome note",
    "dim_region": "region_code name_zh name_en level parent_code",
    "dim_population": "region_code year registered_population resident_population statutory_pension_population",
    "dim_parameter": "parameter_id version value in_force_from is_in_force confirmed_by confirmed_on",
    "dim_period": "period_type period_start period_end label_zh label_en",
    "fct_indicator_value": "indicator_id region_code region_level period_type period_start period_end numerator "
    "denominator value value_text unit maturity reporting_units_expected reporting_units_received is_estimate "
    "is_suppressed definition_version",
    "fct_dispute_month": "stage region_code period_end dispute_kind violation_kind organisation_kind close_mode "
    "channel accepted closed pending_begin pending_end age_pending_0_45 age_pending_46_60 age_pending_over_60 "
    "closed_in_45 closed_in_60 mediated_closed withdrawn awards final_awards collective_cases persons "
    "amount_awarded wages_owed wages_recovered maturity is_estimate is_suppressed method_version",
    "fct_dispute_rate": "measure definition_version region_code period_type period_end numerator denominator value "
    "lower_bound maturity is_estimate is_suppressed method_version",
    "fct_dispute_duration": "stage region_code kind cohort_year period_end t at_risk closed s low95 high95 median p90 "
    "s_45 s_60 maturity is_estimate is_suppressed method_version",
    "fct_dispute_note": "note stage region_code kind period_end value expected z maturity is_estimate is_suppressed "
    "method_version",
    "fct_market_supply_demand": "region_code period_type period_end industry_section occupation_group vacancies "
    "seekers registered_firms ratio maturity is_estimate is_suppressed method_version",
    "fct_market_sentiment": "region_code period_type period_end question size_class answers is_weighted share_up "
    "share_same share_down diffusion_index balance maturity is_estimate is_suppressed method_version",
    "fct_climate_index": "region_code period_type period_end base_year index_value light too_uncertain maturity "
    "is_estimate is_suppressed method_version",
    "fct_climate_component": "region_code period_type period_end component value base_value weight relative "
    "contribution maturity is_estimate is_suppressed method_version",
    "dim_warning_signal": "signal_id version in_force_from is_in_force domain kind extracts direction yellow orange "
    "red min_n weight name_zh name_en basis_zh basis_en formula_zh formula_en confirmed_by confirmed_on",
    "fct_warning_signal": "domain signal_id region_code period_end x b s z ewma cusum level because reason_zh "
    "reason_en maturity is_estimate is_suppressed method_version",
    "fct_early_warning": "domain region_code period_end level score red_signals since lead_region maturity "
    "is_estimate is_suppressed method_version",
    "fct_warning_response": "domain response_no region_code period_end level opened_on owner_unit action closed_on "
    "maturity is_estimate is_suppressed method_version",
    "fct_warning_backtest": "domain signal_id threshold hits misses false_alarms lead_months_median maturity "
    "is_estimate is_suppressed method_version",
    "fct_index_component": "index_id component_id indicator_id region_code peer_group period_type period_end actual "
    "expected_value value goal_low goal_high z points weight effective_weight contribution score_contribution "
    "contribution_change missing maturity is_estimate is_suppressed method_version",
    "fct_composite_index": "index_id form aggregation region_code period_type period_end value rank peers_n rank_low95 "
    "rank_high95 keeps_rank_share top3_share weakest_component maturity is_estimate is_suppressed method_version",
    "fct_index_sensitivity": "index_id form region_code period_type period_end variant value rank rank_change "
    "keeps_rank_share maturity is_estimate is_suppressed method_version",
    "fct_hotline": "region_code period_type period_start period_end calls answered rated satisfied answer_rate "
    "satisfaction_rate maturity is_estimate is_suppressed method_version",
    "fct_service_rating": "region_code period_type period_start period_end handled rated satisfied unsatisfied "
    "complaints_due complaints_in_time rating_rate satisfaction_rate in_time_rate maturity is_estimate is_suppressed "
    "method_version",
    "fct_key_group": "region_code key_group period_end persons served served_share households households_target "
    "cohort_start cohort_end entered employed employed_share employed_missing maturity is_estimate is_suppressed "
    "method_version",
    "fct_crosswalk_coverage": "source_pair region_code cohort_start cohort_end period_end persons_a persons_b in_both "
    "share only_a only_a_share probable missing maturity is_estimate is_suppressed method_version",
    "fct_employment_fund": "region_code programme period_start period_end budget_wan paid_wan execution_rate "
    "paid_year_ago_wan change_yoy_pct maturity is_estimate is_suppressed method_version",
    "fct_hr_service": "region_code period_start period_end firms staff turnover_wan persons_placed firms_yoy_pct "
    "staff_yoy_pct turnover_yoy_pct persons_placed_yoy_pct maturity is_estimate is_suppressed method_version",
    "fct_labour_risk": "region_code period_end industry_code employers employers_high employers_red employers_orange "
    "employers_yellow arrears_persons arrears_yuan arrears_persons_per_10000 expected z risk_level maturity "
    "is_estimate is_suppressed method_version",
    "fct_employer_credit": "region_code period_end grade employers supervised rated_share published listed_arrears "
    "repaired with_case case_share maturity is_estimate is_suppressed method_version",
    "fct_subject_employment": "region_code period_end sex age_band industry employment_form new_employment_kind n "
    "attrition maturity is_estimate is_suppressed method_version",
    "fct_subject_unemployment": "region_code period_end sex age_band duration_band hard_to_employ cancel_reason n "
    "maturity is_estimate is_suppressed method_version",
    "fct_subject_insurance": "region_code period_end insurance_type enrolment_status retired sex age_band n "
    "maturity is_estimate is_suppressed method_version",
    "fct_subject_training": "region_code period_end trainee_category programme fund_source n persons subsidy certified "
    "certified_missing maturity is_estimate is_suppressed method_version",
    "fct_subject_certificates": "region_code period_end certificate_kind skill_level sex age_band n "
    "maturity is_estimate is_suppressed method_version",
    "fct_subject_pension_payment": "region_code period_end insurance_type age_band n payments amount mean p50 "
    "maturity is_estimate is_suppressed method_version",
    "fct_wage_price": "region_code period_end dimension class_code class_above published_in n_persons n_enterprises "
    "p10 p25 p50 p75 p90 mean yoy maturity is_estimate is_suppressed method_version",
    "fct_wage_floor": "region_code period_end n_persons n_enterprises lowest_minimum highest_minimum "
    "share_below_minimum maturity is_estimate is_suppressed method_version",
    "fct_pension_level": "measure region_code period_end value value_year_ago change_yoy change_yoy_pct adjustment "
    "adjustment_share maturity is_estimate is_suppressed method_version",
    "fct_indicator_growth": "indicator_id region_code period_type period_end value value_year_ago change_yoy "
    "change_yoy_pct value_previous change_mom change_mom_pct share_of_province rank_in_units rank_change_yoy "
    "standard_error cv quality_grade break_flag maturity is_estimate is_suppressed method_version",
    "fct_indicator_source": "indicator_id definition_version region_code dump_id part counts counted_on amount",
    "fct_definition_value": "indicator_id definition_version region_code period_type period_end value is_lower_bound",
    "fct_indicator_quality": "indicator_id year figures median_days_late share_provisional share_estimates median_cv "
    "share_reconciled",
    "fct_release_calendar": "indicator_id period_type period_end due_on release_on maturity state is_next",
    "fct_plan_task": "plan_id task_id window starts_on due_on target done ratio status years_met years_due",
    "fct_definition_progress": "plan_id indicator_id definition_version region_code period_end actual attainment pace "
    "status status_in_force",
    "fct_plan_progress": "plan_id indicator_id region_code period_end target_kind baseline target actual maturity gap "
    "attainment elapsed_share pace status required_per_month projected_end_value projected_status",
    "fct_plan_assessment": "plan_id indicator_id region_code assessment grade ratio reason_units reason_shares "
    "revision_note_zh revision_note_en",
    "fct_plan_path": "plan_id indicator_id region_code period_end expected_value path_method actual ratio "
    "status_by_path",
    "fct_plan_forecast": "plan_id indicator_id region_code period_end horizon_end forecast low80 high80 low95 high95 "
    "method probability_of_target mase windows maturity is_estimate is_suppressed method_version",
    "fct_forecast_error": "indicator_id region_code period_end months_ahead actual method mase_scale",
    "fct_target": "plan_id indicator_id region_code target_year target_value basis method weight is_binding year_value",
    "fct_target_balance": "plan_id indicator_id target_year province_target sum_of_units difference tolerance verdict",
    "fct_published_fact": "fact_id place quote value unit computed difference",
    "fct_reported_value": "region_code period_end item basis value unit report_kind month_value",
    "fct_reporting_completeness": "source extract unit_code period_start period_end expected received revision "
    "landed_at days_late",
    "fct_landing_receipt": "dump_id path sha256 bytes source extract period_start period_end unit_code revision "
    "encoding delimiter rows_read rows_loaded rows_refused rows_repeated rows_skipped status reasons warnings "
    "message_zh message_en sampling_fraction landed_at",
    "fct_reconciliation": "region_code period_end indicator_id item reported computed difference relative_difference "
    "tolerance verdict",
    "dim_fund_rule": "rule version priority name_zh name_en basis_zh basis_en inputs amount_formula",
    "fct_fund_supervision": "rule region_code period_end examined found persons amount_at_risk confirmed explained "
    "recovered precision median_days_to_close maturity is_estimate is_suppressed method_version",
    "fct_data_doubt": "rule_id region_code period_end doubts records_examined severity is_suppressed",
    "dim_doubt_rule": "rule_id severity name_zh name_en basis_zh basis_en precision_zh precision_en",
}
BILINGUAL = re.compile(r"[\u4e00-\u9fff].* / .*[A-Za-z]", re.DOTALL)


@cache
def _marts() -> dict[str, dict[str, Any]]:
    files = sorted((DBT_PROJECT / "models" / "marts").rglob("*.yml"))
    return {model["name"]: model for file in files for model in yaml.safe_load(file.read_text("utf-8"))["models"]}


def _seed(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("mart", PROMISED)
def test_promised_columns_are_there(mart: str) -> None:
    columns = {column["name"] for column in _marts()[mart]["columns"]}
    assert set(PROMISED[mart].split()) <= columns


@pytest.mark.parametrize("mart", PROMISED)
def test_every_mart_is_typed_published_and_described_in_both_languages(mart: str) -> None:
    model = _marts()[mart]
    assert model["config"]["meta"]["published"] is True
    assert BILINGUAL.search(model["description"])
    for column in model["columns"]:
        assert column.get("data_type"), column["name"]
        assert BILINGUAL.search(column["description"]), column["name"]


COUNTED = re.compile(r"SELECT ([\w\", ]+?)(?:, min_by.+)? FROM ([\w.]+) GROUP BY (?:\1|ALL) HAVING count\(\*\) > 1")
"""The keys that more than one row has, perhaps with columns of one of the rows."""


@cache
def _keys_in_rules() -> dict[str, list[set[str]]]:
    """By relation, the columns in which a critical rule of the gate lets no two rows agree."""
    found: dict[str, list[set[str]]] = {}
    for suite in all_suites():
        for rule in suite.rules:
            counted = COUNTED.fullmatch(rule.query or "")
            if counted and rule.severity == CRITICAL:
                columns = {column.strip(' "') for column in counted[1].split(",")}
                found.setdefault(counted[2], []).append(columns)
    return found


@pytest.mark.parametrize("mart", sorted(name for name, model in _marts().items() if "key" in model["config"]["meta"]))
def test_the_gate_proves_the_key_of_a_mart(mart: str) -> None:
    key = set(_marts()[mart]["config"]["meta"]["key"])
    assert any(columns <= key for columns in _keys_in_rules()[f"marts.{mart}"])


def test_every_mart_that_was_promised_has_a_key() -> None:
    """Exports need a primary key."""
    assert not [mart for mart in PROMISED if not _marts()[mart]["config"]["meta"].get("key")]


@pytest.mark.parametrize("mart", sorted(_marts()))
def test_marts_are_judged_by_the_gate_alone(mart: str) -> None:
    """Rules of quality stand in expectations/; dbt's data tests are of reference data and of what models rely on."""
    model = _marts()[mart]
    assert "data_tests" not in model and not any("data_tests" in column for column in model["columns"])


def test_every_mart_has_a_contract_file() -> None:
    models = {file.stem for file in (DBT_PROJECT / "models" / "marts").rglob("*.sql")}
    assert models == set(_marts())
    assert set(PROMISED) <= models


def test_one_row_in_the_registry_and_one_model_make_a_definition() -> None:
    """Another version of a definition is a row and a model too."""
    registered = {model_name(row["indicator_id"], int(row["definition_version"])) for row in _seed("indicators")}
    assert registered == {file.stem for file in (DBT_PROJECT / "models").rglob("int_indicator__*.sql")}
    assert len({row["indicator_id"] for row in _seed("indicators")}) == 25


def test_one_row_in_the_registry_and_one_model_make_a_rule_on_records() -> None:
    rules = {row["rule_id"]: row["extracts"].split(";") for row in _seed("doubt_rules")}
    models = {file.stem for file in (DBT_PROJECT / "models").rglob("int_doubt__*.sql")}
    assert {f"int_doubt__{rule}" for rule in rules} == models
    assert list(rules) == [name for name, *_ in PROTECTED]
    assert {extract for extracts in rules.values() for extract in extracts} <= set(load_contracts())


def test_rules_of_fund_supervision_name_extracts() -> None:
    for row in _seed("fund_rules"):
        named = {*row["inputs"].split(";"), *row["records"].split(";")}
        assert named <= set(load_contracts()), row["rule_id"]
        assert set(row["records"].split(";")) <= set(row["inputs"].split(";")), row["rule_id"]
        assert row["needs"] in {*named, "account_hash"}, row["rule_id"]


def test_the_plans_and_the_registry_speak_of_the_same_indicators() -> None:
    registered = {row["indicator_id"]: row for row in _seed("indicators")}
    for planned in _seed("plan_indicators"):
        definition = registered[planned["indicator_id"]]
        for column in ("name_zh", "name_en", "unit", "measure_kind", "direction"):
            assert planned[column] == definition[column], (planned["plan_id"], planned["indicator_id"], column)


def test_indicators_come_from_extracts_that_exist() -> None:
    for definition in _seed("indicators"):
        assert set(definition["source_extracts"].split(";")) <= set(load_contracts()), definition["indicator_id"]


def test_a_family_of_one_count_adds_up_alike() -> None:
    """Suppression lays the figures of a family over each other, so they must add up over time in the same way."""
    families: dict[str, set[tuple[str, str]]] = {}
    for row in _seed("indicators"):
        families.setdefault(row["count_family"], set()).add((row["is_additive_in_time"], row["is_person_based"]))
    assert all(len(kinds) == 1 for kinds in families.values())


def test_every_field_of_a_data_service_stands_in_its_table() -> None:
    for service in _seed("data_services"):
        table = _marts()[service["table_name"]]
        assert table["config"]["meta"]["published"], service
        columns = {column["name"] for column in table["columns"]}
        asked = set(filter(None, service["fields"].split(";")))
        assert asked <= columns, asked - columns
        assert bool(asked) == (service["share_kind"] != "not_shared"), service
        if asked:
            assert "period_end" in columns and (service["period_type"] == "" or "period_type" in columns), service
