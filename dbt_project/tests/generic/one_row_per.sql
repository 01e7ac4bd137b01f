{# A generic test: no two rows agree in all of the columns. #}
{% test one_row_per(model, columns) %}

    select {{ columns | join(", ") }}, count(*) as rows_with_this_key
    from {{ model }}
    group by {{ columns | join(", ") }}
    having count(*) > 1

{% endtest %}
