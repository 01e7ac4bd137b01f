{# A generic test: dbt's `not_null` for several columns in one query. #}
{% test filled(model, columns) %}

    select {{ columns | join(", ") }}
    from {{ model }}
    where {% for column in columns %} {{ column }} is null {{- " or" if not loop.last }}{% endfor %}

{% endtest %}
