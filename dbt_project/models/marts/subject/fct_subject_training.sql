{% call subject_cube(
    "training",
    {"persons": "double", "subsidy": "double", "certified": "double", "certified_missing": "varchar"}
) %}
    each.persons,
    each.subsidy,
    each.certified,
    each.certified_missing,
{% endcall %}
