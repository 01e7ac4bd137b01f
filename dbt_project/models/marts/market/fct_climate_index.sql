-- 100 times e to the sum of the components' contributions; null where one is. What rests on a figure that is too
-- uncertain has no light.
{% set components = ["ratio", "vacancies", "new_employment", "unemployed"] %}

with
    component as (select * from {{ ref("int_climate_component") }}),

    parameter as (

        select
            {%- for light in ["overheated", "warm", "stable", "cool"] %}
                {{ parameter("climate_light_" ~ light) }} as {{ light }}{{ "," if not loop.last }}
            {%- endfor %}

    ),

    side_by_side as (

        select
            region_code,
            period_type,
            period_start,
            period_end,
            {%- for name in components %}
                max(case when component = '{{ name }}' then contribution end) as {{ name }},
            {%- endfor %}
            max(base_year) as base_year,
            bool_or(too_uncertain) as too_uncertain,
            bool_and(maturity = 'final') as is_final,
            bool_or(is_estimate) as is_estimate
        from component
        group by region_code, period_type, period_start, period_end

    ),

    computed as (select *, 100 * exp({{ components | join(" + ") }}) as index_value from side_by_side)

select
    computed.region_code,
    computed.period_type,
    computed.period_start,
    computed.period_end,
    computed.base_year,
    computed.index_value,
    case
        when computed.too_uncertain or computed.index_value is null
        then null
        {%- for light in ["overheated", "warm", "stable", "cool"] %}
            when computed.index_value >= parameter.{{ light }} then '{{ light }}'
        {%- endfor %}
        else 'overcooled'
    end as light,
    computed.too_uncertain,
    case when computed.is_final then 'final' else 'provisional' end as maturity,
    computed.is_estimate,
    false as is_suppressed,
    1 as method_version
from computed
cross join parameter
