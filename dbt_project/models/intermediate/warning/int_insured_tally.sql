{# How many employees stood normally insured in the enterprise employees' pension at the end of each month, by dump. #}
{{ incremental_over_dumps_of("insurance_enrolment") }}

select dump_id, region_code, period_end, weight, count(*) as insured
from {{ ref("stg_pension__insurance_enrolment") }}
where
    insurance_type = '110' and enrolment_status = '1' and not coalesce(is_retired, false)
    {% if builds_on_last_build() %} and dump_id in (select dump_id from changed_dump where is_active) {% endif %}
group by dump_id, region_code, period_end, weight
