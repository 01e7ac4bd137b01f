{{ config(materialized="view_if_changed") }}
-- Made of published values alone: what rests on a withheld one is null, as that is.
with
    figure as (select * from {{ ref("fct_indicator_value") }}),

    indicator as (select * from {{ ref("dim_indicator") }}),

    region as (select * from {{ ref("dim_region") }}),

    -- A stock is that of its last month: what earlier months lack is not missing in it.
    awaited as (

        select
            figure.indicator_id,
            figure.region_code,
            figure.region_level,
            figure.period_type,
            figure.period_end,
            unnest(indicator.source_extracts) as extract,
            case
                when indicator.measure_kind like 'stock%'
                then {{ month_of("figure.period_end") }}
                else figure.period_start
            end as first_day
        from figure
        inner join
            indicator
            on figure.indicator_id = indicator.indicator_id
            and figure.definition_version = indicator.definition_version
        where figure.region_level in ('province', 'city_group') and figure.maturity = 'provisional'

    ),

    missing as (

        select
            awaited.indicator_id,
            awaited.region_code,
            awaited.period_type,
            awaited.period_end,
            string_agg(distinct unit.name_zh, '、' order by unit.name_zh) as units_zh,
            string_agg(distinct unit.name_en, ', ' order by unit.name_en) as units_en
        from awaited
        inner join
            {{ ref("fct_reporting_completeness") }} as completeness
            on awaited.extract = completeness.extract
            and completeness.period_end between awaited.first_day and awaited.period_end
        inner join
            region as unit
            on completeness.unit_code = unit.region_code
            and (awaited.region_code = unit.group_code or awaited.region_level = 'province')
        where completeness.expected and not completeness.received
        group by awaited.indicator_id, awaited.region_code, awaited.period_type, awaited.period_end

    )

select
    now.indicator_id,
    indicator.name_zh as indicator_zh,
    indicator.name_en as indicator_en,
    now.region_code,
    region.name_zh as region_zh,
    region.name_en as region_en,
    now.region_level,
    {{ city_name("region", "city", "zh") }} as city_zh,
    {{ city_name("region", "city", "en") }} as city_en,
    now.period_type,
    now.period_start,
    now.period_end,
    period.label_zh as period_zh,
    period.label_en as period_en,
    now.value,
    now.value_text,
    now.unit,
    now.numerator,
    now.denominator,
    growth.value_year_ago as value_a_year_before,
    growth.change_yoy as change_in_a_year,
    growth.change_yoy_pct as growth_in_a_year,
    growth.value_previous as value_a_period_before,
    growth.change_mom as change_in_a_period,
    growth.change_mom_pct as growth_in_a_period,
    growth.share_of_province,
    growth.rank_in_units as rank,
    growth.units_ranked,
    population.resident_population,
    now.maturity,
    {{ label("now.maturity", "maturity", "zh") }} as maturity_zh,
    {{ label("now.maturity", "maturity", "en") }} as maturity_en,
    now.reporting_units_expected,
    now.reporting_units_received,
    {{ why_provisional("now", "missing.units_zh", "zh") }} as why_provisional_zh,
    {{ why_provisional("now", "missing.units_en", "en") }} as why_provisional_en,
    now.is_estimate,
    now.is_suppressed as is_withheld,
    {{ withheld("now.is_suppressed", "zh") }} as withheld_zh,
    {{ withheld("now.is_suppressed", "en") }} as withheld_en,
    now.definition_version,
    now.series_id,
    growth.standard_error,
    growth.quality_grade,
    growth.too_uncertain,
    growth.break_flag
from figure as now
inner join
    indicator on now.indicator_id = indicator.indicator_id and now.definition_version = indicator.definition_version
inner join region on now.region_code = region.region_code
left join region as city on region.parent_code = city.region_code
inner join
    {{ ref("dim_period") }} as period on now.period_type = period.period_type and now.period_end = period.period_end
left join
    {{ ref("fct_indicator_growth") }} as growth
    on now.indicator_id = growth.indicator_id
    and now.region_code = growth.region_code
    and now.period_type = growth.period_type
    and now.period_end = growth.period_end
left join
    missing
    on now.indicator_id = missing.indicator_id
    and now.region_code = missing.region_code
    and now.period_type = missing.period_type
    and now.period_end = missing.period_end
left join
    {{ ref("dim_population") }} as population
    on now.region_code = population.region_code
    and extract(year from now.period_end) = population.year
