-- Which counts of the placed and the registered are withheld in counties: the small ones with their company
-- (int_count_suppression), and those of twelve months of which a subject cube withholds a quarter. The cubes tell the
-- other quarters, and the sum of all four would leave that one over.
{% set told_by = {
    "reemployed": [("employment", "new_employment_kind", "2"), ("unemployment", "*", "*")],
    "hard_to_employ_placed": [
        ("employment", "new_employment_kind", "3"),
        ("unemployment", "hard_to_employ", "yes"),
    ],
} %}

with
    figure as (select measure, region_code, period_end from {{ ref("int_index_count") }}),

    quarter_of as (

        {% for measure, cells in told_by.items() %}
            {% set is_last_measure = loop.last %}
            {% for subject, dimension, value in cells %}
                select distinct '{{ measure }}' as measure, region_code, period_end as quarter_end
                from {{ ref("fct_subject_" ~ subject) }}
                where
                    is_suppressed
                    {% for name in subjects()[subject].dimensions %}
                        {% if name == dimension %} and {{ name }} in ('*', '{{ value }}', 'withheld')
                        {% else %} and {{ name }} = '*'
                        {% endif %}
                    {% endfor %} {{ "union all" if not (loop.last and is_last_measure) }}
            {% endfor %}
        {% endfor %}
    ),

    regions as (select region_code from {{ ref("regions") }} where level = 'county')

select figure.measure, figure.region_code, figure.period_end
from figure
inner join
    {{ ref("int_count_suppression") }} as hidden
    on {{ index_family("figure.measure") }} = hidden.count_family
    and figure.region_code = hidden.region_code
    and figure.period_end = hidden.period_end

union

select figure.measure, figure.region_code, figure.period_end
from figure
inner join regions on figure.region_code = regions.region_code
inner join
    quarter_of
    on figure.measure = quarter_of.measure
    and figure.region_code = quarter_of.region_code
    and quarter_of.quarter_end > {{ month_end_after("figure.period_end", -12) }}
    and quarter_of.quarter_end <= figure.period_end
