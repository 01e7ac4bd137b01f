{#
A code of a published table as people read it, in a language (zh, en); `kind` is one of labels(). Null for a code that
has no name.
#}
{% macro label(code, kind, language) -%}
    case
        {{ code }}
        {%- for known, names in labels()[kind].items() %}
            when '{{ known }}' then {{ dbt.string_literal(names[0 if language == "zh" else 1]) }}
        {%- endfor %}
    end
{%- endmacro %}

{# A note of labels() with values put in its places: SQL expressions by the places' names. #}
{% macro note(name, language, values=dict()) -%}
    {%- set text = labels()["note"][name][0 if language == "zh" else 1] -%}
    {%- set filled = namespace(sql=dbt.string_literal(text)) -%}
    {%- for place, value in values.items() -%}
        {%- set written = dbt.string_literal("{" ~ place ~ "}") -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", " ~ written ~ ", " ~ value ~ ")" -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}

{# What a view says of a value that is withheld: why, and no more. Null where it is not. #}
{% macro withheld(is_withheld, language) -%}
    case when {{ is_withheld }} then {{ note("withheld", language) }} end
{%- endmacro %}

{# A figure where it is not withheld. #}
{% macro unless_withheld(is_withheld, figure) -%} case when not {{ is_withheld }} then {{ figure }} end {%- endmacro %}

{# Why a value of fct_indicator_value is provisional; `missing` names the units that are due and not in. #}
{% macro why_provisional(figure, missing, language) -%}
    {%- set expected, received = figure ~ ".reporting_units_expected", figure ~ ".reporting_units_received" -%}
    {%- set counts = dict(expected=to_text(expected), received=to_text(received)) -%}
    {%- set units = note("missing", language, dict(units=missing)) -%}
    case
        when {{ figure }}.maturity = 'provisional'
        then
            case
                when {{ received }} < {{ expected }}
                then {{ note("units_in", language, counts) }}
                else {{ note("not_over_or_incomplete", language) }}
            end
            || coalesce({{ units }}, '')
    end
{%- endmacro %}

{# The name of the reporting unit that a county belongs to; null of any other region. `region`, `city`: dim_region. #}
{% macro city_name(region, city, language) -%}
    case when {{ region }}.level = 'county' then {{ city }}.name_{{ language }} end
{%- endmacro %}

{# A release's id in the order of releases, also beyond the 99th of a day. #}
{% macro release_number(release_id) -%}
    (substr({{ release_id }}, 1, 8) || lpad(substr({{ release_id }}, 10), 6, '0'))
{%- endmacro %}
