-- Cases in every month in which they were pending, counted in their own region. How a case of arbitration was closed is
-- known only then: in other months it is of no mode.
with
    dispute as (select * from {{ ref("int_dispute_case") }}),

    run as (select * from {{ source("landed", "run") }}),

    -- The months from that of acceptance to that of closing.
    pending as (

        select
            dispute.*,
            {{ each_month("dispute.accepted_on", "least(coalesce(dispute.closed_on, run.as_of), run.as_of)") }} as month
        from dispute
        cross join run
        where dispute.accepted_on <= run.as_of

    ),

    placed as (

        select
            pending.*,
            accepted_on >= month as is_new,
            coalesce(closed_on <= last_day(month), false) as is_over,
            {{ dbt.datediff("accepted_on", "last_day(month)", "day") }} as age,
            {{ dbt.datediff("accepted_on", "closed_on", "day") }} as duration,
            case when stage = 'inspection' then 84 else 45 end as first_age,
            case when stage = 'inspection' then 126 else 60 end as second_age
        from pending

    )

select
    stage,
    region_code,
    month,
    weight,
    kind,
    case when stage <> 'arbitration' or is_over then beside end as beside,
    count(case when is_new then 1 end) as accepted,
    count(case when is_over then 1 end) as closed,
    count(case when not is_new then 1 end) as pending_begin,
    count(case when not is_over then 1 end) as pending_end,
    count(case when not is_over and age <= first_age then 1 end) as age_pending_first,
    count(case when not is_over and age > first_age and age <= second_age then 1 end) as age_pending_second,
    count(case when not is_over and age > second_age then 1 end) as age_pending_over,
    count(case when is_over and duration <= 45 then 1 end) as closed_in_45,
    count(case when is_over and duration <= 60 then 1 end) as closed_in_60,
    cast(sum(case when is_over then cast(is_mediated as integer) end) as bigint) as mediated_closed,
    cast(sum(case when is_over then cast(is_withdrawn as integer) end) as bigint) as withdrawn,
    cast(sum(case when is_over then cast(is_award as integer) end) as bigint) as awards,
    cast(sum(case when is_over then cast(is_final_award as integer) end) as bigint) as final_awards,
    cast(sum(case when is_new then cast(is_collective as integer) end) as bigint) as collective_cases,
    cast(sum(case when is_new then persons end) as bigint) as persons,
    sum(case when is_over then amount_awarded end) as amount_awarded,
    sum(case when is_new then wages_owed end) as wages_owed,
    sum(case when is_over then wages_recovered end) as wages_recovered,
    sum(case when is_over then wages_owed end) as owed_when_closed,
    sum(case when is_over and wages_owed is not null then wages_recovered end) as recovered_when_owed,
    count(case when is_new and is_online then 1 end) as online,
    count(case when is_new and is_online is not null then 1 end) as said_online
from placed
group by stage, region_code, month, weight, kind, case when stage <> 'arbitration' or is_over then beside end
