-- Where a plan's indicators would stand by the versions of their definitions that are not in force: the table of status
-- with what has been reached by the other version in the place of what has been reached.
with
    other as (select * from {{ ref("fct_definition_value") }}),

    indicator_value as (select * from {{ ref("fct_indicator_value") }}),

    progress as (select * from {{ ref("fct_plan_progress") }}),

    plan_actual as (select * from {{ ref("int_plan_actual") }}),

    version as (select distinct indicator_id, definition_version, region_code from other),

    -- A version that is in force in other years of the plan has its values of those there.
    said as (

        select indicator_id, definition_version, region_code, period_type, period_end, value, true as is_other
        from other

        union all

        select
            indicator_value.indicator_id,
            indicator_value.definition_version,
            indicator_value.region_code,
            indicator_value.period_type,
            indicator_value.period_end,
            indicator_value.value,
            false as is_other
        from indicator_value
        inner join
            version
            on indicator_value.indicator_id = version.indicator_id
            and indicator_value.definition_version = version.definition_version
            and indicator_value.region_code = version.region_code

    ),

    found as (

        select
            progress.plan_id,
            progress.indicator_id,
            version.definition_version,
            progress.region_code,
            progress.period_end,
            progress.target_kind,
            progress.baseline,
            progress.target,
            progress.elapsed_share,
            progress.actual as actual_in_force,
            progress.status as status_in_force,
            said.value,
            coalesce(said.is_other, false) as is_other,
            sum(said.value) over (
                partition by progress.plan_id, progress.indicator_id, version.definition_version, progress.region_code
                order by progress.period_end
                rows between unbounded preceding and current row
            ) as sum_of_months
        from progress
        inner join
            version on progress.indicator_id = version.indicator_id and progress.region_code = version.region_code
        inner join
            plan_actual
            on progress.plan_id = plan_actual.plan_id
            and progress.indicator_id = plan_actual.indicator_id
            and progress.region_code = plan_actual.region_code
            and progress.period_end = plan_actual.period_end
        left join
            said
            on version.indicator_id = said.indicator_id
            and version.definition_version = said.definition_version
            and version.region_code = said.region_code
            and plan_actual.value_period_type = said.period_type
            and plan_actual.value_end = said.period_end

    ),

    reached as (

        select found.*, case when target_kind = 'cumulative' then sum_of_months else value end as actual
        from found
        where is_other

    ),

    attained as (select reached.*, {{ plan_attainment("reached", "actual") }} as attainment from reached),

    paced as (select attained.*, attainment / nullif(elapsed_share, 0) as pace from attained)

select
    plan_id,
    indicator_id,
    definition_version,
    region_code,
    period_end,
    target_kind,
    actual,
    actual_in_force,
    attainment,
    pace,
    {{ plan_status("paced", "actual", "attainment", "pace") }} as status,
    status_in_force
from paced
