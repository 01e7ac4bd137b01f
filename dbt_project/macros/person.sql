{# Who a person is (GB 11643): one form of an identity number. Nothing here judges whether a number is genuine. #}

{#
An identity number trimmed, half-width and upper case; a number of 15 digits extended to 18 (the century 19 and the check
digit of ISO 7064 MOD 11-2). Null for an empty text.
#}
{% macro person_id(column) -%}
    {%- set plain = half_width("upper(trim(" ~ column ~ "))") -%}
    case
        when length({{ plain }}) = 15 and translate({{ plain }}, '0123456789', '') = ''
            then {{ eighteen_digits(plain) }}
        else nullif({{ plain }}, '')
    end
{%- endmacro %}

{# Full-width digits and capital letters as half-width ones, a full-width space as none. #}
{% macro half_width(expression) -%}
    translate(
        {{ expression }},
        '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ',
        '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    )
{%- endmacro %}

{% macro eighteen_digits(fifteen) -%}
    {%- set body = "substr(" ~ fifteen ~ ", 1, 6) || '19' || substr(" ~ fifteen ~ ", 7, 9)" -%}
    {%- set weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] -%}
    {{ body }} || substr(
        '10X98765432',
        1 + (
            {%- for weight in weights %}
            {{ weight }} * cast(substr({{ body }}, {{ loop.index }}, 1) as integer){{ ' +' if not loop.last }}
            {%- endfor %}
        ) % 11,
        1
    )
{%- endmacro %}
