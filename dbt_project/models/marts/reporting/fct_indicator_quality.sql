-- How good each indicator's figures of a year are, measured: of the province and the units, whose figures are never
-- withheld. What has been revised since is told by the view of the release, where all releases are known.
with
    definition as (select * from {{ ref("int_definition") }}),

    indicator_value as (
        select * from {{ ref("fct_indicator_value") }} where region_level in ('province', 'prefecture')
    ),

    computed as (select * from {{ ref("int_indicator_unioned") }}),

    reconciliation as (select * from {{ ref("fct_reconciliation") }}),

    completeness as (select * from {{ ref("fct_reporting_completeness") }}),

    source_extract as (

        select distinct definition.indicator_id, source.extract
        from definition
        inner join
            {{ source("landed", "extract") }} as source
            on concat(';', definition.source_extracts, ';') like concat('%;', source.extract, ';%')
        where definition.in_force_from is not null

    ),

    figure as (

        select
            indicator_value.indicator_id,
            extract(year from indicator_value.period_end) as year,
            count(*) as figures,
            avg(case when indicator_value.maturity = 'provisional' then 1.0 else 0.0 end) as share_provisional,
            avg(case when indicator_value.is_estimate then 1.0 else 0.0 end) as share_estimates,
            median(
                case when abs(indicator_value.value) > 0 then computed.standard_error / abs(indicator_value.value) end
            ) as median_cv
        from indicator_value
        inner join
            computed
            on indicator_value.indicator_id = computed.indicator_id
            and indicator_value.definition_version = computed.definition_version
            and indicator_value.region_code = computed.region_code
            and indicator_value.period_type = computed.period_type
            and indicator_value.period_end = computed.period_end
        group by indicator_value.indicator_id, extract(year from indicator_value.period_end)

    ),

    delivered as (

        select
            source_extract.indicator_id,
            extract(year from completeness.period_end) as year,
            count(*) as deliveries,
            median(completeness.days_late) as median_days_late
        from completeness
        inner join source_extract on completeness.extract = source_extract.extract
        where completeness.received
        group by source_extract.indicator_id, extract(year from completeness.period_end)

    ),

    reconciled as (

        select
            indicator_id,
            extract(year from period_end) as year,
            count(*) as compared,
            avg(case when verdict = 'agrees' then 1.0 else 0.0 end) as share_reconciled
        from reconciliation
        where verdict in ('agrees', 'beyond_tolerance')
        group by indicator_id, extract(year from period_end)

    )

select
    figure.indicator_id,
    cast(figure.year as integer) as year,
    figure.figures,
    delivered.deliveries,
    cast(delivered.median_days_late as double) as median_days_late,
    cast(figure.share_provisional as double) as share_provisional,
    cast(figure.share_estimates as double) as share_estimates,
    cast(figure.median_cv as double) as median_cv,
    reconciled.compared,
    cast(reconciled.share_reconciled as double) as share_reconciled
from figure
left join delivered on figure.indicator_id = delivered.indicator_id and figure.year = delivered.year
left join reconciled on figure.indicator_id = reconciled.indicator_id and figure.year = reconciled.year
