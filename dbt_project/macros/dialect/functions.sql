{# Functions whose names differ between engines: lists, calendars, time zones, hashes. Days and periods: calendar/periods.sql. #}
{# In a select list: one row per month between two days, as the month's first day. #}
{% macro each_month(first_day, last_day) -%}
    {{ adapter.dispatch("each_month", "hrss")(first_day, last_day) }}
{%- endmacro %}

{% macro default__each_month(first_day, last_day) -%}
    explode(sequence({{ month_of(first_day) }}, {{ last_day }}, interval 1 month))
{%- endmacro %}

{% macro duckdb__each_month(first_day, last_day) -%}
    cast(unnest(generate_series({{ month_of(first_day) }}, {{ last_day }}, interval 1 month)) as date)
{%- endmacro %}

{# Adds months to a month's last day; the result is a month's last day. #}
{% macro month_end_after(month_end, months) -%}
    last_day(cast({{ dbt.dateadd("month", months, month_end) }} as date))
{%- endmacro %}

{# A timestamp in the time zone Asia/Shanghai, as a type without time zone, which every client can read. #}
{% macro local_time(moment) -%} {{ adapter.dispatch("local_time", "hrss")(moment) }} {%- endmacro %}

{% macro default__local_time(moment) -%}
    from_utc_timestamp(to_utc_timestamp({{ moment }}, current_timezone()), 'Asia/Shanghai')
{%- endmacro %}

{% macro duckdb__local_time(moment) -%} {{ moment }} at time zone 'Asia/Shanghai' {%- endmacro %}

{# The date of a timestamp in Asia/Shanghai. #}
{% macro local_day(moment) -%} cast({{ local_time(moment) }} as date) {%- endmacro %}

{# Splits a text at semicolons into a list. #}
{% macro split_list(text) -%} {{ adapter.dispatch("split_list", "hrss")(text) }} {%- endmacro %}

{% macro default__split_list(text) -%} split({{ text }}, ';') {%- endmacro %}

{% macro duckdb__split_list(text) -%} string_split({{ text }}, ';') {%- endmacro %}

{# Several expressions as one value, compared by the first, then the second; by name. #}
{% macro struct_of() -%} {{ adapter.dispatch("struct_of", "hrss")(kwargs) }} {%- endmacro %}

{% macro default__struct_of(fields) -%}
    named_struct(
        {%- for name, value in fields.items() -%}'{{ name }}', {{ value }} {{- ", " if not loop.last }} {%- endfor -%}
    )
{%- endmacro %}

{% macro duckdb__struct_of(fields) -%}
    struct_pack(
        {%- for name, value in fields.items() -%}{{ name }} := {{ value }} {{- ", " if not loop.last }} {%- endfor -%}
    )
{%- endmacro %}

{# In a select list: all columns of a relation but one. #}
{% macro all_but(relation, column) -%} {{ adapter.dispatch("all_but", "hrss")(relation, column) }} {%- endmacro %}

{% macro default__all_but(relation, column) -%} {{ relation }}.* except ({{ column }}) {%- endmacro %}

{% macro duckdb__all_but(relation, column) -%} {{ relation }}.* exclude ({{ column }}) {%- endmacro %}

{# Casts to text: not every engine concatenates numbers without it. #}
{% macro to_text(expression) -%} cast({{ expression }} as {{ dbt.type_string() }}) {%- endmacro %}

{#
Put after `as` in a large CTE that is referenced more than once: DuckDB would otherwise materialize all its rows, on disk
if need be. Other engines inline CTEs by default.
#}
{% macro not_materialized_cte() -%} {{ adapter.dispatch("not_materialized_cte", "hrss")() }} {%- endmacro %}

{% macro default__not_materialized_cte() -%} {%- endmacro %}

{% macro duckdb__not_materialized_cte() -%} not materialized {%- endmacro %}

{# A hash of one or several columns. #}
{% macro hash_of(columns) -%} {{ adapter.dispatch("hash_of", "hrss")(columns) }} {%- endmacro %}

{% macro default__hash_of(columns) -%} xxhash64({{ columns | join(", ") }}) {%- endmacro %}

{% macro duckdb__hash_of(columns) -%} hash({{ columns | join(", ") }}) {%- endmacro %}

{#
A condition that keeps all rows with a repeated key and, but for hash collisions, no others: a cheap filter before keys are
grouped. Only hashes of tens of millions of keys are held in memory; the keys themselves would spill to disk.
#}
{% macro has_duplicate_hash(relation, key, where="true") -%}
    {{ hash_of(key) }}
    in (select {{ hash_of(key) }} from {{ relation }} where {{ where }} group by {{ hash_of(key) }} having count(*) > 1)
{%- endmacro %}
