with
    closed_case as (

        select *
        from {{ ref("stg_arbitration__mediation_case") }}
        where
            closed_on is not null
            {%- if var("mediation_organisation_kinds") %}
                and organisation_kind in ({{ quoted(var("mediation_organisation_kinds")) }})
            {%- endif %}
            {%- if var("closed_outcomes") %} and outcome in ({{ quoted(var("closed_outcomes")) }}) {%- endif %}

    ),

    tally as (

        select
            region_code,
            {{ month_of("closed_on") }} as month,
            weight,
            count(*) as closed,
            sum(case when outcome = '1' then 1 else 0 end) as succeeded
        from closed_case
        group by region_code, {{ month_of("closed_on") }}, weight

    ),

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
