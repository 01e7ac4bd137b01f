{# Who a person is (GB 11643): one form of an identity number. Nothing here judges whether a number is genuine. #}
{#
An identity number trimmed, half-width and upper case; a number of 15 digits extended to 18 (the century 19 and the
check digit of ISO 7064 MOD 11-2). Null for an empty text. Nearly all numbers are in that form already and are only
looked at: there are tens of millions of them.
#}
{% macro person_id(column) -%}
    {%- set plain = "trim(" ~ half_width("upper(" ~ column ~ ")") ~ ")" -%}
    case
        when {{ byte_length(column) }} = 18 and length({{ column }}) = 18 and upper(trim({{ column }})) = {{ column }}
        then {{ column }}
        when length({{ plain }}) = 15 and translate({{ plain }}, '0123456789', '') = ''
        then {{ eighteen_digits(plain) }}
        else nullif({{ plain }}, '')
    end
{%- endmacro %}

{# Full-width digits and capital letters as half-width ones; a full-width or unbreakable space as a plain one. #}
{% macro half_width(expression) -%}
    translate({{ expression }}, '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ　 ', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ  ')
{%- endmacro %}

{# The length of a text in bytes. #}
{% macro byte_length(column) -%} {{ adapter.dispatch("byte_length", "hrss")(column) }} {%- endmacro %}

{% macro default__byte_length(column) -%} octet_length({{ column }}) {%- endmacro %}

{% macro duckdb__byte_length(column) -%} strlen({{ column }}) {%- endmacro %}

{% macro eighteen_digits(fifteen) -%}
    {%- set body = "substr(" ~ fifteen ~ ", 1, 6) || '19' || substr(" ~ fifteen ~ ", 7, 9)" -%}
    {%- set weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] -%}
    {{ body }} || substr(
        '10X98765432',
        1 + (
            {%- for weight in weights %}
                {{ weight }} * cast(substr({{ body }}, {{ loop.index }}, 1) as integer){{ ' +' if not loop.last }}
            {%- endfor %}
        )
        % 11,
        1
    )
{%- endmacro %}
