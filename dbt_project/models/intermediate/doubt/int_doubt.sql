{# Another rule is a row in the seed `doubt_rules` and a model int_doubt__<rule>. #}
with
    doubt as (

        {% for rule in doubt_rules() %}
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
