{# The value of a parameter (seed `parameters`) on the day of the figures: that of the newest version in force. #}
{% macro parameter(parameter_id) -%}
    (
        select max_by(parameters.value, parameters.version)
        from {{ ref("parameters") }} as parameters
        inner join {{ source("landed", "run") }} as run on parameters.in_force_from <= run.as_of
        where parameters.parameter_id = '{{ parameter_id }}'
    )
{%- endmacro %}

{# What a view says of figures that rest on parameters whose names begin so, until somebody has confirmed them all. #}
{% macro to_be_confirmed(prefix, language) -%}
    (
        select max(parameter.confirmation_{{ language }})
        from {{ ref("dim_parameter") }} as parameter
        where parameter.is_in_force and parameter.parameter_id like '{{ prefix }}%'
    )
{%- endmacro %}
