{# Versions of indicator definitions. #}
{#
The id of a series, which stays: the indicator's number, the region, the kind of period (month, quarter, year to date C,
twelve months R, year A) and, of other versions than the first, the version: 145.15.420100.M, 145.15.420100.M.v2.
#}
{% macro series_id(definition, region_code, period_type) -%}
    {{ definition }}.series_number
    || '.'
    || {{ region_code }}
    || case
        {{ period_type }}
        when 'month'
        then '.M'
        when 'quarter'
        then '.Q'
        when 'ytd'
        then '.C'
        when 'r12'
        then '.R'
        else '.A'
    end
    || case
        when {{ definition }}.definition_version <> 1
        then '.v' || {{ to_text(definition ~ ".definition_version") }}
        else ''
    end
{%- endmacro %}

{# Whether a version (a row of int_definition) is in force on a day. #}
{% macro is_in_force(definition, day) -%}
    coalesce(
        {{ day }} >= {{ definition }}.in_force_from
        and ({{ definition }}.in_force_to is null or {{ day }} <= {{ definition }}.in_force_to),
        false
    )
{%- endmacro %}
