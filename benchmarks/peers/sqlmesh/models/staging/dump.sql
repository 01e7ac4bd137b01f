MODEL (name hrss.dump, kind FULL, description 'One row per dump: what its manifest says.');

select
    replace(parse_filename(filename), '.csv.manifest.json', '') as dump,
    extract,
    unit,
    case
        when period like '%-Q%' then last_day(make_date(left(period, 4)::int, right(period, 1)::int * 3, 1))
        when length(period) = 4 then make_date(period::int, 12, 31)
        else last_day((period || '-01')::date)
    end as period_end,
    1 / coalesce(sampling_fraction, 1) as weight,
    coalesce(rows = 0, false) as is_zero
from read_json(
    @VAR('inbox') || '/*/*/*.manifest.json',
    filename = true,
    columns = {'extract': 'VARCHAR', 'unit': 'VARCHAR', 'period': 'VARCHAR', 'sampling_fraction': 'DOUBLE', 'rows': 'BIGINT'}
)
