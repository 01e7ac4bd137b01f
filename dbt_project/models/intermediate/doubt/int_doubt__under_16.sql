{% set events = {
    "training_record": [
        ref("stg_employment__training_record"),
        "coalesce(record.started_on, record.completed_on)",
    ],
    "skill_certificate": [ref("stg_talent__skill_certificate"), "record.issued_on"],
    "professional_qualification": [ref("stg_talent__professional_qualification"), "record.issued_on"],
} %}

{% for extract, (records, day) in events.items() %}
    select {{ doubtful(extract, "record") }}
    from {{ records }} as record
    where {{ age_number("record.person_id", day) }} < 160000 {{ 'union all' if not loop.last }}
{% endfor %}
