{#
Of a report with several rows a region, those that count for the province, a city group or a unit: its own, otherwise
those of what lies directly below, as in reported_rows. Of one region those of the unit's own dump go before the
province's, whole. Columns: region_code (for which the row counts), reported_for (the row's own), region_unit,
period_start, period_end, weight, `columns`, and is_whole: whether a sum has rows of each of its units, or word that
there are none (a dump without rows).
#}
{% macro reported_cells(extract, staged, columns) -%}
    {%- set kept -%}
        {%- for column in columns %} unit_row.{{ column }}, {%- endfor %}
        unit_row.period_start,
        unit_row.period_end,
        unit_row.weight
    {%- endset -%}
    with
        ranked as (

            select
                *,
                rank() over (
                    partition by region_code, period_end order by case when unit_code = region_unit then 0 else 1 end
                ) as place
            from {{ staged }}

        ),

        own_row as (select * from ranked where place = 1),

        has_own as (select distinct region_code, period_end from own_row),

        unit_row as (

            select own_row.*
            from own_row
            left join
                has_own as units_own
                on own_row.region_unit = units_own.region_code
                and own_row.period_end = units_own.period_end
            where own_row.region_code = own_row.region_unit or units_own.region_code is null

        ),

        made_of as (
            select region_code, unit_code, count(*) over (partition by region_code) as units
            from {{ ref("int_region_unit") }}
        ),

        told as (

            select region_unit as unit_code, period_end
            from unit_row
            union
            select unit_code, period_end
            from {{ source("landed", "dump") }}
            where extract = '{{ extract }}' and is_zero

        ),

        units_in as (

            select made_of.region_code, told.period_end, count(*) as units
            from told
            inner join made_of on told.unit_code = made_of.unit_code
            group by made_of.region_code, told.period_end

        )

    select
        {{ kept }},
        coalesce(unit_row.region_unit, unit_row.region_code) as region_code,
        unit_row.region_code as reported_for,
        unit_row.region_unit,
        true as is_whole
    from unit_row

    union all

    select
        {{ kept }},
        made_of.region_code,
        unit_row.region_code as reported_for,
        unit_row.region_unit,
        units_in.units = made_of.units as is_whole
    from unit_row
    inner join made_of on unit_row.region_unit = made_of.unit_code
    inner join units_in on made_of.region_code = units_in.region_code and unit_row.period_end = units_in.period_end
    left join
        has_own as own_of_whole
        on made_of.region_code = own_of_whole.region_code
        and unit_row.period_end = own_of_whole.period_end
    where own_of_whole.region_code is null
{%- endmacro %}
