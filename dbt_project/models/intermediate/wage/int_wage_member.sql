-- Every employee once in each class that he or she belongs to: everybody, the section of industry, the major and the
-- middle group of the occupation (GB/T 6565: first digit, first three), the kind and the grade of the post.
{% set classes = [
    ("all", "'*'", "'*'"),
    ("industry", "industry_code", "'*'"),
    ("occupation", "substr(occupation_code, 1, 1)", "'*'"),
    (
        "occupation",
        "case when length(occupation_code) >= 3 then substr(occupation_code, 1, 3) end",
        "substr(occupation_code, 1, 1)",
    ),
    ("post_grade", "substr(post_grade, 1, 1)", "'*'"),
    ("post_grade", "post_grade", "substr(post_grade, 1, 1)"),
] %}

with
    person as (select * from {{ ref("int_wage_person") }}),

    member as (

        {% for dimension, class_code, class_above in classes %}
            select
                period_end,
                belongs_to_unit,
                '{{ dimension }}' as dimension,
                {{ class_code }} as class_code,
                {{ class_above }} as class_above,
                enterprise_uscc,
                annual_pay,
                weight,
                is_sampled
            from person {{ "union all" if not loop.last }}
        {% endfor %}

    )

select *
from member
where class_code <> ''
