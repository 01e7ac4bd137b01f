{# Shared by the models of data doubts (record checks), one model per rule: int_doubt__<rule>. #}
{#
The columns of a doubtful record: its extract, where it stands, its region and period, and whom it is about (null where
it is about no person).
#}
{% macro doubtful(extract, relation, person=true) -%}
    '{{ extract }}' as extract,
    {{ relation }}.dump_id,
    {{ relation }}.line_number,
    {{ relation }}.region_code,
    {{ relation }}.period_end,
    {{ relation ~ ".person_id" if person else to_text("null") }} as person_id
{%- endmacro %}

{# The extracts whose records name a person, and the relations that hold their rows: of a snapshot, the newest. #}
{% macro extracts_of_persons() -%}
    {{
        return(
            {
                "employment_registration": ref("stg_employment__employment_registration"),
                "employment_attrition": ref("stg_employment__employment_attrition"),
                "unemployment_registration": ref("stg_employment__unemployment_registration"),
                "training_record": ref("stg_employment__training_record"),
                "skill_certificate": ref("stg_talent__skill_certificate"),
                "professional_qualification": ref("stg_talent__professional_qualification"),
                "postdoc_intake": ref("stg_talent__postdoc_intake"),
                "insurance_enrolment": ref("int_insurance_current"),
                "pension_payment": ref("stg_pension__pension_payment"),
                "social_card": ref("stg_pension__social_card"),
            }
        )
    }}
{%- endmacro %}
