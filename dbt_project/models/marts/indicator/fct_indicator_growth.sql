-- What a published value is beside others: growth, share, rank, and how certain it is. Made of published values alone,
-- so that nothing told of a withheld one rests on it. Ranks are compared after rounding to 9 decimals, since means of
-- the same months may differ in their last bits.
with
    figure as (select * from {{ ref("fct_indicator_value") }}),

    certainty as (select * from {{ ref("int_indicator_certainty") }}),

    definition as (select * from {{ ref("int_definition") }}),

    regions as (select * from {{ ref("regions") }}),

    dump as (select * from {{ source("landed", "dump") }}),

    registry as (select * from {{ source("landed", "extract") }}),

    delivered as (select extract, max(period_end) as last_end from {{ ref("int_region_delivery") }} group by extract),

    years as (select distinct extract(year from period_end) as year from dump),

    -- Where the dumps of a county's year were sampled by several fractions, an error is another equation between its
    -- months than their sum: with it a withheld month could be worked out.
    fraction as (

        select
            definition.indicator_id,
            definition.definition_version,
            dump.unit_code,
            years.year,
            dump.extract,
            dump.sampling_fraction
        from dump
        inner join registry on dump.extract = registry.extract
        -- A row of any dump may lie in any year where rows are sent again.
        inner join years on registry.load = 'upsert' or extract(year from dump.period_end) = years.year
        inner join
            definition
            on definition.is_person_based
            and definition.is_additive_in_time
            and ';' || definition.source_extracts || ';' like '%;' || dump.extract || ';%'

    ),

    several_fractions as (

        select distinct fraction.indicator_id, fraction.definition_version, county.region_code, fraction.year
        from fraction
        inner join regions as county on county.level = 'county'
        inner join regions as unit on county.parent_code = unit.region_code
        where fraction.unit_code in (unit.region_code, unit.parent_code)
        group by fraction.indicator_id, fraction.definition_version, county.region_code, fraction.year, fraction.extract
        having min(fraction.sampling_fraction) <> max(fraction.sampling_fraction)

    ),

    judged as (

        select
            figure.indicator_id,
            figure.region_code,
            figure.region_level,
            figure.period_type,
            figure.period_start,
            figure.period_end,
            figure.definition_version,
            figure.value,
            figure.maturity = 'provisional' as is_provisional,
            figure.is_estimate,
            figure.is_suppressed,
            definition.measure_kind,
            definition.source_extracts,
            certainty.too_uncertain,
            case when several_fractions.indicator_id is null then certainty.standard_error end as standard_error,
            case when several_fractions.indicator_id is null then certainty.cv end as cv,
            case when several_fractions.indicator_id is null then certainty.half_width end as half_width,
            case when several_fractions.indicator_id is null then certainty.quality_grade end as quality_grade,
            figure.period_end <= delivered.last_end as is_over,
            figure.region_level = 'prefecture'
            and figure.value is not null
            and definition.direction <> 'none'
            and not certainty.too_uncertain as is_ranked,
            round(case when definition.direction = 'lower' then figure.value else - figure.value end, 9) as place,
            {{ month_end_after("figure.period_end", -12) }} as a_year_before,
            case
                figure.period_type
                when 'month'
                then {{ month_end_after("figure.period_end", -1) }}
                when 'quarter'
                then {{ month_end_after("figure.period_end", -3) }}
            end as a_period_before
        from figure
        inner join
            certainty
            on figure.indicator_id = certainty.indicator_id
            and figure.region_code = certainty.region_code
            and figure.period_type = certainty.period_type
            and figure.period_end = certainty.period_end
        inner join
            definition
            on figure.indicator_id = definition.indicator_id
            and figure.definition_version = definition.definition_version
        left join delivered on definition.main_extract = delivered.extract
        left join
            several_fractions
            on figure.indicator_id = several_fractions.indicator_id
            and figure.definition_version = several_fractions.definition_version
            and figure.region_code = several_fractions.region_code
            and extract(year from figure.period_end) = several_fractions.year

    ),

    ranking as (

        select
            indicator_id,
            region_code,
            period_type,
            period_end,
            definition_version,
            rank() over period as rank_in_units,
            count(*) over (partition by indicator_id, period_type, period_end) as units_ranked
        from judged
        where is_ranked
        window period as (partition by indicator_id, period_type, period_end order by place)

    ),

    told as (

        select judged.*, ranking.rank_in_units, ranking.units_ranked
        from judged
        left join
            ranking
            on judged.indicator_id = ranking.indicator_id
            and judged.region_code = ranking.region_code
            and judged.period_type = ranking.period_type
            and judged.period_end = ranking.period_end

    ),

    -- A stock is that of its last month.
    source as (

        select
            indicator_id,
            region_code,
            period_type,
            period_end,
            case when measure_kind like 'stock%' then {{ month_of("period_end") }} else period_start end as first_day,
            unnest({{ split_list("source_extracts") }}) as extract
        from judged

    ),

    broken as (

        select distinct source.indicator_id, source.region_code, source.period_type, source.period_end
        from source
        inner join
            {{ ref("int_reporting_break") }} as gap
            on source.extract = gap.extract
            and source.region_code = gap.region_code
            and gap.period_end between source.first_day and source.period_end

    ),

    compared as (

        select
            now.*,
            year_before.indicator_id is not null as has_year_before,
            year_before.definition_version <> now.definition_version as is_redefined,
            broken.indicator_id is not null as is_broken,
            case
                when year_before.definition_version = now.definition_version then year_before.value
            end as value_year_ago,
            case
                when year_before.definition_version = now.definition_version then year_before.rank_in_units
            end as rank_year_ago,
            case
                when one_before.definition_version = now.definition_version then one_before.value
            end as value_previous,
            province.value as value_of_province,
            now.is_provisional
            or coalesce(year_before.is_provisional, false)
            or coalesce(one_before.is_provisional, false)
            or coalesce(province.is_provisional, false) as rests_on_provisional,
            now.is_estimate
            or coalesce(year_before.is_estimate, false)
            or coalesce(one_before.is_estimate, false)
            or coalesce(province.is_estimate, false) as rests_on_estimate,
            now.measure_kind in ('flow', 'stock') as is_amount
        from told as now
        left join
            told as year_before
            on now.indicator_id = year_before.indicator_id
            and now.region_code = year_before.region_code
            and now.period_type = year_before.period_type
            and now.a_year_before = year_before.period_end
        left join
            told as one_before
            on now.indicator_id = one_before.indicator_id
            and now.region_code = one_before.region_code
            and now.period_type = one_before.period_type
            and now.a_period_before = one_before.period_end
        left join
            told as province
            on now.indicator_id = province.indicator_id
            and now.period_type = province.period_type
            and now.period_end = province.period_end
            and province.region_level = 'province'
        left join
            broken
            on now.indicator_id = broken.indicator_id
            and now.region_code = broken.region_code
            and now.period_type = broken.period_type
            and now.period_end = broken.period_end

    )

select
    indicator_id,
    region_code,
    region_level,
    period_type,
    period_start,
    period_end,
    value,
    value_year_ago,
    case when is_over then value - value_year_ago end as change_yoy,
    case
        when is_over and is_amount and value_year_ago > 0 then 100 * (value - value_year_ago) / value_year_ago
    end as change_yoy_pct,
    value_previous,
    case when is_over then value - value_previous end as change_mom,
    case
        when is_over and is_amount and value_previous > 0 then 100 * (value - value_previous) / value_previous
    end as change_mom_pct,
    case
        when is_amount and region_level <> 'province' and value_of_province > 0 then 100 * value / value_of_province
    end as share_of_province,
    cast(rank_in_units as integer) as rank_in_units,
    cast(units_ranked as integer) as units_ranked,
    case when is_over then cast(rank_year_ago - rank_in_units as integer) end as rank_change_yoy,
    standard_error,
    cv,
    half_width,
    quality_grade,
    too_uncertain,
    case when has_year_before then is_redefined or is_broken end as break_flag,
    case when rests_on_provisional then 'provisional' else 'final' end as maturity,
    rests_on_estimate as is_estimate,
    is_suppressed,
    definition_version,
    1 as method_version
from compared
