-- Cases of mediation, arbitration and inspection in the same columns. A case closed before it was accepted is a doubt
-- and left out.
with
    mediation as (

        select
            'mediation' as stage,
            region_code,
            weight,
            coalesce(dispute_kind, 'unknown') as kind,
            coalesce(organisation_kind, 'unknown') as beside,
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
            cast(null as boolean) as is_online
        from {{ ref("stg_arbitration__mediation_case") }}

    ),

    arbitration as (

        select
            'arbitration' as stage,
            region_code,
            weight,
            coalesce(dispute_kind, 'unknown') as kind,
            coalesce(close_mode, 'unknown') as beside,
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
            is_online
        from {{ ref("stg_arbitration__arbitration_case") }}

    ),

    inspection as (

        select
            'inspection' as stage,
            region_code,
            weight,
            coalesce(violation_kind, 'unknown') as kind,
            coalesce(channel, 'unknown') as beside,
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
            cast(null as boolean) as is_online
        from {{ ref("stg_arbitration__inspection_case") }}

    )

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
