-- Each target on each month's end, graded as a mid-term or final assessment grades it, with the units that make the
-- gap.
{{ config(materialized="view_if_changed") }}
with
    path as (

        select
            *,
            lag(status_by_path) over (
                partition by plan_id, indicator_id, region_code order by period_end
            ) as status_before
        from {{ ref("fct_plan_path") }}

    ),

    region as (select * from {{ ref("dim_region") }}),

    plan_indicator as (select * from {{ ref("dim_plan_indicator") }}),

    unit_gap as (

        select
            path.plan_id,
            path.indicator_id,
            path.period_end,
            region.region_code,
            region.name_zh,
            region.parent_code,
            region.group_code,
            case
                when path.target_kind = 'ceiling'
                then path.actual - path.expected_value
                else path.expected_value - path.actual
            end as gap,
            case when plan_indicator.measure_kind in ('rate', 'stock_rate') then path.denominator end as denominator,
            plan_indicator.measure_kind in ('rate', 'stock_rate') as is_rate
        from path
        inner join region on path.region_code = region.region_code
        inner join
            plan_indicator on path.plan_id = plan_indicator.plan_id and path.indicator_id = plan_indicator.indicator_id
        where region.level = 'prefecture'

    ),

    -- A unit counts for the province and for its city group; of rates by its share of the denominator.
    part as (

        select
            unit_gap.*,
            above.above_code,
            gap * case
                when is_rate
                then
                    denominator / nullif(
                        sum(denominator) over (partition by plan_id, indicator_id, period_end, above.above_code), 0
                    )
                else 1
            end as contribution
        from unit_gap
        cross join lateral(select unnest([unit_gap.parent_code, unit_gap.group_code]) as above_code) as above
        where above.above_code is not null

    ),

    reason as (

        select
            plan_id,
            indicator_id,
            period_end,
            above_code as region_code,
            list(region_code order by contribution desc, region_code asc)[1:3] as reason_units,
            list(name_zh order by contribution desc, region_code asc)[1:3] as reason_names_zh,
            list(contribution order by contribution desc, region_code asc)[1:3] as reason_gaps,
            list(contribution / whole order by contribution desc, region_code asc)[1:3] as reason_shares
        from
            (
                select *, sum(contribution) over (partition by plan_id, indicator_id, period_end, above_code) as whole
                from part
                where contribution > 0
            ) as behind
        group by plan_id, indicator_id, period_end, above_code

    ),

    graded as (

        select
            path.*,
            plan_indicator.* exclude (plan_id, indicator_id, target_kind, target),
            case
                when path.period_end = plan_indicator.ends_on
                then 'final'
                when path.period_end = plan_indicator.midterm_on
                then 'mid'
            end as assessment,
            case
                when path.target_kind = 'text' or path.status_by_path in ('no_data', 'too_uncertain', 'not_assessed')
                then 'not_assessed'
                when
                    path.status_by_path = 'met'
                    and (path.period_end < plan_indicator.ends_on or path.status_before = 'met')
                    and (
                        path.target_kind = 'cumulative'
                        or (
                            path.target_kind in ('level', 'annual_level')
                            and path.region_code = '420000'
                            and coalesce(path.target > plan_indicator.baseline, false)
                        )
                    )
                then 'early'
                when path.status_by_path in ('met', 'on_track')
                then 'on_schedule'
                when path.status_by_path = 'at_risk'
                then 'nearly'
                else 'behind'
            end as grade
        from path
        inner join
            plan_indicator on path.plan_id = plan_indicator.plan_id and path.indicator_id = plan_indicator.indicator_id

    )

select
    graded.plan_id,
    graded.plan_zh,
    graded.plan_en,
    graded.seq,
    graded.indicator_id,
    graded.name_zh as indicator_zh,
    graded.name_en as indicator_en,
    graded.unit,
    coalesce(graded.attribute = 'binding', false) as is_binding,
    graded.region_code,
    region.name_zh as region_zh,
    region.name_en as region_en,
    graded.assessment,
    graded.period_end,
    graded.target_kind,
    graded.target,
    graded.expected_value,
    graded.actual,
    graded.ratio,
    graded.status_by_path,
    graded.grade,
    coalesce(
        {{ withheld("graded.is_suppressed", "zh") }},
        case
            when graded.assessment = 'final'
            then {{ label("graded.grade", "grade_final", "zh") }}
            else {{ label("graded.grade", "grade", "zh") }}
        end
    ) as grade_zh,
    coalesce(
        {{ withheld("graded.is_suppressed", "en") }},
        case
            when graded.assessment = 'final'
            then {{ label("graded.grade", "grade_final", "en") }}
            else {{ label("graded.grade", "grade", "en") }}
        end
    ) as grade_en,
    reason.reason_units,
    reason.reason_names_zh,
    reason.reason_gaps,
    reason.reason_shares,
    case
        when graded.region_code = '420000' and graded.direction = 'higher' and graded.target < graded.baseline
        then {{ note("target_below_baseline", "zh", dict(baseline=to_text("graded.baseline"))) }}
    end as revision_note_zh,
    case
        when graded.region_code = '420000' and graded.direction = 'higher' and graded.target < graded.baseline
        then {{ note("target_below_baseline", "en", dict(baseline=to_text("graded.baseline"))) }}
    end as revision_note_en,
    case when graded.reading_confidence <> 'high' then graded.note end as reading_note,
    graded.maturity,
    graded.is_estimate,
    graded.is_suppressed,
    graded.method_version
from graded
inner join region on graded.region_code = region.region_code
left join
    reason
    on graded.plan_id = reason.plan_id
    and graded.indicator_id = reason.indicator_id
    and graded.period_end = reason.period_end
    and graded.region_code = reason.region_code
