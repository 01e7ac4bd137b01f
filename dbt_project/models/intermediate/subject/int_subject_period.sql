-- The quarters of each subject: of which regions its extract was delivered, up to which day each is counted, whether
-- it is
-- over and came in whole; and the smallest count that is told. Other periods and other extracts change nothing here: a
-- night that brings nothing of a subject leaves its cube as it stands.
with run as (select * from {{ source("landed", "run") }})

{% for subject, entry in subjects().items() %}
    select
        '{{ subject }}' as subject,
        delivered.region_code,
        delivered.period_start,
        delivered.period_end,
        {{ "delivered.counted_through" if entry.periods == "int_flow_period" else "delivered.period_end" }}
        as counted_through,
        delivered.units_received = delivered.units_expected and run.as_of > delivered.period_end as is_complete,
        run.suppression_threshold
    from {{ ref(entry.periods) }} as delivered
    cross join run
    where
        delivered.extract = '{{ entry.extract }}' and delivered.period_type = 'quarter'
        {{ "union all" if not loop.last }}
{% endfor %}
