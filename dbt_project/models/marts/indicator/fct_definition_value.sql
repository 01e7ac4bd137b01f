-- Two versions side by side would tell a count that one of them withholds: of counts of persons none of counties.
with
    indicator as (select * from {{ ref("int_indicator_unioned") }}),

    definition as (select * from {{ ref("int_definition") }}),

    regions as (select * from {{ ref("regions") }}),

    termination as (select * from {{ ref("int_indicator__arbitration_termination_rate") }})

select
    indicator.indicator_id,
    indicator.definition_version,
    indicator.region_code,
    regions.level as region_level,
    indicator.period_type,
    indicator.period_start,
    indicator.period_end,
    indicator.numerator,
    indicator.denominator,
    indicator.value,
    indicator.value_text,
    definition.unit,
    indicator.is_estimate,
    {{ series_id("definition", "indicator.region_code", "indicator.period_type") }} as series_id,
    coalesce(termination.is_lower_bound, false) as is_lower_bound
from indicator
inner join
    definition
    on indicator.indicator_id = definition.indicator_id
    and indicator.definition_version = definition.definition_version
    and not {{ is_in_force("definition", "indicator.period_end") }}
inner join regions on indicator.region_code = regions.region_code
left join
    termination
    on indicator.indicator_id = termination.indicator_id
    and indicator.definition_version = termination.definition_version
    and indicator.region_code = termination.region_code
    and indicator.period_type = termination.period_type
    and indicator.period_end = termination.period_end
where not definition.is_person_based or regions.level <> 'county'
