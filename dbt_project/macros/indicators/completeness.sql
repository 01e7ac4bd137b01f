{# Completeness of delivery: pairs of units received and units expected. #}
{#
Of two pairs the one with the smaller share received, as two columns; of equal shares the one that expects more.
Each argument is the relation that holds the pair; an absent second pair (null) counts as the first.
#}
{% macro smaller_share(first, second) -%}
    {%- set takes_first -%}
        {{ second }}.units_expected is null
        or {{ first }}.units_received * {{ second }}.units_expected
        < {{ second }}.units_received * {{ first }}.units_expected
        or (
            {{ first }}.units_received * {{ second }}.units_expected
            = {{ second }}.units_received * {{ first }}.units_expected
            and {{ first }}.units_expected >= {{ second }}.units_expected
        )
    {%- endset -%}
    case when {{ takes_first }} then {{ first }}.units_received else {{ second }}.units_received end as units_received,
    case when {{ takes_first }} then {{ first }}.units_expected else {{ second }}.units_expected end as units_expected
{%- endmacro %}
