-- The mid-term and the final assessment of each plan, once their days have come.
select
    plan_id,
    indicator_id,
    region_code,
    assessment,
    period_end,
    is_binding,
    target,
    expected_value,
    actual,
    ratio,
    status_by_path,
    grade,
    reason_units,
    reason_gaps,
    reason_shares,
    revision_note_zh,
    revision_note_en,
    reading_note,
    maturity,
    is_estimate,
    is_suppressed,
    method_version
from {{ ref("v_plan_assessment") }}
where assessment is not null
