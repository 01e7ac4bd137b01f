"""The smallest breach of every rule of the gate: SQL on a good warehouse or release. Where one breach entails another
rule's, that is said."""

from __future__ import annotations

from expectations.suites.doubts import PROTECTED
from expectations.suites.subjects import CUBES as DIMENSIONS
from expectations.suites.subjects import MARGINS
from raw_landing.contract import Contract

Breach = tuple[str, set[str]]
"""SQL, and the rules of the same suite that cannot but fail with it."""

V, P = "marts.fct_indicator_value", "marts.fct_plan_progress"
A, PATH = "marts.fct_plan_assessment", "marts.fct_plan_path"
T, B, F = "marts.fct_target", "marts.fct_target_balance", "marts.fct_published_fact"
G, C = "marts.fct_indicator_growth", "marts.fct_dispute_month"
RATE, LASTS, NOTES = "marts.fct_dispute_rate", "marts.fct_dispute_duration", "marts.fct_dispute_note"
LINE, RATED, FUND = "marts.fct_hotline", "marts.fct_service_rating", "marts.fct_employment_fund"
CUBES = {subject: f"marts.fct_subject_{subject}" for subject in DIMENSIONS}
FIRMS, GROUPS = "marts.fct_hr_service", "marts.fct_key_group"
CROSSWALK = "marts.fct_crosswalk_coverage"
_COMPARED = "region_code = '420000' AND source_pair = 'employed_insured'"
SUPERVISED = "marts.fct_fund_supervision"
R, D = "marts.fct_reconciliation", "marts.fct_data_doubt"
SOURCES, OTHERS = "marts.fct_indicator_source", "marts.fct_definition_value"
TASKS = "marts.fct_plan_task"
PAY, FLOORS, PENSIONS = "marts.fct_wage_price", "marts.fct_wage_floor", "marts.fct_pension_level"
RISK, CREDIT = "marts.fct_labour_risk", "marts.fct_employer_credit"
FC, FE = "marts.fct_plan_forecast", "marts.fct_forecast_error"
IQ, RC = "marts.fct_indicator_quality", "marts.fct_release_calendar"
M, Q = "marts.fct_market_supply_demand", "marts.fct_market_sentiment"
SIG, WARN, ANSWERED = "marts.fct_warning_signal", "marts.fct_early_warning", "marts.fct_warning_response"
BACK, SIGNAL_DIM = "marts.fct_warning_backtest", "marts.dim_warning_signal"
CP, CI = "marts.fct_climate_component", "marts.fct_climate_index"
XC, XI, XS = "marts.fct_index_component", "marts.fct_composite_index", "marts.fct_index_sensitivity"
OTHER_PROGRESS = "marts.fct_definition_progress"
NUMBER = "13800138000"


def landed_breaches(contract: Contract) -> dict[str, str]:
    """A change of one row for each rule of an extract's landed suite that is about a column: rule -> assignment."""
    breaches = {"metadata_present": "unit_code = NULL"}
    if contract.period_column is not None:
        breaches["within_period"] = f"{contract.period_column} = period_start - 1"
    for column in contract.columns:
        if column.required:
            breaches[f"{column.name}_present"] = f"{column.name} = NULL"
        if column.values or column.check == "industry_section":
            breaches[f"{column.name}_in_list"] = f"{column.name} = '#'"
        if column.min is not None:
            breaches[f"{column.name}_at_least_{column.min:g}"] = f"{column.name} = {column.min - 1}"
        if column.check in ("region", "region_or_nation"):
            breaches[f"{column.name}_known"] = f"{column.name} = '420799'"
    return breaches


def staging_breaches(contract: Contract) -> dict[str, str]:
    """The same for its staging suite."""
    breaches = {"key_present": f"{contract.key[0]} = NULL", "weight_at_least_1": "weight = 0.5"}
    for column in contract.columns:
        later, earlier = column.name, column.not_before
        if earlier is not None:
            breaches[f"{later}_not_before_{earlier}"] = f"{later} = {earlier} - 1"
        if column.after_birth:
            breaches[f"{later}_after_birth"] = f"person_id = '420106' || strftime({later}, '%Y%m%d') || '1234'"
    return breaches


def in_one_row(table: str, change: str, dump: str = "…", line: int | str = "…") -> str:
    """Such a change, of one row of a landed or staged table."""
    return f"UPDATE {table} SET {change} WHERE dump_id = '{dump}' AND line_number = {line}"


REPEATED_ROW = "INSERT INTO {table} FROM {table} WHERE dump_id = '{dump}' AND line_number = {line}"
"""Seen by the key, and in landed data by the count of the dump's rows."""


def emptied_breach(contract: Contract) -> tuple[str, str] | None:
    """One more dump of an extract in which an optional column is empty, and that column; None where there is none."""
    optional = [column.name for column in contract.columns if not column.required]
    if not optional:
        return None
    return optional[0], (
        f"INSERT INTO landed.{contract.extract} SELECT * REPLACE ('emptied' AS dump_id, NULL AS {optional[0]})"
        f" FROM landed.{contract.extract} WHERE period_end = '2024-12-31';"
        " INSERT INTO landed.dump SELECT * REPLACE ('emptied' AS dump_id) FROM landed.dump"
        f" WHERE extract = '{contract.extract}' AND period_end = '2024-12-31'"
    )


def _noted(table: str) -> str:
    """A number in a column that nobody thought of."""
    return f"ALTER TABLE {table} ADD COLUMN later VARCHAR; UPDATE {table} SET later = '电话 {NUMBER}'"


def _said(message: str) -> str:
    return f"UPDATE marts.fct_landing_receipt SET message_zh = '{message}' WHERE status = 'rejected'"


def _cell(indicator: str, region: str, kind: str, end: str) -> str:
    return (
        f"indicator_id = '{indicator}' AND region_code = '{region}' AND period_type = '{kind}' AND period_end = '{end}'"
    )


def _count(indicator: str, region: str, kind: str, end: str, numerator: str) -> str:
    return (
        f"UPDATE {V} SET numerator = {numerator}, value = ({numerator}) / 10000"
        f" WHERE {_cell(indicator, region, kind, end)}"
    )


def _december(indicator: str, region: str, more: int) -> str:
    """Change December and all that contains it, so that months still add up."""
    return "; ".join(
        _count(indicator, region, kind, "2024-12-31", f"numerator + {more}")
        for kind in ("month", "quarter", "ytd", "year")
    )


def _rate(indicator: str, region: str, kind: str, end: str, n: int, d: int) -> str:
    return (
        f"UPDATE {V} SET numerator = {n}, denominator = {d}, value = 100 * {n}::DOUBLE / {d}"
        f" WHERE {_cell(indicator, region, kind, end)}"
    )


def _publish(cells: str, counties: str = "'420702', '420703'") -> str:
    """Publish cells of the withheld counties."""
    return (
        f"UPDATE {V} SET is_suppressed = false, numerator = 500 * (datediff('month', period_start, period_end) + 1),"
        " value = 500 * (datediff('month', period_start, period_end) + 1)::DOUBLE / 10000"
        f" WHERE indicator_id = 'third_generation_cards' AND region_code IN ({counties}) AND year(period_end) = 2024"
        f" AND ({cells})"
    )


def _reported(which: str) -> str:
    """Report half of what is computed."""
    return (
        f"UPDATE {R} SET reported = computed / 2, difference = computed / 2, verdict = 'beyond_tolerance' WHERE {which}"
    )


_REWRITTEN = _count("unemployment_insurance_enrolment", "420702", "month", "2024-11-30", "numerator + 1")
_TALENT = _cell("professional_talent_total", "420700", "year", "2024-12-31")
_CERTIFICATES = "indicator_id = 'skill_certificates' AND region_code = '420700' AND counted_on = '2024-11-30'"
_NEW_CARDS = _cell("third_generation_cards", "420702", "month", "2024-11-30")
_RATIO = _cell("professional_talent_grade_ratio", "420700", "year", "2024-12-31")
_SURVEYED = "indicator_id = 'urban_surveyed_unemployment_rate'"  # a ceiling, in the plan of 2021-2025
_COUNTY = "region_code = '420702'"
_TEXT = "plan_id = '135'"
_OF_COUNTY = f"{_COUNTY} AND indicator_id = 'skill_certificates'"
_WHOLE = "region_code = '420000'"
_LISTED = "region_code = '420000' AND rule = 'two_pensions'"
_DISPUTE = "region_code = '420000' AND dispute_kind = '*' AND close_mode = '*'"
_INDEXED = "region_code = '420000' AND period_end = DATE '2024-12-31'"
_JOBS = f"{_INDEXED} AND component_id = 'new_employment'"
_PLACED = "region_code = '420702' AND component_id = 'reemployed'"
_PLAIN = "form = 'index' AND aggregation = 'arithmetic'"
_FIRST = f"{_PLAIN} AND region_code = '420702'"
_WHOLE_MARKET = f"{_INDEXED} AND industry_section = '*' AND occupation_group = '*'"
_CLOSED_IN_TIME = "region_code = '420000' AND measure = 'on_time_closure'"
_STEP = "region_code = '420000' AND kind = '*' AND t = 20"
_GROWN = (
    "indicator_id = 'skill_certificates' AND region_code = '420700' AND period_type = 'month'"
    " AND period_end = DATE '2024-06-30'"
)
_PAY_OF_UNIT = "region_code = '420700' AND dimension = 'all' AND period_end = '2024-12-31'"
_PAY_WITHHELD = "region_code = '420800' AND class_code = 'E' AND period_end = '2024-12-31'"
_RISK_OF_PROVINCE = "region_code = '420000' AND industry_code = '*'"
_RISK_WITHHELD = "region_code = '420700' AND industry_code = 'E'"
_CREDIT_OF_UNIT = "region_code = '420700' AND grade = 'A' AND year(period_end) = 2023"
_PENSION_THEN = "measure = 'employee_pension' AND region_code = '420700' AND year(period_end) = 2023"
_OF_PROVINCE = "region_code = '420000' AND indicator_id = 'skill_certificates'"
_QUARTERLY = "service_id = 'employment_quarterly'"
_UNDER_16 = "rule_id = 'under_16'"


def _ended(change: str) -> str:
    """A value that no longer stands, in another year than all others, with something about it changed."""
    table, ended = "marts.fct_indicator_vintage", "DATE '1999-12-31' AS period_end, '20250110-01' AS last_release_id"
    insert = f"INSERT INTO {table} SELECT * REPLACE ({ended}) FROM {table} WHERE {_TALENT} AND last_release_id IS NULL"
    return f"{insert}; UPDATE {table} SET {change} WHERE period_end = '1999-12-31'"


_TRAINED_IN_JUNE = "extract = 'training_record' AND period_end = '2024-06-30'"
_TRAINED_IN_JUNE_ID = f"SELECT dump_id FROM landed.dump WHERE {_TRAINED_IN_JUNE}"
_SENT_TWICE = (
    f"UPDATE landed.dump SET sha256 = 'one' WHERE {_TRAINED_IN_JUNE}"
    " OR (extract = 'training_record' AND period_end = '2024-05-31')"
)


def _cube_breaches(subject: str) -> dict[str, str | Breach]:
    """Those of a subject cube: in the province's rows over the first and the last dimension, in those of a unit, and in
    the withheld ones of two counties."""
    table, dimensions = CUBES[subject], DIMENSIONS[subject]
    two = " AND ".join(f"{name} {'<>' if name in (dimensions[0], dimensions[-1]) else '='} '*'" for name in dimensions)
    margins = [rows for _, _, rows in MARGINS[subject] if rows]
    told = margins[0].split(" ")[0] if margins else ""
    apart = next(name for name in dimensions if name != told)

    def over(dimension: str) -> str:
        return " AND ".join(f"{name} {'<>' if name == dimension else '='} '*'" for name in dimensions)

    breaches: dict[str, str | Breach] = {
        "one_row_per_key": f"INSERT INTO {table} FROM {table} WHERE {_WHOLE} AND {two}",
        "required_present": f"UPDATE {table} SET method_version = NULL WHERE {_WHOLE}",
        "maturity_in_list": f"UPDATE {table} SET maturity = 'ripe' WHERE {_WHOLE}",
        "region_code_known": f"UPDATE {table} SET region_code = '999999' WHERE {_WHOLE} AND {two}",
        "over_two_dimensions_at_most": (
            f"UPDATE {table} SET region_code = '420704' WHERE region_code = '420700' AND {two}"
        ),
        "withheld_wholly": f"UPDATE {table} SET n = 50 WHERE region_code = '420702' AND is_suppressed",
        "small_counts_withheld": f"UPDATE {table} SET n = 4 WHERE region_code = '420700' AND {two}",
        "values_add_up": f"UPDATE {table} SET n = n - 5 WHERE {_WHOLE} AND {over(apart)}",
        "never_withheld_alone": f"DELETE FROM {table} WHERE region_code = '420702' AND is_suppressed",
        "no_personal_number": _noted(table),
    }
    if subject == "employment":
        breaches["margins_are_indicators"] = f"UPDATE {table} SET attrition = 9 WHERE {_WHOLE} AND {over('')}"
    elif told:
        breaches["margins_are_indicators"] = (
            f"UPDATE {table} SET n = n + 5 WHERE {_WHOLE} AND {over(told)}",
            {"values_add_up"},
        )
    return breaches


BREACHES: dict[str, dict[str, str | Breach]] = {
    **{f"fct_subject_{subject}": _cube_breaches(subject) for subject in CUBES},
    "landed_dump": {
        "one_row_per_key": (
            "INSERT INTO landed.dump SELECT * REPLACE (9 AS revision, '420100' AS unit_code) FROM landed.dump LIMIT 1"
        ),
        "one_active_dump_per_delivery": (
            "INSERT INTO landed.dump SELECT * REPLACE ('other' AS dump_id) FROM landed.dump LIMIT 1"
        ),
        "required_present": "UPDATE landed.dump SET revision = NULL WHERE extract = 'social_card'",
        "extract_known": "UPDATE landed.dump SET extract = 'nothing' WHERE extract = 'social_card'",
        "period_in_order": "UPDATE landed.dump SET period_end = period_start - 1 WHERE extract = 'social_card'",
        "sampling_fraction_in_range": "UPDATE landed.dump SET sampling_fraction = 0 WHERE extract = 'social_card'",
        "zero_is_zero": "UPDATE landed.dump SET is_zero = true WHERE extract = 'social_card'",
        "revision_not_halved": (
            "UPDATE landed.dump SET revision = 2, rows_loaded = 97 WHERE extract = 'mediation_case'"  # 195 before
        ),
        "snapshot_not_halved": (
            "UPDATE landed.dump SET rows_loaded = 49 WHERE extract = 'insurance_enrolment'; INSERT INTO landed.dump"
            " SELECT * REPLACE ('november' AS dump_id, 'november' AS sha256, DATE '2024-11-01' AS period_start,"
            " DATE '2024-11-30' AS period_end, 100 AS rows_loaded) FROM landed.dump"
            " WHERE extract = 'insurance_enrolment'"
        ),
        "weight_within_history": (
            "UPDATE landed.population_denominator SET registered_population = 1000000 WHERE region_code = '420700';"
            " UPDATE landed.dump SET sampling_fraction = 0.001"
            " WHERE extract = 'training_record' AND period_end = '2024-12-31'",
            {"sampling_fraction_unchanged"},
        ),
        "weight_within_population": (
            "UPDATE landed.population_denominator SET region_code = '420700', registered_population = 7000"
            " WHERE line_number = 2; UPDATE landed.dump SET sampling_fraction = 0.001 WHERE extract = 'postdoc_intake'"
        ),
        "sampling_fraction_unchanged": (
            "UPDATE landed.dump SET sampling_fraction = 0.5"
            " WHERE extract = 'training_record' AND period_end = '2024-12-31'"
        ),
        "content_of_one_period": (
            f"UPDATE landed.dump SET revision = 2 WHERE {_TRAINED_IN_JUNE}; {_SENT_TWICE}",
            {"content_of_one_period_otherwise"},  # of the two, the one that was published before
        ),
        "content_of_one_period_otherwise": _SENT_TWICE,
    },
    "quality_filled_cell": {
        "one_row_per_key": "INSERT INTO quality.filled_cell FROM quality.filled_cell LIMIT 1",
        "filled_at_most_rows": "UPDATE quality.filled_cell SET cells_filled = -1 WHERE column_name = 'amount_awarded'",
        "every_dump_counted": f"DELETE FROM quality.filled_cell WHERE dump_id IN ({_TRAINED_IN_JUNE_ID})",
        "empty_share_as_before": (
            "UPDATE quality.filled_cell SET cells_filled = 10"
            f" WHERE column_name = 'programme' AND dump_id IN ({_TRAINED_IN_JUNE_ID.replace('06-30', '11-30')})"
        ),
        "indicator_column_not_emptied": (
            "INSERT INTO landed.dump SELECT * REPLACE ('earlier' AS dump_id, DATE '2024-11-01' AS period_start,"
            " DATE '2024-11-30' AS period_end) FROM landed.dump WHERE extract = 'arbitration_case';"
            " INSERT INTO quality.filled_cell SELECT * REPLACE ('earlier' AS dump_id) FROM quality.filled_cell"
            " WHERE extract = 'arbitration_case'; UPDATE landed.dump SET revision = 2"
            " WHERE extract = 'arbitration_case' AND dump_id <> 'earlier'; UPDATE quality.filled_cell"
            " SET cells_filled = 0 WHERE extract = 'arbitration_case' AND column_name = 'closed_on'"
            " AND dump_id <> 'earlier'"
        ),
    },
    "landed_registry": {
        "one_row_per_key": "INSERT INTO landed.extract FROM landed.extract LIMIT 1",
        "equals_contracts": "UPDATE landed.extract SET load = 'upsert' WHERE extract = 'pension_payment'",
        "ever_delivered": "DELETE FROM landed.dump WHERE extract = 'social_card'",
        "fresh": "UPDATE landed.dump SET period_end = '2024-10-31' WHERE extract = 'social_card'",
        "one_run": "DELETE FROM landed.run",
    },
    "quality_landing_receipt": {
        "one_row_per_key": (
            "INSERT INTO quality.landing_receipt FROM quality.landing_receipt WHERE status = 'superseded'"
        ),
        "required_present": "UPDATE quality.landing_receipt SET sha256 = NULL WHERE status = 'superseded'",
        "status_in_list": "UPDATE quality.landing_receipt SET status = 'lost' WHERE status = 'superseded'",
        "reasons_in_list": "UPDATE quality.landing_receipt SET reasons = ['whim'] WHERE status = 'superseded'",
        "rejected_says_why": "UPDATE quality.landing_receipt SET message_zh = NULL WHERE status = 'rejected'",
        "rows_add_up": "UPDATE quality.landing_receipt SET rows_read = 201 WHERE status = 'superseded'",
        "active_equals_loaded": "DELETE FROM landed.dump WHERE extract = 'social_card'",
        "few_rows_refused": (
            "UPDATE quality.landing_receipt SET rows_read = rows_loaded + 1, rows_refused = 1"
            " WHERE status = 'loaded' AND extract = 'social_card'"
        ),
        "rejected_was_replaced": "UPDATE quality.landing_receipt SET unit_code = '420100' WHERE status = 'rejected'",
    },
    "quality_quarantine": {
        "required_present": "UPDATE quality.quarantine SET line_number = NULL",
        "reasons_in_list": "UPDATE quality.quarantine SET reasons = ['whim']",
        "dump_id_known": "UPDATE quality.quarantine SET dump_id = 'nobody'",
    },
    "quality_correction": {
        "one_row_per_key": "INSERT INTO quality.correction FROM quality.correction",
        "required_present": "UPDATE quality.correction SET authority = NULL",
        "still_needed": "UPDATE quality.correction SET active_rows = 0",
    },
    "quality_correction_applied": {
        "required_present": "UPDATE quality.correction_applied SET line_number = NULL",
        "correction_id_known": "UPDATE quality.correction_applied SET correction_id = 'nothing'",
        "dump_id_known": "UPDATE quality.correction_applied SET dump_id = 'nobody'",
    },
    "dim_indicator": {
        "one_row_per_key": "INSERT INTO marts.dim_indicator FROM marts.dim_indicator WHERE NOT is_in_force",
        "required_present": "UPDATE marts.dim_indicator SET name_en = NULL WHERE unit = '亿元'",
        "measure_kind_in_list": "UPDATE marts.dim_indicator SET measure_kind = 'guess' WHERE unit = '亿元'",
        "direction_in_list": "UPDATE marts.dim_indicator SET direction = 'sideways' WHERE unit = '亿元'",
        "sources_named": "UPDATE marts.dim_indicator SET source_extracts = [] WHERE unit = '亿元'",
        "persons_protected": "UPDATE marts.dim_indicator SET is_person_based = false WHERE unit = '人'",
        "one_version_in_force": "UPDATE marts.dim_indicator SET is_in_force = false WHERE unit = '亿元'",
        "all_indicators": "DELETE FROM marts.dim_indicator WHERE unit = '亿元'",
        "no_personal_number": (
            "UPDATE marts.dim_indicator SET formula_zh = '见４２０１０６１９９００１０１１２３４。' WHERE unit = '亿元'"
        ),
    },
    "dim_plan_indicator": {
        "one_row_per_key": (
            "INSERT INTO marts.dim_plan_indicator SELECT * REPLACE ('99' AS seq) FROM marts.dim_plan_indicator LIMIT 1"
        ),
        "one_row_per_place": ("UPDATE marts.dim_plan_indicator SET seq = '2' WHERE plan_id = '145' AND seq = '1'"),
        "required_present": "UPDATE marts.dim_plan_indicator SET seq = NULL WHERE plan_id = '145' AND seq = '1'",
        "plan_id_known": "UPDATE marts.dim_plan_indicator SET plan_id = '999' WHERE seq = 'T1'",
        "target_kind_in_list": "UPDATE marts.dim_plan_indicator SET target_kind = 'hope' WHERE seq = 'T1'",
        "indicator_id_known": "UPDATE marts.dim_plan_indicator SET indicator_id = 'nothing' WHERE seq = 'T1'",
        "target_given": "UPDATE marts.dim_plan_indicator SET target = NULL WHERE seq = 'T1'",
        "no_personal_number": f"UPDATE marts.dim_plan_indicator SET note = '{NUMBER}' WHERE seq = 'T1'",
    },
    "dim_region": {
        "one_row_per_key": "INSERT INTO marts.dim_region FROM marts.dim_region WHERE region_code = '420702'",
        "required_present": "UPDATE marts.dim_region SET name_zh = NULL WHERE region_code = '420702'",
        "level_in_list": (
            "UPDATE marts.dim_region SET level = 'town' WHERE region_code = '420702'",
            {"groups_of_whole_units"},
        ),
        "code_well_formed": "UPDATE marts.dim_region SET region_code = '42070' WHERE region_code = '420702'",
        "parent_code_known": "UPDATE marts.dim_region SET parent_code = '999999' WHERE region_code = '420702'",
        "parent_present": "UPDATE marts.dim_region SET parent_code = NULL WHERE region_code = '420702'",
        "groups_of_whole_units": "UPDATE marts.dim_region SET group_code = 'G02' WHERE region_code = '420702'",
        "all_units": "UPDATE marts.dim_region SET level = 'county' WHERE region_code = '420700'",
        "no_personal_number": f"UPDATE marts.dim_region SET name_en = '{NUMBER}' WHERE region_code = '420702'",
    },
    "dim_population": {
        "one_row_per_key": "INSERT INTO marts.dim_population FROM marts.dim_population WHERE region_code = '420702'",
        "required_present": "UPDATE marts.dim_population SET resident_population = NULL WHERE region_code = '420702'",
        "region_code_known": "UPDATE marts.dim_population SET region_code = '999999' WHERE region_code = '420702'",
        "above_zero": "UPDATE marts.dim_population SET registered_population = 0 WHERE region_code = '420702'",
        "at_most_two_years_back": "UPDATE marts.dim_population SET counted_in = 2021 WHERE region_code = '420702'",
        "no_personal_number": (
            "UPDATE marts.dim_population SET resident_population = 13800138000 WHERE region_code = '420702'"
        ),
    },
    "dim_parameter": {
        "one_row_per_key": (
            "INSERT INTO marts.dim_parameter SELECT * REPLACE (false AS is_in_force) FROM marts.dim_parameter LIMIT 1"
        ),
        "required_present": "UPDATE marts.dim_parameter SET value = NULL WHERE parameter_id = 'max_cv'",
        "unconfirmed_says_so": "UPDATE marts.dim_parameter SET confirmation_zh = NULL WHERE parameter_id = 'max_cv'",
        "one_parameter_in_force": (
            "INSERT INTO marts.dim_parameter SELECT * REPLACE (version + 1 AS version) FROM marts.dim_parameter"
            " WHERE parameter_id = 'max_cv'"
        ),
        "no_personal_number": _noted("marts.dim_parameter"),
    },
    "dim_period": {
        "one_row_per_key": "INSERT INTO marts.dim_period FROM marts.dim_period LIMIT 1",
        "required_present": "UPDATE marts.dim_period SET label_en = NULL WHERE period_end = '2016-01-31'",
        "period_type_in_list": (
            "UPDATE marts.dim_period SET period_type = 'week' WHERE period_type = 'month' AND period_end = '2016-01-31'"
        ),
        "days_fit_type": "UPDATE marts.dim_period SET period_start = period_start + 1 WHERE period_end = '2016-01-31'",
        "no_personal_number": f"UPDATE marts.dim_period SET label_zh = '{NUMBER}' WHERE period_end = '2016-01-31'",
    },
    "fct_indicator_source": {
        "one_row_per_key": f"INSERT INTO {SOURCES} SELECT * REPLACE (0 AS amount) FROM {SOURCES} WHERE {_CERTIFICATES}",
        "required_present": (f"UPDATE {SOURCES} SET amount = NULL WHERE {_CERTIFICATES}", {"adds_up"}),
        "part_in_list": (f"UPDATE {SOURCES} SET part = 'whole' WHERE {_CERTIFICATES}", {"adds_up"}),
        "counts_in_list": (f"UPDATE {SOURCES} SET counts = 'ever' WHERE {_CERTIFICATES}", {"adds_up"}),
        "definition_known": (f"UPDATE {SOURCES} SET definition_version = 2 WHERE {_CERTIFICATES}", {"adds_up"}),
        "region_code_known": (f"UPDATE {SOURCES} SET region_code = '999999' WHERE {_CERTIFICATES}", {"adds_up"}),
        "dump_active": f"UPDATE {SOURCES} SET dump_id = 'superseded-1' WHERE {_CERTIFICATES}",
        "no_countys_persons": f"INSERT INTO {SOURCES} SELECT * REPLACE ('420702' AS region_code) FROM {SOURCES}"
        f" WHERE {_CERTIFICATES}",
        "adds_up": f"UPDATE {SOURCES} SET amount = amount + 1 WHERE {_CERTIFICATES}",
        "no_personal_number": _noted(SOURCES),
    },
    "fct_definition_value": {
        "one_row_per_key": f"INSERT INTO {OTHERS} FROM {OTHERS} LIMIT 1",
        "required_present": f"UPDATE {OTHERS} SET unit = NULL WHERE region_code = '420000'",
        "definition_known": f"UPDATE {OTHERS} SET definition_version = 9 WHERE region_code = '420000'",
        "region_code_known": f"UPDATE {OTHERS} SET region_code = '999999' WHERE region_code = '420000'",
        "not_in_force": f"UPDATE {OTHERS} SET definition_version = 1 WHERE region_code = '420000'",
        "no_countys_persons": f"UPDATE {OTHERS} SET indicator_id = 'skill_certificates', definition_version = 1,"
        " period_type = 'ytd', period_end = DATE '2020-01-31' WHERE region_code = '420702'"
        " AND indicator_id = 'arbitration_closure_rate'"
        " AND period_type = 'year' AND period_end = DATE '2024-12-31'",
        "lower_bound_of_terminations": f"UPDATE {OTHERS} SET is_lower_bound = true"
        " WHERE indicator_id = 'arbitration_closure_rate' AND region_code = '420000'",
        "terminations_within_100": f"UPDATE {OTHERS} SET value = 101"
        " WHERE indicator_id = 'arbitration_termination_rate' AND region_code = '420000'",
        "versions_in_order": f"UPDATE {OTHERS} SET value = value - 1 WHERE indicator_id = 'urban_new_employment'"
        " AND region_code = '420000' AND period_type = 'month'",
        "no_personal_number": _noted(OTHERS),
    },
    "fct_indicator_quality": {
        "one_row_per_key": f"INSERT INTO {IQ} FROM {IQ} LIMIT 1",
        "required_present": f"UPDATE {IQ} SET share_estimates = NULL WHERE indicator_id = 'skill_certificates'",
        "indicator_id_known": f"UPDATE {IQ} SET indicator_id = 'whim' WHERE indicator_id = 'skill_certificates'",
        "shares_are_shares": f"UPDATE {IQ} SET share_reconciled = 1.1 WHERE indicator_id = 'skill_certificates'",
        "measures_not_negative": f"UPDATE {IQ} SET median_days_late = -1 WHERE indicator_id = 'skill_certificates'",
        "no_personal_number": _noted(IQ),
    },
    "fct_release_calendar": {
        "one_row_per_key": f"INSERT INTO {RC} FROM {RC} LIMIT 1",
        "required_present": f"UPDATE {RC} SET is_next = NULL WHERE period_end = '2024-11-30'",
        "indicator_id_known": f"UPDATE {RC} SET indicator_id = 'whim' WHERE indicator_id = 'skill_certificates'",
        "state_in_list": f"UPDATE {RC} SET state = 'soon' WHERE period_end = '2024-11-30'",
        "maturity_in_list": f"UPDATE {RC} SET maturity = 'ripe' WHERE period_end = '2024-11-30'",
        "out_after_it_is_due": f"UPDATE {RC} SET due_on = release_on WHERE period_end = '2024-11-30'",
        "one_next_day": f"UPDATE {RC} SET is_next = true WHERE period_end = '2024-11-30'",
        "no_personal_number": _noted(RC),
    },
    "fct_wage_price": {
        "one_row_per_key": f"INSERT INTO {PAY} FROM {PAY} WHERE {_PAY_WITHHELD}",
        "required_present": f"UPDATE {PAY} SET method_version = NULL WHERE {_PAY_OF_UNIT}",
        "dimension_in_list": f"UPDATE {PAY} SET dimension = 'age' WHERE {_PAY_WITHHELD}",
        "maturity_in_list": f"UPDATE {PAY} SET maturity = 'ripe' WHERE {_PAY_OF_UNIT}",
        "region_code_known": f"UPDATE {PAY} SET region_code = '999999' WHERE {_PAY_WITHHELD}",
        "pay_of_no_county": f"UPDATE {PAY} SET region_code = '420702' WHERE {_PAY_WITHHELD}",
        "withheld_or_whole": f"UPDATE {PAY} SET p50 = 61000 WHERE {_PAY_WITHHELD}",
        "enough_persons_and_enterprises": (
            f"UPDATE {PAY} SET n_enterprises = 4 WHERE {_PAY_OF_UNIT}",
            {"no_enterprise_predominates"},
        ),
        "no_enterprise_predominates": (
            # 114 as before
            "UPDATE intermediate.int_wage_head_count SET persons = CASE WHEN enterprise_uscc = '420700C0' THEN 57"
            " WHEN enterprise_uscc = '420700C1' THEN 9 WHEN enterprise_uscc LIKE '%C%' THEN 6 ELSE 4 END"
            " WHERE dimension = 'all' AND region_code = '420700' AND period_end = '2024-12-31'"
        ),
        "withheld_with_its_parts": (
            f"UPDATE {PAY} SET is_suppressed = true, published_in = NULL, n_persons = NULL, n_enterprises = NULL,"
            " p10 = NULL, p25 = NULL, p50 = NULL, p75 = NULL, p90 = NULL, mean = NULL, yoy = NULL"
            " WHERE region_code = '420000' AND dimension = 'all' AND period_end = '2024-12-31'"
        ),
        "nothing_small_left_over": (
            f"UPDATE {PAY} SET is_suppressed = false, published_in = 'C', n_persons = 48, n_enterprises = 6, p10 = 1,"
            " p25 = 1, p50 = 1, p75 = 1, p90 = 1, mean = 1"
            " WHERE region_code = '420800' AND class_code = 'C' AND period_end = '2024-12-31'"
        ),
        "quantiles_in_order": f"UPDATE {PAY} SET p25 = p50 + 1 WHERE {_PAY_OF_UNIT}",
        "growth_of_the_mean": f"UPDATE {PAY} SET yoy = yoy + 1 WHERE {_PAY_OF_UNIT}",
        "no_personal_number": _noted(PAY),
    },
    "fct_wage_floor": {
        "one_row_per_key": f"INSERT INTO {FLOORS} FROM {FLOORS} LIMIT 1",
        "required_present": f"UPDATE {FLOORS} SET maturity = NULL",
        "maturity_in_list": f"UPDATE {FLOORS} SET maturity = 'ripe'",
        "region_code_known": (
            f"UPDATE {FLOORS} SET region_code = '999999' WHERE region_code = '420700'",
            {"told_as_the_pay"},
        ),
        "share_and_minimum_possible": f"UPDATE {FLOORS} SET share_below_minimum = 101 WHERE region_code = '420700'",
        "told_as_the_pay": f"UPDATE {FLOORS} SET n_persons = n_persons + 1 WHERE region_code = '420700'",
        "no_personal_number": _noted(FLOORS),
    },
    "fct_pension_level": {
        "one_row_per_key": f"INSERT INTO {PENSIONS} FROM {PENSIONS} WHERE {_PENSION_THEN}",
        "required_present": f"UPDATE {PENSIONS} SET maturity = NULL",
        "measure_in_list": f"UPDATE {PENSIONS} SET measure = 'bonus' WHERE measure = 'employee_pension'",
        "maturity_in_list": f"UPDATE {PENSIONS} SET maturity = 'ripe'",
        "region_code_known": f"UPDATE {PENSIONS} SET region_code = '999999' WHERE region_code = '420700'",
        "levels_possible": f"UPDATE {PENSIONS} SET value = -value, value_year_ago = -value_year_ago,"
        " change_yoy = -change_yoy, adjustment_share = NULL",
        "beside_the_year_before": f"UPDATE {PENSIONS} SET change_yoy_pct = 3 WHERE year(period_end) = 2024",
        "share_of_a_rise": f"UPDATE {PENSIONS} SET adjustment_share = 80 WHERE year(period_end) = 2024",
        "no_personal_number": _noted(PENSIONS),
    },
    "fct_labour_risk": {
        "one_row_per_key": f"INSERT INTO {RISK} FROM {RISK} WHERE {_RISK_WITHHELD}",
        "required_present": f"UPDATE {RISK} SET method_version = NULL WHERE {_RISK_WITHHELD}",
        "maturity_in_list": f"UPDATE {RISK} SET maturity = 'ripe' WHERE {_RISK_WITHHELD}",
        "region_code_known": f"UPDATE {RISK} SET region_code = '999999' WHERE {_RISK_WITHHELD}",
        "risk_level_in_list": f"UPDATE {RISK} SET risk_level = 'grey' WHERE {_RISK_OF_PROVINCE}",
        "counts_add_up": f"UPDATE {RISK} SET employers_yellow = employers_yellow + 5 WHERE {_RISK_OF_PROVINCE}",
        "owed_not_negative": f"UPDATE {RISK} SET arrears_yuan = -1 WHERE {_RISK_OF_PROVINCE}",
        "level_of_what_is_told": f"UPDATE {RISK} SET z = NULL WHERE {_RISK_OF_PROVINCE}",
        "of_no_county": f"UPDATE {RISK} SET region_code = '420702' WHERE {_RISK_WITHHELD}",
        "withheld_wholly": f"UPDATE {RISK} SET arrears_persons = 40 WHERE {_RISK_WITHHELD}",
        "a_few_are_withheld": (
            f"UPDATE {RISK} SET employers_red = 4, employers_orange = employers_high - 4 WHERE {_RISK_OF_PROVINCE}",
            {"no_few_left_over"},
        ),
        "no_few_left_over": (
            f"UPDATE {RISK} SET is_suppressed = false, employers = 27"
            " WHERE region_code = '420100' AND industry_code = 'E'"
        ),
        "no_personal_number": _noted(RISK),
    },
    "fct_employer_credit": {
        "one_row_per_key": f"INSERT INTO {CREDIT} FROM {CREDIT} WHERE {_CREDIT_OF_UNIT}",
        "required_present": f"UPDATE {CREDIT} SET method_version = NULL WHERE {_CREDIT_OF_UNIT}",
        "maturity_in_list": f"UPDATE {CREDIT} SET maturity = 'ripe' WHERE {_CREDIT_OF_UNIT}",
        "region_code_known": f"UPDATE {CREDIT} SET region_code = '999999' WHERE {_CREDIT_OF_UNIT}",
        "grade_in_list": f"UPDATE {CREDIT} SET grade = 'D' WHERE {_CREDIT_OF_UNIT}",
        "parts_within_the_rated": f"UPDATE {CREDIT} SET published = 41 WHERE {_CREDIT_OF_UNIT}",
        "shares_are_quotients": f"UPDATE {CREDIT} SET case_share = 30 WHERE {_CREDIT_OF_UNIT}",
        "of_no_county": f"UPDATE {CREDIT} SET region_code = '420702' WHERE {_CREDIT_OF_UNIT}",
        "withheld_wholly": f"UPDATE {CREDIT} SET is_suppressed = true WHERE {_CREDIT_OF_UNIT}",
        "a_few_are_withheld": f"UPDATE {CREDIT} SET repaired = 4 WHERE year(period_end) = 2024 AND grade = 'A'"
        " AND region_code = '420700'",
        "no_few_left_over": f"UPDATE {CREDIT} SET published = 117 WHERE region_code = '420700' AND grade = '*'"
        " AND year(period_end) = 2024",
        "no_personal_number": _noted(CREDIT),
    },
    "fct_plan_task": {
        "one_row_per_key": f"INSERT INTO {TASKS} FROM {TASKS} WHERE task_id = 'P01'",
        "required_present": f"UPDATE {TASKS} SET place = NULL WHERE task_id = 'P01'",
        "status_in_list": f"UPDATE {TASKS} SET status = 'done' WHERE task_id = 'P02'",
        "kind_in_list": f"UPDATE {TASKS} SET kind = 'sort' WHERE task_id = 'P01'",
        "direction_in_list": f"UPDATE {TASKS} SET direction = 'up' WHERE task_id = 'P01'",
        "basis_in_list": f"UPDATE {TASKS} SET basis = 'week' WHERE task_id = 'P01'",
        "plan_id_known": f"UPDATE {TASKS} SET plan_id = '175' WHERE task_id = 'P01'",
        "every_task_is_there": f"DELETE FROM {TASKS} WHERE task_id = 'P01'",
        "due_after_start": f"UPDATE {TASKS} SET due_on = starts_on WHERE task_id = 'P01'",
        "ratio_is_share": f"UPDATE {TASKS} SET ratio = 2 WHERE task_id = 'P01'",
        "met_means_reached": f"UPDATE {TASKS} SET done = 100, ratio = 100 / 1200 WHERE task_id = 'P01'",
        "no_data_means_none": f"UPDATE {TASKS} SET status = 'no_data' WHERE task_id = 'P02'",
        "years_met_are_due": f"UPDATE {TASKS} SET years_met = 5, ratio = 5 / 4 WHERE task_id = 'P02'",
        "no_personal_number": _noted(TASKS),
    },
    "fct_definition_progress": {
        "one_row_per_key": f"INSERT INTO {OTHER_PROGRESS} FROM {OTHER_PROGRESS} LIMIT 1",
        "required_present": f"UPDATE {OTHER_PROGRESS} SET target_kind = NULL"
        " WHERE indicator_id = 'arbitration_closure_rate'",
        "status_in_list": f"UPDATE {OTHER_PROGRESS} SET status = 'fine'"
        " WHERE indicator_id = 'arbitration_closure_rate'",
        "beside_the_one_in_force": f"UPDATE {OTHER_PROGRESS} SET actual_in_force = actual_in_force + 1"
        " WHERE indicator_id = 'arbitration_closure_rate'",
        "level_is_that_version": f"UPDATE {OTHER_PROGRESS} SET actual = actual + 1"
        " WHERE indicator_id = 'arbitration_closure_rate'",
        "no_personal_number": _noted(OTHER_PROGRESS),
    },
    "fct_indicator_value": {
        "one_row_per_key": f"INSERT INTO {V} FROM {V} WHERE {_TALENT}",
        "required_present": f"UPDATE {V} SET maturity = NULL WHERE {_TALENT}",
        "period_type_in_list": (f"UPDATE {V} SET period_type = 'week' WHERE {_TALENT}", {"period_known"}),
        "maturity_in_list": f"UPDATE {V} SET maturity = 'ripe' WHERE {_TALENT}",
        "region_code_known": (f"UPDATE {V} SET region_code = '999999' WHERE {_TALENT}", {"region_level_agrees"}),
        "definition_known": f"UPDATE {V} SET definition_version = 2 WHERE {_TALENT}",
        "period_known": f"UPDATE {V} SET period_start = period_start + 1 WHERE {_TALENT}",
        "region_level_agrees": f"UPDATE {V} SET region_level = 'county' WHERE {_TALENT}",
        "series_id_of_one_indicator": f"UPDATE {V} SET series_id = '145.1.420000.month' WHERE {_TALENT}",
        "begun_by_as_of": (
            f"INSERT INTO {V} SELECT * REPLACE (DATE '2025-03-01' AS period_start, DATE '2025-03-31' AS period_end,"
            f" 'provisional' AS maturity) FROM {V}"
            f" WHERE {_cell('mediation_success_rate', '420700', 'month', '2024-12-31')}"
        ),
        "figures_finite": f"UPDATE {V} SET value = 'Infinity' WHERE {_TALENT}",
        "value_present": f"UPDATE {V} SET value_text = NULL WHERE {_RATIO}",
        "ratio_text_well_formed": f"UPDATE {V} SET value_text = '1比4比5' WHERE {_RATIO}",
        "not_negative": _count("professional_talent_total", "420700", "year", "2024-12-31", "-1"),
        "rate_is_quotient": (
            f"UPDATE {V} SET value = value + 1"
            f" WHERE {_cell('labour_contract_signing_rate', '420700', 'quarter', '2024-03-31')}"
        ),
        "count_is_scaled": f"UPDATE {V} SET value = value * 10 WHERE {_TALENT}",
        "within_100": _rate("mediation_success_rate", "420702", "month", "2024-11-30", 12, 9),
        "usually_within_100": _rate("labour_contract_signing_rate", "420700", "quarter", "2024-03-31", 1200, 1000),
        "units_received_at_most_expected": f"UPDATE {V} SET reporting_units_received = 2 WHERE {_TALENT}",
        "final_only_when_complete": f"UPDATE {V} SET reporting_units_received = 0 WHERE {_TALENT}",
        "quarter_is_its_months": _count("skill_certificates", "420704", "quarter", "2024-06-30", "numerator - 7"),
        "year_is_its_months": (
            _count("skill_certificates", "420704", "year", "2024-12-31", "numerator - 7"),
            {"year_is_december_ytd"},
        ),
        "ytd_is_its_months": _count("skill_certificates", "420704", "ytd", "2024-06-30", "numerator - 7"),
        "year_is_december_ytd": _rate("mediation_success_rate", "420700", "ytd", "2024-12-31", 100, 324),
        "year_is_december_r12": _rate("mediation_success_rate", "420700", "r12", "2024-12-31", 100, 324),
        "stock_is_last_months": _count(
            "unemployment_insurance_enrolment", "420700", "quarter", "2024-03-31", "numerator + 1"
        ),
        "year_is_fourth_quarters": _rate("labour_contract_signing_rate", "420700", "year", "2024-12-31", 800, 1000),
        "surveyed_rate_is_mean": (
            f"UPDATE {V} SET value = value + 1"
            f" WHERE {_cell('urban_surveyed_unemployment_rate', '420700', 'quarter', '2024-03-31')}"
        ),
        "province_is_its_units": _december("skill_certificates", "420000", 7),
        "group_is_its_units": _december("migrant_worker_training", "G01", 7),
        "counties_within_unit": _december("skill_certificates", "420704", 1000),
        "migrant_within_subsidised_training": _december("subsidised_training", "420704", -150),
        "senior_within_certificates": _december("skill_certificates", "420704", -60),
        "e_cards_within_cards": _rate("e_social_card_coverage_rate", "420702", "month", "2024-11-30", 9600, 10000),
        "card_coverage_counts_holders": _rate(
            "social_card_population_coverage_rate", "420702", "month", "2024-11-30", 9400, 10000
        ),
        "suppressed_in_counties_only": (
            f"UPDATE {V} SET is_suppressed = true, numerator = NULL, value = NULL WHERE {_TALENT}"
        ),
        "suppressed_wholly": (
            f"UPDATE {V} SET numerator = 500 WHERE {_cell('third_generation_cards', '420702', 'month', '2024-11-30')}"
        ),
        "small_counts_suppressed": _rate(
            "urban_registered_unemployment_rate", "420702", "quarter", "2024-03-31", 4, 1000
        ),
        "small_observations_suppressed": (
            "UPDATE intermediate.int_indicator_unioned SET observations = 4"
            f" WHERE {_cell('skill_certificates', '420704', 'month', '2024-11-30')}"
        ),
        "not_recoverable_from_quarter": _publish(
            "(period_type = 'month' AND month(period_end) IN (1, 3)) OR (period_type = 'quarter' AND"
            " month(period_end) = 3) OR (period_type = 'ytd' AND month(period_end) IN (1, 3))"
        ),
        "not_recoverable_from_year": _publish(
            "(period_type = 'quarter' AND month(period_end) < 12) OR period_type = 'year'"
            " OR (period_type = 'ytd' AND month(period_end) IN (3, 12))"
        ),
        "not_recoverable_from_ytd": _publish("period_type = 'ytd' AND month(period_end) IN (5, 6)"),
        "not_recoverable_from_unit": _publish("true", counties="'420703'"),
        "not_told_under_other_type": _publish("period_type = 'quarter' AND month(period_end) = 3"),
        "not_told_by_whole_or_part": (
            f"UPDATE {V} SET numerator = numerator / 2, value = value / 2 WHERE indicator_id = 'subsidised_training';"
            f" UPDATE {V} SET is_suppressed = true, numerator = NULL, value = NULL"
            " WHERE indicator_id = 'migrant_worker_training' AND region_code IN ('420702', '420703');"
            " UPDATE intermediate.int_indicator_unioned SET observations = 4, numerator = 4"
            " WHERE indicator_id = 'migrant_worker_training' AND region_code IN ('420702', '420703')"
            " AND period_type = 'month' AND period_end = '2024-11-30'"
        ),
        "not_told_by_earlier_releases": (
            f"UPDATE intermediate.int_indicator_unioned SET observations = 4, numerator = 4 WHERE {_NEW_CARDS};"
            " INSERT INTO landed.published_cell"
            " SELECT indicator_id, '420703', period_type, period_end, value, numerator"
            f" FROM intermediate.int_indicator_unioned WHERE {_NEW_CARDS};"
            " UPDATE intermediate.int_indicator_unioned SET numerator = 4"
            f" WHERE {_cell('third_generation_cards', '420703', 'month', '2024-11-30')}"
        ),
        "unusual_level": "; ".join(
            _december("skill_certificates", region, 10000) for region in ("420000", "420700", "420704")
        ),
        "rate_not_suddenly_nothing": _rate("arbitration_closure_rate", "420700", "month", "2024-12-31", 0, 30),
        "rate_not_suddenly_whole": _rate("arbitration_closure_rate", "420700", "month", "2024-12-31", 30, 30),
        "history_unchanged": f"UPDATE quality.published_run SET as_of = '2024-12-31'; {_REWRITTEN}",
        "history_as_before_new_code": (
            f"UPDATE quality.published_run SET as_of = '2024-12-31', is_same_code = false; {_REWRITTEN}"
        ),
        "no_personal_number": _noted(V),
    },
    "fct_plan_progress": {
        "one_row_per_key": f"INSERT INTO {P} FROM {P} WHERE {_TEXT}",
        "required_present": f"UPDATE {P} SET plan_id = NULL WHERE {_TEXT}",
        "target_kind_in_list": (
            f"UPDATE {P} SET target_kind = 'hope' WHERE {_COUNTY}",
            {"plan_indicator_known"},
        ),
        "status_in_list": (f"UPDATE {P} SET status = 'fine' WHERE {_TEXT}", {"text_not_assessed"}),
        "projected_status_in_list": f"UPDATE {P} SET projected_status = 'fine' WHERE {_SURVEYED}",
        "maturity_in_list": f"UPDATE {P} SET maturity = 'ripe' WHERE {_SURVEYED}",
        "region_code_known": f"UPDATE {P} SET region_code = '999999' WHERE {_TEXT}",
        "plan_indicator_known": f"UPDATE {P} SET indicator_id = 'nothing' WHERE {_TEXT}",
        "month_of_plan": f"UPDATE {P} SET period_end = '2021-01-31' WHERE {_TEXT}",
        "province_targets_are_plans": f"UPDATE {P} SET target = target + 1, gap = gap + 1 WHERE {_SURVEYED}",
        "group_targets_are_units": f"UPDATE {P} SET target = target + 1, gap = gap + 1 WHERE region_code = 'G01'",
        "baseline_of_province_only": f"UPDATE {P} SET baseline = 1 WHERE {_COUNTY}",
        "figures_finite": f"UPDATE {P} SET projected_end_value = 'NaN' WHERE {_SURVEYED}",
        "elapsed_share_in_range": f"UPDATE {P} SET elapsed_share = 1.5 WHERE {_SURVEYED}",
        "gap_is_target_less_actual": f"UPDATE {P} SET gap = gap + 1 WHERE {_SURVEYED}",
        "attainment_is_share": f"UPDATE {P} SET attainment = 0.5 WHERE {_SURVEYED}",
        "pace_is_quotient": f"UPDATE {P} SET pace = pace / 2 WHERE indicator_id = 'urban_new_employment'",
        "no_data_means_none": f"UPDATE {P} SET status = 'off_track' WHERE {_COUNTY}",
        "text_not_assessed": f"UPDATE {P} SET status = 'met' WHERE {_TEXT}",
        "status_follows_table": f"UPDATE {P} SET status = 'at_risk' WHERE {_SURVEYED}",
        "required_not_negative": f"UPDATE {P} SET required_per_month = -1 WHERE {_SURVEYED}",
        "cumulative_is_its_months": (
            f"UPDATE {V} SET value = value + 1 WHERE {_cell('skill_certificates', '420000', 'month', '2023-05-31')}"
        ),
        "suppressed_stays_hidden": (
            f"UPDATE {P} SET actual = 1, status = 'off_track', gap = target - 1, attainment = 1 / target,"
            f" pace = 1 / target / elapsed_share WHERE {_COUNTY}"
        ),
        "no_personal_number": _noted(P),
    },
    "fct_plan_assessment": {
        "one_row_per_key": f"INSERT INTO {A} FROM {A} WHERE {_TEXT}",
        "required_present": f"UPDATE {A} SET is_binding = NULL WHERE {_TEXT}",
        "assessment_in_list": (f"UPDATE {A} SET assessment = 'late' WHERE {_TEXT}", {"on_its_day"}),
        "grade_in_list": (f"UPDATE {A} SET grade = 'fine' WHERE {_TEXT}", {"grade_follows_status"}),
        "region_code_known": (f"UPDATE {A} SET region_code = '999999' WHERE {_TEXT}", {"as_in_path"}),
        "on_its_day": f"UPDATE {A} SET assessment = 'mid' WHERE {_TEXT}",
        "as_in_path": f"UPDATE {A} SET actual = 1 WHERE {_TEXT}",
        "grade_follows_status": f"UPDATE {A} SET grade = 'nearly' WHERE {_TEXT}",
        "reasons_are_shares": f"UPDATE {A} SET reason_shares = [1.1] WHERE {_TEXT}",
        "withheld_not_graded": (
            f"UPDATE {A} SET grade = 'behind', status_by_path = 'off_track' WHERE {_COUNTY};"
            f" UPDATE {PATH} SET status_by_path = 'off_track' WHERE {_COUNTY}"
        ),
        "no_personal_number": _noted(A),
    },
    "fct_plan_path": {
        "one_row_per_key": f"INSERT INTO {PATH} FROM {PATH} WHERE {_TEXT}",
        "required_present": f"UPDATE {PATH} SET target_kind = NULL WHERE {_TEXT}",
        "target_kind_in_list": f"UPDATE {PATH} SET target_kind = 'hope' WHERE {_SURVEYED}",
        "status_by_path_in_list": f"UPDATE {PATH} SET status_by_path = 'fine' WHERE {_TEXT}",
        "path_method_in_list": f"UPDATE {PATH} SET path_method = 'hope' WHERE {_TEXT}",
        "maturity_in_list": f"UPDATE {PATH} SET maturity = 'ripe' WHERE {_SURVEYED}",
        "region_code_known": (f"UPDATE {PATH} SET region_code = '999999' WHERE {_TEXT}", {"as_in_progress"}),
        "as_in_progress": f"UPDATE {PATH} SET actual = actual + 1 WHERE {_SURVEYED} AND region_code = '420000'",
        "expected_by_method": f"UPDATE {PATH} SET expected_value = 4 WHERE {_SURVEYED} AND region_code = '420000'",
        "finite": f"UPDATE {PATH} SET ratio = 'NaN' WHERE {_TEXT}",
        "no_data_means_none": f"UPDATE {PATH} SET status_by_path = 'met' WHERE {_COUNTY}",
        "status_follows_ratio": f"UPDATE {PATH} SET status_by_path = 'at_risk', ratio = 1 WHERE {_SURVEYED}",
        "withheld_not_judged": f"UPDATE {PATH} SET ratio = 0.5 WHERE {_COUNTY}",
        "no_personal_number": _noted(PATH),
    },
    "fct_plan_forecast": {
        "one_row_per_key": f"INSERT INTO {FC} FROM {FC} WHERE {_OF_PROVINCE}",
        "required_present": f"UPDATE {FC} SET windows = NULL WHERE {_OF_PROVINCE}",
        "target_kind_in_list": (f"UPDATE {FC} SET target_kind = 'text' WHERE {_OF_PROVINCE}", {"target_given"}),
        "method_in_list": f"UPDATE {FC} SET method = 'hope' WHERE {_OF_PROVINCE}",
        "maturity_in_list": f"UPDATE {FC} SET maturity = 'ripe' WHERE {_OF_PROVINCE}",
        "region_code_known": (f"UPDATE {FC} SET region_code = '999999' WHERE {_OF_PROVINCE}", {"target_given"}),
        "plan_not_over": (f"UPDATE {FC} SET plan_id = '125' WHERE {_OF_PROVINCE}", {"target_given"}),
        "target_given": f"INSERT INTO {FC} SELECT * REPLACE ('420702' AS region_code) FROM {FC} WHERE {_OF_PROVINCE}",
        "ahead": f"UPDATE {FC} SET period_end = horizon_end WHERE {_OF_PROVINCE}",
        "finite": f"UPDATE {FC} SET mase = 'NaN' WHERE {_OF_PROVINCE}",
        "intervals_nested": f"UPDATE {FC} SET low95 = low80 + 0.5 WHERE {_OF_PROVINCE}",
        "interval_needs_errors": f"UPDATE {FC} SET errors = 38 WHERE {_OF_PROVINCE}",
        "probability_in_range": f"UPDATE {FC} SET probability_of_target = 1.1 WHERE {_OF_PROVINCE}",
        "method_where_forecast": f"UPDATE {FC} SET method = NULL WHERE {_OF_PROVINCE}",
        "withheld_not_forecast": f"UPDATE {FC} SET is_suppressed = true WHERE {_OF_PROVINCE}",
        "no_personal_number": _noted(FC),
    },
    "fct_forecast_error": {
        "one_row_per_key": f"INSERT INTO {FE} FROM {FE} WHERE {_OF_PROVINCE}",
        "required_present": f"UPDATE {FE} SET actual = NULL WHERE {_OF_PROVINCE}",
        "measure_in_list": f"UPDATE {FE} SET measure = 'hope' WHERE {_OF_PROVINCE}",
        "method_in_list": f"UPDATE {FE} SET method = 'hope' WHERE {_OF_PROVINCE}",
        "maturity_in_list": f"UPDATE {FE} SET maturity = 'ripe' WHERE {_OF_PROVINCE}",
        "region_code_known": f"UPDATE {FE} SET region_code = '999999' WHERE {_OF_PROVINCE}",
        "kept_horizon": f"UPDATE {FE} SET months_ahead = 7 WHERE {_OF_PROVINCE}",
        "finite": f"UPDATE {FE} SET theta = 'Infinity' WHERE {_OF_PROVINCE}",
        "scale_not_negative": f"UPDATE {FE} SET mase_scale = -1 WHERE {_OF_PROVINCE}",
        "one_method_of_a_level": (
            f"UPDATE {FE} SET method = 'theta' WHERE region_code = '420600' AND indicator_id = 'skill_certificates'"
        ),
        "no_personal_number": _noted(FE),
    },
    "fct_target": {
        "one_row_per_key": f"INSERT INTO {T} FROM {T} WHERE {_OF_PROVINCE}",
        "required_present": f"UPDATE {T} SET method = NULL WHERE {_OF_PROVINCE}",
        "target_kind_in_list": f"UPDATE {T} SET target_kind = 'text', year_value = NULL WHERE {_OF_PROVINCE}",
        "basis_in_list": f"UPDATE {T} SET basis = 'hope' WHERE {_OF_PROVINCE}",
        "method_in_list": f"UPDATE {T} SET method = 'hope' WHERE {_OF_PROVINCE}",
        "region_code_known": f"UPDATE {T} SET region_code = '999999' WHERE {_OF_PROVINCE}",
        "plan_indicator_known": (
            f"INSERT INTO {T} SELECT * REPLACE ('nothing' AS indicator_id, 'interpolated' AS basis)"
            f" FROM {T} WHERE {_OF_PROVINCE}"
        ),
        "year_of_plan": f"INSERT INTO {T} SELECT * REPLACE (2026 AS target_year) FROM {T} WHERE {_OF_PROVINCE}",
        "end_is_plans": (
            f"UPDATE {T} SET target_value = 75.01 WHERE {_OF_PROVINCE};"
            f" UPDATE {T} SET target_value = target_value + 0.01 WHERE {_OF_COUNTY};"
            f" UPDATE {T} SET target_value = 75.01 WHERE region_code = '420700' AND weight_year IS NULL"
            " AND indicator_id = 'skill_certificates';"
            " UPDATE intermediate.int_plan_target SET target = 75.01 WHERE indicator_id = 'skill_certificates'"
        ),
        "finite": f"UPDATE {T} SET year_value = 'NaN' WHERE {_OF_PROVINCE}",
        "year_value_of_sums": f"UPDATE {T} SET year_value = NULL WHERE {_OF_PROVINCE}",
        "given_kept": "UPDATE intermediate.int_plan_target SET target = 74 WHERE region_code = '420700'",
        "parts_add_up": f"UPDATE {T} SET target_value = target_value + 0.01 WHERE {_OF_COUNTY}",
        "weights_add_up": f"UPDATE {T} SET weight = weight + 0.01 WHERE {_OF_COUNTY}",
        "withheld_not_read_off": (
            f"UPDATE {T} SET weight_year = 2024 WHERE {_COUNTY} AND indicator_id = 'third_generation_cards'"
        ),
        "no_personal_number": _noted(T),
    },
    "fct_dispute_month": {
        "one_row_per_key": f"INSERT INTO {C} FROM {C} WHERE dispute_kind = '*' AND region_code = '420000'",
        "required_present": f"UPDATE {C} SET method_version = NULL",
        "stage_in_list": (f"UPDATE {C} SET stage = 'court' WHERE {_DISPUTE}", {"slices_of_the_stage"}),
        "maturity_in_list": f"UPDATE {C} SET maturity = 'ripe' WHERE {_DISPUTE}",
        "region_code_known": f"UPDATE {C} SET region_code = '999999' WHERE region_code = '420000'",
        "slices_of_the_stage": f"UPDATE {C} SET channel = '*' WHERE {_DISPUTE}",
        "figures_finite_not_negative": f"UPDATE {C} SET amount_awarded = -1 WHERE {_DISPUTE}",
        "pending_is_carried_on": f"UPDATE {C} SET pending_begin = pending_begin + 1 WHERE {_DISPUTE}",
        "ages_add_up": f"UPDATE {C} SET age_pending_over_60 = 3 WHERE {_DISPUTE}",
        "modes_have_endings_alone": f"UPDATE {C} SET pending_begin = 1 WHERE close_mode = '1'",
        "endings_within_closed": f"UPDATE {C} SET withdrawn = 21 WHERE {_DISPUTE}",
        "kinds_add_up": f"DELETE FROM {C} WHERE region_code = '420000' AND dispute_kind = '1'",
        "persons_of_no_county": f"UPDATE {C} SET persons = 7 WHERE region_code = '420702'",
        "no_personal_number": _noted(C),
    },
    "fct_dispute_rate": {
        "one_row_per_key": f"INSERT INTO {RATE} FROM {RATE} WHERE {_CLOSED_IN_TIME}",
        "required_present": f"UPDATE {RATE} SET lower_bound = NULL WHERE {_CLOSED_IN_TIME}",
        "measure_in_list": f"UPDATE {RATE} SET measure = 'speed' WHERE {_CLOSED_IN_TIME}",
        "maturity_in_list": f"UPDATE {RATE} SET maturity = 'ripe' WHERE {_CLOSED_IN_TIME}",
        "region_code_known": f"UPDATE {RATE} SET region_code = '999999' WHERE {_CLOSED_IN_TIME}",
        "rates_are_quotients": f"UPDATE {RATE} SET value = 81 WHERE {_CLOSED_IN_TIME}",
        "shares_within_100": (
            f"UPDATE {RATE} SET numerator = 22, value = 110 WHERE {_CLOSED_IN_TIME}",
            {"rates_as_by_month"},
        ),
        "termination_alone_a_bound": f"UPDATE {RATE} SET lower_bound = true WHERE {_CLOSED_IN_TIME}",
        "rates_as_the_indicator": f"UPDATE {RATE} SET definition_version = 9 WHERE measure = 'arbitration_closure'"
        " AND definition_version = 2",
        "rates_as_by_month": f"UPDATE {RATE} SET numerator = 15, value = 75 WHERE {_CLOSED_IN_TIME}",
        "no_personal_number": _noted(RATE),
    },
    "fct_dispute_duration": {
        "one_row_per_key": (
            f"INSERT INTO {LASTS} FROM {LASTS} WHERE {_STEP}",
            {"share_falls_by_what_is_closed"},
        ),
        "required_present": f"UPDATE {LASTS} SET method_version = NULL WHERE {_STEP}",
        "stage_in_list": f"UPDATE {LASTS} SET stage = 'court' WHERE region_code = '420000'",
        "maturity_in_list": f"UPDATE {LASTS} SET maturity = 'ripe' WHERE {_STEP}",
        "region_code_known": f"UPDATE {LASTS} SET region_code = '999999' WHERE region_code = '420000'",
        "share_falls_by_what_is_closed": f"UPDATE {LASTS} SET at_risk = 9 WHERE region_code = '420000' AND t = 50",
        "limits_hold_the_share": f"UPDATE {LASTS} SET low95 = 0.7 WHERE {_STEP}",
        "marks_lie_on_the_curve": f"UPDATE {LASTS} SET p90 = 10 WHERE {_STEP}",
        "durations_of_kinds_add_up": f"DELETE FROM {LASTS} WHERE region_code = '420000' AND kind = '3'",
        "no_personal_number": _noted(LASTS),
    },
    "fct_dispute_note": {
        "one_row_per_key": f"INSERT INTO {NOTES} FROM {NOTES} WHERE z IS NULL",
        "required_present": f"UPDATE {NOTES} SET method_version = NULL",
        "note_in_list": (f"UPDATE {NOTES} SET note = 'odd' WHERE z IS NULL", set()),
        "stage_in_list": (f"UPDATE {NOTES} SET stage = 'court' WHERE z IS NULL", {"notes_as_in_their_tables"}),
        "maturity_in_list": f"UPDATE {NOTES} SET maturity = 'ripe'",
        "region_code_known": (f"UPDATE {NOTES} SET region_code = '999999'", {"notes_as_in_their_tables"}),
        "noted_above_what_is_expected": f"UPDATE {NOTES} SET expected = 40 WHERE z IS NOT NULL",
        "notes_as_in_their_tables": f"UPDATE {NOTES} SET value = 16 WHERE z IS NOT NULL",
        "no_personal_number": _noted(NOTES),
    },
    "fct_market_supply_demand": {
        "one_row_per_key": f"INSERT INTO {M} FROM {M} WHERE {_WHOLE_MARKET}",
        "required_present": f"UPDATE {M} SET method_version = NULL WHERE {_WHOLE_MARKET}",
        "maturity_in_list": f"UPDATE {M} SET maturity = 'ripe' WHERE {_WHOLE_MARKET}",
        "region_code_known": f"UPDATE {M} SET region_code = '999999' WHERE region_code = '420000'",
        "counts_finite_not_negative": f"UPDATE {M} SET registered_firms = -1 WHERE occupation_group = '6'",
        "ratio_of_the_sums": f"UPDATE {M} SET ratio = 1.2 WHERE {_WHOLE_MARKET}",
        "parts_add_up": f"DELETE FROM {M} WHERE region_code = '420000' AND industry_section = 'H'",
        "units_add_up_in_groups": f"UPDATE {M} SET vacancies = 2 * vacancies, ratio = 2 * ratio"
        " WHERE region_code = 'G01'",
        "firms_of_one_occupation": f"UPDATE {M} SET registered_firms = 30 WHERE {_WHOLE_MARKET}",
        "no_cell_of_two_kinds": f"UPDATE {M} SET region_code = '420702' WHERE region_code = '420000'",
        "no_personal_number": _noted(M),
    },
    "fct_market_sentiment": {
        "one_row_per_key": f"INSERT INTO {Q} FROM {Q} WHERE region_code = '420000' AND size_class = '*'",
        "required_present": f"UPDATE {Q} SET is_weighted = NULL",
        "maturity_in_list": f"UPDATE {Q} SET maturity = 'ripe'",
        "region_code_known": f"UPDATE {Q} SET region_code = '999999' WHERE region_code = '420000'",
        "shares_are_a_whole": f"UPDATE {Q} SET share_same = 32, diffusion_index = 36 WHERE question = '1'",
        "index_of_the_shares": f"UPDATE {Q} SET diffusion_index = 65 WHERE question = '1'",
        "no_index_of_few_answers": f"UPDATE {Q} SET answers = 29 WHERE question = '1'",
        "sizes_add_up": f"UPDATE {Q} SET answers = 201 WHERE question = '1' AND size_class = '*'",
        "answers_of_no_county": f"UPDATE {Q} SET region_code = '420702' WHERE region_code = '420700'",
        "no_personal_number": _noted(Q),
    },
    "fct_climate_component": {
        "one_row_per_key": f"INSERT INTO {CP} FROM {CP} WHERE {_INDEXED} AND component = 'ratio'",
        "required_present": f"UPDATE {CP} SET method_version = NULL WHERE {_INDEXED}",
        "component_in_list": f"UPDATE {CP} SET component = 'pay' WHERE {_INDEXED} AND component = 'ratio'",
        "maturity_in_list": (f"UPDATE {CP} SET maturity = 'ripe' WHERE {_INDEXED}", {"only_final_is_compared"}),
        "region_code_known": f"UPDATE {CP} SET region_code = '999999' WHERE region_code = '420000'",
        "contribution_of_the_relative": f"UPDATE {CP} SET contribution = 0 WHERE {_INDEXED} AND component = 'ratio'",
        "only_final_is_compared": f"UPDATE {CP} SET maturity = 'provisional' WHERE {_INDEXED}",
        "components_as_in_their_tables": f"UPDATE {CP} SET value = 2 * value, base_value = 2 * base_value"
        f" WHERE {_INDEXED} AND component = 'unemployed'",
        "no_personal_number": _noted(CP),
    },
    "fct_climate_index": {
        "one_row_per_key": f"INSERT INTO {CI} FROM {CI} WHERE {_INDEXED}",
        "required_present": f"UPDATE {CI} SET method_version = NULL WHERE {_INDEXED}",
        "light_in_list": (f"UPDATE {CI} SET light = 'hot' WHERE {_INDEXED}", {"light_as_the_limits_say"}),
        "maturity_in_list": f"UPDATE {CI} SET maturity = 'ripe' WHERE {_INDEXED}",
        "region_code_known": (
            f"UPDATE {CI} SET region_code = '999999' WHERE {_INDEXED}",
            {"index_of_its_components"},
        ),
        "index_of_its_components": f"UPDATE {CI} SET index_value = index_value + 0.1 WHERE {_INDEXED}",
        "base_year_is_100": f"UPDATE {CI} SET base_year = 2024 WHERE {_INDEXED}",
        "light_as_the_limits_say": f"UPDATE {CI} SET light = 'stable' WHERE {_INDEXED}",
        "no_personal_number": _noted(CI),
    },
    "dim_warning_signal": {
        "one_row_per_key": f"INSERT INTO {SIGNAL_DIM} SELECT * REPLACE (false AS is_in_force) FROM {SIGNAL_DIM}",
        "required_present": f"UPDATE {SIGNAL_DIM} SET name_en = NULL",
        "kind_in_list": (f"UPDATE {SIGNAL_DIM} SET kind = 'odd' WHERE kind = 'count'", set()),
        "thresholds_rise": f"UPDATE {SIGNAL_DIM} SET orange = 1.5 WHERE kind = 'count'",
        "no_personal_number": f"UPDATE {SIGNAL_DIM} SET name_zh = '{NUMBER}'",
    },
    "fct_warning_signal": {
        "one_row_per_key": f"INSERT INTO {SIG} FROM {SIG} WHERE region_code = '420703'",
        "required_present": f"UPDATE {SIG} SET method_version = NULL",
        "level_in_list": f"UPDATE {SIG} SET level = 'green' WHERE signal_id = 'mass_layoff'",
        "because_in_list": f"UPDATE {SIG} SET because = 'odd' WHERE signal_id = 'mass_layoff'",
        "maturity_in_list": f"UPDATE {SIG} SET maturity = 'ripe'",
        "signal_id_known": f"INSERT INTO {SIG} SELECT * REPLACE ('odd' AS signal_id) FROM {SIG}"
        " WHERE region_code = '420703'",
        "region_code_known": f"UPDATE {SIG} SET region_code = '999999' WHERE region_code = '420703'",
        "z_of_its_parts": f"UPDATE {SIG} SET b = 1700 WHERE region_code = '420700' AND z IS NOT NULL",
        "level_of_its_z": f"UPDATE {SIG} SET z = 3.5, x = 1925 WHERE region_code = '420700' AND z IS NOT NULL",
        "reason_unless_blue": f"UPDATE {SIG} SET reason_zh = NULL WHERE signal_id = 'mass_layoff'",
        "missing_is_not_blue": f"UPDATE {SIG} SET because = 'few' WHERE region_code = '420703'",
        "suppressed_is_empty": f"UPDATE {SIG} SET is_suppressed = true WHERE region_code = '420000'",
        "no_figures_of_persons_in_counties": f"UPDATE {SIG} SET x = 12 WHERE region_code = '420703'",
        "no_personal_number": f"UPDATE {SIG} SET reason_zh = '{NUMBER}' WHERE signal_id = 'mass_layoff'",
    },
    "fct_early_warning": {
        "one_row_per_key": f"INSERT INTO {WARN} FROM {WARN} WHERE region_code = '420703'",
        "required_present": f"UPDATE {WARN} SET method_version = NULL",
        "level_in_list": (
            f"UPDATE {WARN} SET level = 'green' WHERE region_code = '420000'",
            {"level_of_its_signals"},
        ),
        "maturity_in_list": f"UPDATE {WARN} SET maturity = 'ripe'",
        "region_code_known": (
            f"UPDATE {WARN} SET region_code = '999999' WHERE region_code = '420703'",
            {"level_of_its_signals"},
        ),
        "lead_region_known": f"UPDATE {WARN} SET lead_region = '999999' WHERE region_code = '420000'",
        "level_of_its_signals": f"UPDATE {WARN} SET level = 'yellow' WHERE region_code = '420000'",
        "score_of_its_signals": f"UPDATE {WARN} SET score = 2.5 WHERE region_code = '420700'",
        "since_a_level": f"UPDATE {WARN} SET since = NULL WHERE region_code = '420000'",
        "suppressed_is_empty": f"UPDATE {WARN} SET red_signals = 0 WHERE region_code = '420702'",
        "no_personal_number": _noted(WARN),
    },
    "fct_warning_response": {
        "one_row_per_key": f"INSERT INTO {ANSWERED} FROM {ANSWERED}",
        "required_present": f"UPDATE {ANSWERED} SET action = NULL",
        "maturity_in_list": f"UPDATE {ANSWERED} SET maturity = 'ripe'",
        "region_code_known": (
            f"UPDATE {ANSWERED} SET region_code = '999999'",
            {"level_as_warned"},
        ),
        "closed_after_it_was_opened": f"UPDATE {ANSWERED} SET closed_on = '2025-01-02'",
        "level_as_warned": f"UPDATE {ANSWERED} SET level = 'orange'",
        "no_personal_number": f"UPDATE {ANSWERED} SET action = '{NUMBER}'",
    },
    "fct_warning_backtest": {
        "one_row_per_key": f"INSERT INTO {BACK} FROM {BACK} WHERE threshold = 'red'",
        "required_present": f"UPDATE {BACK} SET method_version = NULL",
        "threshold_in_list": f"UPDATE {BACK} SET threshold = 'green' WHERE threshold = 'red'",
        "signal_id_known": f"UPDATE {BACK} SET signal_id = 'odd'",
        "counts_not_negative": f"UPDATE {BACK} SET false_alarms = 21 WHERE threshold = 'red'",
        "lead_of_its_hits": f"UPDATE {BACK} SET lead_months_median = 1 WHERE threshold = 'red'",
        "no_personal_number": _noted(BACK),
    },
    "fct_index_component": {
        "one_row_per_key": (
            f"INSERT INTO {XC} FROM {XC} WHERE {_JOBS}",
            {"weights_add_up", "weights_rescaled"},
        ),
        "required_present": f"UPDATE {XC} SET method_version = NULL WHERE {_INDEXED}",
        "index_id_in_list": f"UPDATE {XC} SET index_id = 'pay' WHERE {_INDEXED}",
        "period_type_in_list": f"UPDATE {XC} SET period_type = 'week' WHERE {_INDEXED} AND period_type = 'year'",
        "maturity_in_list": f"UPDATE {XC} SET maturity = 'ripe' WHERE {_INDEXED}",
        "region_code_known": (
            f"UPDATE {XC} SET region_code = '999999' WHERE {_WHOLE}",
            {"figures_as_in_their_table"},
        ),
        "direction_in_list": f"UPDATE {XC} SET direction = 'up' WHERE {_INDEXED}",
        "compare_in_list": f"UPDATE {XC} SET compare = 'share' WHERE {_INDEXED}",
        "missing_in_list": f"UPDATE {XC} SET missing = 'lost' WHERE value IS NULL",
        "weights_add_up": f"UPDATE {XC} SET weight = 0.9 WHERE {_JOBS}",
        "weights_rescaled": (
            f"UPDATE {XC} SET effective_weight = 0.9, contribution = 90 * z, score_contribution = 90 * points"
            " WHERE region_code = '420703' AND component_id = 'new_employment'"
        ),
        "figures_as_in_their_table": (
            f"UPDATE {XC} SET actual = 2 * actual, expected_value = 2 * expected_value WHERE {_JOBS}"
        ),
        "value_of_the_comparison": f"UPDATE {XC} SET expected_value = 2 * expected_value WHERE {_JOBS}",
        "z_between_the_goalposts": f"UPDATE {XC} SET goal_high = 120 WHERE {_JOBS}",
        "contributions_of_the_weights": f"UPDATE {XC} SET contribution = contribution + 1 WHERE {_JOBS}",
        "only_counties_withheld": f"UPDATE {XC} SET is_suppressed = true WHERE {_JOBS}",
        "small_counts_withheld": f"UPDATE {XC} SET numerator = 3 WHERE {_PLACED}",
        "never_withheld_alone": (
            f"UPDATE {XC} SET is_suppressed = false, missing = 'no_data'"
            " WHERE region_code = '420704' AND component_id = 'reemployed'"
        ),
        "no_personal_number": _noted(XC),
    },
    "fct_composite_index": {
        "one_row_per_key": (f"INSERT INTO {XI} FROM {XI} WHERE {_WHOLE} AND {_PLAIN}", set()),
        "required_present": f"UPDATE {XI} SET method_version = NULL WHERE {_WHOLE}",
        "index_id_in_list": (f"UPDATE {XI} SET index_id = 'pay' WHERE {_WHOLE}", {"index_of_its_components"}),
        "period_type_in_list": (
            f"UPDATE {XI} SET period_type = 'week' WHERE {_WHOLE} AND period_type = 'year'",
            {"index_of_its_components"},
        ),
        "maturity_in_list": f"UPDATE {XI} SET maturity = 'ripe' WHERE {_WHOLE}",
        "region_code_known": (
            f"UPDATE {XI} SET region_code = '999999' WHERE {_WHOLE}",
            {"index_of_its_components"},
        ),
        "form_in_list": f"UPDATE {XI} SET form = 'sum' WHERE {_WHOLE} AND {_PLAIN}",
        "aggregation_in_list": f"UPDATE {XI} SET aggregation = 'median' WHERE {_WHOLE} AND {_PLAIN}",
        "index_of_its_components": f"UPDATE {XI} SET value = value + 1 WHERE {_WHOLE} AND {_PLAIN}",
        "geometric_not_above": (
            f"UPDATE {XI} SET value = 99 WHERE {_WHOLE} AND aggregation = 'geometric'",
            {"index_of_its_components"},
        ),
        "ranks_in_order": f"UPDATE {XI} SET rank = 2 WHERE {_FIRST}",
        "only_certain_ranked": f"UPDATE {XI} SET too_uncertain = true WHERE {_FIRST}",
        "interval_of_the_rank": f"UPDATE {XI} SET rank_high95 = 4 WHERE {_FIRST}",
        "no_personal_number": _noted(XI),
    },
    "fct_index_sensitivity": {
        "one_row_per_key": f"INSERT INTO {XS} FROM {XS} WHERE region_code = '420702'",
        "required_present": f"UPDATE {XS} SET method_version = NULL WHERE region_code = '420702'",
        "index_id_in_list": (
            f"UPDATE {XS} SET index_id = 'pay' WHERE region_code = '420702'",
            {"rank_it_changes"},
        ),
        "period_type_in_list": (
            f"UPDATE {XS} SET period_type = 'week' WHERE region_code = '420702' AND period_type = 'year'",
            {"rank_it_changes"},
        ),
        "maturity_in_list": f"UPDATE {XS} SET maturity = 'ripe' WHERE region_code = '420702'",
        "region_code_known": (
            f"UPDATE {XS} SET region_code = '999999' WHERE region_code = '420702'",
            {"rank_it_changes"},
        ),
        "form_in_list": (
            f"UPDATE {XS} SET form = 'sum' WHERE region_code = '420702' AND form = 'index'",
            {"rank_it_changes"},
        ),
        "variant_known": f"UPDATE {XS} SET variant = 'other' WHERE variant = 'without_reemployed'",
        "rank_it_changes": (f"UPDATE {XS} SET rank = 3 WHERE region_code = '420702' AND form = 'index'"),
        "keeps_its_rank_or_not": f"UPDATE {XS} SET keeps_rank_share = 1.5 WHERE region_code = '420702'",
        "no_personal_number": _noted(XS),
    },
    "fct_hotline": {
        "one_row_per_key": f"INSERT INTO {LINE} FROM {LINE} WHERE {_WHOLE}",
        "required_present": f"UPDATE {LINE} SET method_version = NULL WHERE {_WHOLE}",
        "maturity_in_list": f"UPDATE {LINE} SET maturity = 'ripe' WHERE {_WHOLE}",
        "region_code_known": f"UPDATE {LINE} SET region_code = '999999' WHERE {_WHOLE}",
        "period_type_in_list": f"UPDATE {LINE} SET period_type = 'week' WHERE {_WHOLE}",
        "parts_within_the_whole": f"UPDATE {LINE} SET answered = 110, answer_rate = 110 WHERE {_WHOLE}",
        "rates_are_quotients": f"UPDATE {LINE} SET satisfaction_rate = 81 WHERE {_WHOLE}",
        "no_personal_number": _noted(LINE),
    },
    "fct_service_rating": {
        "one_row_per_key": f"INSERT INTO {RATED} FROM {RATED} WHERE {_WHOLE}",
        "required_present": f"UPDATE {RATED} SET method_version = NULL WHERE {_WHOLE}",
        "maturity_in_list": f"UPDATE {RATED} SET maturity = 'ripe' WHERE {_WHOLE}",
        "region_code_known": f"UPDATE {RATED} SET region_code = '999999' WHERE {_WHOLE}",
        "period_type_in_list": f"UPDATE {RATED} SET period_type = 'week' WHERE {_WHOLE}",
        "parts_within_the_whole": (
            f"UPDATE {RATED} SET complaints_in_time = 6, in_time_rate = 120 WHERE {_WHOLE}",
            set(),
        ),
        "grades_add_up": f"UPDATE {RATED} SET unsatisfied = 6 WHERE {_WHOLE}",
        "rates_are_quotients": f"UPDATE {RATED} SET rating_rate = NULL WHERE {_WHOLE}",
        "no_personal_number": _noted(RATED),
    },
    "fct_employment_fund": {
        "one_row_per_key": f"INSERT INTO {FUND} FROM {FUND} WHERE {_WHOLE} AND programme = '*'",
        "required_present": f"UPDATE {FUND} SET method_version = NULL WHERE {_WHOLE}",
        "maturity_in_list": f"UPDATE {FUND} SET maturity = 'ripe' WHERE {_WHOLE}",
        "region_code_known": f"UPDATE {FUND} SET region_code = '999999' WHERE {_WHOLE}",
        "programme_in_list": f"UPDATE {FUND} SET programme = '11' WHERE {_WHOLE} AND programme = '1'",
        "rates_are_quotients": f"UPDATE {FUND} SET execution_rate = 41 WHERE {_WHOLE}",
        "growth_over_the_year_before": f"UPDATE {FUND} SET change_yoy_pct = NULL WHERE {_WHOLE}",
        "programmes_add_up": f"DELETE FROM {FUND} WHERE {_WHOLE} AND programme = '3'",
        "no_personal_number": _noted(FUND),
    },
    "fct_hr_service": {
        "one_row_per_key": f"INSERT INTO {FIRMS} FROM {FIRMS} WHERE {_WHOLE} AND period_end = '2024-12-31'",
        "required_present": f"UPDATE {FIRMS} SET method_version = NULL WHERE {_WHOLE}",
        "maturity_in_list": f"UPDATE {FIRMS} SET maturity = 'ripe' WHERE {_WHOLE}",
        "region_code_known": f"UPDATE {FIRMS} SET region_code = '999999' WHERE region_code = '420200'",
        "figures_present_and_not_negative": (
            f"UPDATE {FIRMS} SET staff = NULL, staff_yoy_pct = NULL WHERE {_WHOLE} AND period_end = '2024-12-31'"
        ),
        "growth_of_what_is_told": f"UPDATE {FIRMS} SET turnover_yoy_pct = 6 WHERE turnover_yoy_pct = 5",
        "withheld_wholly": f"UPDATE {FIRMS} SET staff = 7 WHERE region_code = '420700' AND period_end = '2024-12-31'",
        "small_counts_withheld": (
            f"UPDATE {FIRMS} SET firms = 4 WHERE region_code = '420700' AND period_end = '2023-12-31'"
        ),
        "never_withheld_alone": f"DELETE FROM {FIRMS} WHERE region_code = '420100' AND period_end = '2024-12-31'",
        "no_personal_number": _noted(FIRMS),
    },
    "fct_key_group": {
        "one_row_per_key": f"INSERT INTO {GROUPS} FROM {GROUPS} WHERE {_WHOLE} AND key_group = '1'",
        "required_present": f"UPDATE {GROUPS} SET method_version = NULL WHERE {_WHOLE}",
        "maturity_in_list": f"UPDATE {GROUPS} SET maturity = 'ripe' WHERE {_WHOLE}",
        "region_code_known": f"UPDATE {GROUPS} SET region_code = '999999' WHERE {_WHOLE}",
        "key_group_in_list": f"UPDATE {GROUPS} SET key_group = '7' WHERE {_WHOLE} AND key_group = '5'",
        "employed_missing_in_list": f"UPDATE {GROUPS} SET employed_missing = 'lost' WHERE {_WHOLE} AND key_group = '5'",
        "parts_within_the_whole": (
            f"UPDATE {GROUPS} SET served = 41, served_share = 102.5 WHERE {_WHOLE} AND key_group = '1'"
        ),
        "rates_are_quotients": f"UPDATE {GROUPS} SET employed_share = 51 WHERE {_WHOLE} AND key_group = '1'",
        "cohort_has_had_its_time": f"UPDATE {GROUPS} SET cohort_end = period_end WHERE {_WHOLE} AND key_group = '1'",
        "withheld_wholly": f"UPDATE {GROUPS} SET persons = 8 WHERE region_code = '420702' AND key_group = '1'",
        "small_counts_withheld": (
            f"UPDATE {GROUPS} SET served = 18, served_share = 90 WHERE region_code = '420704' AND key_group = '1'"
        ),
        "never_withheld_alone": f"DELETE FROM {GROUPS} WHERE region_code = '420702' AND key_group = '1'",
        "served_on_a_day": (
            "UPDATE staging.stg_employment__key_group_ledger SET service = '1', served_on = NULL WHERE line_number = 2"
        ),
        "no_personal_number": _noted(GROUPS),
    },
    "fct_crosswalk_coverage": {
        "one_row_per_key": f"INSERT INTO {CROSSWALK} FROM {CROSSWALK} WHERE {_COMPARED}",
        "required_present": f"UPDATE {CROSSWALK} SET method_version = NULL WHERE {_COMPARED}",
        "maturity_in_list": f"UPDATE {CROSSWALK} SET maturity = 'ripe' WHERE {_COMPARED}",
        "region_code_known": f"UPDATE {CROSSWALK} SET region_code = '999999' WHERE region_code = '420200'",
        "source_pair_in_list": f"UPDATE {CROSSWALK} SET source_pair = 'insured_employed' WHERE {_COMPARED}",
        "missing_in_list": (
            f"UPDATE {CROSSWALK} SET missing = 'lost' WHERE missing = 'sampled' AND region_code = '420000'"
        ),
        "parts_add_up": f"UPDATE {CROSSWALK} SET only_a = 101, only_a_share = 10.1 WHERE {_COMPARED}",
        "rates_are_quotients": f"UPDATE {CROSSWALK} SET share = 91 WHERE {_COMPARED}",
        "cohort_before_the_end": f"UPDATE {CROSSWALK} SET cohort_end = period_end WHERE {_COMPARED}",
        "figures_or_a_reason": f"UPDATE {CROSSWALK} SET persons_b = NULL WHERE {_COMPARED}",
        "withheld_wholly": f"UPDATE {CROSSWALK} SET persons_b = 60 WHERE region_code = '420100' AND is_suppressed",
        "small_counts_withheld": (
            f"UPDATE {CROSSWALK} SET probable = 4 WHERE region_code = '420200' AND missing IS NULL"
        ),
        "never_withheld_alone": f"DELETE FROM {CROSSWALK} WHERE region_code = '420100' AND is_suppressed",
        "no_personal_number": _noted(CROSSWALK),
    },
    "dim_fund_rule": {
        "one_row_per_key": "INSERT INTO marts.dim_fund_rule FROM marts.dim_fund_rule WHERE rule = 'pension_age'",
        "required_present": "UPDATE marts.dim_fund_rule SET basis_en = NULL WHERE rule = 'pension_age'",
        "amount_formula_in_list": "UPDATE marts.dim_fund_rule SET amount_formula = 'x' WHERE rule = 'pension_age'",
        "no_personal_number": _noted("marts.dim_fund_rule"),
    },
    "fct_fund_supervision": {
        "one_row_per_key": f"INSERT INTO {SUPERVISED} FROM {SUPERVISED} WHERE {_LISTED}",
        "required_present": f"UPDATE {SUPERVISED} SET method_version = NULL WHERE {_LISTED}",
        "maturity_in_list": f"UPDATE {SUPERVISED} SET maturity = 'ripe' WHERE {_LISTED}",
        "rule_known": f"UPDATE {SUPERVISED} SET rule = 'whim' WHERE rule = 'shared_account'",
        "province_and_units_only": f"UPDATE {SUPERVISED} SET region_code = '420702' WHERE region_code = '420700'",
        "found_among_examined": f"UPDATE {SUPERVISED} SET found = 901 WHERE {_LISTED}",
        "outcomes_of_cases": f"UPDATE {SUPERVISED} SET recovered = 0 WHERE {_LISTED}",
        "precision_is_a_quotient": f"UPDATE {SUPERVISED} SET precision = 0.5 WHERE {_LISTED}",
        "together_each_once": f"UPDATE {SUPERVISED} SET amount_at_risk = 70001 WHERE {_WHOLE} AND rule = '*'",
        "withheld_wholly": (
            f"UPDATE {SUPERVISED} SET persons = 9 WHERE region_code = '420700' AND rule = 'two_pensions'"
        ),
        "small_counts_withheld": f"UPDATE {SUPERVISED} SET cases = 38 WHERE {_LISTED}",
        "never_withheld_alone": f"DELETE FROM {SUPERVISED} WHERE region_code = '420700' AND rule = 'two_pensions'",
        "not_told_by_all_together": (  # the other unit's stands alone then
            f"UPDATE {SUPERVISED} SET found = 0, persons = 0, amount_at_risk = 0, cases = 0, confirmed = 0,"
            " explained = 0, recovered = 0, recovered_amount = 0, is_suppressed = false, is_outcome_suppressed = false"
            " WHERE region_code = '420800' AND rule = '*'",
            {"never_withheld_alone"},
        ),
        "accounts_are_hashed": (
            "UPDATE staging.stg_pension__pension_payment SET account_hash = '6222020000000000' WHERE line_number = 2"
        ),
        "no_personal_number": _noted(SUPERVISED),
    },
    "fct_indicator_growth": {
        "one_row_per_key": f"INSERT INTO {G} FROM {G} WHERE {_GROWN.replace('420700', '420000')}",
        "required_present": f"UPDATE {G} SET method_version = NULL WHERE {_GROWN}",
        "maturity_in_list": f"UPDATE {G} SET maturity = 'ripe' WHERE {_GROWN}",
        "quality_grade_in_list": f"UPDATE {G} SET quality_grade = 'G' WHERE {_GROWN}",
        "row_of_each_value": f"DELETE FROM {G} WHERE {_GROWN.replace('420700', '420000')}",
        "finite": f"UPDATE {G} SET standard_error = 'Infinity' WHERE {_GROWN}",
        "errors_not_negative": f"UPDATE {G} SET cv = -0.1 WHERE {_GROWN}",
        "nothing_of_what_is_withheld": f"UPDATE {G} SET standard_error = 1 WHERE is_suppressed",
        "year_ago_is_published": (
            f"UPDATE {G} SET value_year_ago = 1, change_yoy = NULL, change_yoy_pct = NULL WHERE {_GROWN}"
        ),
        "previous_is_published": (
            f"UPDATE {G} SET value_previous = 1, change_mom = NULL, change_mom_pct = NULL WHERE {_GROWN}"
        ),
        "change_is_difference": f"UPDATE {G} SET change_yoy = 1 WHERE {_GROWN}",
        "percent_of_what_was_above_0": f"UPDATE {G} SET change_mom_pct = 1 WHERE {_GROWN}",
        "share_is_of_province": f"UPDATE {G} SET share_of_province = 1 WHERE {_GROWN}",
        "certain_units_alone_ranked": f"UPDATE {G} SET too_uncertain = true WHERE {_GROWN}",
        "rank_follows_value": f"UPDATE {G} SET rank_in_units = 2 WHERE {_GROWN}",
        "no_personal_number": _noted(G),
    },
    "fct_target_balance": {
        "one_row_per_key": f"INSERT INTO {B} FROM {B} LIMIT 1",
        "required_present": f"UPDATE {B} SET tolerance = NULL WHERE verdict = 'not_additive'",
        "verdict_in_list": (f"UPDATE {B} SET verdict = 'fine' WHERE verdict = 'balances'", {"verdict_follows"}),
        "plan_indicator_known": f"UPDATE {B} SET indicator_id = 'nothing' WHERE verdict = 'balances'",
        "difference_is_difference": f"UPDATE {B} SET difference = 0.04 WHERE verdict = 'balances'",
        "verdict_follows": f"UPDATE {B} SET verdict = 'over' WHERE verdict = 'balances'",
        "no_personal_number": _noted(B),
    },
    "fct_published_fact": {
        "one_row_per_key": f"INSERT INTO {F} FROM {F} WHERE fact_id = 'F01'",
        "required_present": f"UPDATE {F} SET quote = NULL WHERE fact_id = 'F01'",
        "compared_with_in_list": f"UPDATE {F} SET compared_with = 'guess' WHERE fact_id = 'F01'",
        "maturity_in_list": f"UPDATE {F} SET maturity = 'ripe' WHERE fact_id = 'F01'",
        "difference_is_difference": f"UPDATE {F} SET difference = 2 WHERE fact_id = 'F01'",
        "computed_where_comparable": (
            f"UPDATE {F} SET computed = value, difference = 0, maturity = 'final' WHERE fact_id = 'F04'"
        ),
        "no_personal_number": _noted(F),
    },
    "fct_reported_value": {
        "one_row_per_key": (
            "INSERT INTO marts.fct_reported_value FROM marts.fct_reported_value WHERE basis = 'period_end' LIMIT 1"
        ),
        "required_present": "UPDATE marts.fct_reported_value SET value = NULL WHERE basis = 'period_end'",
        "basis_in_list": "UPDATE marts.fct_reported_value SET basis = 'guess' WHERE basis = 'period_end'",
        "region_code_known": ("UPDATE marts.fct_reported_value SET region_code = '999999' WHERE basis = 'period_end'"),
        "unit_code_known": "UPDATE marts.fct_reported_value SET unit_code = '999999' WHERE basis = 'period_end'",
        "period_known": (
            "UPDATE marts.fct_reported_value SET period_start = period_start + 1 WHERE basis = 'period_end'"
        ),
        "month_value_of_ytd_only": "UPDATE marts.fct_reported_value SET month_value = 1 WHERE basis = 'period_end'",
        "month_value_is_difference": (
            "UPDATE marts.fct_reported_value SET month_value = 101 WHERE basis = 'ytd' AND month(period_end) = 5"
        ),
        "ytd_does_not_fall": (
            "UPDATE marts.fct_reported_value SET value = 50, month_value = 50 - 1100"
            " WHERE basis = 'ytd' AND month(period_end) = 12"
        ),
        "no_personal_number": (
            "UPDATE marts.fct_reported_value SET item = '42010619900101123x' WHERE basis = 'period_end'"
        ),
    },
    "fct_reporting_completeness": {
        "one_row_per_key": (
            "INSERT INTO marts.fct_reporting_completeness FROM marts.fct_reporting_completeness LIMIT 1"
        ),
        "required_present": ("UPDATE marts.fct_reporting_completeness SET source = NULL WHERE extract = 'social_card'"),
        "unit_code_known": (
            "INSERT INTO marts.fct_reporting_completeness SELECT * REPLACE ('999999' AS unit_code,"
            " false AS expected) FROM marts.fct_reporting_completeness LIMIT 1"
        ),
        "period_known": (
            "UPDATE marts.fct_reporting_completeness SET period_start = period_start + 1"
            " WHERE extract = 'social_card' AND unit_code = '420100'"
        ),
        "received_has_revision": (
            "UPDATE marts.fct_reporting_completeness SET revision = NULL WHERE extract = 'social_card'"
        ),
        "not_early": "UPDATE marts.fct_reporting_completeness SET days_late = -1 WHERE extract = 'social_card'",
        "calendar_complete": (
            "DELETE FROM marts.fct_reporting_completeness WHERE extract = 'social_card' AND unit_code = '420100'"
        ),
        "every_dump_named": (
            "UPDATE marts.fct_reporting_completeness SET received = false, revision = NULL, landed_at = NULL"
            " WHERE extract = 'social_card' AND unit_code = '420700'"
        ),
        "delivered": (
            "UPDATE marts.fct_reporting_completeness SET received = false, revision = NULL, landed_at = NULL,"
            " days_late = 5 WHERE extract = 'social_card' AND unit_code = '420100'"
        ),
        "delivered_on_time": (
            "UPDATE marts.fct_reporting_completeness SET days_late = 5"
            " WHERE extract = 'social_card' AND unit_code = '420100'"
        ),
        "usual_size": (
            "UPDATE landed.dump SET rows_loaded = 500 WHERE extract = 'training_record' AND period_end = '2024-12-31'"
        ),
        "no_personal_number": _noted("marts.fct_reporting_completeness"),
    },
    "fct_landing_receipt": {
        "one_row_per_key": (
            "INSERT INTO marts.fct_landing_receipt FROM marts.fct_landing_receipt WHERE status = 'superseded'"
        ),
        "required_present": "UPDATE marts.fct_landing_receipt SET sha256 = NULL WHERE status = 'superseded'",
        "status_in_list": (
            "UPDATE marts.fct_landing_receipt SET status = 'lost' WHERE status = 'superseded';"
            " UPDATE quality.landing_receipt SET status = 'lost' WHERE status = 'superseded'"
        ),
        "every_receipt_published": "DELETE FROM marts.fct_landing_receipt WHERE status = 'superseded'",
        "unidentified_path_hashed": (
            "UPDATE marts.fct_landing_receipt SET reasons = ['unidentified'] WHERE status = 'rejected'"
        ),
        "no_personal_number": (
            f"UPDATE marts.fct_landing_receipt SET path = 'talent/张三_{NUMBER}.csv' WHERE status = 'rejected'"
        ),
    },
    "fct_reconciliation": {
        "one_row_per_key": f"INSERT INTO {R} FROM {R} WHERE is_binding",
        "required_present": f"UPDATE {R} SET tolerance = NULL WHERE is_binding",
        "verdict_in_list": f"UPDATE {R} SET verdict = 'fine' WHERE is_binding",
        "region_code_known": (f"UPDATE {R} SET region_code = '999999' WHERE is_binding", {"computed_is_published"}),
        "indicator_known": f"UPDATE {R} SET unit = '人' WHERE is_binding",
        "period_known": (f"UPDATE {R} SET period_end = '2024-12-30' WHERE is_binding", {"computed_is_published"}),
        "computed_is_published": f"UPDATE {R} SET computed = 1, reported = 1 WHERE is_binding",
        "difference_is_computed_less_reported": f"UPDATE {R} SET difference = 0.001 WHERE is_binding",
        "verdict_follows_difference": f"UPDATE {R} SET reported = 0.5, difference = computed - 0.5 WHERE is_binding",
        "binding_within_tolerance": _reported("is_binding"),
        "others_within_tolerance": _reported("NOT is_binding"),
        "unit_known": (f"UPDATE {R} SET reported = NULL, difference = NULL, verdict = 'unit_unknown' WHERE is_binding"),
        "no_personal_number": _noted(R),
    },
    "dim_data_service": {
        "one_row_per_key": f"INSERT INTO marts.dim_data_service FROM marts.dim_data_service WHERE {_QUARTERLY}",
        "required_present": f"UPDATE marts.dim_data_service SET legal_basis_zh = NULL WHERE {_QUARTERLY}",
        "share_kind_in_list": f"UPDATE marts.dim_data_service SET share_kind = 'maybe' WHERE {_QUARTERLY}",
        "frequency_in_list": f"UPDATE marts.dim_data_service SET frequency = 'daily' WHERE {_QUARTERLY}",
        "shares_fields_or_nothing": f"UPDATE marts.dim_data_service SET fields = NULL WHERE {_QUARTERLY}",
        "one_frequency_a_service": (
            "INSERT INTO marts.dim_data_service SELECT * REPLACE (2 AS version, 'monthly' AS frequency)"
            f" FROM marts.dim_data_service WHERE {_QUARTERLY}"
        ),
        "no_personal_number": f"UPDATE marts.dim_data_service SET name_en = '{NUMBER}' WHERE {_QUARTERLY}",
    },
    "dim_doubt_rule": {
        "one_row_per_key": f"INSERT INTO marts.dim_doubt_rule FROM marts.dim_doubt_rule WHERE {_UNDER_16}",
        "required_present": f"UPDATE marts.dim_doubt_rule SET basis_zh = NULL WHERE {_UNDER_16}",
        "severity_in_list": f"UPDATE marts.dim_doubt_rule SET severity = 'critical' WHERE {_UNDER_16}",
        "rule_id_in_list": f"UPDATE marts.dim_doubt_rule SET rule_id = 'whim' WHERE {_UNDER_16}",
        "no_personal_number": f"UPDATE marts.dim_doubt_rule SET name_en = '{NUMBER}' WHERE {_UNDER_16}",
    },
    "fct_data_doubt": {
        "one_row_per_key": f"INSERT INTO {D} FROM {D} WHERE {_UNDER_16} AND region_code = '420000'",
        "required_present": f"UPDATE {D} SET severity = NULL WHERE {_UNDER_16}",
        "severity_in_list": f"UPDATE {D} SET severity = 'critical' WHERE {_UNDER_16}",
        "rule_id_known": f"UPDATE {D} SET rule_id = 'whim' WHERE {_UNDER_16}",
        "period_known": f"UPDATE {D} SET period_end = '2024-12-30' WHERE {_UNDER_16}",
        "begun_by_as_of": (
            f"INSERT INTO {D} SELECT * REPLACE (DATE '2025-12-31' AS period_end) FROM {D} WHERE region_code = '420000'"
        ),
        "province_and_units_only": f"UPDATE {D} SET region_code = '420702' WHERE region_code = '420700'",
        "doubts_among_examined": f"UPDATE {D} SET doubts = -1 WHERE {_UNDER_16}",
        "units_within_province": f"UPDATE {D} SET records_examined = 22 WHERE {_UNDER_16} AND region_code = '420700'",
        "withheld_wholly": f"UPDATE {D} SET doubts = NULL WHERE {_UNDER_16} AND region_code = '420700'",
        "no_personal_number": f"ALTER TABLE {D} ADD COLUMN phone BIGINT; UPDATE {D} SET phone = {NUMBER}",
        **{f"no_{name}": f"UPDATE {D} SET doubts = 1 WHERE rule_id = '{name}'" for name, *_ in PROTECTED},
    },
}

RELEASE_BREACHES: dict[str, dict[str, str | Breach]] = {
    "release_contents": {
        "nothing_else": "CREATE SCHEMA staging; CREATE TABLE staging.persons AS SELECT 1 AS id",
    },
    "release_privacy": {
        "no_landed_name": _said("填报人:王小明,请核对"),
        "no_landed_number": _said("社保卡 K00000260"),
    },
    "release_fct_quality_result": {
        "one_row_per_key": "INSERT INTO marts.fct_quality_result FROM marts.fct_quality_result LIMIT 1",
        "required_present": "UPDATE marts.fct_quality_result SET description_zh = NULL WHERE expectation = 'rule_0'",
        "severity_in_list": "UPDATE marts.fct_quality_result SET severity = 'grave' WHERE expectation = 'rule_0'",
        "release_id_known": (
            "UPDATE marts.fct_quality_result SET release_id = '20240101-01' WHERE expectation = 'rule_0'"
        ),
        "no_critical_failure": "UPDATE marts.fct_quality_result SET success = false WHERE expectation = 'rule_0'",
        "only_critical_accepted": (
            "UPDATE marts.fct_quality_result SET accepted_reason = '已核实' WHERE severity = 'warning'"
        ),
        "no_personal_number": "UPDATE marts.fct_quality_result SET observed_value = '420106900101123'",
    },
    "release_fct_quality_summary": {
        "one_row_per_key": "INSERT INTO marts.fct_quality_summary FROM marts.fct_quality_summary",
        "required_present": ("UPDATE marts.fct_quality_summary SET accepted = NULL", {"as_the_results"}),
        "severity_in_list": (
            "UPDATE marts.fct_quality_summary SET severity = 'grave' WHERE severity = 'warning'",
            {"as_the_results"},
        ),
        "release_id_known": (
            "INSERT INTO marts.fct_quality_summary SELECT * REPLACE ('20240101-01' AS release_id)"
            " FROM marts.fct_quality_summary"
        ),
        "as_the_results": "UPDATE marts.fct_quality_summary SET accepted = 1 WHERE severity = 'warning'",
        "no_personal_number": (
            f"UPDATE marts.fct_quality_summary SET suite = '{NUMBER}'",
            {"as_the_results"},
        ),
    },
    "release_fct_run_stage": {
        "one_row_per_key": "INSERT INTO marts.fct_run_stage FROM marts.fct_run_stage",
        "required_present": "UPDATE marts.fct_run_stage SET bytes_read = NULL",
        "release_id_known": (
            "INSERT INTO marts.fct_run_stage SELECT * REPLACE ('20240101-01' AS release_id) FROM marts.fct_run_stage"
        ),
        "costs_not_negative": "UPDATE marts.fct_run_stage SET seconds = -1 WHERE stage = 'dbt'",
        "no_personal_number": f"UPDATE marts.fct_run_stage SET stage = '{NUMBER}' WHERE stage = 'dbt'",
    },
    "release_fct_data_exchange": {
        "one_row_per_key": "INSERT INTO marts.fct_data_exchange FROM marts.fct_data_exchange",
        "required_present": "UPDATE marts.fct_data_exchange SET due_on = NULL",
        "service_id_known": "UPDATE marts.fct_data_exchange SET service_id = 'whim'",
        "release_id_known": "UPDATE marts.fct_data_exchange SET release_id = '20240101-01' WHERE rows > 0",
        "sent_or_not": "UPDATE marts.fct_data_exchange SET rows = 0 WHERE rows > 0",
        "content_hashed": "UPDATE marts.fct_data_exchange SET sha256 = 'abc' WHERE rows > 0",
        "receipt_in_list": "UPDATE marts.fct_data_exchange SET receipt = 'lost' WHERE rows > 0",
        "received_after_sending": "UPDATE marts.fct_data_exchange SET received_at = NULL WHERE rows > 0",
        "no_personal_number": f"UPDATE marts.fct_data_exchange SET period = '{NUMBER}' WHERE rows > 0",
    },
    "release_corrections_log": {
        "one_row_per_key": (
            "INSERT INTO marts.corrections_log FROM marts.corrections_log WHERE number = 1",
            {"numbered_without_gap"},
        ),
        "required_present": "UPDATE marts.corrections_log SET right_value = NULL WHERE number = 1",
        "numbered_without_gap": "DELETE FROM marts.corrections_log WHERE number = 1",
        "noted_after_publication": "UPDATE marts.corrections_log SET releases = [] WHERE number = 1",
        "no_personal_number": f"UPDATE marts.corrections_log SET what = '{NUMBER}' WHERE number = 1",
    },
    "release_release": {
        "one_row_per_key": (
            "INSERT INTO marts.release FROM marts.release",
            {"results_counted"},
        ),
        "required_present": "UPDATE marts.release SET is_synthetic = NULL",
        "id_well_formed": (
            "UPDATE marts.release SET release_id = 'newest'; UPDATE marts.fct_quality_result SET release_id = 'newest';"
            " UPDATE marts.fct_quality_summary SET release_id = 'newest';"
            " UPDATE marts.fct_run_stage SET release_id = 'newest'"
        ),
        "threshold_told": "UPDATE marts.release SET suppression_threshold = NULL",
        "inputs_hashed": "UPDATE marts.release SET inputs_sha256 = 'abc'",
        "results_counted": "UPDATE marts.release SET expectations_failed = 0",
        "no_personal_number": f"UPDATE marts.release SET git_revision = '{NUMBER}'",
    },
    "release_dim_formula": {
        "one_row_per_key": "INSERT INTO marts.dim_formula FROM marts.dim_formula WHERE indicator_id IS NULL",
        "required_present": "UPDATE marts.dim_formula SET sql = NULL WHERE indicator_id IS NULL",
        "every_definition_has_one": "DELETE FROM marts.dim_formula WHERE definition_version = 2",
        "reads_what_is_there": "UPDATE marts.dim_formula SET reads = ['nothing'] WHERE definition_version = 2",
        "no_personal_number": f"UPDATE marts.dim_formula SET sql = '{NUMBER}' WHERE indicator_id IS NULL",
    },
    "release_fct_indicator_vintage": {
        "one_row_per_key": ("INSERT INTO marts.fct_indicator_vintage FROM marts.fct_indicator_vintage", {"no_overlap"}),
        "required_present": (
            f"UPDATE marts.fct_indicator_vintage SET is_suppressed = NULL WHERE {_TALENT} AND last_release_id IS NULL",
            {"standing_as_published"},
        ),
        "first_release_id_known": (
            "UPDATE marts.fct_indicator_vintage SET first_release_id = '20240101-01'"
            " WHERE first_release_id = '20250109-01' AND last_release_id IS NULL"
        ),
        "last_release_id_known": _ended("last_release_id = '20250110-02'"),
        "ends_after_it_begins": _ended("first_release_id = '20250110-02'")
        + "; INSERT INTO marts.release_history VALUES ('20250110-02', '2025-01-11')",
        "no_overlap": (
            "UPDATE marts.fct_indicator_vintage SET last_release_id = '20250110-01'"
            " WHERE last_release_id = '20250109-01'"
        ),
        "standing_as_published": (
            f"UPDATE marts.fct_indicator_vintage SET value = value + 1 WHERE {_TALENT} AND last_release_id IS NULL"
        ),
        "suppressed_is_empty": _ended("is_suppressed = true"),
        "no_personal_number": _ended(f"value_text = '{NUMBER}'"),
    },
    "release_release_history": {
        "one_row_per_key": "INSERT INTO marts.release_history FROM marts.release_history",
        "required_present": "INSERT INTO marts.release_history VALUES (NULL, '2000-01-01')",
        "as_of_says_what_is_published": "INSERT INTO marts.release_history VALUES ('20240101-01', '2025-02-01')",
        "id_well_formed": f"INSERT INTO marts.release_history VALUES ('{NUMBER}', '2000-01-01')",
    },
    "release_fct_indicator_change": {
        "one_row_per_key": (
            "UPDATE marts.fct_indicator_change SET delta = 0.5;"
            " INSERT INTO marts.fct_indicator_change FROM marts.fct_indicator_change"
        ),
        "required_present": "UPDATE marts.fct_indicator_change SET dumps = NULL",
        "cause_in_list": "UPDATE marts.fct_indicator_change SET cause = 'whim'",
        "release_id_known": (
            "INSERT INTO marts.fct_indicator_change SELECT * REPLACE ('20240101-01' AS release_id)"
            " FROM marts.fct_indicator_change"
        ),
        "previous_release_id_known": (
            "UPDATE marts.fct_indicator_change SET previous_release_id = '20240101-01'",
            {"sums_to_difference"},
        ),
        "sums_to_difference": "UPDATE marts.fct_indicator_change SET delta = 1.00001",
        "dumps_have_receipts": "UPDATE marts.fct_indicator_change SET dumps = ['nobody']",
        "no_personal_number": (f"UPDATE marts.fct_indicator_change SET dumps = ['{NUMBER}']", {"dumps_have_receipts"}),
    },
    "release_fct_warning_vintage": {
        "one_row_per_key": "INSERT INTO marts.fct_warning_vintage FROM marts.fct_warning_vintage"
        " WHERE region_code = '420703'",
        "required_present": "INSERT INTO marts.fct_warning_vintage (domain, region_code, period_end, first_release_id,"
        " last_release_id) VALUES (NULL, '420000', '1999-12-31', '20250109-01', '20250109-01')",
        "first_release_id_known": "UPDATE marts.fct_warning_vintage SET first_release_id = '20240101-01'",
        "last_release_id_known": "INSERT INTO marts.fct_warning_vintage SELECT * REPLACE (DATE '1999-12-31' AS"
        " period_end, '20240101-01' AS last_release_id) FROM marts.fct_warning_vintage WHERE region_code = '420703'",
        "standing_as_published": "UPDATE marts.fct_warning_vintage SET score = score + 1 WHERE region_code = '420700'",
        "no_personal_number": "INSERT INTO marts.fct_warning_vintage SELECT * REPLACE (DATE '1999-12-31' AS period_end,"
        f" '{NUMBER}' AS level, '20250110-01' AS last_release_id) FROM marts.fct_warning_vintage"
        " WHERE region_code = '420703'",
    },
    "release_fct_status_change": {
        "one_row_per_key": "INSERT INTO marts.fct_status_change FROM marts.fct_status_change",
        "required_present": "UPDATE marts.fct_status_change SET plan_id = NULL",
        "old_status_in_list": "UPDATE marts.fct_status_change SET old_status = 'unknown'",
        "new_status_in_list": "UPDATE marts.fct_status_change SET new_status = 'unknown'",
        "release_id_known": "UPDATE marts.fct_status_change SET release_id = '20240101-01'",
        "previous_release_id_known": "UPDATE marts.fct_status_change SET previous_release_id = '20240101-01'",
        "has_changed": "UPDATE marts.fct_status_change SET old_status = new_status",
        "no_personal_number": f"UPDATE marts.fct_status_change SET indicator_id = '{NUMBER}'",
    },
}

CONTENT_BREACHES: list[tuple[str, set[str]]] = [
    ("ALTER TABLE marts.{table} DROP COLUMN {column}", {"{table}_columns", "{table}_content"}),
    ("UPDATE marts.{table} SET {first} = NULL", {"{table}_content"}),
    ("INSERT INTO marts.{table} FROM marts.{table} LIMIT 1", {"{table}_rows", "{table}_content"}),
    ("DROP TABLE marts.{table}", {"{table}_columns", "{table}_rows", "{table}_content"}),
    ("ALTER TABLE marts.{table} ADD COLUMN note_of_nobody VARCHAR", {"only_allowed_columns"}),
]
"""What may befall any table of the published file, and the rules of its contents that see it."""
