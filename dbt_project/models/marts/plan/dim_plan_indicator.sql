with plan_indicators as (select * from {{ ref("plan_indicators") }}), plans as (select * from {{ ref("plans") }})

select
    plan_indicators.plan_id,
    plans.name_zh as plan_zh,
    plans.name_en as plan_en,
    seq,
    indicator_id,
    plan_indicators.name_zh,
    plan_indicators.name_en,
    unit,
    measure_kind,
    direction,
    attribute,
    target_kind,
    previous_plan_target,
    baseline,
    case when target_kind <> 'text' then cast(target as double) end as target,
    case when target_kind = 'text' then target end as target_text,
    published_outcome,
    reading_confidence,
    note
from plan_indicators
inner join plans on plan_indicators.plan_id = plans.plan_id
