{#
Who is insured as an employee, by the month's snapshots that are complete: normally insured against work injury, which
every employer owes every employee, one row a person. Of a number, and of the facts by which somebody is found without
one, the hash alone: there are tens of millions of rows a month, and they are compared as equal or not.
#}
{{ incremental_over_dumps_of("insurance_enrolment") }}

select
    dump_id,
    line_number,
    region_code,
    period_end,
    {{ hash_of(["person_id"]) }} as person_hash,
    {{ facts_hash("person_name", born_on_by_number("person_id"), "region_code") }} as facts_hash,
    {{ was_extended() }} as was_extended
from {{ ref("stg_pension__insurance_enrolment") }}
where
    sampling_fraction = 1 and insurance_type = '410' and enrolment_status = '1'
    {% if builds_on_last_build() %} and dump_id in (select dump_id from changed_dump where is_active) {% endif %}
