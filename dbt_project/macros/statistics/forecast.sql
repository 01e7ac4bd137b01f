{# The methods of forecasting, the simpler ones first: columns of int_forecast_window (orchestration/statistics/forecast.py). #}
{% macro forecast_methods() -%} {{- return(["seasonal_naive", "linear_pace", "ets", "theta"]) -}} {%- endmacro %}

{#
What is forecast of an indicator for a target: a sum since the plan began (plan_sum) or since the year did (year_sum), the
value of the year (year_value) or of the last period (value). Each has values of one kind of period.
#}
{% macro forecast_measure(target_kind, is_additive_in_time) -%}
    case
        when {{ target_kind }} = 'cumulative'
        then 'plan_sum'
        when {{ target_kind }} = 'annual_level' and {{ is_additive_in_time }}
        then 'year_sum'
        when {{ target_kind }} = 'annual_level'
        then 'year_value'
        else 'value'
    end
{%- endmacro %}

{# Whether it is a sum: its values are those of months. #}
{% macro is_summed(measure) -%} {{ measure }} in ('plan_sum', 'year_sum') {%- endmacro %}

{# What a window's method has forecast. #}
{% macro forecast_by(relation, method) -%}
    case
        {{ method }} {% for name in forecast_methods() %} when '{{ name }}' then {{ relation }}.{{ name }} {% endfor %}
    end
{%- endmacro %}

{#
The limits that a new error lies between with probability 1 - a, from a list of sorted errors: their order statistics
floor((n + 1) a / 2) and ceil((n + 1)(1 - a / 2)) (split conformal prediction: Lei et al. 2018). `side` is 2 / a: of so
many errors one lies beyond a limit; with fewer there is none.
#}
{% macro lower_limit(errors, side) -%}
    {{ errors }} [cast(floor((len({{ errors }}) + 1) / {{ side }}) as integer)]
{%- endmacro %}

{% macro upper_limit(errors, side) -%}
    {{ errors }} [len({{ errors }}) + 1 - cast(floor((len({{ errors }}) + 1) / {{ side }}) as integer)]
{%- endmacro %}
