-- One row per dump: what its manifest says.
select
    dump as dump,
    extract,
    unit,
    case
        when period like '%-Q%' then last_day(make_date(left(period, 4)::int, right(period, 1)::int * 3, 1))
        when length(period) = 4 then make_date(period::int, 12, 31)
        else last_day((period || '-01')::date)
    end as period_end,
    1 / coalesce(sampling_fraction, 1) as weight,
    coalesce(rows = 0, false) as is_zero
from {{ source('landing', 'manifest') }}
