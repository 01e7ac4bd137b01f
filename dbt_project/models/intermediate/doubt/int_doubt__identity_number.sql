{% for extract, records in extracts_of_persons().items() %}
    select {{ doubtful(extract, "record") }}
    from {{ records }} as record
    where
        record.person_id is not null and not {{ is_identity_number("record.person_id") }}
        {{ 'union all' if not loop.last }}
{% endfor %}
