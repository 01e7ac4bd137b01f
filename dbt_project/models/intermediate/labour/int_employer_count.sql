-- Employers by region and class, and what these counts are made of: at risk by industry, rated by grade, supervised at
-- all. Each employer is in one unit: sums of units are the province's; what is of no unit is the province's own. A
-- region of which the month came in has a row of nobody.
with
    run as (select * from {{ source("landed", "run") }}),

    delivery as (

        select *, units_received = units_expected as is_whole
        from {{ ref("int_region_delivery") }}
        where region_code in (select region_code from {{ ref("regions") }} where level in ('province', 'prefecture'))

    ),

    inspected as (select * from delivery where extract = 'inspection_case'),

    risk as (

        select
            risk.period_end,
            coalesce(inspected.region_code, '420000') as region_code,
            coalesce(risk.industry_code, 'other') as class_code,
            risk.risk_level
        from {{ ref("employer_risk") }} as risk
        left join inspected on risk.region_code = inspected.region_code and risk.period_end = inspected.period_end
        where risk.risk_level is not null

    ),

    -- Of an employer that several dumps rate, the unit's own counts, then the smaller code's.
    rated as (

        select
            credit.*,
            row_number() over (
                partition by enterprise_uscc, period_end
                order by case when unit_code = region_unit then 0 else 1 end, region_code, line_number
            ) as place
        from {{ ref("stg_arbitration__employer_credit") }} as credit
        cross join run
        where credit.period_start <= run.as_of

    ),

    later_case as (

        select employer_uscc, accepted_on
        from {{ ref("stg_arbitration__inspection_case") }}
        union all
        select employer_uscc, accepted_on
        from {{ ref("stg_arbitration__arbitration_case") }}

    ),

    violation as (

        select distinct rated.enterprise_uscc, rated.period_end
        from rated
        inner join
            later_case
            on rated.enterprise_uscc = later_case.employer_uscc
            and later_case.accepted_on > rated.period_end
            and later_case.accepted_on <= {{ month_end_after("rated.period_end", 12) }}

    ),

    credit as (

        select
            rated.period_end,
            coalesce(rated.region_unit, rated.region_code) as region_code,
            rated.grade as class_code,
            coalesce(rated.published_on <= run.as_of, false) as is_published,
            coalesce(rated.is_listed_arrears, false) as is_listed,
            coalesce(before.grade = 'C' and rated.grade <> 'C', false) as is_repaired,
            violation.enterprise_uscc is not null as has_case
        from rated
        cross join run
        left join
            rated as before
            on rated.enterprise_uscc = before.enterprise_uscc
            and {{ month_end_after("rated.period_end", -12) }} = before.period_end
            and before.place = 1
        left join
            violation on rated.enterprise_uscc = violation.enterprise_uscc and rated.period_end = violation.period_end
        where rated.place = 1

    ),

    -- Who had an employee insured at the year's end, in the unit where most were.
    supervised as (

        select
            employer_uscc,
            period_end,
            belongs_to_unit as region_code,
            row_number() over (
                partition by employer_uscc, period_end order by sum(insured) desc, belongs_to_unit
            ) as place
        from {{ ref("int_employer_insured") }}
        where employer_uscc is not null and extract(month from period_end) = 12
        group by employer_uscc, period_end, belongs_to_unit

    ),

    part as (

        select 'risk' as subject, period_end, region_code, class_code, '*' as part, count(*) as employers
        from risk
        group by period_end, region_code, class_code

        {% for name, levels in [("high", "'red', 'orange'"), ("red", "'red'"), ("orange", "'orange'")] %}
            union all
            select 'risk' as subject, period_end, region_code, class_code, '{{ name }}' as part, count(*) as employers
            from risk
            where risk_level in ({{ levels }})
            group by period_end, region_code, class_code
        {% endfor %}

        union all

        select 'credit' as subject, period_end, region_code, class_code, '*' as part, count(*) as employers
        from credit
        group by period_end, region_code, class_code

        {% for name in ["is_published", "is_listed", "is_repaired", "has_case"] %}
            union all
            select
                'credit' as subject,
                period_end,
                region_code,
                class_code,
                '{{ name }}' as part,
                count(case when {{ name }} then 1 end) as employers
            from credit
            group by period_end, region_code, class_code
        {% endfor %}

        union all

        select 'supervised' as subject, period_end, region_code, 'all' as class_code, '*' as part, count(*) as employers
        from supervised
        where place = 1
        group by period_end, region_code

        union all

        select
            'risk' as subject,
            inspected.period_end,
            inspected.region_code,
            'other' as class_code,
            '*' as part,
            0 as employers
        from inspected
        cross join run
        where inspected.period_start <= run.as_of

    )

select
    part.subject,
    part.period_end,
    part.region_code,
    part.class_code,
    part.part,
    cast(sum(part.employers) as bigint) as employers,
    coalesce(inspected.is_whole, false) as is_known,
    run.suppression_threshold as least
from part
cross join run
left join inspected on part.region_code = inspected.region_code and part.period_end = inspected.period_end
group by
    part.subject,
    part.period_end,
    part.region_code,
    part.class_code,
    part.part,
    inspected.is_whole,
    run.suppression_threshold
