{{ config(materialized="view_if_changed") }}
select
    completeness.source,
    {{ label("completeness.source", "source", "zh") }} as source_zh,
    {{ label("completeness.source", "source", "en") }} as source_en,
    completeness.extract,
    {{ label("completeness.extract", "extract", "zh") }} as extract_zh,
    {{ label("completeness.extract", "extract", "en") }} as extract_en,
    completeness.unit_code,
    unit.name_zh as unit_zh,
    unit.name_en as unit_en,
    period.period_type,
    completeness.period_start,
    completeness.period_end,
    period.label_zh as period_zh,
    period.label_en as period_en,
    completeness.due_on,
    completeness.days_late
from {{ ref("fct_reporting_completeness") }} as completeness
inner join {{ ref("dim_region") }} as unit on completeness.unit_code = unit.region_code
inner join
    {{ ref("dim_period") }} as period
    on completeness.period_start = period.period_start
    and completeness.period_end = period.period_end
    and period.period_type not in ('ytd', 'r12')
where completeness.expected and not completeness.received and completeness.days_late > 0
