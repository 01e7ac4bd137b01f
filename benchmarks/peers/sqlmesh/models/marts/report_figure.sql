MODEL (name hrss.report_figure, kind FULL, description 'What agencies add up themselves: a region''s own row, else the sum of those directly below.');

with
report_row as (
    select 'urban_employed_stock' as report, region_code, period_end, unit, employed * weight as employed
    from hrss.stg_urban_employed_stock
    union all by name
    select 'labour_contract_report' as report, region_code, period_end, unit, required * weight as required, signed * weight as signed
    from hrss.stg_labour_contract_report
    union all by name
    select 'talent_stock_report' as report, region_code, period_end, unit, senior * weight as senior, intermediate * weight as intermediate, junior * weight as junior, high_skilled * weight as high_skilled
    from hrss.stg_talent_stock_report
    union all by name
    select 'population_denominator' as report, region_code, period_end, unit, pensionable * weight as pensionable, registered * weight as registered
    from hrss.stg_population_denominator
),
own as (
    select report_row.*, region.level, region.parent_code
    from report_row inner join hrss.region as region on report_row.region_code = region.region_code
    qualify row_number() over (partition by report, report_row.region_code, period_end order by unit desc) = 1
),
unit_row as (
    select
        report, region_code, period_end,
        employed, required, signed, senior, intermediate, junior, high_skilled, pensionable, registered
    from own where level = 'prefecture'
    union all
    select
        report, parent_code as region_code, period_end,
        sum(employed) as employed, sum(required) as required, sum(signed) as signed, sum(senior) as senior,
        sum(intermediate) as intermediate, sum(junior) as junior, sum(high_skilled) as high_skilled,
        sum(pensionable) as pensionable, sum(registered) as registered
    from own
    where level = 'county' and (report, parent_code, period_end) not in (select (report, region_code, period_end) from own)
    group by report, parent_code, period_end
)
select
    report, region_code, period_end,
    employed, required, signed, senior, intermediate, junior, high_skilled, pensionable, registered
from own where level <> 'prefecture'
union all
select
    report, region_code, period_end,
    employed, required, signed, senior, intermediate, junior, high_skilled, pensionable, registered
from unit_row
union all
select
    report, '420000' as region_code, period_end,
    sum(employed) as employed, sum(required) as required, sum(signed) as signed, sum(senior) as senior,
    sum(intermediate) as intermediate, sum(junior) as junior, sum(high_skilled) as high_skilled,
    sum(pensionable) as pensionable, sum(registered) as registered
from unit_row
where (report, period_end) not in (select (report, period_end) from own where region_code = '420000')
group by report, period_end
