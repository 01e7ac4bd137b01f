-- What was paid since the year began against the year's budget, by programme and in all.
with
    figure as (select * from {{ ref("int_employment_fund_aggregated") }}),

    regions as (
        select region_code from {{ ref("dim_region") }} where level in ('province', 'prefecture', 'city_group')
    ),

    delivery as (select * from {{ ref("int_region_delivery") }} where extract = 'employment_fund'),

    lacking as ({{ sums_without_a_unit(ref("int_employment_fund_aggregated"), "employment_fund") }}),

    run as (select * from {{ source("landed", "run") }}),

    paid as (

        select
            figure.region_code,
            coalesce(figure.programme, '*') as programme,
            figure.period_end,
            sum(figure.budget_wan) as budget_wan,
            sum(figure.paid_wan) as paid_wan,
            bool_or(figure.is_estimate) as is_estimate
        from figure
        inner join regions on figure.region_code = regions.region_code
        group by
            grouping sets (
                (figure.region_code, figure.programme, figure.period_end), (figure.region_code, figure.period_end)
            )

    )

select
    paid.region_code,
    paid.programme,
    {{ year_start("paid.period_end") }} as period_start,
    paid.period_end,
    cast(paid.budget_wan as double) as budget_wan,
    cast(paid.paid_wan as double) as paid_wan,
    cast(100 * paid.paid_wan / nullif(paid.budget_wan, 0) as double) as execution_rate,
    cast(year_ago.paid_wan as double) as paid_year_ago_wan,
    cast(
        case when year_ago.paid_wan > 0 then 100 * (paid.paid_wan - year_ago.paid_wan) / year_ago.paid_wan end as double
    ) as change_yoy_pct,
    case
        when
            delivery.units_received = delivery.units_expected
            and lacking.region_code is null
            and run.as_of > paid.period_end
            and (
                year_ago.region_code is null
                or (
                    delivery_before.units_received = delivery_before.units_expected
                    and lacking_before.region_code is null
                )
            )
        then 'final'
        else 'provisional'
    end as maturity,
    paid.is_estimate or coalesce(year_ago.is_estimate, false) as is_estimate,
    false as is_suppressed,
    1 as method_version
from paid
cross join run
inner join delivery on paid.region_code = delivery.region_code and paid.period_end = delivery.period_end
left join lacking on paid.region_code = lacking.region_code and paid.period_end = lacking.period_end
left join
    paid as year_ago
    on paid.region_code = year_ago.region_code
    and paid.programme = year_ago.programme
    and {{ month_end_after("paid.period_end", -12) }} = year_ago.period_end
left join
    delivery as delivery_before
    on year_ago.region_code = delivery_before.region_code
    and year_ago.period_end = delivery_before.period_end
left join
    lacking as lacking_before
    on year_ago.region_code = lacking_before.region_code
    and year_ago.period_end = lacking_before.period_end
where delivery.period_start <= run.as_of
