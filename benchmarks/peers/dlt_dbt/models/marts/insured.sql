-- Distinct insured persons by scheme, region and month.
with person as (
    select
        case insurance_type when '210' then 'unemployment' when '410' then 'work_injury' else 'pension' end as
            scheme,
        belongs_to as region_code, period_end as t, person, min(weight) as weight
    from {{ ref('stg_insurance_enrolment') }} inner join {{ ref('ancestry') }} using (region_code)
    where enrolment_status in ('1', '2')
    group by all
)
select scheme, region_code, t, sum(weight) as n from person group by all
