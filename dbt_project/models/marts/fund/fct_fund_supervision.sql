-- Province and units alone. Of 1 to 4 persons nothing is told, in units and the province too, nor what would give
-- them away: the province where what is withheld in units, and was told by no earlier release as it is today, is of one
-- unit alone or of a few together; all rules together where one of them is. What came of the cases is withheld in the
-- same way by itself, where one of its counts is small.
{% set figures = ["found", "persons", "amount"] %}
{% set outcomes = ["cases", "confirmed", "explained", "recovered", "recovered_amount"] %}
{% set of_cases = [
    "cases",
    "confirmed",
    "explained",
    "recovered",
    "cases - confirmed - explained",
    "confirmed - recovered",
] %}
{% set of_few = "between 1 and suppression_threshold - 1" %}

with
    tally as (select * from {{ ref("int_fund_tally") }}),

    hidden as (select * from {{ ref("int_count_suppression") }}),

    known as (select * from {{ ref("int_suppression_count") }} where is_known),

    regions as (select region_code, level from {{ ref("regions") }}),

    run as (select * from {{ source("landed", "run") }}),

    small as (

        select
            tally.*,
            regions.level,
            run.suppression_threshold,
            hidden.region_code is not null
            or (
                regions.level = 'province'
                and (tally.persons {{ of_few }} or coalesce(tally.fewest_beside {{ of_few }}, false))
            ) as is_hidden,
            hidden_case.region_code is not null
            or (
                regions.level = 'province'
                and ({%- for count in of_cases %}{{ "or " if not loop.first }}{{ count }} {{ of_few }} {%- endfor %})
            ) as is_outcome_hidden,
            regions.level = 'prefecture' and known.region_code is null as is_unknown,
            regions.level = 'prefecture' and known_case.region_code is null as is_outcome_unknown
        from tally
        inner join regions on tally.region_code = regions.region_code
        cross join run
        {% for alias, relation, family in [
                ("hidden", "hidden", fund_family("tally.rule_id")),
                ("hidden_case", "hidden", fund_case_family("tally.rule_id")),
                ("known", "known", fund_family("tally.rule_id")),
                ("known_case", "known", fund_case_family("tally.rule_id")),
            ] %}
            left join
                {{ relation }} as {{ alias }}
                on {{ family }} = {{ alias }}.count_family
                and tally.region_code = {{ alias }}.region_code
                and tally.period_end = {{ alias }}.period_end
        {% endfor %}

    ),

    -- What the province less the units that are told would leave over.
    left_over as (

        select
            small.*,
            sum(case when is_hidden and is_unknown then 1 else 0 end) over of_rule as units,
            sum(case when is_hidden and is_unknown then persons else 0 end) over of_rule as persons_left,
            sum(case when (is_hidden or is_outcome_hidden) and is_outcome_unknown then 1 else 0 end) over of_rule
            as outcome_units
            {%- for count in of_cases %}
                ,
                sum(
                    case when (is_hidden or is_outcome_hidden) and is_outcome_unknown then {{ count }} else 0 end
                ) over of_rule as count_left_{{ loop.index }}
            {%- endfor %}
        from small
        window of_rule as (partition by rule_id, period_end)

    ),

    alone as (

        select
            left_over.*,
            is_hidden or (level = 'province' and (units = 1 or persons_left {{ of_few }})) as is_withheld,
            is_hidden
            or is_outcome_hidden
            or (
                level = 'province'
                and (
                    outcome_units = 1
                    {%- for count in of_cases %} or count_left_{{ loop.index }} {{ of_few }} {%- endfor %}
                )
            ) as is_outcome_withheld
        from left_over

    ),

    told as (

        select
            alone.*,
            not is_withheld
            and not (
                rule_id = '*'
                and 1 = max(case when is_withheld then 1 else 0 end) over (partition by region_code, period_end)
            ) as is_told,
            not is_outcome_withheld
            and not is_withheld
            and not (
                rule_id = '*'
                and 1 = max(case when is_withheld or is_outcome_withheld then 1 else 0 end) over (
                    partition by region_code, period_end
                )
            ) as is_outcome_told
        from alone

    )

select
    rule_id as rule,
    region_code,
    period_end,
    examined,
    {% for name in figures %}
        case
            when is_told then {{ "cast(amount as double)" if name == "amount" else name }}
        end as {{ "amount_at_risk" if name == "amount" else name }},
    {% endfor %}
    {% for name in outcomes %}
        case
            when is_outcome_told then {{ "cast(recovered_amount as double)" if name == "recovered_amount" else name }}
        end as {{ name }},
    {% endfor %}
    cast(case when is_outcome_told then 1.0 * confirmed / nullif(confirmed + explained, 0) end as double) as precision,
    case when is_outcome_told then median_days_to_close end as median_days_to_close,
    case when is_complete then 'final' else 'provisional' end as maturity,
    is_estimate,
    not is_told as is_suppressed,
    not is_outcome_told as is_outcome_suppressed,
    1 as method_version
from told
