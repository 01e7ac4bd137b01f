MODEL (name hrss.flow_period, kind FULL, description 'Every month, quarter, year and year to date that a covered month lies in.');

with monthly as (
    select extract, region_code, period_end from hrss.covered
    where extract not in ('urban_employed_stock', 'labour_contract_report', 'talent_stock_report', 'population_denominator')
)
select extract, region_code, 'month' as period_type, date_trunc('month', period_end)::date as s, period_end as t from monthly
union
select
    extract, region_code, 'quarter' as period_type, date_trunc('quarter', period_end)::date as s,
    last_day(date_trunc('quarter', period_end)::date + interval 2 month)::date as t
from monthly
union
select
    extract, region_code, 'year' as period_type, make_date(year(period_end), 1, 1) as s, make_date(year(period_end), 12, 31) as t
from monthly
union
select extract, region_code, 'ytd' as period_type, make_date(year(period_end), 1, 1) as s, period_end as t from monthly
