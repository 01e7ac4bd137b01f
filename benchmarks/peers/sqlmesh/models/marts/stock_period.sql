MODEL (name hrss.stock_period, kind FULL, description 'The periods of a stock: its last month''s.');

select extract, region_code, 'month' as period_type, period_end as t
from hrss.covered
where extract not in ('urban_employed_stock', 'labour_contract_report', 'talent_stock_report', 'population_denominator')
union all
select extract, region_code, 'quarter' as period_type, period_end as t
from hrss.covered
where month(period_end) % 3 = 0 and extract not in ('talent_stock_report', 'population_denominator')
union all
select extract, region_code, 'year' as period_type, period_end as t from hrss.covered where month(period_end) = 12
