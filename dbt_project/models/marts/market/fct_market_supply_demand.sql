-- Sums over regions and slices: all, by industry, by occupation. `*` is all. A firm that looks for people of several
-- occupations stands in the rows of each: firms are told of one occupation alone.
{% set slices = ["", ", cell.industry_section", ", cell.occupation_group"] %}

with
    cell as (select * from {{ ref("int_market_cell") }}),

    delivery as (select * from {{ ref("int_region_delivery") }} where extract = 'market_supply_demand'),

    run as (select * from {{ source("landed", "run") }}),

    slice as (

        select
            cell.region_code,
            cell.period_start,
            cell.period_end,
            case when grouping(cell.industry_section) = 1 then '*' else cell.industry_section end as industry_section,
            case when grouping(cell.occupation_group) = 1 then '*' else cell.occupation_group end as occupation_group,
            sum(cell.vacancies * cell.weight) as vacancies,
            sum(cell.seekers * cell.weight) as seekers,
            case
                when grouping(cell.occupation_group) = 0 and count(cell.registered_firms) = count(*)
                then sum(cell.registered_firms * cell.weight)
            end as registered_firms,
            bool_and(cell.is_whole) as is_whole,
            bool_or(cell.weight <> 1) as is_estimate
        from cell
        group by
            grouping sets (
                {% for slice in slices %}
                    (cell.region_code, cell.period_start, cell.period_end{{ slice }}){{ "," if not loop.last }}
                {% endfor %}
            )

    )

select
    slice.region_code,
    'quarter' as period_type,
    slice.period_start,
    slice.period_end,
    slice.industry_section,
    slice.occupation_group,
    cast(slice.vacancies as double) as vacancies,
    cast(slice.seekers as double) as seekers,
    cast(slice.registered_firms as double) as registered_firms,
    cast(slice.vacancies as double) / nullif(cast(slice.seekers as double), 0) as ratio,
    case
        when delivery.units_received = delivery.units_expected and slice.is_whole and run.as_of > slice.period_end
        then 'final'
        else 'provisional'
    end as maturity,
    slice.is_estimate,
    false as is_suppressed,
    1 as method_version
from slice
inner join delivery on slice.region_code = delivery.region_code and slice.period_end = delivery.period_end
cross join run
where slice.period_start <= run.as_of
