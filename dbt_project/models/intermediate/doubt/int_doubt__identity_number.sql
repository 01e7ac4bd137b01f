{% for extract in doubt_rules().identity_number %}
    select {{ doubtful(extract, "record") }}
    from {{ records_of(extract) }} as record
    where
        record.person_id is not null and not {{ is_identity_number("record.person_id") }}
        {{ 'union all' if not loop.last }}
{% endfor %}
