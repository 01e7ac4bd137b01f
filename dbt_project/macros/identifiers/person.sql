{# Identity numbers (GB 11643) and credit codes (GB 32100): normal form, check digits. Whether a number is genuine is not decided here. #}
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

{# Converts full-width digits and capital letters to half-width, full-width and no-break spaces to plain ones. #}
{% macro half_width(expression) -%}
    translate({{ expression }}, '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ　 ', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ  ')
{%- endmacro %}

{# The length of a text in bytes. #}
{% macro byte_length(column) -%} {{ adapter.dispatch("byte_length", "hrss")(column) }} {%- endmacro %}

{% macro default__byte_length(column) -%} octet_length({{ column }}) {%- endmacro %}

{% macro duckdb__byte_length(column) -%} strlen({{ column }}) {%- endmacro %}

{% macro eighteen_digits(fifteen) -%}
    {%- set body = "substr(" ~ fifteen ~ ", 1, 6) || '19' || substr(" ~ fifteen ~ ", 7, 9)" -%}
    {{ body }} || {{ id_check_digit(body) }}
{%- endmacro %}

{# The check digit that belongs to 17 digits (GB 11643, ISO 7064 MOD 11-2). #}
{% macro id_check_digit(body) -%}
    {%- set weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] -%}
    substr(
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

{# Whether a person_id is an identity number of valid form and check digit. #}
{% macro is_identity_number(person) -%}
    case
        when length({{ person }}) <> 18 or translate(substr({{ person }}, 1, 17), '0123456789', '') <> ''
        then false
        else substr({{ person }}, 18, 1) = {{ id_check_digit(person) }}
    end
{%- endmacro %}

{# Whether a text is a unified social credit code with a valid check character (GB 32100, weights 3 to the n, modulo 31). #}
{% macro is_credit_code(code) -%}
    {%- set signs = "0123456789ABCDEFGHJKLMNPQRTUWXY" -%}
    case
        when length({{ code }}) <> 18 or translate({{ code }}, '{{ signs }}', '') <> ''
        then false
        else
            (
                position(substr({{ code }}, 18, 1) in '{{ signs }}') - 1
                {%- for weight in [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] %}
                    + {{ weight }} * (position(substr({{ code }}, {{ loop.index }}, 1) in '{{ signs }}') - 1)
                {%- endfor %}
            )
            % 31
            = 0
    end
{%- endmacro %}

{#
A person's full years on a day, times 10 000 and something: the day less the birth date of an identity number, both read
as a number of eight digits. Somebody turns 16 on the day on which this reaches 160000. Null where the number is not
right: its digits say nothing then.
#}
{% macro age_number(person, day) -%}
    case
        when {{ is_identity_number(person) }} then {{ day_number(day) }} - cast(substr({{ person }}, 7, 8) as integer)
    end
{%- endmacro %}
