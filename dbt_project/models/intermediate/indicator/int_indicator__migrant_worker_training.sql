with
    tally as (

        select region_code, {{ month_of("completed_on") }} as month, weight, count(*) as counted
        from {{ ref("stg_employment__training_record") }}
        where subsidy_amount > 0 and trainee_category = '1'
        group by region_code, {{ month_of("completed_on") }}, weight

    ),

    regional as ({{ rolled_up("tally", ["counted"]) }}),

    by_weight as ({{ counted_in_flow_periods("training_record", "regional") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("migrant_worker_training", per=10000) }}
