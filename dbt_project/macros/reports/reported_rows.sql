{# Figures that agencies report themselves: whose row counts for a region, and what is put together from below. #}
{#
The rows of a report (staged) that are a region's own, one per region and period: the unit's own dump goes before the
province's.
#}
{% macro own_rows(staged) -%}
    select *
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
The rows that a report's figure of a region is made of: its own row, else those that the figures of the regions directly
below are made of, found the same way. Columns: dump_id, line_number, region_code (for which the row counts),
period_start, period_end, weight, is_own, the figures as delivered.
#}
{% macro reported_rows(staged, figures) -%}
    with
        own_row as ({{ own_rows(staged) }}),

        province as (select region_code from {{ ref("regions") }} where level = 'province'),

        unit_row as (

            select own_row.*, own_row.region_code = own_row.region_unit as is_own
            from own_row
            left join
                own_row as units_own
                on own_row.region_unit = units_own.region_code
                and own_row.period_end = units_own.period_end
            where
                own_row.region_unit is not null
                and (own_row.region_code = own_row.region_unit or units_own.region_code is null)

        )

    select {{ reported_columns("own_row", figures) }}, own_row.region_code, true as is_own
    from own_row
    where own_row.region_unit is null or own_row.region_unit <> own_row.region_code

    union all

    select {{ reported_columns("unit_row", figures) }}, unit_row.region_unit as region_code, unit_row.is_own
    from unit_row

    union all

    select {{ reported_columns("unit_row", figures) }}, province.region_code, false as is_own
    from unit_row
    cross join province
    left join
        own_row as provinces_own
        on province.region_code = provinces_own.region_code
        and unit_row.period_end = provinces_own.period_end
    where provinces_own.region_code is null
{%- endmacro %}

{% macro reported_columns(relation, figures) -%}
    {{ relation }}.dump_id,
    {{ relation }}.line_number,
    {{ relation }}.period_start,
    {{ relation }}.period_end,
    {{ relation }}.weight,
    {%- for figure in figures %} {{ relation }}.{{ figure }}{{ "," if not loop.last }} {%- endfor %}
{%- endmacro %}

{#
The figures of every region and period, weighed like any row and added up. Columns: region_code, period_start,
period_end, the figures, is_estimate, is_own.
#}
{% macro rolled_up_figures(staged, figures) -%}
    select
        region_code,
        period_start,
        period_end,
        {%- for figure in figures %} sum({{ figure }} * weight) as {{ figure }}, {%- endfor %}
        bool_or(weight <> 1) as is_estimate,
        bool_or(is_own) as is_own
    from ({{ reported_rows(staged, figures) }}) as reported_row
    group by region_code, period_start, period_end
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
