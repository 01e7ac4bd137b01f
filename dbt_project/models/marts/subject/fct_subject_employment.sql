{% call subject_cube("employment", {"attrition": "double"}) %}
    each.attrition,
{% endcall %}
