-- Population by year: of the year, else of the newest of the two before.
select region_code, year(period_end) + back as year, pensionable, registered
from {{ ref('report_figure') }} cross join (select unnest([0, 1, 2]) as back) as years
where report = 'population_denominator'
qualify row_number() over (partition by region_code, year(period_end) + back order by back) = 1
