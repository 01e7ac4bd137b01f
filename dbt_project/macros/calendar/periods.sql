{# Dates and calendar periods. Functions whose names differ between engines are dispatched. #}
{# The first day of a day's month. #}
{% macro month_of(day) -%} cast(date_trunc('month', {{ day }}) as date) {%- endmacro %}

{% macro quarter_start(day) -%}
    make_date(extract(year from {{ day }}), extract(quarter from {{ day }}) * 3 - 2, 1)
{%- endmacro %}

{% macro quarter_end(day) -%}
    last_day(make_date(extract(year from {{ day }}), extract(quarter from {{ day }}) * 3, 1))
{%- endmacro %}

{% macro year_start(day) -%} make_date(extract(year from {{ day }}), 1, 1) {%- endmacro %}

{% macro year_end(day) -%} make_date(extract(year from {{ day }}), 12, 31) {%- endmacro %}

{# Adds days to a date. #}
{% macro days_after(day, days) -%} {{ adapter.dispatch("days_after", "hrss")(day, days) }} {%- endmacro %}

{% macro default__days_after(day, days) -%} date_add({{ day }}, {{ days }}) {%- endmacro %}

{% macro duckdb__days_after(day, days) -%} {{ day }} + {{ days }} {%- endmacro %}

{# A date as a number of eight digits: 20240331. #}
{% macro day_number(day) -%}
    (extract(year from {{ day }}) * 10000 + extract(month from {{ day }}) * 100 + extract(day from {{ day }}))
{%- endmacro %}
