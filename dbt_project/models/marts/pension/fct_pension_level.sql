-- Average pensions as reported, with the year before and how much of the rise the year's adjustment made. The
-- province's is its own figure: means of regions have no mean without the numbers of persons.
{% set measures = [
    ("employee_pension", "employee_pension_average", "employee_pension_adjustment"),
    ("resident_base_pension", "resident_base_pension", "resident_base_adjustment"),
] %}

with
    reported as ({{ direct_rows(ref("stg_pension__pension_level")) }}),

    delivered as (

        select region_code, period_end, units_received = units_expected as is_complete
        from {{ ref("int_stock_period") }}
        where extract = 'pension_level' and period_type = 'year'

    ),

    run as (select * from {{ source("landed", "run") }}),

    figure as (

        {% for measure, value, adjustment in measures %}
            select
                '{{ measure }}' as measure,
                region_code,
                period_end,
                weight,
                cast({{ value }} as double) as value,
                cast({{ adjustment }} as double) as adjustment
            from reported
            where {{ value }} is not null or {{ adjustment }} is not null {{ "union all" if not loop.last }}
        {% endfor %}

    ),

    beside as (

        select
            figure.*,
            before.value as value_year_ago,
            figure.value - before.value as change_yoy,
            before.period_end as period_end_before,
            before.weight <> 1 as is_estimate_before
        from figure
        left join
            figure as before
            on figure.measure = before.measure
            and figure.region_code = before.region_code
            and extract(year from figure.period_end) = extract(year from before.period_end) + 1

    )

select
    beside.measure,
    beside.region_code,
    beside.period_end,
    beside.value,
    beside.value_year_ago,
    beside.change_yoy,
    case when beside.value_year_ago > 0 then 100 * (beside.value / beside.value_year_ago - 1) end as change_yoy_pct,
    beside.adjustment,
    case when beside.change_yoy > 0 then 100 * beside.adjustment / beside.change_yoy end as adjustment_share,
    case
        when
            delivered.is_complete
            and run.as_of > beside.period_end
            and (beside.value_year_ago is null or delivered_before.is_complete)
        then 'final'
        else 'provisional'
    end as maturity,
    beside.weight <> 1 or coalesce(beside.is_estimate_before, false) as is_estimate,
    false as is_suppressed,
    1 as method_version
from beside
left join delivered on beside.region_code = delivered.region_code and beside.period_end = delivered.period_end
left join
    delivered as delivered_before
    on beside.region_code = delivered_before.region_code
    and beside.period_end_before = delivered_before.period_end
cross join run
where {{ year_start("beside.period_end") }} <= run.as_of
