with
    tally as (

        select region_code, {{ month_of("entered_on") }} as month, weight, count(*) as counted
        from {{ ref("stg_talent__postdoc_intake") }}
        group by region_code, {{ month_of("entered_on") }}, weight

    ),

    regional as ({{ rolled_up("tally", ["counted"]) }}),

    by_weight as ({{ counted_in_flow_periods("postdoc_intake", "regional") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("postdoc_annual_intake", per=1) }}
