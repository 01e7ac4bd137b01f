{# A case still open at t is left out until its term (60 working days, as calendar days) is over. #}
{% set term_end = days_after("accepted_on", var("inspection_open_days")) %}

with
    cases as (

        select *, case when closed_on < {{ term_end }} then closed_on else {{ term_end }} end as closed_or_due_on
        from {{ ref("stg_arbitration__inspection_case") }}

    ),

    case_tally as ({{ case_tally("cases") }}),

    within_term as ({{ comings_and_goings("cases", "accepted_on", "closed_or_due_on") }}),

    tally as (

        select *, 0 as within_term
        from case_tally

        union all

        select region_code, month, weight, 0 as closed, 0 as accepted, 0 as pending, change as within_term
        from within_term

    ),

    regional as ({{ rolled_up("tally", ["closed", "accepted", "pending", "within_term"]) }}),

    -- What there was to close: accepted within the period, and pending when it began.
    by_weight as (

        select
            {{ period_columns("period") }},
            regional.weight,
            sum(case when regional.month >= period.period_start then regional.closed else 0 end) as numerator_rows,
            sum(case when regional.month >= period.period_start then regional.accepted else regional.pending end)
            - sum(regional.within_term) as denominator_rows
        from {{ ref("int_flow_period") }} as period
        inner join regional on period.region_code = regional.region_code and regional.month <= period.through
        where period.extract = 'inspection_case'
        group by {{ period_columns("period") }}, regional.weight

    ),

    measured as ({{ weighed("by_weight", denominator=true) }})

    {{ rate_indicator("inspection_closure_rate") }}
