select
    region_code,
    period_type,
    period_start,
    period_end,
    component,
    value,
    base_year,
    base_value,
    weight,
    relative,
    contribution,
    too_uncertain,
    maturity,
    is_estimate,
    false as is_suppressed,
    1 as method_version
from {{ ref("int_climate_component") }}
