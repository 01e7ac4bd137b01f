-- The parameters of monitoring, every version, and whether anybody has confirmed them.
with parameters as (select * from {{ ref("parameters") }}), run as (select * from {{ source("landed", "run") }})

select
    parameters.parameter_id,
    parameters.version,
    parameters.value,
    parameters.in_force_from,
    parameters.in_force_from <= run.as_of
    and parameters.version = max(case when parameters.in_force_from <= run.as_of then parameters.version end) over (
        partition by parameters.parameter_id
    ) as is_in_force,
    parameters.name_zh,
    parameters.name_en,
    parameters.source_zh,
    parameters.source_en,
    parameters.confirmed_by,
    parameters.confirmed_on,
    case when parameters.confirmed_on is null then {{ note("to_be_confirmed", "zh") }} end as confirmation_zh,
    case when parameters.confirmed_on is null then {{ note("to_be_confirmed", "en") }} end as confirmation_en
from parameters
cross join run
