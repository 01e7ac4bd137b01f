with
    closed_case as ({{ mediation_rows() }}),

    tally as ({{ tallied("closed_case", ["closed", "succeeded"]) }}),

    regional as ({{ rolled_up("tally", ["closed", "succeeded"]) }}),

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
            and regional.month between period.period_start and period.through
        where period.extract = 'mediation_case'
        group by {{ period_columns("period") }}, regional.weight

    ),

    measured as ({{ weighed("by_weight", denominator=true) }})

    {{ rate_indicator("mediation_success_rate") }}
