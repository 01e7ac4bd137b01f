{# Many records name the same few employers: each code is judged once. By extract: its records, the code, whether a record is about a person. #}
{% set extracts = {
    "employment_registration": (ref("stg_employment__employment_registration"), "employer_uscc", true),
    "insurance_enrolment": (ref("int_insurance_current"), "employer_uscc", true),
    "inspection_case": (ref("stg_arbitration__inspection_case"), "employer_uscc", false),
    "arbitration_case": (ref("stg_arbitration__arbitration_case"), "employer_uscc", false),
    "employer_credit": (ref("stg_arbitration__employer_credit"), "enterprise_uscc", false),
    "pension_ledger": (ref("stg_pension__pension_ledger"), "employer_uscc", true),
    "wage_survey": (ref("stg_arbitration__wage_survey"), "enterprise_uscc", false),
    "job_monitoring": (ref("stg_employment__job_monitoring"), "enterprise_uscc", false),
    "layoff_report": (ref("stg_employment__layoff_report"), "enterprise_uscc", false),
} %}

with
    named as (

        {% for records, code, _ in extracts.values() %}
            select {{ code }} as credit_code
            from {{ records }}
            where {{ code }} is not null {{ 'union' if not loop.last }}
        {% endfor %}

    ),

    wrong as (select credit_code from named where not {{ is_credit_code("credit_code") }})

{% for extract, (records, code, is_of_person) in extracts.items() %}
    select {{ doubtful(extract, "record", person=is_of_person) }}
    from {{ records }} as record
    inner join wrong on record.{{ code }} = wrong.credit_code {{ 'union all' if not loop.last }}
{% endfor %}
