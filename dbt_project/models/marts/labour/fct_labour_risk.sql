-- Employers at risk by region and industry: how many at which level, what they owe to how many, and whether there are
-- more of those at high risk than usual. Counts of few are withheld with what would give them away.
with
    told as (

        select
            region_code,
            period_end,
            class_code as industry_code,
            max(case when part = '*' and is_told then employers end) as employers,
            max(case when part = 'high' and is_told then employers end) as employers_high,
            max(case when part = 'red' and is_told then employers end) as employers_red,
            max(case when part = 'orange' and is_told then employers end) as employers_orange,
            max(z) as z,
            max(case when is_told then z_told end) as z_told,
            max(case when is_told then expected end) as expected
        from {{ ref("int_employer_told") }}
        where subject = 'risk'
        group by region_code, period_end, class_code
        having class_code = '*' or max(employers) > 0

    ),

    delivery as (select * from {{ ref("int_region_delivery") }}),

    run as (select * from {{ source("landed", "run") }}),

    parameter as (

        select
            {{ parameter("labour_risk_yellow") }} as yellow,
            {{ parameter("labour_risk_orange") }} as orange,
            {{ parameter("labour_risk_red") }} as red
    ),

    owed as (

        select
            coalesce(at_risk.region_code, '420000') as region_code,
            at_risk.period_end,
            coalesce(at_risk.industry_code, '*') as industry_code,
            sum(at_risk.arrears_persons) as arrears_persons,
            sum(at_risk.arrears_yuan) as arrears_yuan
        from
            (
                select
                    region_code,
                    period_end,
                    coalesce(industry_code, 'other') as industry_code,
                    arrears_persons,
                    cast(arrears_yuan as decimal(18, 2)) as arrears_yuan
                from {{ ref("employer_risk") }}
                where risk_level is not null
            ) as at_risk
        group by
            grouping sets (
                (at_risk.region_code, at_risk.period_end, at_risk.industry_code),
                (at_risk.region_code, at_risk.period_end),
                (at_risk.period_end, at_risk.industry_code),
                (at_risk.period_end)
            )
        having grouping(at_risk.region_code) = 1 or at_risk.region_code is not null

    ),

    -- Of a unit that sent its own snapshot that one counts, else what the province sent of it.
    ranked as (

        select
            insured.*,
            rank() over (
                partition by belongs_to_unit, period_end
                order by case when unit_code = belongs_to_unit then 0 else 1 end
            ) as preference
        from {{ ref("int_employer_insured") }} as insured

    ),

    insured as (

        select
            coalesce(by_unit.belongs_to_unit, '420000') as region_code,
            by_unit.period_end,
            coalesce(by_unit.industry_code, '*') as industry_code,
            sum(by_unit.insured) as insured
        from
            (
                select
                    ranked.belongs_to_unit,
                    ranked.period_end,
                    coalesce(industry.industry_code, 'other') as industry_code,
                    sum(ranked.insured) as insured
                from ranked
                left join
                    {{ ref("int_employer_industry") }} as industry on ranked.employer_uscc = industry.employer_uscc
                where ranked.preference = 1
                group by ranked.belongs_to_unit, ranked.period_end, coalesce(industry.industry_code, 'other')
            ) as by_unit
        group by
            grouping sets (
                (by_unit.belongs_to_unit, by_unit.period_end, by_unit.industry_code),
                (by_unit.belongs_to_unit, by_unit.period_end),
                (by_unit.period_end, by_unit.industry_code),
                (by_unit.period_end)
            )

    )

select
    told.region_code,
    told.period_end,
    told.industry_code,
    cast(told.employers as bigint) as employers,
    cast(told.employers_high as bigint) as employers_high,
    cast(told.employers_red as bigint) as employers_red,
    cast(told.employers_orange as bigint) as employers_orange,
    cast(told.employers - told.employers_high as bigint) as employers_yellow,
    case when told.employers is not null then cast(coalesce(owed.arrears_persons, 0) as bigint) end as arrears_persons,
    case when told.employers is not null then cast(coalesce(owed.arrears_yuan, 0) as double) end as arrears_yuan,
    case
        when told.employers is not null and snapshot.region_code is not null
        then 10000 * cast(coalesce(owed.arrears_persons, 0) as double) / insured.insured
    end as arrears_persons_per_10000,
    cast(told.expected as double) as expected,
    cast(told.z_told as double) as z,
    case
        when told.employers_high is null or told.z is null
        then null
        when told.z >= parameter.red
        then 'red'
        when told.z >= parameter.orange
        then 'orange'
        when told.z >= parameter.yellow
        then 'yellow'
        else 'blue'
    end as risk_level,
    case
        when
            inspected.units_received = inspected.units_expected
            and arbitrated.units_received = arbitrated.units_expected
            and run.as_of > told.period_end
        then 'final'
        else 'provisional'
    end as maturity,
    inspected.is_estimate or coalesce(arbitrated.is_estimate, false) as is_estimate,
    told.employers is null as is_suppressed,
    1 as method_version
from told
cross join run
cross join parameter
inner join
    delivery as inspected
    on inspected.extract = 'inspection_case'
    and told.region_code = inspected.region_code
    and told.period_end = inspected.period_end
left join
    delivery as arbitrated
    on arbitrated.extract = 'arbitration_case'
    and told.region_code = arbitrated.region_code
    and told.period_end = arbitrated.period_end
left join
    delivery as snapshot
    on snapshot.extract = 'insurance_enrolment'
    and told.region_code = snapshot.region_code
    and told.period_end = snapshot.period_end
    and snapshot.units_received = snapshot.units_expected
    and not snapshot.is_estimate
left join
    owed
    on told.region_code = owed.region_code
    and told.period_end = owed.period_end
    and told.industry_code = owed.industry_code
left join
    insured
    on told.region_code = insured.region_code
    and told.period_end = insured.period_end
    and told.industry_code = insured.industry_code
