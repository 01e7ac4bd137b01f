{# A sample survey: each region's own row as it stands, and for longer periods the plain mean of the months' rates. #}
with
    own_row as ({{ surveyed_rows() }}),

    period as (select * from {{ ref("int_flow_period") }} where extract = 'labour_force_survey'),

    monthly as (

        select
            period.region_code,
            period.period_end,
            own_row.unemployed * own_row.weight as numerator,
            own_row.surveyed * own_row.weight as denominator,
            own_row.weight <> 1 as is_estimate
        from period
        inner join
            own_row on period.region_code = own_row.region_code and {{ month_of("period.period_end") }} = own_row.month
        where period.period_type = 'month'

    ),

    measured as (

        select
            {{ period_columns("period") }},
            case when period.period_type = 'month' then min(monthly.numerator) end as numerator,
            case when period.period_type = 'month' then min(monthly.denominator) end as denominator,
            avg(100 * monthly.numerator / monthly.denominator) as rate,
            count(*) < period.months_in_period as is_incomplete,
            bool_or(monthly.is_estimate) as is_estimate
        from period
        inner join
            monthly
            on period.region_code = monthly.region_code
            and monthly.period_end between period.period_start and period.period_end
        group by {{ period_columns("period") }}, period.months_in_period

    )

    {{ indicator_rows("urban_surveyed_unemployment_rate", value="rate", denominator="denominator") }}
