{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Made by publication, where the tables of releases stand. What either release withholds, neither's value is shown of:
-- where only other cells of the county have changed, the value said before is the one that is withheld now.
with
    newest as (select release_id from {{ source("published", "release") }} order by published_at desc limit 1),

    change as (

        select
            share.release_id,
            share.previous_release_id,
            share.indicator_id,
            share.region_code,
            share.period_type,
            share.period_end,
            string_agg({{ label("share.cause", "cause", "zh") }}, '、' order by share.cause_order) as causes_zh,
            string_agg({{ label("share.cause", "cause", "en") }}, ', ' order by share.cause_order) as causes_en,
            list_sort(list_distinct(flatten(list(share.dumps)))) as dumps
        from
            (
                select
                    *,
                    case
                        cause
                        {%- for cause in labels()["cause"] %} when '{{ cause }}' then {{ loop.index }}{%- endfor %}
                    end as cause_order
                from {{ source("published", "fct_indicator_change") }}
            ) as share
        inner join newest on share.release_id = newest.release_id
        group by all

    ),

    old as (

        select change.*, vintage.value, vintage.value_text, vintage.is_suppressed
        from change
        inner join
            {{ source("published", "fct_indicator_vintage") }} as vintage
            on change.indicator_id = vintage.indicator_id
            and change.region_code = vintage.region_code
            and change.period_type = vintage.period_type
            and change.period_end = vintage.period_end
            and {{ release_number("vintage.first_release_id") }} <= {{ release_number("change.previous_release_id") }}
            and (
                vintage.last_release_id is null
                or {{ release_number("vintage.last_release_id") }} >= {{ release_number("change.previous_release_id") }}
            )

    ),

    told as (

        select
            change.*,
            old.value as old_value,
            old.value_text as old_text,
            new.value as new_value,
            new.value_text as new_text,
            coalesce(old.is_suppressed, false) or coalesce(new.is_suppressed, false) as is_withheld,
            new.maturity
        from change
        left join old using (indicator_id, region_code, period_type, period_end)
        left join {{ ref("fct_indicator_value") }} as new using (indicator_id, region_code, period_type, period_end)

    ),

    region as (select * from {{ ref("dim_region") }})

select
    told.release_id,
    told.previous_release_id,
    told.indicator_id,
    indicator.name_zh as indicator_zh,
    indicator.name_en as indicator_en,
    told.region_code,
    region.name_zh as region_zh,
    region.name_en as region_en,
    region.level as region_level,
    {{ city_name("region", "city", "zh") }} as city_zh,
    {{ city_name("region", "city", "en") }} as city_en,
    told.period_type,
    told.period_end,
    period.label_zh as period_zh,
    period.label_en as period_en,
    indicator.unit,
    case when not told.is_withheld then told.old_value end as old_value,
    case when not told.is_withheld then told.new_value end as new_value,
    case when not told.is_withheld then told.old_text end as old_text,
    case when not told.is_withheld then told.new_text end as new_text,
    case
        when not told.is_withheld and told.old_text is null and told.new_text is null
        then coalesce(told.new_value, 0) - coalesce(told.old_value, 0)
    end as difference,
    told.causes_zh,
    told.causes_en,
    told.dumps,
    case when not told.is_withheld then status.old_status end as old_status,
    case when not told.is_withheld then {{ label("status.old_status", "status", "zh") }} end as old_status_zh,
    case when not told.is_withheld then {{ label("status.old_status", "status", "en") }} end as old_status_en,
    case when not told.is_withheld then status.new_status end as new_status,
    case when not told.is_withheld then {{ label("status.new_status", "status", "zh") }} end as new_status_zh,
    case when not told.is_withheld then {{ label("status.new_status", "status", "en") }} end as new_status_en,
    told.is_withheld,
    {{ withheld("told.is_withheld", "zh") }} as withheld_zh,
    {{ withheld("told.is_withheld", "en") }} as withheld_en
from told
inner join
    {{ ref("dim_indicator") }} as indicator on told.indicator_id = indicator.indicator_id and indicator.is_in_force
inner join region on told.region_code = region.region_code
left join region as city on region.parent_code = city.region_code
left join
    {{ ref("dim_period") }} as period on told.period_type = period.period_type and told.period_end = period.period_end
left join
    {{ source("published", "fct_status_change") }} as status
    on told.release_id = status.release_id
    and told.indicator_id = status.indicator_id
    and told.region_code = status.region_code
    and told.period_end = status.period_end
