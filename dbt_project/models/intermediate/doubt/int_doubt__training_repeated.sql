-- The later record of two: of one person and programme, completed within a month of each other.
with
    record as (

        select
            *,
            lag(completed_on) over (
                partition by person_id, programme order by completed_on, training_no
            ) as completed_before
        from {{ ref("stg_employment__training_record") }}
        where programme is not null

    )

select {{ doubtful("training_record", "record") }}
from record
where record.completed_on <= cast({{ dbt.dateadd("month", 1, "record.completed_before") }} as date)
