-- One number, two names: every record that bears it, for who is right is not known. Names that differ by spaces or
-- points alone are one.
{% set extracts = ["employment_registration", "unemployment_registration", "insurance_enrolment", "key_group_ledger"] %}

with
    named as {{ not_materialized_cte() }} (

        {% for extract in extracts %}
            select person_id, person_name
            from {{ records_of(extract) }}
            where person_name is not null {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    -- Hashes first: there are tens of millions of names, and few conflicts.
    suspect as (

        select {{ hash_of(["person_id"]) }} as person_hash
        from named
        group by {{ hash_of(["person_id"]) }}
        having min({{ hash_of(["person_name"]) }}) <> max({{ hash_of(["person_name"]) }})

    ),

    conflict as (

        select person_id
        from named
        where {{ hash_of(["person_id"]) }} in (select person_hash from suspect)
        group by person_id
        having min(translate(person_name, ' 　·•・．.', '')) <> max(translate(person_name, ' 　·•・．.', ''))

    )

{% for extract in extracts %}
    select {{ doubtful(extract, "record") }}
    from {{ records_of(extract) }} as record
    inner join conflict on record.person_id = conflict.person_id
    where record.person_name is not null {{ 'union all' if not loop.last }}
{% endfor %}
