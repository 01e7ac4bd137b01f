-- Counts beside the indicators whose small figures are withheld like theirs: people of key groups in counties, firms
-- in units, people of a crosswalk there, whom rules of fund supervision found there and what came of it; for the
-- composite indices who was placed in work, who was registered as unemployed, who of them came and who went (before the
-- last quarter too, since the cube of the unemployed has the others); all of a
-- subject cube in counties, as far as no indicator tells it. A row is withheld whole: so all that it counts is one
-- family, each part of it and what is left of the whole without it. What an earlier release told of a row and is the
-- same today is known, be it one of its counts.
{% set open_cases = "cases - confirmed - explained" %}
{% set of_fund = {
    "persons": fund_family("rule_id"),
    "fewest_beside": fund_family("rule_id"),
    "cases": fund_case_family("rule_id"),
    "confirmed": fund_case_family("rule_id"),
    "explained": fund_case_family("rule_id"),
    "recovered": fund_case_family("rule_id"),
    open_cases: fund_case_family("rule_id"),
    "confirmed - recovered": fund_case_family("rule_id"),
} %}
{% set parts = ["persons", "served", "persons - served", "households", "entered", "employed", "entered - employed"] %}
{% set compared = {
    "persons": ["persons_a", "persons_b", "in_both", "only_a"],
    "probable": ["probable", "only_a - probable"],
} %}
{% set index_parts = [
    "numerator",
    "denominator",
    "open_rows",
    "came_rows",
    "went_rows",
    "denominator_rows - went_rows",
    "gone_rows",
    "other_rows",
    "other_gone_rows",
] %}

with
    regions as (select * from {{ ref("regions") }}),

    key_group as (select * from {{ ref("int_key_group") }}),

    hr_service as (select * from {{ ref("int_hr_service_aggregated") }}),

    crosswalk as (select *, persons_a - in_both as only_a from {{ ref("int_crosswalk") }} where missing is null),

    fund_tally as (select * from {{ ref("int_fund_tally") }}),

    index_count as (select * from {{ ref("int_index_count") }}),

    counted as (

        {% for part, family in of_fund.items() %}
            select
                {{ family }} as count_family,
                '{{ part }}' as part,
                'prefecture' as level,
                region_code,
                'month' as period_type,
                period_end,
                {{ part }} as observations,
                {{ part }} as told
            from fund_tally
            {% if family == fund_case_family("rule_id") %} where cases > 0 {% endif %}

            union all

        {% endfor %}
        {% for part in parts %}
            select
                {{ key_group_family("key_group") }} as count_family,
                '{{ part }}' as part,
                'county' as level,
                region_code,
                'quarter' as period_type,
                period_end,
                {{ part }} as observations,
                {{ part }} as told
            from key_group

            union all

        {% endfor %}
        {% for family, parts_of_pair in compared.items() %}
            {% for part in parts_of_pair %}
                select
                    {{ crosswalk_family("source_pair", family) }} as count_family,
                    '{{ part }}' as part,
                    'prefecture' as level,
                    region_code,
                    'month' as period_type,
                    period_end,
                    {{ part }} as observations,
                    {{ part }} as told
                from crosswalk

                union all

            {% endfor %}
        {% endfor %}
        {% for part in index_parts %}
            select
                {{ index_family("measure") }} as count_family,
                '{{ part }}' as part,
                'county' as level,
                region_code,
                'quarter' as period_type,
                period_end,
                {{ part ~ ("_rows" if part in ["numerator", "denominator"] else "") }} as observations,
                {{ part if part in ["numerator", "denominator"] else "null" }} as told
            from index_count

            union all

        {% endfor %}
        select
            'hr_service_firms' as count_family,
            'firms' as part,
            'prefecture' as level,
            region_code,
            'year' as period_type,
            period_end,
            cast(firms as bigint) as observations,
            firms as told
        from hr_service

        -- A county that delivered and has nobody is told as 0, so it may be withheld beside another.
        {% for subject in ["unemployment", "training", "pension_payment"] %}
            {% for part in ["observations", "fewest"] %}
                union all

                select
                    'subject_{{ subject }}' as count_family,
                    '*=*:*=*' as part,
                    'county' as level,
                    delivered.region_code,
                    'quarter' as period_type,
                    delivered.period_end,
                    coalesce(cell.{{ part }}, 0) as observations,
                    coalesce(cell.n, 0) as told
                from {{ ref("int_subject_period") }} as delivered
                left join
                    {{ ref("int_subject_" ~ subject) }} as cell
                    on delivered.region_code = cell.region_code
                    and delivered.period_end = cell.period_end
                    and cell.dimension_1 = '*'
                where delivered.subject = '{{ subject }}'
            {% endfor %}
        {% endfor %}
        union all

        -- Of the insured an indicator tells this sum where there is a population to divide it by.
        select
            'subject_insurance' as count_family,
            'basic_pension' as part,
            'county' as level,
            region_code,
            'quarter' as period_type,
            period_end,
            cast(sum(observations) as bigint) as observations,
            sum(n) as told
        from {{ ref("int_subject_insurance") }}
        where dimension_1 = 'insurance_type' and key_1 in ('110', '120', '170')
        group by region_code, period_end

    )

select
    counted.count_family,
    regions.parent_code as unit_code,
    counted.region_code,
    counted.period_type,
    counted.period_end,
    max(coalesce(counted.observations, 0)) as observations,
    min(case when counted.observations > 0 then counted.observations end) as fewest,
    max(case when counted.told = published_cell.numerator then 1 else 0 end) = 1 as is_known
from counted
inner join regions on counted.region_code = regions.region_code and counted.level = regions.level
left join
    {{ source("landed", "published_cell") }} as published_cell
    on counted.count_family || ':' || counted.part = published_cell.indicator_id
    and counted.region_code = published_cell.region_code
    and counted.period_end = published_cell.period_end
group by counted.count_family, regions.parent_code, counted.region_code, counted.period_type, counted.period_end
