{# An event that stands in several dumps counts once, in the newest; the others are named here. Staging left them out. #}
{% set events = doubt_rules().event_repeated %}

with
    dump as (select * from {{ source("landed", "dump") }}),

    kept as (

        {% for extract in events %}
            select '{{ extract }}' as extract, dump_id, count(*) as rows_kept
            from {{ records_of(extract) }}
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

{% for extract in events %}
    select
        '{{ extract }}' as extract,
        landed.dump_id,
        landed.line_number,
        landed.region_code,
        landed.period_end,
        {{ person_id("landed.id_number") if extracts()[extract].has_person else to_text("null") }} as person_id
    from {{ source("landed", extract) }} as landed
    inner join robbed on landed.dump_id = robbed.dump_id
    left join
        {{ records_of(extract) }} as staged
        on landed.dump_id = staged.dump_id
        and landed.line_number = staged.line_number
    where staged.dump_id is null {{ 'union all' if not loop.last }}
{% endfor %}
