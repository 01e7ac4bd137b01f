{% set figures = [
    "handled",
    "very_satisfied",
    "satisfied",
    "mostly_satisfied",
    "unsatisfied",
    "very_unsatisfied",
    "complaints_due",
    "complaints_in_time",
] %}

with
    figure as (select * from {{ ref("int_service_rating_aggregated") }}),

    period as (select * from {{ ref("int_flow_period") }} where extract = 'service_rating'),

    lacking as ({{ sums_without_a_unit(ref("int_service_rating_aggregated"), "service_rating") }}),

    run as (select * from {{ source("landed", "run") }}),

    summed as ({{ figures_of_periods("period", "figure", "lacking", figures) }}),

    graded as (

        select
            *, very_satisfied + satisfied + mostly_satisfied as rated_good, unsatisfied + very_unsatisfied as rated_poor
        from summed

    )

select
    graded.region_code,
    graded.period_type,
    graded.period_start,
    graded.period_end,
    cast(graded.handled as double) as handled,
    cast(graded.rated_good + graded.rated_poor as double) as rated,
    cast(graded.rated_good as double) as satisfied,
    cast(graded.rated_poor as double) as unsatisfied,
    cast(graded.complaints_due as double) as complaints_due,
    cast(graded.complaints_in_time as double) as complaints_in_time,
    cast(100 * (graded.rated_good + graded.rated_poor) / nullif(graded.handled, 0) as double) as rating_rate,
    cast(100 * graded.rated_good / nullif(graded.rated_good + graded.rated_poor, 0) as double) as satisfaction_rate,
    cast(100 * graded.complaints_in_time / nullif(graded.complaints_due, 0) as double) as in_time_rate,
    case when graded.is_complete and run.as_of > graded.period_end then 'final' else 'provisional' end as maturity,
    graded.is_estimate,
    false as is_suppressed,
    1 as method_version
from graded
cross join run
