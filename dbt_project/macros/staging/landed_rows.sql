{# What every staging model does with landed rows: keep one row per key, add what follows from region and person. #}
{% macro landing_columns(relation) -%}
    {{ relation }}.dump_id,
    {{ relation }}.line_number,
    {{ relation }}.unit_code,
    {{ relation }}.period_start,
    {{ relation }}.period_end,
    {{ relation }}.revision,
    {{ relation }}.sampling_fraction
{%- endmacro %}

{#
The rows of an extract that count. Without a key (snapshot, report) all of them. With one, a row per key: of events that
of the newest (period, revision); of upserts that of the newest period; on a tie the smaller unit code's. A key is
unique within a dump, so the dump's standing decides; few keys are repeated, so only those are looked up.

Rows of unchanged dumps stay: see incremental/replace_dumps.sql.
#}
{% macro landed_rows(extract, key=[], load="") -%}
    {{ incremental_over_dumps_of(extract, key) }}
    {%- set rows = source("landed", extract) -%}
    {%- if key -%}
        with
            ranked_dump as (

                select
                    dump_id,
                    row_number() over (
                        order by period_end{{ ', revision' if load == 'events' }}, unit_code desc
                    ) as standing
                from {{ source("landed", "dump") }}
                where extract = '{{ extract }}'

            ),

            ranked_row as {{ read_anew() }} (

                select landed.*, ranked_dump.standing
                from {{ rows }} as landed
                inner join ranked_dump on landed.dump_id = ranked_dump.dump_id
                {%- if builds_on_last_build() %}
                    where {{ key_of("landed", key) }} in (select key from touched_key)
                {%- endif %}

            ),

            repeated_key as (

                select {{ key | join(", ") }}, max(standing) as newest_standing
                from ranked_row
                where {{ may_come_again("ranked_row", key) }}
                group by {{ key | join(", ") }}
                having count(*) > 1

            )

        select ranked_row.*
        from ranked_row
        left join
            repeated_key
            on {% for column in key -%}
                ranked_row.{{ column }} = repeated_key.{{ column }} {{- ' and ' if not loop.last }}
            {%- endfor %}
        where repeated_key.newest_standing is null or ranked_row.standing = repeated_key.newest_standing
    {%- else -%}
        select *
        from {{ rows }}
        {%- if builds_on_last_build() %} where dump_id in (select dump_id from changed_dump where is_active)
        {%- endif %}
    {%- endif -%}
{%- endmacro %}

{# The reporting unit above a row's region: the unit itself for a unit's own rows, null for the province's own. #}
{% macro region_unit(regions) -%}
    case
        when {{ regions }}.level = 'prefecture'
        then {{ regions }}.region_code
        when {{ regions }}.level = 'county'
        then {{ regions }}.parent_code
    end
{%- endmacro %}

{# What a row of a sampled dump stands for: one over the fraction. #}
{% macro weight(relation) -%} 1 / {{ relation }}.sampling_fraction {%- endmacro %}
