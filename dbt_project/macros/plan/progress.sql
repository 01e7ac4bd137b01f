{#
Progress against a target, the two formulas that a plan's table of status rests on. Each stands here once: for what has
been reached, and for what is projected. `relation` gives target_kind, baseline and target. Thresholds are compared
after rounding to 9 decimals, so that 0.1 + 0.2 reaches 0.3.
#}
{# Whether the target lies above the baseline; otherwise it is a floor to keep. #}
{% macro has_distance_to_target(relation) -%}
    coalesce({{ relation }}.target > {{ relation }}.baseline, false)
{%- endmacro %}

{# The share of the distance from baseline to target that is covered; not clipped. Null for floors, ceilings and texts. #}
{% macro plan_attainment(relation, actual) -%}
    case
        when {{ relation }}.target_kind = 'cumulative'
        then {{ actual }} / nullif({{ relation }}.target, 0)
        when {{ relation }}.target_kind in ('level', 'annual_level') and {{ has_distance_to_target(relation) }}
        then ({{ actual }} - {{ relation }}.baseline) / ({{ relation }}.target - {{ relation }}.baseline)
    end
{%- endmacro %}

{# met, on_track, at_risk, off_track; not_assessed for a text, no_data without a figure. #}
{% macro plan_status(relation, actual, attainment, pace) -%}
    case
        when {{ relation }}.target_kind = 'text'
        then 'not_assessed'
        when {{ actual }} is null
        then 'no_data'
        when {{ relation }}.target_kind = 'ceiling'
        then
            case
                when round({{ actual }}, 9) <= round({{ relation }}.target, 9)
                then 'met'
                when round(({{ actual }} - {{ relation }}.target) / nullif({{ relation }}.target, 0), 9) <= 0.05
                then 'at_risk'
                else 'off_track'
            end
        when {{ relation }}.target_kind = 'cumulative' and round({{ attainment }}, 9) >= 1
        then 'met'
        when
            ({{ relation }}.target_kind <> 'cumulative' or {{ relation }}.target = 0)
            and round({{ actual }}, 9) >= round({{ relation }}.target, 9)
        then 'met'
        when {{ relation }}.target_kind = 'cumulative' or {{ has_distance_to_target(relation) }}
        then
            case
                when round({{ pace }}, 9) >= 1
                then 'on_track'
                when round({{ pace }}, 9) >= 0.9
                then 'at_risk'
                else 'off_track'
            end
        when round(({{ relation }}.target - {{ actual }}) / nullif({{ relation }}.target, 0), 9) <= 0.05
        then 'at_risk'
        else 'off_track'
    end
{%- endmacro %}

{# Whether a text names an item: its items stand between semicolons. #}
{% macro lists_item(text, item) -%} ';' || {{ text }} || ';' like '%;{{ item }};%' {%- endmacro %}

{#
Which published value a target is compared with: of a sum of the plan's months the month, of an annual figure the year; of
others that of the year to date where there is one (a rate), else of the month (a stock), the quarter or the year,
whichever is the shortest that is computed.
#}
{% macro compared_period_type(target_kind, period_types) -%}
    case
        when {{ target_kind }} = 'cumulative'
        then 'month'
        when {{ target_kind }} = 'annual_level'
        then 'year'
        {% for period_type in ["ytd", "month", "quarter"] -%}
            when {{ lists_item(period_types, period_type) }} then '{{ period_type }}'
        {% endfor -%}
        else 'year'
    end
{%- endmacro %}

{# The share of its year that is over when a day is. #}
{% macro share_of_days(day) -%}
    (
        ({{ dbt.datediff(year_start(day), day, "day") }} + 1)
        / cast({{ dbt.datediff(year_start(day), year_end(day), "day") }} + 1 as double)
    )
{%- endmacro %}
