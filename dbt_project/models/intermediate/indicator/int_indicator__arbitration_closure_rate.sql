with
    cases as (select * from {{ ref("stg_arbitration__arbitration_case") }}),

    tally as ({{ case_tally("cases") }}),

    regional as ({{ rolled_up("tally", ["closed", "accepted", "pending"]) }}),

    -- What there was to close: accepted within the period, and pending when it began.
    by_weight as (

        select
            {{ period_columns("period") }},
            regional.weight,
            sum(case when regional.month >= period.period_start then regional.closed else 0 end) as numerator_rows,
            sum(
                case when regional.month >= period.period_start then regional.accepted else regional.pending end
            ) as denominator_rows
        from {{ ref("int_flow_period") }} as period
        inner join regional on period.region_code = regional.region_code and regional.month <= period.through
        where period.extract = 'arbitration_case'
        group by {{ period_columns("period") }}, regional.weight

    ),

    measured as ({{ weighed("by_weight", denominator=true) }})

    {{ rate_indicator("arbitration_closure_rate") }}
