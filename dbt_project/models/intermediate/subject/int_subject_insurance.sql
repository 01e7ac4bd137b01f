{#
Cells of the insured at quarters' ends. Who is counted, and in which regions, is said by insured_rows: within a scheme
(basic pension, unemployment, work injury) each person once in a region, with the row that counts.
#}
{{ incremental_over_dumps_of("insurance_enrolment", unit_of_work=["period_end", "period_end"]) }}
{% set dimensions = subjects()["insurance"].dimensions %}
{% set is_due = "extract(month from enrolled.period_end) in (3, 6, 9, 12) and " ~ is_due(
    "enrolled.period_end", "period_end"
) %}

with
    insured as (
        {{ insured_rows(due=is_due, further=["person_id", "insurance_type", "enrolment_status", "is_retired"]) }}
    ),

    tally as (

        select
            region_code,
            counts_in_parents,
            last_day(month) as period_end,
            insurance_type,
            enrolment_status,
            {{ dimension_flag("is_retired") }} as retired,
            {{ sex_of("person_id") }} as sex,
            {{ age_band("person_id", "last_day(month)") }} as age_band,
            weight,
            count(*) as counted
        from insured
        where counted = 1
        group by all

    ),

    cell as ({{ subject_counts("tally", dimensions, above="counts_in_parents") }})

select *
from cell
