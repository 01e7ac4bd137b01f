{# How many records each rule looked through, by region and period (months begun by the as-of date). #}
{% set examined = doubt_rules().values() | sum(start=[]) | unique | list %}

with
    counted as (

        {% for extract in examined %}
            select '{{ extract }}' as extract, region_code, period_end, count(*) as records
            from {{ records_of(extract) }}
            group by region_code, period_end {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    -- What staging left out is examined too, by the rules that are about it.
    by_rule as (

        select rule.rule_id, counted.region_code, counted.period_end, counted.records
        from {{ ref("doubt_rules") }} as rule
        inner join counted on ';' || rule.extracts || ';' like '%;' || counted.extract || ';%'

        union all

        select 'event_repeated' as rule_id, region_code, period_end, count(*) as records
        from {{ ref("int_doubt__event_repeated") }}
        group by region_code, period_end

        union all

        select 'key_in_two_units' as rule_id, region_code, period_end, count(*) as records
        from {{ ref("int_doubt__key_in_two_units") }}
        where was_left_out
        group by region_code, period_end

    ),

    run as (select * from {{ source("landed", "run") }})

select by_rule.rule_id, by_rule.region_code, by_rule.period_end, cast(sum(by_rule.records) as bigint) as records
from by_rule
cross join run
where {{ month_of("by_rule.period_end") }} <= run.as_of
group by by_rule.rule_id, by_rule.region_code, by_rule.period_end
