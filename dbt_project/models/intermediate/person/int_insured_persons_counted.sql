{#
Distinct insured persons of each month's snapshot, by scheme and region. Almost everybody stands in one county only:
those are counted once and added up; the few who stand in several are counted anew in each region above.
#}
with
    enrolment as (

        select
            case
                when insurance_type in ('110', '120', '170')
                then 'basic_pension'
                when insurance_type = '210'
                then 'unemployment'
                when insurance_type = '410'
                then 'work_injury'
            end as scheme,
            {{ month_of("period_end") }} as month,
            person_id,
            region_code,
            weight
        from {{ ref("stg_pension__insurance_enrolment") }}
        where enrolment_status in ({{ quoted(var("insured_statuses")) }})

    ),

    person as (

        select
            scheme,
            month,
            person_id,
            min(region_code) as region_code,
            max(region_code) as last_region_code,
            min(weight) as weight
        from enrolment
        group by scheme, month, person_id

    ),

    in_one_region as (

        select scheme, region_code, month, weight, count(*) as counted
        from person
        where region_code = last_region_code
        group by scheme, region_code, month, weight

    ),

    in_several_regions as (

        select
            enrolment.scheme,
            enrolment.month,
            enrolment.person_id,
            ancestry.belongs_to as region_code,
            min(enrolment.weight) as weight
        from enrolment
        inner join
            person
            on enrolment.scheme = person.scheme
            and enrolment.month = person.month
            and enrolment.person_id = person.person_id
        inner join {{ ref("int_region_ancestry") }} as ancestry on enrolment.region_code = ancestry.region_code
        where person.region_code <> person.last_region_code
        group by enrolment.scheme, enrolment.month, enrolment.person_id, ancestry.belongs_to

    ),

    regional as (

        {{ rolled_up("in_one_region", ["counted"], by=["scheme"]) }}

        union all

        select scheme, region_code, month, weight, count(*) as counted
        from in_several_regions
        group by scheme, region_code, month, weight

    )

select scheme, region_code, month, weight, cast(sum(counted) as bigint) as counted
from regional
group by scheme, region_code, month, weight
