{#
The list must stand here: dbt learns what a model is made of before it knows the project's other models. Another indicator,
or another version of one, is a row in the seed `indicators`, a model and its name here; a test holds the three against
each other.
#}
{% set indicators = [
    "urban_new_employment",
    "urban_surveyed_unemployment_rate",
    "urban_registered_unemployment_rate",
    "subsidised_training",
    "migrant_worker_training",
    "basic_pension_coverage_rate",
    "unemployment_insurance_enrolment",
    "work_injury_insurance_enrolment",
    "resident_pension_entrusted_investment",
    "professional_qualification_certificates",
    "postdoc_annual_intake",
    "skill_certificates",
    "senior_skill_certificates",
    "mediation_success_rate",
    "arbitration_closure_rate",
    "arbitration_closure_rate__v2",
    "inspection_closure_rate",
    "social_card_holders",
    "e_social_card_coverage_rate",
    "third_generation_cards",
    "professional_talent_total",
    "professional_talent_grade_ratio",
    "high_skilled_talent_total",
    "labour_contract_signing_rate",
    "social_card_population_coverage_rate",
] %}

{% for indicator in indicators %}
    select
        indicator_id,
        region_code,
        period_type,
        period_start,
        period_end,
        numerator,
        denominator,
        value,
        value_text,
        observations,
        units_received,
        units_expected,
        is_incomplete,
        is_estimate,
        definition_version
    from {{ ref("int_indicator__" ~ indicator) }} {{ 'union all' if not loop.last }}
{% endfor %}
