with
    target as (select * from {{ ref("int_plan_target") }}),

    actual as (select * from {{ ref("int_plan_actual") }}),

    plan_month as (select * from {{ ref("int_plan_month") }}),

    revision as (select * from {{ ref("int_target_revision") }}),

    joined as (

        select
            target.plan_id,
            target.indicator_id,
            target.region_code,
            actual.period_end,
            target.target_kind,
            target.baseline,
            coalesce(revision.target, target.target) as target,
            coalesce(revision.target_text, target.target_text) as target_text,
            coalesce(revision.first_target, target.target) as first_target,
            revision.in_force_from as target_in_force_from,
            target_of_year.target as target_of_year,
            actual.actual,
            actual.actual_text,
            actual.actual_a_year_before,
            actual.maturity,
            actual.is_suppressed,
            plan_month.elapsed_share,
            plan_month.months_left
        from actual
        inner join
            target
            on actual.plan_id = target.plan_id
            and actual.indicator_id = target.indicator_id
            and actual.region_code = target.region_code
            and target.is_of_the_plan
        inner join plan_month on actual.plan_id = plan_month.plan_id and actual.period_end = plan_month.period_end
        left join
            revision
            on actual.plan_id = revision.plan_id
            and actual.indicator_id = revision.indicator_id
            and actual.region_code = revision.region_code
            and actual.period_end >= revision.holds_from
            and (revision.holds_until is null or actual.period_end < revision.holds_until)
        left join
            target as target_of_year
            on actual.plan_id = target_of_year.plan_id
            and actual.indicator_id = target_of_year.indicator_id
            and actual.region_code = target_of_year.region_code
            and extract(year from actual.period_end) = target_of_year.target_year
            and not target_of_year.is_of_the_plan

    ),

    projected as (

        select
            joined.*,
            {{ plan_attainment("joined", "actual") }} as attainment,
            case
                target_kind
                when 'cumulative'
                then actual / nullif(elapsed_share, 0)
                when 'level'
                then actual + (actual - actual_a_year_before) / 12 * months_left
            end as projected_end_value
        from joined

    ),

    paced as (

        select
            projected.*,
            attainment / nullif(elapsed_share, 0) as pace,
            {{ plan_attainment("projected", "projected_end_value") }} as projected_attainment
        from projected

    ),

    assessed as (

        select
            paced.*,
            {{ plan_status("paced", "actual", "attainment", "pace") }} as status,
            {{ plan_status("paced", "projected_end_value", "projected_attainment", "projected_attainment") }}
            as projected_status
        from paced

    )

select
    plan_id,
    indicator_id,
    region_code,
    period_end,
    target_kind,
    baseline,
    target,
    target_text,
    first_target,
    target_in_force_from,
    target_of_year,
    actual,
    actual_text,
    maturity,
    is_suppressed,
    target - actual as gap,
    attainment,
    elapsed_share,
    pace,
    status,
    case
        when target_kind <> 'cumulative' or actual is null
        then null
        when status = 'met'
        then 0
        when months_left > 0
        then (target - actual) / months_left
    end as required_per_month,
    projected_end_value,
    projected_status
from assessed
