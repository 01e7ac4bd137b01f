-- A year's population is known long before the year is over: up to the run's day, not two years on.
with
    population as (select * from {{ ref("int_population_selected") }}),

    run as (select * from {{ source("landed", "run") }})

select
    population.region_code,
    cast(population.year as integer) as year,
    cast(extract(year from population.period_end) as integer) as counted_in,
    cast(population.registered_population as double) as registered_population,
    cast(population.resident_population as double) as resident_population,
    cast(population.statutory_pension_population as double) as statutory_pension_population,
    population.is_estimate
from population
cross join run
where population.year <= extract(year from run.as_of)
