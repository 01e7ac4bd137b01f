with
    closed_case as ({{ mediation_rows() }}),

    tally as ({{ aggregate_by_month("closed_case", ["closed", "succeeded"]) }}),

    regional as ({{ aggregate_to_regions("tally", ["closed", "succeeded"]) }}),

    by_weight as (

        select
            {{ period_columns("period") }},
            regional.weight,
            sum(regional.succeeded) as numerator_rows,
            sum(regional.closed) as denominator_rows
        from {{ ref("int_flow_period") }} as period
        inner join
            regional
            on period.region_code = regional.region_code
            and regional.month between period.period_start and period.counted_through
        where period.extract = 'mediation_case'
        group by {{ period_columns("period") }}, regional.weight

    ),

    measured as ({{ apply_weights("by_weight", denominator=true) }})

    {{ rate_indicator("mediation_success_rate") }}
