{# Shared by all staging models: one row per key, reporting unit, weight. #}
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
unique within a dump, so the dump's rank decides; few keys are repeated, so only those are looked up.

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
                    ) as rank
                from {{ source("landed", "dump") }}
                where extract = '{{ extract }}'

            ),

            ranked_row as {{ not_materialized_cte() }} (

                select landed.*, ranked_dump.rank
                from {{ rows }} as landed
                inner join ranked_dump on landed.dump_id = ranked_dump.dump_id
                {%- if builds_on_last_build() %}
                    where {{ key_of("landed", key) }} in (select key from touched_key)
                {%- endif %}

            ),

            repeated_key as (

                select {{ key | join(", ") }}, max(rank) as newest_rank
                from ranked_row
                where {{ has_duplicate_hash("ranked_row", key) }}
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
        where repeated_key.newest_rank is null or ranked_row.rank = repeated_key.newest_rank
    {%- else -%}
        select *
        from {{ rows }}
        {%- if builds_on_last_build() %} where dump_id in (select dump_id from changed_dump where is_active)
        {%- endif %}
    {%- endif -%}
{%- endmacro %}

{# The reporting unit of a region: itself for a prefecture, the prefecture of a county, null for the province. #}
{% macro region_unit(regions) -%}
    case
        when {{ regions }}.level = 'prefecture'
        then {{ regions }}.region_code
        when {{ regions }}.level = 'county'
        then {{ regions }}.parent_code
    end
{%- endmacro %}

{# The weight of a row of a sampled dump: 1 / sampling fraction. #}
{% macro weight(relation) -%} 1 / {{ relation }}.sampling_fraction {%- endmacro %}
