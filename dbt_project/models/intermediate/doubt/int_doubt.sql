{#
The list must stand here: dbt learns what a model is made of before it knows the project's other models. Another rule is a
row in the seed `doubt_rules`, a model and its name here; a test holds the three against each other.
#}
{% set rules = [
    "identity_number",
    "credit_code",
    "identity_facts",
    "insured_in_two_units",
    "two_pensions",
    "unemployed_while_insured",
    "pension_after_death",
    "pension_age",
    "training_repeated",
    "under_16",
    "certificate_before_training_end",
    "same_day_two_units",
    "arbitration_out_of_order",
    "arbitration_beyond_term",
    "inspection_overdue",
    "recovered_above_owed",
    "two_active_cards",
    "counted_again",
    "event_repeated",
    "key_in_two_units",
] %}

with
    doubt as (

        {% for rule in rules %}
            select '{{ rule }}' as rule_id, extract, dump_id, line_number, region_code, period_end, person_id
            from {{ ref("int_doubt__" ~ rule) }} {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    run as (select * from {{ source("landed", "run") }})

select
    doubt.rule_id, doubt.extract, doubt.dump_id, doubt.line_number, doubt.region_code, doubt.period_end, doubt.person_id
from doubt
cross join run
where {{ month_of("doubt.period_end") }} <= run.as_of
