-- What agencies report beside what the warehouse computes of the same, in the indicator's unit. Where both the
-- region's unit and the province report a figure, the unit's own counts. A computed value that is withheld stays
-- withheld: it has no row here.
with
    report as (select * from {{ ref("stg_planning__statistical_report") }}),

    item as (select * from {{ ref("reported_items") }}),

    conversion as (select * from {{ ref("unit_conversions") }}),

    indicator_value as (select * from {{ ref("fct_indicator_value") }} where value is not null),

    binding as (select distinct indicator_id from {{ ref("plan_indicators") }} where attribute = 'binding'),

    ranked_report as (

        select
            *,
            row_number() over (
                partition by region_code, period_end, item, basis
                order by case when unit_code = region_unit then 0 else 1 end, unit_code
            ) as preference
        from report

    ),

    beside as (

        select
            ranked_report.region_code,
            ranked_report.period_end,
            item.indicator_id,
            ranked_report.item,
            ranked_report.basis,
            computed.unit,
            cast(ranked_report.value as double) * conversion.factor as reported,
            computed.value as computed,
            item.relative_tolerance,
            item.absolute_tolerance,
            computed.reporting_units_received = computed.reporting_units_expected as is_complete
        from ranked_report
        inner join item on ranked_report.item = item.item and ranked_report.basis = item.basis
        inner join
            indicator_value as computed
            on item.indicator_id = computed.indicator_id
            and item.period_type = computed.period_type
            and ranked_report.region_code = computed.region_code
            and ranked_report.period_end = computed.period_end
        left join conversion on ranked_report.unit = conversion.reported_unit and computed.unit = conversion.unit
        where ranked_report.preference = 1

    ),

    compared as (

        select
            beside.*,
            computed - reported as difference,
            greatest(relative_tolerance * abs(reported), absolute_tolerance) as tolerance
        from beside

    )

select
    compared.region_code,
    compared.period_end,
    compared.indicator_id,
    compared.item,
    compared.basis,
    compared.unit,
    binding.indicator_id is not null as is_binding,
    compared.reported,
    compared.computed,
    compared.difference,
    compared.difference / nullif(compared.reported, 0) as relative_difference,
    compared.tolerance,
    case
        when compared.reported is null
        then 'unit_unknown'
        when not compared.is_complete
        then 'incomplete'
        when round(abs(compared.difference), 9) <= round(compared.tolerance, 9)
        then 'agrees'
        else 'beyond_tolerance'
    end as verdict
from compared
left join binding on compared.indicator_id = binding.indicator_id
