{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Made by publication, where the tables of releases stand: the quality of each indicator's figures in words, with how
-- far figures of province and units have moved between the first release that had them and the newest. A figure that
-- the newest release has first has had no time to.
with
    quality as (select * from {{ ref("fct_indicator_quality") }}),

    indicator as (select * from {{ ref("dim_indicator") }}),

    region as (select * from {{ ref("dim_region") }}),

    newest as (select max({{ release_number("release_id") }}) as number from {{ source("published", "release") }}),

    moved as (

        select
            vintage.indicator_id,
            vintage.period_end,
            min({{ release_number("vintage.first_release_id") }}) as first_number,
            min_by(vintage.value, {{ release_number("vintage.first_release_id") }}) as first_value,
            max_by(vintage.value, {{ release_number("vintage.first_release_id") }}) as newest_value
        from {{ source("published", "fct_indicator_vintage") }} as vintage
        inner join region on vintage.region_code = region.region_code
        where region.level in ('province', 'prefecture')
        group by vintage.indicator_id, vintage.region_code, vintage.period_type, vintage.period_end

    ),

    revision as (

        select
            moved.indicator_id,
            extract(year from moved.period_end) as year,
            avg(abs(moved.newest_value - moved.first_value)) as mean_absolute_revision
        from moved
        inner join newest on moved.first_number < newest.number
        group by moved.indicator_id, extract(year from moved.period_end)

    )

select
    quality.indicator_id,
    indicator.name_zh as indicator_zh,
    indicator.name_en as indicator_en,
    indicator.unit,
    quality.year,
    quality.figures,
    quality.median_days_late,
    quality.share_provisional,
    revision.mean_absolute_revision,
    quality.share_estimates,
    quality.median_cv,
    quality.compared,
    quality.share_reconciled
from quality
inner join indicator on quality.indicator_id = indicator.indicator_id and indicator.is_in_force
left join revision on quality.indicator_id = revision.indicator_id and quality.year = revision.year
