{# Employers by their credit code (rule 3), by source: how many records name it, the name that most registrations bear, what kind of organisation the code is of. #}
{% set sources = {
    "employment_registration": (ref("stg_employment__employment_registration"), "employer_uscc"),
    "insurance_enrolment": (ref("int_insurance_current"), "employer_uscc"),
    "inspection_case": (ref("stg_arbitration__inspection_case"), "employer_uscc"),
    "arbitration_case": (ref("stg_arbitration__arbitration_case"), "employer_uscc"),
    "wage_survey": (ref("stg_arbitration__wage_survey"), "enterprise_uscc"),
    "job_monitoring": (ref("stg_employment__job_monitoring"), "enterprise_uscc"),
    "layoff_report": (ref("stg_employment__layoff_report"), "enterprise_uscc"),
} %}

with
    named as (

        {% for source, (records, code) in sources.items() %}
            select '{{ source }}' as source, {{ code }} as employer_uscc, count(*) as records
            from {{ records }}
            where {{ code }} is not null
            group by {{ code }} {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    registered as (

        select employer_uscc, employer_name, count(*) as records
        from {{ ref("stg_employment__employment_registration") }}
        where employer_uscc is not null and employer_name is not null
        group by employer_uscc, employer_name

    ),

    ranked as (

        select
            employer_uscc,
            employer_name,
            row_number() over (partition by employer_uscc order by records desc, employer_name) as preference
        from registered

    )

select
    named.employer_uscc,
    named.source,
    named.records,
    ranked.employer_name,
    {{ legal_form("named.employer_uscc") }} as legal_form,
    {{ is_credit_code("named.employer_uscc") }} as is_code_right,
    'uscc' as rule,
    cast(1 as double) as score
from named
left join ranked on named.employer_uscc = ranked.employer_uscc and ranked.preference = 1
