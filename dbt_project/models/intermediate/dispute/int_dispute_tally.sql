-- Cases of mediation, arbitration and inspection in every month in which they were pending, counted in their own
-- region. A
-- case closed before it was accepted is a doubt and left out. How a case of arbitration was closed is known only
-- then: in
-- other months it is of no mode.
with
    run as (select * from {{ source("landed", "run") }}),

    mediation as (

        select
            'mediation' as stage,
            region_code,
            weight,
            dispute_kind as kind,
            organisation_kind as beside,
            accepted_on,
            closed_on,
            claimant_count as persons,
            claimant_count >= 10 as is_collective,
            cast(null as double) as amount_awarded,
            cast(null as double) as wages_owed,
            cast(null as double) as wages_recovered,
            coalesce(outcome = '1', false) as is_mediated,
            coalesce(outcome = '3', false) as is_withdrawn,
            cast(null as boolean) as is_award,
            cast(null as boolean) as is_final_award,
            45 as first_age,
            60 as second_age
        from {{ ref("stg_arbitration__mediation_case") }}

    ),

    arbitration as (

        select
            'arbitration' as stage,
            region_code,
            weight,
            dispute_kind as kind,
            close_mode as beside,
            accepted_on,
            closed_on,
            claimant_count as persons,
            claimant_count >= 10 as is_collective,
            cast(amount_awarded as double) as amount_awarded,
            cast(null as double) as wages_owed,
            cast(null as double) as wages_recovered,
            coalesce(close_mode = '2', false) as is_mediated,
            coalesce(close_mode = '3', false) as is_withdrawn,
            coalesce(close_mode = '1', false) as is_award,
            coalesce(close_mode = '1' and is_final_award, false) as is_final_award,
            45 as first_age,
            60 as second_age
        from {{ ref("stg_arbitration__arbitration_case") }}

    ),

    inspection as (

        select
            'inspection' as stage,
            region_code,
            weight,
            violation_kind as kind,
            channel as beside,
            accepted_on,
            closed_on,
            workers_involved as persons,
            cast(null as boolean) as is_collective,
            cast(null as double) as amount_awarded,
            cast(wages_owed as double) as wages_owed,
            cast(wages_recovered as double) as wages_recovered,
            cast(null as boolean) as is_mediated,
            cast(null as boolean) as is_withdrawn,
            cast(null as boolean) as is_award,
            cast(null as boolean) as is_final_award,
            84 as first_age,
            126 as second_age
        from {{ ref("stg_arbitration__inspection_case") }}

    ),

    known as (

        select *
        from
            (
                select *
                from mediation
                union all
                select *
                from arbitration
                union all
                select *
                from inspection
            ) as dispute
        where closed_on is null or closed_on >= accepted_on

    ),

    -- The months from that of acceptance to that of closing.
    pending as (

        select
            known.*,
            {{ each_month("known.accepted_on", "least(coalesce(known.closed_on, run.as_of), run.as_of)") }} as month
        from known
        cross join run
        where known.accepted_on <= run.as_of

    ),

    placed as (

        select
            pending.*,
            accepted_on >= month as is_new,
            coalesce(closed_on <= last_day(month), false) as is_over,
            {{ dbt.datediff("accepted_on", "last_day(month)", "day") }} as age,
            {{ dbt.datediff("accepted_on", "closed_on", "day") }} as duration
        from pending

    )

select
    stage,
    region_code,
    month,
    weight,
    coalesce(kind, 'unknown') as kind,
    case when stage <> 'arbitration' or is_over then coalesce(beside, 'unknown') end as beside,
    count(case when is_new then 1 end) as accepted,
    count(case when is_over then 1 end) as closed,
    count(case when not is_new then 1 end) as pending_begin,
    count(case when not is_over then 1 end) as pending_end,
    count(case when not is_over and age <= first_age then 1 end) as age_pending_first,
    count(case when not is_over and age > first_age and age <= second_age then 1 end) as age_pending_second,
    count(case when not is_over and age > second_age then 1 end) as age_pending_over,
    count(case when is_over and duration <= 45 then 1 end) as closed_in_45,
    count(case when is_over and duration <= 60 then 1 end) as closed_in_60,
    sum(case when is_over then cast(is_mediated as integer) end) as mediated_closed,
    sum(case when is_over then cast(is_withdrawn as integer) end) as withdrawn,
    sum(case when is_over then cast(is_award as integer) end) as awards,
    sum(case when is_over then cast(is_final_award as integer) end) as final_awards,
    sum(case when is_new then cast(is_collective as integer) end) as collective_cases,
    sum(case when is_new then persons end) as persons,
    sum(case when is_over then amount_awarded end) as amount_awarded,
    sum(case when is_new then wages_owed end) as wages_owed,
    sum(case when is_over then wages_recovered end) as wages_recovered
from placed
group by
    stage,
    region_code,
    month,
    weight,
    kind,
    case when stage <> 'arbitration' or is_over then coalesce(beside, 'unknown') end
