-- What somebody should look at: kinds of which far more cases were accepted than usual, and units whose office of
-- arbitration has too many cases open after 60 days. Usual (b) is the median of the same month of at most four years
-- before, each brought to today's level by the twelve months before it; z is in units of its scale: the spread of those
-- years, at least the error of a count. A month far above it enters later ones as what was usual. A month that was not
-- delivered is not known: what takes it up says nothing.
{% set years = 4 %}

with recursive
    tally as (select * from {{ ref("int_dispute_tally") }} where accepted > 0),

    duration as (select * from {{ ref("fct_dispute_duration") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level in ('province', 'prefecture')),

    flow_period as (

        select *, {{ stage_of("extract") }} as stage
        from {{ ref("int_flow_period") }}
        where period_type = 'month' and {{ stage_of("extract") }} is not null

    ),

    run as (select * from {{ source("landed", "run") }}),

    parameter as (

        select
            {{ parameter("dispute_note_z") }} as least_z,
            {{ parameter("dispute_note_s_60") }} as most_open,
            {{ parameter("dispute_note_min_cases") }} as least_cases,
            {{ parameter("dispute_note_red_z") }} as red_z
    ),

    accepted as (

        select
            tally.stage,
            ancestry.belongs_to as region_code,
            tally.kind,
            last_day(tally.month) as period_end,
            sum(tally.weight * tally.accepted) as accepted,
            sum(tally.accepted) as rows_accepted
        from tally
        inner join ancestry on tally.region_code = ancestry.region_code
        group by tally.stage, ancestry.belongs_to, tally.kind, tally.month

    ),

    kind as (select distinct stage, region_code, kind from accepted),

    span as (select stage, min(period_end) as first_end, max(period_end) as last_end from flow_period group by stage),

    month as (select stage, last_day({{ each_month("first_end", "last_end") }}) as period_end from span),

    -- Every month of the stage: the cases of the kind and the rows that stand for them, null where nothing was
    -- delivered.
    series as (

        select
            kind.stage,
            kind.region_code,
            kind.kind,
            min(month.period_end) as first_end,
            list(
                case when flow_period.stage is not null then coalesce(accepted.accepted, 0) end
                order by month.period_end
            ) as delivered,
            list(
                case when flow_period.stage is not null then coalesce(accepted.rows_accepted, 0) end
                order by month.period_end
            ) as counted
        from kind
        inner join month on kind.stage = month.stage
        left join
            flow_period
            on kind.stage = flow_period.stage
            and kind.region_code = flow_period.region_code
            and month.period_end = flow_period.period_end
        left join
            accepted
            on kind.stage = accepted.stage
            and kind.region_code = accepted.region_code
            and kind.kind = accepted.kind
            and month.period_end = accepted.period_end
        group by kind.stage, kind.region_code, kind.kind

    ),

    -- Month by month: `usual` holds the months so far as later ones see them.
    walk as (

        select
            stage,
            region_code,
            kind,
            first_end,
            delivered,
            counted,
            0 as months,
            cast([] as double[]) as usual,
            cast(null as double) as mean_weight,
            cast(null as double) as b,
            cast(null as double) as z
        from series

        union all

        select
            stage,
            region_code,
            kind,
            first_end,
            delivered,
            counted,
            months + 1 as months,
            list_append(usual, case when z_now >= red_z then b_now else x end) as usual,
            weight_now as mean_weight,
            b_now as b,
            z_now as z
        from
            (
                select
                    walk.*,
                    parameter.red_z,
                    list_extract(delivered, months + 1) as x,
                    list_slice(usual, months - 11, months) as last_year,
                    list_filter(
                        range(1, least({{ years }}, cast(floor(months / 12.0) as integer) - 1) + 1),
                        lambda j:list_count(last_year) = 12
                        and list_count(list_slice(usual, months - 12 * j - 11, months - 12 * j)) = 12
                        and list_extract(usual, months + 1 - 12 * j) is not null
                        and list_sum(list_slice(usual, months - 12 * j - 11, months - 12 * j)) > 0
                    ) as years_known,
                    list_transform(
                        years_known,
                        lambda j:list_extract(usual, months + 1 - 12 * j)
                        * list_sum(last_year)
                        / list_sum(list_slice(usual, months - 12 * j - 11, months - 12 * j))
                    ) as years_before,
                    -- of the months from the first that enters to this one
                    list_sum(list_slice(delivered, months - 12 * list_max(years_known) - 11, months + 1)) / nullif(
                        list_sum(list_slice(counted, months - 12 * list_max(years_known) - 11, months + 1)), 0
                    ) as weight_now,
                    list_median(years_before) as b_now,
                    greatest(
                        1.4826 * list_median(list_transform(years_before, lambda y:abs(y - b_now))),
                        sqrt(b_now * weight_now * (1 + 1.571 / len(years_before))),
                        0.02 * b_now
                    ) as scale,
                    case when b_now / weight_now >= parameter.least_cases then (x - b_now) / scale end as z_now
                from walk
                cross join parameter
                where months < len(delivered)
            ) as judged

    ),

    noted as (

        select
            *,
            {{ month_end_after("first_end", "months - 1") }} as period_end,
            list_extract(delivered, months) as accepted
        from walk

    )

select
    'unusual_kind' as note,
    noted.stage,
    noted.region_code,
    noted.kind,
    noted.period_end,
    cast(noted.accepted as double) as value,
    cast(noted.b as double) as expected,
    cast(noted.z as double) as z,
    case
        when flow_period.units_received = flow_period.units_expected and run.as_of > noted.period_end
        then 'final'
        else 'provisional'
    end as maturity,
    noted.mean_weight <> 1 as is_estimate,
    false as is_suppressed,
    1 as method_version
from noted
inner join
    flow_period
    on noted.stage = flow_period.stage
    and noted.region_code = flow_period.region_code
    and noted.period_end = flow_period.period_end
cross join parameter
cross join run
where noted.z >= parameter.least_z

union all

select distinct
    'slow_office' as note,
    duration.stage,
    duration.region_code,
    duration.kind,
    duration.period_end,
    duration.s_60 as value,
    cast(parameter.most_open as double) as expected,
    cast(null as double) as z,
    duration.maturity,
    duration.is_estimate,
    false as is_suppressed,
    1 as method_version
from duration
cross join parameter
where
    duration.stage = 'arbitration'
    and duration.kind = '*'
    and duration.region_code in (select belongs_to from ancestry where belongs_to_level = 'prefecture')
    and duration.longest >= 60
    and duration.s_60 > parameter.most_open
