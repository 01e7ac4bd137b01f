{#
How many employees each employer had normally insured in the enterprise employees' pension at the end of each month, by
dump: of complete dumps alone, for a sample says nothing of an employer.
#}
{{ incremental_over_dumps_of("insurance_enrolment") }}

select
    dump_id,
    unit_code,
    coalesce(region_unit, region_code) as belongs_to_unit,
    period_end,
    employer_uscc,
    count(*) as insured
from {{ ref("stg_pension__insurance_enrolment") }}
where
    weight = 1 and insurance_type = '110' and enrolment_status = '1' and not coalesce(is_retired, false)
    {% if builds_on_last_build() %} and dump_id in (select dump_id from changed_dump where is_active) {% endif %}
group by dump_id, unit_code, coalesce(region_unit, region_code), period_end, employer_uscc
