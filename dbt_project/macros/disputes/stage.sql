{# The stages of a dispute, each with the extract of its cases. #}
{% macro dispute_stages() -%}
    {{- return({"mediation": "mediation_case", "arbitration": "arbitration_case", "inspection": "inspection_case"}) -}}
{%- endmacro %}

{# The stage whose cases an extract holds; null of any other. #}
{% macro stage_of(extract) -%}
    case
        {{ extract }}
        {% for stage, name in dispute_stages().items() %} when '{{ name }}' then '{{ stage }}' {% endfor %}
    end
{%- endmacro %}
