-- How certain each published value is, from sampling alone. Nothing is told of a withheld one.
with
    figure as (select * from {{ ref("fct_indicator_value") }}),

    computed as (select * from {{ ref("int_indicator_unioned") }}),

    definition as (select * from {{ ref("int_definition") }}),

    registry as (select * from {{ source("landed", "extract") }}),

    delivery as (select * from {{ ref("int_region_delivery") }} where is_estimate),

    thresholds as (

        select
            {{ parameter("max_cv") }} as max_cv,
            {{ parameter("max_half_width") }} as max_half_width
            {%- for grade in ["a", "b", "c", "d", "e"] %}
                ,
                {{ parameter("grade_" ~ grade ~ "_cv") }} as {{ grade }}_cv,
                {{ parameter("grade_" ~ grade ~ "_half_width") }} as {{ grade }}_half_width
            {%- endfor %}

    ),

    measured as (

        select
            figure.indicator_id,
            figure.region_code,
            figure.period_type,
            figure.period_start,
            figure.period_end,
            figure.definition_version,
            figure.is_suppressed,
            figure.value,
            definition.source_extracts,
            definition.measure_kind,
            computed.sample_rows,
            computed.standard_error,
            computed.half_width
        from figure
        inner join
            computed
            on figure.indicator_id = computed.indicator_id
            and figure.definition_version = computed.definition_version
            and figure.region_code = computed.region_code
            and figure.period_type = computed.period_type
            and figure.period_end = computed.period_end
        inner join
            definition
            on figure.indicator_id = definition.indicator_id
            and figure.definition_version = definition.definition_version

    ),

    -- A count of nothing: a true zero unless a dump was sampled in which rows of it would have stood.
    nothing as (

        select
            indicator_id,
            region_code,
            period_type,
            period_end,
            case when measure_kind like 'stock%' then {{ month_of("period_end") }} else period_start end as first_day,
            measure_kind like 'stock%' as is_stock,
            unnest({{ split_list("source_extracts") }}) as extract
        from measured
        where sample_rows = 0

    ),

    sampled_zero as (

        select distinct nothing.indicator_id, nothing.region_code, nothing.period_type, nothing.period_end
        from nothing
        inner join registry on nothing.extract = registry.extract
        inner join
            delivery
            on nothing.extract = delivery.extract
            and nothing.region_code = delivery.region_code
            and (
                registry.load = 'upsert'
                or (
                    nothing.period_end >= delivery.period_end
                    and (nothing.first_day <= delivery.period_end or (nothing.is_stock and registry.load = 'events'))
                )
            )

    ),

    told as (

        select
            measured.*,
            sampled_zero.indicator_id is not null as is_sampled_zero,
            case
                when not measured.is_suppressed and sampled_zero.indicator_id is null then measured.standard_error
            end as told_error,
            case
                when not measured.is_suppressed and sampled_zero.indicator_id is null then measured.half_width
            end as told_half_width
        from measured
        left join
            sampled_zero
            on measured.indicator_id = sampled_zero.indicator_id
            and measured.region_code = sampled_zero.region_code
            and measured.period_type = sampled_zero.period_type
            and measured.period_end = sampled_zero.period_end

    )

select
    told.indicator_id,
    told.region_code,
    told.period_type,
    told.period_end,
    told.told_error as standard_error,
    case when told.told_error = 0 then 0 else told.told_error / nullif(abs(told.value), 0) end as cv,
    told.told_half_width as half_width,
    case
        when told.told_error is null
        then null
        when told.told_half_width is not null
        then
            case
                {%- for grade in ["a", "b", "c", "d", "e"] %}
                    when told.told_half_width < thresholds.{{ grade }}_half_width then '{{ grade | upper }}'
                {%- endfor %}
                else 'F'
            end
        {%- for grade in ["a", "b", "c", "d", "e"] %}
            when told.told_error = 0 or told.told_error < thresholds.{{ grade }}_cv * abs(told.value)
            then '{{ grade | upper }}'
        {%- endfor %}
        else 'F'
    end as quality_grade,
    case
        when not told.is_suppressed
        then
            told.is_sampled_zero
            or coalesce(told.told_error > thresholds.max_cv * abs(told.value), false)
            or coalesce(told.told_half_width > thresholds.max_half_width, false)
    end as too_uncertain
from told
cross join thresholds
