{% set month_names = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
] %}

with
    plans as (select * from {{ ref("plans") }}),

    dump as (select * from {{ source("landed", "dump") }}),

    registry as (select * from {{ source("landed", "extract") }}),

    run as (select * from {{ source("landed", "run") }}),

    -- Days that some table may speak of; whole calendar years around them, without a gap, make the calendar.
    day_in_use as (

        select start_date as day_in_use
        from plans
        union all
        select end_date as day_in_use
        from plans
        union all
        select period_start as day_in_use
        from dump
        union all
        select period_end as day_in_use
        from dump
        union all
        select due_from as day_in_use
        from registry
        union all
        select {{ month_end_after("last_day(as_of)", 12) }} as day_in_use  -- the release calendar looks so far ahead
        from run

    ),

    years as (

        select {{ year_start("min(day_in_use)") }} as first_day, {{ year_end("max(day_in_use)") }} as last_day
        from day_in_use

    ),

    month_start as (select {{ each_month("first_day", "last_day") }} as month_start from years),

    calendar as (

        select
            month_start,
            last_day(month_start) as month_end,
            {{ year_start("month_start") }} as year_start,
            extract(month from month_start) as month_of_year,
            {{ to_text("extract(year from month_start)") }} as year_number,
            {{ to_text("extract(quarter from month_start)") }} as quarter_number,
            {{ to_text("extract(month from month_start)") }} as month_number,
            case
                extract(month from month_start)
                {% for name in month_names -%} when {{ loop.index }} then '{{ name }}' {% endfor %}
            end as month_name
        from month_start

    )

select
    'month' as period_type,
    month_start as period_start,
    month_end as period_end,
    year_number || '年' || month_number || '月' as label_zh,
    month_name || ' ' || year_number as label_en
from calendar

union all

select
    'quarter' as period_type,
    month_start as period_start,
    {{ quarter_end("month_start") }} as period_end,
    year_number || '年第' || quarter_number || '季度' as label_zh,
    'Q' || quarter_number || ' ' || year_number as label_en
from calendar
where month_of_year % 3 = 1

union all

select
    'year' as period_type,
    month_start as period_start,
    {{ year_end("month_start") }} as period_end,
    year_number || '年' as label_zh,
    year_number as label_en
from calendar
where month_of_year = 1

union all

select
    'ytd' as period_type,
    year_start as period_start,
    month_end as period_end,
    year_number || '年1' || case when month_of_year > 1 then '-' || month_number else '' end || '月' as label_zh,
    'January' || case when month_of_year > 1 then '-' || month_name else '' end || ' ' || year_number as label_en
from calendar

union all

select
    'r12' as period_type,
    {{ days_after(month_end_after("month_end", -12), 1) }} as period_start,
    month_end as period_end,
    '截至' || year_number || '年' || month_number || '月的12个月' as label_zh,
    '12 months to ' || month_name || ' ' || year_number as label_en
from calendar
