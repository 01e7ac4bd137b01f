{# Figures that agencies report themselves: whose row counts for a region, and what is put together from below. #}
{#
The rows of a report (staged) that are a region's own, one per region and period: the unit's own dump goes before the
province's. Figures are weighed like any row.
#}
{% macro own_figures(staged, figures) -%}
    select
        region_code,
        region_unit,
        period_start,
        period_end,
        {%- for figure in figures %} {{ figure }} * weight as {{ figure }}, {%- endfor %}
        weight <> 1 as is_estimate
    from
        (
            select
                *,
                row_number() over (
                    partition by region_code, period_end order by case when unit_code = region_unit then 0 else 1 end
                ) as standing
            from {{ staged }}
        ) as delivered_row
    where standing = 1
{%- endmacro %}

{#
The figures of every region and period: its own row, else the sum of the regions directly below that have one, found the
same way. Columns: region_code, period_start, period_end, the figures, is_estimate, is_own.
#}
{% macro rolled_up_figures(staged, figures) -%}
    with
        own_row as ({{ own_figures(staged, figures) }}),

        province as (select region_code from {{ ref("regions") }} where level = 'province'),

        county_sum as (

            select
                region_unit as region_code,
                period_start,
                period_end,
                {%- for figure in figures %} sum({{ figure }}) as {{ figure }}, {%- endfor %}
                bool_or(is_estimate) as is_estimate
            from own_row
            where region_code <> region_unit
            group by region_unit, period_start, period_end

        ),

        unit_row as (

            select {{ figure_columns("own_row", figures) }}, true as is_own
            from own_row
            where own_row.region_code = own_row.region_unit

            union all

            select {{ figure_columns("county_sum", figures) }}, false as is_own
            from county_sum
            left join
                own_row on county_sum.region_code = own_row.region_code and county_sum.period_end = own_row.period_end
            where own_row.region_code is null

        ),

        unit_sum as (

            select
                province.region_code,
                unit_row.period_start,
                unit_row.period_end,
                {%- for figure in figures %} sum(unit_row.{{ figure }}) as {{ figure }}, {%- endfor %}
                bool_or(unit_row.is_estimate) as is_estimate
            from unit_row
            cross join province
            group by province.region_code, unit_row.period_start, unit_row.period_end

        )

    select {{ figure_columns("own_row", figures) }}, true as is_own
    from own_row
    where own_row.region_unit is null or own_row.region_unit <> own_row.region_code

    union all

    select {{ figure_columns("unit_row", figures) }}, unit_row.is_own
    from unit_row

    union all

    select {{ figure_columns("unit_sum", figures) }}, false as is_own
    from unit_sum
    left join own_row on unit_sum.region_code = own_row.region_code and unit_sum.period_end = own_row.period_end
    where own_row.region_code is null
{%- endmacro %}

{% macro figure_columns(relation, figures) -%}
    {{ relation }}.region_code,
    {{ relation }}.period_start,
    {{ relation }}.period_end,
    {%- for figure in figures %} {{ relation }}.{{ figure }}, {%- endfor %}
    {{ relation }}.is_estimate
{%- endmacro %}

{#
Where a figure of the province is a sum that lacks a unit which the numerator covers: region_code, figure_period_end (of
the report) and delivery_end (of the numerator's deliveries that cover the unit).

rolled_up: a relation made by rolled_up_figures; extract: what the numerator is counted from.
#}
{% macro sums_with_a_gap(rolled_up, extract) -%}
    select distinct summed.region_code, summed.period_end as figure_period_end, delivery.period_end as delivery_end
    from {{ rolled_up }} as summed
    inner join {{ ref("regions") }} as unit on summed.region_code = unit.parent_code and unit.level = 'prefecture'
    inner join {{ ref("int_region_delivery") }} as delivery on unit.region_code = delivery.region_code
    left join {{ rolled_up }} as below on unit.region_code = below.region_code and summed.period_end = below.period_end
    where not summed.is_own and delivery.extract = '{{ extract }}' and below.region_code is null
{%- endmacro %}
