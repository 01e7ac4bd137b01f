with plan_indicators as (select * from {{ ref("plan_indicators") }})

select
    plan_id,
    seq,
    indicator_id,
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
    published_outcome,
    reading_confidence,
    note
from plan_indicators
