with
    tally as (

        select region_code, {{ month_of("issued_on") }} as month, weight, count(*) as counted
        from {{ ref("stg_talent__skill_certificate") }}
        where skill_level in ('S', 'T', '1', '2', '3')
        group by region_code, {{ month_of("issued_on") }}, weight

    ),

    regional as ({{ rolled_up("tally", ["counted"]) }}),

    by_weight as ({{ counted_in_flow_periods("skill_certificate", "regional") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("senior_skill_certificates", per=10000) }}
