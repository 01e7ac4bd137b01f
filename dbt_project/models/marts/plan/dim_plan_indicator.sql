-- The plans' tables with the targets that are in force on the run's day; what was first set stands beside them.
with
    plan_indicators as (select * from {{ ref("plan_indicators") }}),

    plans as (select * from {{ ref("plans") }}),

    doubtful as (select * from {{ ref("doubtful_readings") }}),

    run as (select * from {{ source("landed", "run") }}),

    in_turn as (

        select
            plan_indicators.*,
            plans.name_zh as plan_zh,
            plans.name_en as plan_en,
            plans.midterm_on,
            plans.end_date as ends_on,
            first_value(target) over revisions as first_target,
            row_number() over (
                partition by plan_indicators.plan_id, indicator_id order by in_force_from desc nulls last
            ) as from_newest
        from plan_indicators
        inner join plans on plan_indicators.plan_id = plans.plan_id
        cross join run
        where in_force_from is null or in_force_from <= run.as_of
        window revisions as (partition by plan_indicators.plan_id, indicator_id order by in_force_from asc nulls first)

    )

select
    in_turn.plan_id,
    plan_zh,
    plan_en,
    midterm_on,
    ends_on,
    seq,
    in_turn.indicator_id,
    name_zh,
    name_en,
    unit,
    measure_kind,
    direction,
    attribute,
    target_kind,
    previous_plan_target,
    baseline,
    case when target_kind <> 'text' then cast(target as double) end as target,
    case when target_kind = 'text' then target end as target_text,
    in_force_from as target_in_force_from,
    first_target,
    published_outcome,
    reading_confidence,
    note,
    doubtful.part as doubtful_part,
    doubtful.doubt_zh,
    doubtful.doubt_en
from in_turn
left join doubtful on in_turn.plan_id = doubtful.plan_id and in_turn.indicator_id = doubtful.indicator_id
where from_newest = 1
