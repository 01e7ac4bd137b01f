{#
Of each day of the calendar the last one of a term of working days that begins after it (the day itself does not count);
null where the calendar ends before.
#}
with
    calendar_days as (select * from {{ ref("calendar_days") }}),

    numbered as (

        select day, is_working, sum(case when is_working then 1 else 0 end) over (order by day) as working_days
        from calendar_days

    )

select begun.day as accepted_on, ended.day as term_end
from numbered as begun
left join
    numbered as ended
    on ended.is_working
    and ended.working_days = begun.working_days + {{ var("inspection_open_working_days") }}
