{# Figures that agencies report: which row counts for a region, and sums over the regions below where there is none. #}
{#
One row of a report (staged) per region and period: the one of the unit's own dump before that of the province's.
#}
{% macro direct_rows(staged) -%}
    select *
    from
        (
            select
                *,
                row_number() over (
                    partition by region_code, period_end order by case when unit_code = region_unit then 0 else 1 end
                ) as rank
            from {{ staged }}
        ) as delivered_row
    where rank = 1
{%- endmacro %}

{#
The rows that a region's reported figure is computed from: the region's own row (`is_direct`), otherwise the rows of the
regions directly below, by the same rule. Columns: dump_id, line_number, region_code (for which the row counts),
period_start, period_end, weight, is_direct, the figures as delivered.
#}
{% macro reported_rows(staged, figures) -%}
    with
        own_row as ({{ direct_rows(staged) }}),

        unit_row as (

            select own_row.*, own_row.region_code = own_row.region_unit as is_direct
            from own_row
            left join
                own_row as units_own
                on own_row.region_unit = units_own.region_code
                and own_row.period_end = units_own.period_end
            where
                own_row.region_unit is not null
                and (own_row.region_code = own_row.region_unit or units_own.region_code is null)

        )

    select {{ reported_columns("own_row", figures) }}, own_row.region_code, true as is_direct
    from own_row
    where own_row.region_unit is null or own_row.region_unit <> own_row.region_code

    union all

    select {{ reported_columns("unit_row", figures) }}, unit_row.region_unit as region_code, unit_row.is_direct
    from unit_row

    union all

    select {{ reported_columns("unit_row", figures) }}, whole.region_code, false as is_direct
    from unit_row
    inner join {{ ref("int_region_unit") }} as whole on unit_row.region_unit = whole.unit_code
    left join
        own_row as own_of_whole
        on whole.region_code = own_of_whole.region_code
        and unit_row.period_end = own_of_whole.period_end
    where own_of_whole.region_code is null
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
The figures of every region and period: weighted sums of reported_rows. Columns: region_code, period_start,
period_end, the figures, is_estimate, is_direct.
#}
{% macro aggregated_figures(staged, figures) -%}
    select
        region_code,
        period_start,
        period_end,
        {%- for figure in figures %} sum({{ figure }} * weight) as {{ figure }}, {%- endfor %}
        bool_or(weight <> 1) as is_estimate,
        bool_or(is_direct) as is_direct
    from ({{ reported_rows(staged, figures) }}) as reported_row
    group by region_code, period_start, period_end
{%- endmacro %}

{#
Where the figure of the province or a city group is a sum without a unit that the numerator covers: region_code, figure_period_end (of
the report) and delivery_end (of the numerator's deliveries that cover the unit).

aggregated: a relation made by aggregated_figures; extract: what the numerator is counted from.
#}
{% macro incomplete_sums(aggregated, extract) -%}
    select distinct summed.region_code, summed.period_end as figure_period_end, delivery.period_end as delivery_end
    from {{ aggregated }} as summed
    inner join {{ ref("int_region_unit") }} as unit on summed.region_code = unit.region_code
    inner join {{ ref("int_region_delivery") }} as delivery on unit.unit_code = delivery.region_code
    left join {{ aggregated }} as below on unit.unit_code = below.region_code and summed.period_end = below.period_end
    where not summed.is_direct and delivery.extract = '{{ extract }}' and below.region_code is null
{%- endmacro %}
