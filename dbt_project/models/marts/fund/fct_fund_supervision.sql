-- Province and units alone. Of 1 to 4 persons nothing is told, in units and the province too, nor what would give
-- them away:
-- the province where one unit alone is withheld, all rules together where one of them is. What came of the cases is
-- withheld in the same way by itself, where one of its counts is small.
{% set figures = ["found", "persons", "amount"] %}
{% set outcomes = ["cases", "confirmed", "explained", "recovered", "recovered_amount"] %}
{% set of_few = "between 1 and run.suppression_threshold - 1" %}

with
    tally as (select * from {{ ref("int_fund_tally") }}),

    hidden as (select * from {{ ref("int_count_suppression") }}),

    regions as (select region_code, level from {{ ref("regions") }}),

    run as (select * from {{ source("landed", "run") }}),

    small as (

        select
            tally.*,
            regions.level,
            hidden.region_code is not null
            or (
                regions.level = 'province'
                and (tally.persons {{ of_few }} or coalesce(tally.fewest_beside {{ of_few }}, false))
            ) as is_hidden,
            hidden_case.region_code is not null
            or (
                regions.level = 'province'
                and (
                    tally.cases {{ of_few }}
                    or tally.confirmed {{ of_few }}
                    or tally.explained {{ of_few }}
                    or tally.recovered {{ of_few }}
                    or tally.cases - tally.confirmed - tally.explained {{ of_few }}
                    or tally.confirmed - tally.recovered {{ of_few }}
                )
            ) as is_outcome_hidden
        from tally
        inner join regions on tally.region_code = regions.region_code
        cross join run
        left join
            hidden
            on {{ fund_family("tally.rule_id") }} = hidden.count_family
            and tally.region_code = hidden.region_code
            and tally.period_end = hidden.period_end
        left join
            hidden as hidden_case
            on {{ fund_case_family("tally.rule_id") }} = hidden_case.count_family
            and tally.region_code = hidden_case.region_code
            and tally.period_end = hidden_case.period_end

    ),

    -- One unit alone that is withheld would be the rest of the province.
    alone as (

        select
            small.*,
            is_hidden
            or (
                level = 'province'
                and 1
                = count(case when is_hidden and level = 'prefecture' then 1 end) over (partition by rule_id, period_end)
            ) as is_withheld,
            is_hidden
            or is_outcome_hidden
            or (
                level = 'province'
                and 1 = count(case when (is_hidden or is_outcome_hidden) and level = 'prefecture' then 1 end) over (
                    partition by rule_id, period_end
                )
            ) as is_outcome_withheld
        from small

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
