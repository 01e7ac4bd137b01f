{# The population that rates of a year divide by: the year's own, else the newest of the two years before it. #}
with
    figure as (select * from {{ ref("int_population_aggregated") }}),

    years_back as (

        select 0 as years
        union all
        select 1 as years
        union all
        select 2 as years

    ),

    candidate as (

        select
            figure.*,
            extract(year from figure.period_end) + years_back.years as year,
            row_number() over (
                partition by figure.region_code, extract(year from figure.period_end) + years_back.years
                order by years_back.years
            ) as rank
        from figure
        cross join years_back

    )

select
    candidate.region_code,
    candidate.year,
    candidate.period_end,
    candidate.statutory_pension_population,
    candidate.registered_population,
    candidate.resident_population,
    delivery.units_received,
    delivery.units_expected,
    candidate.is_estimate,
    candidate.is_direct
from candidate
inner join
    {{ ref("int_region_delivery") }} as delivery
    on candidate.region_code = delivery.region_code
    and candidate.period_end = delivery.period_end
where candidate.rank = 1 and delivery.extract = 'population_denominator'
