{# Many records name the same few employers: each code is judged once. #}
{% set extracts = {
    "employment_registration": ref("stg_employment__employment_registration"),
    "insurance_enrolment": ref("int_insurance_current"),
    "inspection_case": ref("stg_arbitration__inspection_case"),
} %}

with
    named as (

        {% for records in extracts.values() %}
            select employer_uscc from {{ records }} where employer_uscc is not null {{ 'union' if not loop.last }}
        {% endfor %}

    ),

    wrong as (select employer_uscc from named where not {{ is_credit_code("employer_uscc") }})

{% for extract, records in extracts.items() %}
    select {{ doubtful(extract, "record", person=(extract != "inspection_case")) }}
    from {{ records }} as record
    inner join wrong on record.employer_uscc = wrong.employer_uscc {{ 'union all' if not loop.last }}
{% endfor %}
