-- What is at least to be paid in a year in each region of the survey: its twelve monthly minimum wages, of each
-- month the one in force on its first day. A region has its own standard or its unit's, whichever is newer; a year
-- of which a month has none has no minimum.
with
    policy as (select * from {{ ref("stg_arbitration__wage_policy") }} where kind = 'minimum_monthly'),

    standard as (

        select
            region_code,
            in_force_from,
            cast(value as decimal(18, 4)) as value,
            row_number() over (
                partition by region_code, in_force_from
                order by period_end desc, case when unit_code = region_unit then 0 else 1 end, unit_code
            ) as preference
        from policy

    ),

    place as (select distinct period_end, region_code, belongs_to_unit from {{ ref("int_wage_person") }}),

    place_month as (

        select place.*, {{ each_month(year_start("place.period_end"), "place.period_end") }} as month from place

    ),

    in_force as (

        select
            place_month.period_end,
            place_month.region_code,
            place_month.month,
            standard.value,
            row_number() over (
                partition by place_month.region_code, place_month.month
                order by
                    standard.in_force_from desc,
                    case when standard.region_code = place_month.region_code then 0 else 1 end
            ) as preference
        from place_month
        inner join
            standard
            on (standard.region_code = place_month.region_code or standard.region_code = place_month.belongs_to_unit)
            and standard.in_force_from <= place_month.month
        where standard.preference = 1

    )

select region_code, period_end, sum(value) as annual_minimum
from in_force
where preference = 1
group by region_code, period_end
having count(*) = 12
