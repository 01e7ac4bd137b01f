{# Figures that agencies report: which row counts for a region, and sums over the regions below where there is none. #}
{#
One row of a report (staged) per region and period, and per value of the columns `by` of its key: the one of the unit's
own dump before that of the province's.
#}
{% macro direct_rows(staged, by=[]) -%}
    select *
    from
        (
            select
                *,
                row_number() over (
                    partition by {{ (["region_code", "period_end"] + by) | join(", ") }}
                    order by case when unit_code = region_unit then 0 else 1 end
                ) as rank
            from {{ staged }}
        ) as delivered_row
    where rank = 1
{%- endmacro %}

{#
The rows that a region's reported figure is computed from: the region's own row (`is_direct`), otherwise the rows of the
regions directly below, by the same rule. Columns: dump_id, line_number, region_code (for which the row counts),
period_start, period_end, weight, is_direct, the columns `by`, the figures as delivered.
#}
{% macro reported_rows(staged, figures, by=[]) -%}
    with
        own_row as ({{ direct_rows(staged, by) }}),

        unit_row as (

            select own_row.*, own_row.region_code = own_row.region_unit as is_direct
            from own_row
            left join
                own_row as units_own
                on own_row.region_unit = units_own.region_code
                and own_row.period_end = units_own.period_end
                {%- for column in by %} and own_row.{{ column }} = units_own.{{ column }} {%- endfor %}
            where
                own_row.region_unit is not null
                and (own_row.region_code = own_row.region_unit or units_own.region_code is null)

        )

    select {{ reported_columns("own_row", by + figures) }}, own_row.region_code, true as is_direct
    from own_row
    where own_row.region_unit is null or own_row.region_unit <> own_row.region_code

    union all

    select {{ reported_columns("unit_row", by + figures) }}, unit_row.region_unit as region_code, unit_row.is_direct
    from unit_row

    union all

    select {{ reported_columns("unit_row", by + figures) }}, whole.region_code, false as is_direct
    from unit_row
    inner join {{ ref("int_region_unit") }} as whole on unit_row.region_unit = whole.unit_code
    left join
        own_row as own_of_whole
        on whole.region_code = own_of_whole.region_code
        and unit_row.period_end = own_of_whole.period_end
        {%- for column in by %} and unit_row.{{ column }} = own_of_whole.{{ column }} {%- endfor %}
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
period_end, the columns `by`, the figures, is_estimate, is_direct.
#}
{% macro aggregated_figures(staged, figures, by=[]) -%}
    select
        region_code,
        period_start,
        period_end,
        {%- for column in by %} {{ column }}, {%- endfor %}
        {%- for figure in figures %} sum({{ figure }} * weight) as {{ figure }}, {%- endfor %}
        bool_or(weight <> 1) as is_estimate,
        bool_or(is_direct) as is_direct
    from ({{ reported_rows(staged, figures, by) }}) as reported_row
    group by {{ (["region_code", "period_start", "period_end"] + by) | join(", ") }}
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

{#
Where the figure of the province or a city group is a sum that lacks a unit: region_code, period_end. A unit whose dump
of the extract is without rows has told a true zero.
#}
{% macro sums_without_a_unit(aggregated, extract) -%}
    select distinct summed.region_code, summed.period_end
    from {{ aggregated }} as summed
    inner join {{ ref("int_region_unit") }} as unit on summed.region_code = unit.region_code
    left join {{ aggregated }} as below on unit.unit_code = below.region_code and summed.period_end = below.period_end
    left join
        {{ source("landed", "dump") }} as zero
        on zero.extract = '{{ extract }}'
        and zero.is_zero
        and unit.unit_code = zero.unit_code
        and summed.period_end = zero.period_end
    where not summed.is_direct and below.region_code is null and zero.dump_id is null
{%- endmacro %}

{#
The sums of monthly figures over periods: relation `period` (of int_flow_period), `figure` (of aggregated_figures) and
`lacking` (of sums_without_a_unit). is_complete: every month is there, of every unit.
#}
{% macro figures_of_periods(period, figure, lacking, figures) -%}
    select
        {{ period }}.region_code,
        {{ period }}.period_type,
        {{ period }}.period_start,
        {{ period }}.period_end,
        {%- for name in figures %} sum({{ figure }}.{{ name }}) as {{ name }}, {%- endfor %}
        bool_or({{ figure }}.is_estimate) as is_estimate,
        {{ period }}.units_received = {{ period }}.units_expected
        and count(*) = {{ period }}.months_in_period
        and bool_and({{ lacking }}.region_code is null) as is_complete
    from {{ period }}
    inner join
        {{ figure }}
        on {{ period }}.region_code = {{ figure }}.region_code
        and {{ figure }}.period_end between {{ period }}.period_start and {{ period }}.period_end
    left join
        {{ lacking }}
        on {{ figure }}.region_code = {{ lacking }}.region_code
        and {{ figure }}.period_end = {{ lacking }}.period_end
    group by
        {{ period }}.region_code,
        {{ period }}.period_type,
        {{ period }}.period_start,
        {{ period }}.period_end,
        {{ period }}.units_received,
        {{ period }}.units_expected,
        {{ period }}.months_in_period
{%- endmacro %}
