-- Cells of who was registered as unemployed in a quarter: until its end (cancel_reason `open`, who is counted for the
-- registered unemployment rate), or until a day in it.
{% set dimensions = subjects()["unemployment"].dimensions %}

with
    quarter as ({{ subject_quarters("unemployment") }}),

    registered as (

        select
            registration.region_code,
            registration.person_id,
            registration.is_hard_to_employ,
            registration.registered_on,
            registration.cancel_reason,
            registration.weight,
            quarter.period_end,
            coalesce(registration.cancelled_on > quarter.period_end, true) as is_open,
            case
                when registration.cancelled_on <= quarter.period_end
                then registration.cancelled_on
                else quarter.period_end
            end as until
        from {{ ref("stg_employment__unemployment_registration") }} as registration
        inner join
            quarter
            on registration.registered_on <= quarter.period_end
            and (registration.cancelled_on is null or registration.cancelled_on >= quarter.period_start)

    ),

    counted as (

        select
            *,
            12 * (extract(year from until) - extract(year from registered_on))
            + extract(month from until)
            - extract(month from registered_on)
            - case when extract(day from until) < extract(day from registered_on) then 1 else 0 end as full_months
        from registered

    ),

    tally as (

        select
            region_code,
            period_end,
            {{ sex_of("person_id") }} as sex,
            {{ age_band("person_id", "period_end") }} as age_band,
            case
                when full_months < 3
                then '0-2'
                when full_months < 6
                then '3-5'
                when full_months < 12
                then '6-11'
                when full_months < 24
                then '12-23'
                else '24+'
            end as duration_band,
            {{ dimension_flag("is_hard_to_employ") }} as hard_to_employ,
            case when is_open then 'open' else {{ dimension_code("cancel_reason") }} end as cancel_reason,
            is_open,
            weight,
            count(*) as counted
        from counted
        group by all

    ),

    cell as (
        {{
            subject_counts(
                "tally", dimensions, {"still_open": "cast(sum(case when is_open then counted else 0 end) as bigint)"}
            )
        }}
    )

-- The row of all tells of those who are still registered and of the others: the first are counted by an indicator.
select
    region_code,
    period_end,
    {{ cell_name("cell") }},
    n,
    observations,
    case
        when dimension_1 = '*' then least(nullif(still_open, 0), nullif(observations - still_open, 0)) else fewest
    end as fewest,
    is_estimate
from cell
