{#
One key (case, card or registration) that two of the reporting units deliver: of each unit its newest row. Only the newest
of all counts; was_left_out says that this row is another. What the province's agency delivers, history above all, may be
the units' own. Events have a rule of their own: event_repeated.
#}
{% set rule_extracts = doubt_rules().key_in_two_units %}

with
    {% for extract in rule_extracts %}

        {{ extract }}_row as {{ not_materialized_cte() }} (

            select
                dump_id,
                line_number,
                unit_code,
                region_code,
                period_end,
                {{ key_of("landed", extracts()[extract].key) }} as key,
                {{ "id_number" if extracts()[extract].has_person else to_text("null") }} as id_number
            from {{ source("landed", extract) }} as landed

        ),

        {{ extract }}_key as (

            select key
            from {{ extract }}_row
            where unit_code <> '420000' and {{ has_duplicate_hash(extract ~ "_row", ["key"]) }}
            group by key
            having min(unit_code) <> max(unit_code)

        ),

        {{ extract }}_ranked as (

            select
                record.*,
                row_number() over (
                    partition by record.key order by record.period_end desc, record.unit_code
                ) as standing,
                row_number() over (
                    partition by record.key, record.unit_code order by record.period_end desc
                ) as newest_first
            from {{ extract }}_row as record
            inner join {{ extract }}_key on record.key = {{ extract }}_key.key

        ) {{- ',' if not loop.last }}

    {% endfor %}

{% for extract in rule_extracts %}
    select
        '{{ extract }}' as extract,
        record.dump_id,
        record.line_number,
        record.region_code,
        record.period_end,
        {{ person_id("record.id_number") if extracts()[extract].has_person else "record.id_number" }} as person_id,
        record.standing > 1 as was_left_out
    from {{ extract }}_ranked as record
    where record.newest_first = 1 and record.unit_code <> '420000' {{ 'union all' if not loop.last }}
{% endfor %}
