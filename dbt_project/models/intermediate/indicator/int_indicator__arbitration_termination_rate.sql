{# Of the cases closed in the period those that ended there; `is_lower_bound` where it is not said of an award. #}
with
    closed_case as ({{ ended_arbitration_rows() }}),

    tally as ({{ aggregate_by_month("closed_case", ["closed", "ended", "untold"]) }}),

    regional as ({{ aggregate_to_regions("tally", ["closed", "ended", "untold"]) }}),

    by_weight as (

        select
            {{ period_columns("period") }},
            regional.weight,
            sum(regional.ended) as numerator_rows,
            sum(regional.closed) as denominator_rows,
            sum(regional.untold) as untold
        from {{ ref("int_flow_period") }} as period
        inner join
            regional
            on period.region_code = regional.region_code
            and regional.month between period.period_start and period.counted_through
        where period.extract = 'arbitration_case'
        group by {{ period_columns("period") }}, regional.weight

    ),

    bound as (

        select region_code, period_type, period_end, sum(untold) > 0 as is_lower_bound
        from by_weight
        group by region_code, period_type, period_end

    ),

    weighted as ({{ apply_weights("by_weight", denominator=true) }}),

    measured as (

        select weighted.*, bound.is_lower_bound
        from weighted
        inner join
            bound
            on weighted.region_code = bound.region_code
            and weighted.period_type = bound.period_type
            and weighted.period_end = bound.period_end

    )

    {{ rate_indicator("arbitration_termination_rate", further=["is_lower_bound"]) }}
