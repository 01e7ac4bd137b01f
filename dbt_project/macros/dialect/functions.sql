{# What engines name differently, beyond days and periods (periods.sql): lists, calendars, time zones. #}
{# In a select list: one row for each month from one day to another, as the month's first day. #}
{% macro each_month(first_day, last_day) -%}
    {{ adapter.dispatch("each_month", "hrss")(first_day, last_day) }}
{%- endmacro %}

{% macro default__each_month(first_day, last_day) -%}
    explode(sequence({{ month_of(first_day) }}, {{ last_day }}, interval 1 month))
{%- endmacro %}

{% macro duckdb__each_month(first_day, last_day) -%}
    cast(unnest(generate_series({{ month_of(first_day) }}, {{ last_day }}, interval 1 month)) as date)
{%- endmacro %}

{# The day some months later; the last day of a month stays a last day. #}
{% macro month_end_after(month_end, months) -%}
    last_day(cast({{ dbt.dateadd("month", months, month_end) }} as date))
{%- endmacro %}

{# A moment as the clocks of Asia/Shanghai show it, without a time zone: every client can read that. #}
{% macro local_time(moment) -%} {{ adapter.dispatch("local_time", "hrss")(moment) }} {%- endmacro %}

{% macro default__local_time(moment) -%}
    from_utc_timestamp(to_utc_timestamp({{ moment }}, current_timezone()), 'Asia/Shanghai')
{%- endmacro %}

{% macro duckdb__local_time(moment) -%} {{ moment }} at time zone 'Asia/Shanghai' {%- endmacro %}

{# The day of a moment in Asia/Shanghai, where "today" is. #}
{% macro local_day(moment) -%} cast({{ local_time(moment) }} as date) {%- endmacro %}

{# A text of parts separated by semicolons, as a list. #}
{% macro split_list(text) -%} {{ adapter.dispatch("split_list", "hrss")(text) }} {%- endmacro %}

{% macro default__split_list(text) -%} split({{ text }}, ';') {%- endmacro %}

{% macro duckdb__split_list(text) -%} string_split({{ text }}, ';') {%- endmacro %}

{# Anything as a text: not every engine joins a number to one unasked. #}
{% macro text_of(expression) -%} cast({{ expression }} as {{ dbt.type_string() }}) {%- endmacro %}

{#
Written between `as` and the bracket of a common table that stands for many rows and is read several times: it is read
anew each time. DuckDB would put all its rows down first; other engines read anew unless told otherwise.
#}
{% macro read_anew() -%} {{ adapter.dispatch("read_anew", "hrss")() }} {%- endmacro %}

{% macro default__read_anew() -%} {%- endmacro %}

{% macro duckdb__read_anew() -%} not materialized {%- endmacro %}

{# A number for one or several columns: equal ones have the same, others hardly ever. #}
{% macro hash_of(columns) -%} {{ adapter.dispatch("hash_of", "hrss")(columns) }} {%- endmacro %}

{% macro default__hash_of(columns) -%} xxhash64({{ columns | join(", ") }}) {%- endmacro %}

{% macro duckdb__hash_of(columns) -%} hash({{ columns | join(", ") }}) {%- endmacro %}

{#
A condition that all rows meet whose key comes again in the relation, and hardly any other: written before keys are
grouped. Of tens of millions of keys only the numbers are held in memory; the keys themselves would have to be put down.
#}
{% macro may_come_again(relation, key, where="true") -%}
    {{ hash_of(key) }}
    in (select {{ hash_of(key) }} from {{ relation }} where {{ where }} group by {{ hash_of(key) }} having count(*) > 1)
{%- endmacro %}
