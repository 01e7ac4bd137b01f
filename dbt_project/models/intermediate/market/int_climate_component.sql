-- Each component against the same quarter of the base year. A figure that is not final lacks a unit, or its quarter is
-- not over: it is held against nothing, and a year with such a quarter is no base.
with
    input as (

        select *, extract(year from period_end) as year, maturity = 'final' and value > 0 as is_known
        from {{ ref("int_climate_input") }}

    ),

    parameter as (select {{ parameter("climate_base_year") }} as base_year),

    weight as (

        {% for component in ["ratio", "vacancies", "new_employment", "unemployed"] %}
            select
                '{{ component }}' as component,
                {{ parameter("climate_weight_" ~ component) }} as weight
                {{ "union all" if not loop.last }}
        {% endfor %}
    ),

    -- four components in four quarters
    whole_year as (select region_code, year from input where is_known group by region_code, year having count(*) = 16),

    base as (

        select
            whole_year.region_code,
            case
                when bool_or(whole_year.year = parameter.base_year)
                then any_value(parameter.base_year)
                else min(whole_year.year)
            end as base_year
        from whole_year
        cross join parameter
        group by whole_year.region_code

    ),

    against_base as (

        select
            input.region_code,
            input.period_type,
            input.period_start,
            input.period_end,
            input.component,
            cast(input.value as double) as value,
            cast(base.base_year as integer) as base_year,
            cast(then_input.value as double) as base_value,
            cast(weight.weight as double) as weight,
            coalesce(input.is_known and input.definition_version = then_input.definition_version, false) as is_compared,
            input.maturity,
            input.is_estimate or coalesce(then_input.is_estimate, false) as is_estimate,
            input.too_uncertain or coalesce(then_input.too_uncertain, false) as too_uncertain
        from input
        inner join weight on input.component = weight.component
        left join base on input.region_code = base.region_code
        left join
            input as then_input
            on base.region_code = then_input.region_code
            and base.base_year = then_input.year
            and extract(quarter from input.period_end) = extract(quarter from then_input.period_end)
            and input.component = then_input.component

    )

select
    *,
    case when is_compared then value / base_value end as relative,
    -- what is as in the base year contributes 0, not minus 0
    case
        when is_compared then case when value = base_value then 0 else weight * ln(value / base_value) end
    end as contribution
from against_base
