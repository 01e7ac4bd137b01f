-- Cells of new urban employment: the registrations of the quarter, of which urban_new_employment subtracts attrition.
{% set dimensions = subjects()["employment"].dimensions %}

with
    quarter as ({{ subject_quarters("employment") }}),

    tally as (

        select
            registered.region_code,
            quarter.period_end,
            case
                when registered.sex in ('1', '2') then registered.sex else {{ sex_of("registered.person_id") }}
            end as sex,
            {{ age_band("registered.person_id", "quarter.period_end") }} as age_band,
            {{ dimension_code("registered.industry_code") }} as industry,
            {{ dimension_code("registered.employment_form") }} as employment_form,
            {{ dimension_code("registered.new_employment_kind") }} as new_employment_kind,
            registered.weight,
            count(*) as counted
        from {{ ref("stg_employment__employment_registration") }} as registered
        inner join quarter on registered.registered_on between quarter.period_start and quarter.counted_through
        where registered.{{ event_conditions()["urban_new_employment"].where }}
        group by all

    ),

    cell as ({{ subject_counts("tally", dimensions) }}),

    attrition as (

        select
            ancestry.belongs_to as region_code,
            quarter.period_end,
            '*' as dimension_1,
            cast(sum(gone.weight) as double) as attrition,
            bool_or(gone.weight <> 1) as is_estimate
        from {{ ref("stg_employment__employment_attrition") }} as gone
        inner join quarter on gone.occurred_on between quarter.period_start and quarter.counted_through
        inner join {{ ref("int_region_ancestry") }} as ancestry on gone.region_code = ancestry.region_code
        group by ancestry.belongs_to, quarter.period_end

    )

-- Attrition stands beside all alone: it has no dimension of them.
select
    coalesce(cell.region_code, attrition.region_code) as region_code,
    coalesce(cell.period_end, attrition.period_end) as period_end,
    coalesce(cell.dimension_1, '*') as dimension_1,
    coalesce(cell.key_1, '*') as key_1,
    coalesce(cell.dimension_2, '*') as dimension_2,
    coalesce(cell.key_2, '*') as key_2,
    coalesce(cell.n, 0) as n,
    coalesce(cell.observations, 0) as observations,
    cell.fewest,
    coalesce(cell.is_estimate, false) or coalesce(attrition.is_estimate, false) as is_estimate,
    case when coalesce(cell.dimension_1, '*') = '*' then coalesce(attrition.attrition, 0) end as attrition
from cell
full join
    attrition
    on cell.region_code = attrition.region_code
    and cell.period_end = attrition.period_end
    and cell.dimension_1 = attrition.dimension_1
