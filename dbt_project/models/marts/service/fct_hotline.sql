with
    figure as (select * from {{ ref("int_hotline_aggregated") }}),

    period as (select * from {{ ref("int_flow_period") }} where extract = 'hotline_12333'),

    lacking as ({{ sums_without_a_unit(ref("int_hotline_aggregated"), "hotline_12333") }}),

    run as (select * from {{ source("landed", "run") }}),

    summed as ({{ figures_of_periods("period", "figure", "lacking", ["calls", "answered", "rated", "satisfied"]) }})

select
    summed.region_code,
    summed.period_type,
    summed.period_start,
    summed.period_end,
    cast(summed.calls as double) as calls,
    cast(summed.answered as double) as answered,
    cast(summed.rated as double) as rated,
    cast(summed.satisfied as double) as satisfied,
    cast(100 * summed.answered / nullif(summed.calls, 0) as double) as answer_rate,
    cast(100 * summed.satisfied / nullif(summed.rated, 0) as double) as satisfaction_rate,
    case when summed.is_complete and run.as_of > summed.period_end then 'final' else 'provisional' end as maturity,
    summed.is_estimate,
    false as is_suppressed,
    1 as method_version
from summed
cross join run
