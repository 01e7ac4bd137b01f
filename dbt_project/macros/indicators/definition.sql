{# Versions of indicator definitions. #}
{# Whether a version (a row of int_definition) is in force on a day. #}
{% macro is_in_force(definition, day) -%}
    coalesce(
        {{ day }} >= {{ definition }}.in_force_from
        and ({{ definition }}.in_force_to is null or {{ day }} <= {{ definition }}.in_force_to),
        false
    )
{%- endmacro %}
