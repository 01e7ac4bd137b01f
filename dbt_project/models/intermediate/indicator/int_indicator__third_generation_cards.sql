with
    tally as (

        select region_code, {{ month_of("issued_on") }} as month, weight, count(*) as counted
        from {{ ref("stg_pension__social_card") }}
        where generation = '3'
        group by region_code, {{ month_of("issued_on") }}, weight

    ),

    regional as ({{ rolled_up("tally", ["counted"]) }}),

    by_weight as ({{ counted_in_flow_periods("social_card", "regional") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("third_generation_cards", per=10000) }}
