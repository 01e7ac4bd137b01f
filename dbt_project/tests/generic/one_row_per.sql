{# A generic test: no two rows agree in all of the columns. #}
{% test one_row_per(model, columns) %}
    {%- set key = [] -%}
    {%- for column in columns -%} {%- do key.append(adapter.quote(column)) -%} {%- endfor %}

    select {{ key | join(", ") }}, count(*) as rows_with_this_key
    from {{ model }}
    group by {{ key | join(", ") }}
    having count(*) > 1

{% endtest %}
