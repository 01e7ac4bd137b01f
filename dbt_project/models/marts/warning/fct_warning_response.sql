-- What was done about warnings, and how fast.
with
    response as (select * from {{ ref("stg_employment__warning_response") }}),

    warned as (select * from {{ ref("fct_early_warning") }})

select
    response.response_no,
    response.domain,
    response.region_code,
    last_day(response.warning_month) as period_end,
    warned.level,
    response.opened_on,
    response.owner_unit,
    response.action,
    response.closed_on,
    cast(
        {{ dbt.datediff("last_day(response.warning_month)", "response.opened_on", "day") }} as integer
    ) as days_to_open,
    cast({{ dbt.datediff("response.opened_on", "response.closed_on", "day") }} as integer) as days_open,
    case when response.closed_on is not null then 'final' else 'provisional' end as maturity,
    false as is_estimate,
    false as is_suppressed,
    1 as method_version
from response
left join
    warned
    on response.domain = warned.domain
    and response.region_code = warned.region_code
    and last_day(response.warning_month) = warned.period_end
