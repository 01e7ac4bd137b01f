"""Which indicators a rule is about, and the rows that flows are counted from."""

from __future__ import annotations

SMALLEST_SHOWN = "(SELECT suppression_threshold FROM landed.run)"
"""SQL: county counts of persons from 1 to below this are not published."""

# Which indicators a sentence is about, as the registry of indicators says it (dim_indicator).
_REGISTERED = "SELECT indicator_id FROM marts.dim_indicator WHERE "
FLOWS = f"{_REGISTERED} is_additive_in_time"
PERSONAL = f"{_REGISTERED} is_person_based"
MONTHLY_STOCKS = f"{_REGISTERED} measure_kind IN ('stock', 'stock_rate') AND list_contains(period_types, 'month')"
QUARTERLY = f"{_REGISTERED} list_contains(period_types, 'quarter') AND NOT list_contains(period_types, 'month')"
# The first certificate of a year is first among a region's own rows: not a sum over regions.
FLOWS_BY_REGION = f"{FLOWS} AND indicator_id <> 'professional_qualification_certificates'"
NET = ("urban_new_employment", "resident_pension_entrusted_investment")  # may be below zero
SCALED = "numerator / CASE unit WHEN '人' THEN 1 ELSE 10000 END"
SURVEYED = "urban_surveyed_unemployment_rate"
WITHIN_100 = ("mediation_success_rate", "urban_surveyed_unemployment_rate", "urban_registered_unemployment_rate")
# Not bounded by their formula: a case closed before it was accepted, people insured outside the population counted.
USUALLY_WITHIN_100 = (
    "arbitration_closure_rate",
    "inspection_closure_rate",
    "basic_pension_coverage_rate",
    "e_social_card_coverage_rate",
    "social_card_population_coverage_rate",
    "labour_contract_signing_rate",
)
# Where rows of the province's own may stand: staging table, day, which of its rows count, and how. (A second writing of
# the count, on purpose: what the models forget is seen here.)
_EVENTS = "staging.stg_employment__"
_TRAINED = (f"{_EVENTS}training_record", "completed_on", "subsidy_amount > 0")
_CERTIFIED = ("staging.stg_talent__skill_certificate", "issued_on")
ROWS_OF_FLOWS = {
    "urban_new_employment": (
        (f"{_EVENTS}employment_registration", "registered_on", "is_urban_new", "weight"),
        (f"{_EVENTS}employment_attrition", "occurred_on", "true", "-weight"),
    ),
    "subsidised_training": ((*_TRAINED, "weight"),),
    "migrant_worker_training": ((*_TRAINED[:2], f"{_TRAINED[2]} AND trainee_category = '1'", "weight"),),
    "postdoc_annual_intake": (("staging.stg_talent__postdoc_intake", "entered_on", "true", "weight"),),
    "skill_certificates": ((*_CERTIFIED, "true", "weight"),),
    "senior_skill_certificates": ((*_CERTIFIED, "skill_level IN ('S', 'T', '1', '2', '3')", "weight"),),
    "third_generation_cards": (("staging.stg_pension__social_card", "issued_on", "generation = '3'", "weight"),),
}
