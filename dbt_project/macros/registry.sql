{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
{# The extracts: staging model, load, key, what a row names, the column of an event's day. #}
{% macro extracts() -%}
    {{
        return(
            {
                "employment_attrition": {
                    "staged": "stg_employment__employment_attrition",
                    "load": "events",
                    "key": ["attrition_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": "occurred_on",
                },
                "employment_registration": {
                    "staged": "stg_employment__employment_registration",
                    "load": "events",
                    "key": ["registration_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": "registered_on",
                },
                "labour_force_survey": {
                    "staged": "stg_employment__labour_force_survey",
                    "load": "report",
                    "key": ["region_code"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "training_record": {
                    "staged": "stg_employment__training_record",
                    "load": "events",
                    "key": ["training_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": "completed_on",
                },
                "unemployment_registration": {
                    "staged": "stg_employment__unemployment_registration",
                    "load": "upsert",
                    "key": ["registration_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": None,
                },
                "urban_employed_stock": {
                    "staged": "stg_employment__urban_employed_stock",
                    "load": "report",
                    "key": ["region_code"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "postdoc_intake": {
                    "staged": "stg_talent__postdoc_intake",
                    "load": "events",
                    "key": ["postdoc_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": "entered_on",
                },
                "professional_qualification": {
                    "staged": "stg_talent__professional_qualification",
                    "load": "events",
                    "key": ["certificate_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": "issued_on",
                },
                "skill_certificate": {
                    "staged": "stg_talent__skill_certificate",
                    "load": "events",
                    "key": ["certificate_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": "issued_on",
                },
                "talent_stock_report": {
                    "staged": "stg_talent__talent_stock_report",
                    "load": "report",
                    "key": ["region_code"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "fund_entrustment": {
                    "staged": "stg_pension__fund_entrustment",
                    "load": "events",
                    "key": ["entrustment_no"],
                    "has_person": False,
                    "has_region": True,
                    "dated": "moved_on",
                },
                "insurance_enrolment": {
                    "staged": "stg_pension__insurance_enrolment",
                    "load": "snapshot",
                    "key": ["person_no", "insurance_type"],
                    "has_person": True,
                    "has_region": True,
                    "dated": None,
                },
                "pension_payment": {
                    "staged": "stg_pension__pension_payment",
                    "load": "events",
                    "key": ["payment_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": "paid_month",
                },
                "population_denominator": {
                    "staged": "stg_pension__population_denominator",
                    "load": "report",
                    "key": ["region_code"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "social_card": {
                    "staged": "stg_pension__social_card",
                    "load": "upsert",
                    "key": ["card_no"],
                    "has_person": True,
                    "has_region": True,
                    "dated": None,
                },
                "arbitration_case": {
                    "staged": "stg_arbitration__arbitration_case",
                    "load": "upsert",
                    "key": ["case_no"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "inspection_case": {
                    "staged": "stg_arbitration__inspection_case",
                    "load": "upsert",
                    "key": ["case_no"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "labour_contract_report": {
                    "staged": "stg_arbitration__labour_contract_report",
                    "load": "report",
                    "key": ["region_code"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "mediation_case": {
                    "staged": "stg_arbitration__mediation_case",
                    "load": "upsert",
                    "key": ["case_no"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "plan_task_report": {
                    "staged": "stg_planning__plan_task_report",
                    "load": "report",
                    "key": ["task_id"],
                    "has_person": False,
                    "has_region": False,
                    "dated": None,
                },
                "statistical_report": {
                    "staged": "stg_planning__statistical_report",
                    "load": "report",
                    "key": ["region_code", "item", "basis"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
                "target_allocation": {
                    "staged": "stg_planning__target_allocation",
                    "load": "report",
                    "key": ["plan_id", "indicator_id", "region_code", "target_year"],
                    "has_person": False,
                    "has_region": True,
                    "dated": None,
                },
            }
        )
    }}
{%- endmacro %}

{# The versions of the indicators' definitions, the model of each and the extract of its numerator. #}
{% macro indicators() -%}
    {{
        return(
            [
                {
                    "indicator_id": "urban_new_employment",
                    "definition_version": 1,
                    "model": "int_indicator__urban_new_employment",
                    "extract": "employment_registration",
                },
                {
                    "indicator_id": "urban_surveyed_unemployment_rate",
                    "definition_version": 1,
                    "model": "int_indicator__urban_surveyed_unemployment_rate",
                    "extract": "labour_force_survey",
                },
                {
                    "indicator_id": "urban_registered_unemployment_rate",
                    "definition_version": 1,
                    "model": "int_indicator__urban_registered_unemployment_rate",
                    "extract": "unemployment_registration",
                },
                {
                    "indicator_id": "subsidised_training",
                    "definition_version": 1,
                    "model": "int_indicator__subsidised_training",
                    "extract": "training_record",
                },
                {
                    "indicator_id": "migrant_worker_training",
                    "definition_version": 1,
                    "model": "int_indicator__migrant_worker_training",
                    "extract": "training_record",
                },
                {
                    "indicator_id": "basic_pension_coverage_rate",
                    "definition_version": 1,
                    "model": "int_indicator__basic_pension_coverage_rate",
                    "extract": "insurance_enrolment",
                },
                {
                    "indicator_id": "unemployment_insurance_enrolment",
                    "definition_version": 1,
                    "model": "int_indicator__unemployment_insurance_enrolment",
                    "extract": "insurance_enrolment",
                },
                {
                    "indicator_id": "work_injury_insurance_enrolment",
                    "definition_version": 1,
                    "model": "int_indicator__work_injury_insurance_enrolment",
                    "extract": "insurance_enrolment",
                },
                {
                    "indicator_id": "resident_pension_entrusted_investment",
                    "definition_version": 1,
                    "model": "int_indicator__resident_pension_entrusted_investment",
                    "extract": "fund_entrustment",
                },
                {
                    "indicator_id": "professional_qualification_certificates",
                    "definition_version": 1,
                    "model": "int_indicator__professional_qualification_certificates",
                    "extract": "professional_qualification",
                },
                {
                    "indicator_id": "postdoc_annual_intake",
                    "definition_version": 1,
                    "model": "int_indicator__postdoc_annual_intake",
                    "extract": "postdoc_intake",
                },
                {
                    "indicator_id": "skill_certificates",
                    "definition_version": 1,
                    "model": "int_indicator__skill_certificates",
                    "extract": "skill_certificate",
                },
                {
                    "indicator_id": "senior_skill_certificates",
                    "definition_version": 1,
                    "model": "int_indicator__senior_skill_certificates",
                    "extract": "skill_certificate",
                },
                {
                    "indicator_id": "mediation_success_rate",
                    "definition_version": 1,
                    "model": "int_indicator__mediation_success_rate",
                    "extract": "mediation_case",
                },
                {
                    "indicator_id": "arbitration_closure_rate",
                    "definition_version": 1,
                    "model": "int_indicator__arbitration_closure_rate",
                    "extract": "arbitration_case",
                },
                {
                    "indicator_id": "arbitration_closure_rate",
                    "definition_version": 2,
                    "model": "int_indicator__arbitration_closure_rate__v2",
                    "extract": "arbitration_case",
                },
                {
                    "indicator_id": "inspection_closure_rate",
                    "definition_version": 1,
                    "model": "int_indicator__inspection_closure_rate",
                    "extract": "inspection_case",
                },
                {
                    "indicator_id": "social_card_holders",
                    "definition_version": 1,
                    "model": "int_indicator__social_card_holders",
                    "extract": "social_card",
                },
                {
                    "indicator_id": "e_social_card_coverage_rate",
                    "definition_version": 1,
                    "model": "int_indicator__e_social_card_coverage_rate",
                    "extract": "social_card",
                },
                {
                    "indicator_id": "third_generation_cards",
                    "definition_version": 1,
                    "model": "int_indicator__third_generation_cards",
                    "extract": "social_card",
                },
                {
                    "indicator_id": "social_card_population_coverage_rate",
                    "definition_version": 1,
                    "model": "int_indicator__social_card_population_coverage_rate",
                    "extract": "social_card",
                },
                {
                    "indicator_id": "labour_contract_signing_rate",
                    "definition_version": 1,
                    "model": "int_indicator__labour_contract_signing_rate",
                    "extract": "labour_contract_report",
                },
                {
                    "indicator_id": "professional_talent_total",
                    "definition_version": 1,
                    "model": "int_indicator__professional_talent_total",
                    "extract": "talent_stock_report",
                },
                {
                    "indicator_id": "professional_talent_grade_ratio",
                    "definition_version": 1,
                    "model": "int_indicator__professional_talent_grade_ratio",
                    "extract": "talent_stock_report",
                },
                {
                    "indicator_id": "high_skilled_talent_total",
                    "definition_version": 1,
                    "model": "int_indicator__high_skilled_talent_total",
                    "extract": "talent_stock_report",
                },
            ]
        )
    }}
{%- endmacro %}

{# The rules on doubtful records, and the extracts whose records each looks through. #}
{% macro doubt_rules() -%}
    {{
        return(
            {
                "identity_number": [
                    "employment_registration",
                    "employment_attrition",
                    "unemployment_registration",
                    "training_record",
                    "skill_certificate",
                    "professional_qualification",
                    "postdoc_intake",
                    "insurance_enrolment",
                    "pension_payment",
                    "social_card",
                ],
                "credit_code": ["employment_registration", "insurance_enrolment", "inspection_case"],
                "identity_facts": ["employment_registration"],
                "insured_in_two_units": ["insurance_enrolment"],
                "two_pensions": ["insurance_enrolment"],
                "unemployed_while_insured": ["unemployment_registration"],
                "pension_after_death": ["pension_payment"],
                "pension_age": ["pension_payment"],
                "training_repeated": ["training_record"],
                "under_16": ["training_record", "skill_certificate", "professional_qualification"],
                "certificate_before_training_end": ["training_record", "skill_certificate"],
                "same_day_two_units": ["training_record", "skill_certificate"],
                "arbitration_out_of_order": ["arbitration_case"],
                "arbitration_beyond_term": ["arbitration_case"],
                "inspection_overdue": ["inspection_case"],
                "recovered_above_owed": ["inspection_case"],
                "two_active_cards": ["social_card"],
                "counted_again": ["employment_registration"],
                "event_repeated": [
                    "employment_registration",
                    "employment_attrition",
                    "training_record",
                    "skill_certificate",
                    "professional_qualification",
                    "postdoc_intake",
                    "pension_payment",
                    "fund_entrustment",
                ],
                "key_in_two_units": [
                    "unemployment_registration",
                    "social_card",
                    "mediation_case",
                    "arbitration_case",
                    "inspection_case",
                ],
            }
        )
    }}
{%- endmacro %}
