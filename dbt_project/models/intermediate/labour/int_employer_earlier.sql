-- What earlier releases told of employers, as int_employer_told counts them.
{% set told = {
    "risk": {
        "employers": "*",
        "employers_high": "high",
        "employers_red": "red",
        "employers_orange": "orange",
        "employers_yellow": "rest of high",
    },
    "credit": {
        "employers": "*",
        "published": "is_published",
        "listed_arrears": "is_listed",
        "repaired": "is_repaired",
        "with_case": "has_case",
    },
    "supervised": {"supervised": "*"},
} %}

with
    published as (

        select
            substr(indicator_id, 1, strpos(indicator_id, ':') - 1) as family,
            substr(indicator_id, strpos(indicator_id, ':') + 1) as name,
            region_code,
            period_end,
            numerator
        from {{ source("landed", "published_cell") }}
        where indicator_id like 'employer_%:%'

    )

    {% for subject, parts in told.items() %}
        {% set family = "employer_" ~ ("risk" if subject == "risk" else "credit") ~ "_" %}
    {% for name, part in parts.items() %}
        select
            '{{ subject }}' as subject,
            period_end,
            region_code,
            substr(family, {{ family | length + 1 }}) as class_code,
            '{{ part }}' as part,
            cast(numerator as bigint) as employers
        from published
        where family like '{{ family }}%' and name = '{{ name }}' {{ 'union all' if not loop.last }}
        {% endfor %} {{ 'union all' if not loop.last }}
    {% endfor %}
