with
    indicator as (select * from {{ ref("int_indicator_unioned") }}),

    definition as (select * from {{ ref("int_definition") }}),

    flow_period as (select * from {{ ref("int_flow_period") }}),

    regions as (select * from {{ ref("regions") }}),

    suppression as (select * from {{ ref("int_suppression") }}),

    run as (select * from {{ source("landed", "run") }})

select
    indicator.indicator_id,
    indicator.region_code,
    regions.level as region_level,
    indicator.period_type,
    indicator.period_start,
    indicator.period_end,
    case when suppression.indicator_id is null then indicator.numerator end as numerator,
    case when suppression.indicator_id is null then indicator.denominator end as denominator,
    case when suppression.indicator_id is null then indicator.value end as value,
    case when suppression.indicator_id is null then indicator.value_text end as value_text,
    definition.unit,
    case
        when
            indicator.units_received = indicator.units_expected
            and not indicator.is_incomplete
            and run.as_of > indicator.period_end
        then 'final'
        else 'provisional'
    end as maturity,
    cast(indicator.units_expected as integer) as reporting_units_expected,
    cast(indicator.units_received as integer) as reporting_units_received,
    indicator.is_estimate,
    suppression.indicator_id is not null as is_suppressed,
    indicator.definition_version,
    coalesce(flow_period.counted_through, indicator.period_end) as counted_through,
    {{ series_id("definition", "indicator.region_code", "indicator.period_type") }} as series_id
from indicator
inner join
    definition
    on indicator.indicator_id = definition.indicator_id
    and indicator.definition_version = definition.definition_version
    and {{ is_in_force("definition", "indicator.period_end") }}
inner join regions on indicator.region_code = regions.region_code
cross join run
left join
    flow_period
    on definition.main_extract = flow_period.extract
    and indicator.region_code = flow_period.region_code
    and indicator.period_type = flow_period.period_type
    and indicator.period_end = flow_period.period_end
left join
    suppression
    on indicator.indicator_id = suppression.indicator_id
    and indicator.region_code = suppression.region_code
    and indicator.period_type = suppression.period_type
    and indicator.period_end = suppression.period_end
