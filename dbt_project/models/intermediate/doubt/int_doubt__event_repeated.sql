{# An event that stands in several dumps counts once, in the newest; the others are named here. Staging left them out. #}
{% set events = {
    "employment_registration": ref("stg_employment__employment_registration"),
    "employment_attrition": ref("stg_employment__employment_attrition"),
    "training_record": ref("stg_employment__training_record"),
    "skill_certificate": ref("stg_talent__skill_certificate"),
    "professional_qualification": ref("stg_talent__professional_qualification"),
    "postdoc_intake": ref("stg_talent__postdoc_intake"),
    "pension_payment": ref("stg_pension__pension_payment"),
    "fund_entrustment": ref("stg_pension__fund_entrustment"),
} %}

with
    dump as (select * from {{ source("landed", "dump") }}),

    kept as (

        {% for extract, records in events.items() %}
            select '{{ extract }}' as extract, dump_id, count(*) as rows_kept
            from {{ records }}
            group by dump_id {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    -- Few dumps have any: only those are looked through.
    robbed as (

        select dump.dump_id
        from dump
        left join kept on dump.dump_id = kept.dump_id
        where dump.extract in ({{ quoted(events) }}) and dump.rows_loaded > coalesce(kept.rows_kept, 0)

    )

{% for extract, records in events.items() %}
    select
        '{{ extract }}' as extract,
        landed.dump_id,
        landed.line_number,
        landed.region_code,
        landed.period_end,
        {{ to_text("null") if extract == "fund_entrustment" else person_id("landed.id_number") }} as person_id
    from {{ source("landed", extract) }} as landed
    inner join robbed on landed.dump_id = robbed.dump_id
    left join {{ records }} as staged on landed.dump_id = staged.dump_id and landed.line_number = staged.line_number
    where staged.dump_id is null {{ 'union all' if not loop.last }}
{% endfor %}
