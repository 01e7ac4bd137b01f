{# How suppression names the running totals it works on. #}
{#
The line of one count (count_family) within a span (a calendar year, or one day of a stock) for a county or its unit:
lines of one unit sort by the county's code.
#}
{% macro suppression_line(region_code) -%}
    count_family || '/' || {{ text_of("span_end") }} || '/' || {{ region_code }}
{%- endmacro %}
