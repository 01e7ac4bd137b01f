{{ config(materialized="view_if_changed") }}
-- Made of published values alone: what rests on a withheld one is null, as that is.
with
    figure as (select * from {{ ref("fct_indicator_value") }}),

    indicator as (select * from {{ ref("dim_indicator") }}),

    region as (select * from {{ ref("dim_region") }}),

    period_before as (

        select
            *,
            {{ month_end_after("period_end", -12) }} as a_year_before,
            case
                period_type
                when 'month'
                then {{ month_end_after("period_end", -1) }}
                when 'quarter'
                then {{ month_end_after("period_end", -3) }}
                when 'year'
                then {{ month_end_after("period_end", -12) }}
            end as a_period_before
        from figure

    ),

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
    year_before.value as value_a_year_before,
    now.value - year_before.value as change_in_a_year,
    case
        when now.unit <> '%' and year_before.value > 0 then 100 * (now.value - year_before.value) / year_before.value
    end as growth_in_a_year,
    one_before.value as value_a_period_before,
    now.value - one_before.value as change_in_a_period,
    case
        when now.unit <> '%' and one_before.value > 0 then 100 * (now.value - one_before.value) / one_before.value
    end as growth_in_a_period,
    case
        when indicator.measure_kind in ('flow', 'stock') and now.region_level <> 'province' and province.value > 0
        then 100 * now.value / province.value
    end as share_of_province,
    ranking.rank,
    ranking.units_ranked,
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
    now.series_id
from period_before as now
inner join
    indicator on now.indicator_id = indicator.indicator_id and now.definition_version = indicator.definition_version
inner join region on now.region_code = region.region_code
left join region as city on region.parent_code = city.region_code
inner join
    {{ ref("dim_period") }} as period on now.period_type = period.period_type and now.period_end = period.period_end
left join
    figure as year_before
    on now.indicator_id = year_before.indicator_id
    and now.definition_version = year_before.definition_version
    and now.region_code = year_before.region_code
    and now.period_type = year_before.period_type
    and now.a_year_before = year_before.period_end
left join
    figure as one_before
    on now.indicator_id = one_before.indicator_id
    and now.definition_version = one_before.definition_version
    and now.region_code = one_before.region_code
    and now.period_type = one_before.period_type
    and now.a_period_before = one_before.period_end
left join
    figure as province
    on now.indicator_id = province.indicator_id
    and now.period_type = province.period_type
    and now.period_end = province.period_end
    and province.region_level = 'province'
left join
    {{ ref("v_ranking") }} as ranking
    on now.indicator_id = ranking.indicator_id
    and now.region_code = ranking.region_code
    and now.period_type = ranking.period_type
    and now.period_end = ranking.period_end
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
