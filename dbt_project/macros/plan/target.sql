{# Sharing out a target. Amounts are whole numbers of its last decimal, at least hundredths, so that the parts are exact. #}
{# How many decimals a target is shared out in. #}
{% macro target_decimals(target) -%}
    greatest(2, length(rtrim(split_part({{ to_text(target) }}, '.', 2), '0')))
{%- endmacro %}

{# A figure as a whole number, to weigh by: in billionths, below zero as none. #}
{% macro whole_weight(figure) -%} cast(round(greatest({{ figure }}, 0) * 1000000000) as hugeint) {%- endmacro %}

{#
The part of `amount`, a whole number, that falls to each row of a group by its `weight`, a whole number: rounded down, and
what is left goes to the largest remainders (ties: the larger weight, then the smaller code). Parts add up exactly.
`relation` gives both columns and `whole_weight`, the sum of the weights, above 0.
#}
{% macro largest_remainder(relation, group_by) -%}
    {%- set quota = relation ~ ".amount * " ~ relation ~ ".weight" -%}
    {%- set floor = "(" ~ quota ~ ") // " ~ relation ~ ".whole_weight" -%}
    {{ floor }} + case
        when
            row_number() over (
                partition by {{ group_by }}
                order by
                    ({{ quota }}) % {{ relation }}.whole_weight desc,
                    {{ relation }}.weight desc,
                    {{ relation }}.region_code asc
            )
            <= {{ relation }}.amount - sum({{ floor }}) over (partition by {{ group_by }})
        then 1
        else 0
    end
{%- endmacro %}
