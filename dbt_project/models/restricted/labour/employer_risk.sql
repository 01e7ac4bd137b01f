-- Employers by the risk of a conflict over labour, month by month, as far as cases, insurance and contributions tell of
-- it: what counts towards their points, their level, and the unit that deals with them. Without points there is no
-- row, nor for a fall of insured employees alone, whose points are of no level.
{% set parameters = [
    "some_persons",
    "some_points",
    "many_persons",
    "many_points",
    "claimants",
    "claimants_points",
    "cases",
    "cases_points",
    "fall",
    "fall_points",
    "missed",
    "missed_points",
    "red",
    "orange",
    "yellow",
] %}

with
    run as (select * from {{ source("landed", "run") }}),

    parameter as (

        select
            {%- for name in parameters %}
                {{ parameter("employer_risk_" ~ name) }} as {{ name }}{{ "," if not loop.last }}
            {%- endfor %}
    ),

    delivery as (

        select delivery.*
        from {{ ref("int_region_delivery") }} as delivery
        cross join run
        where delivery.period_start <= run.as_of

    ),

    month as (

        select distinct
            period_end,
            {{ month_end_after("period_end", -1) }} as month_before,
            {{ month_end_after("period_end", -12) }} as year_before
        from delivery
        where extract in ('inspection_case', 'arbitration_case')

    ),

    -- What was recovered of a case that is closed was recovered at its end.
    each_dispute as (

        select
            employer_uscc,
            region_unit,
            accepted_on,
            closed_on,
            coalesce(violation_kind = '1', false) as is_arrears,
            workers_involved as persons,
            greatest(
                wages_owed - case when closed_on is null then coalesce(wages_recovered, 0) else 0 end, 0
            ) as wages_owed,
            false as is_collective
        from {{ ref("stg_arbitration__inspection_case") }}

        union all

        select
            arbitration.employer_uscc,
            arbitration.region_unit,
            arbitration.accepted_on,
            arbitration.closed_on,
            false as is_arrears,
            cast(null as bigint) as persons,
            cast(null as decimal(18, 2)) as wages_owed,
            coalesce(arbitration.claimant_count >= parameter.claimants, false) as is_collective
        from {{ ref("stg_arbitration__arbitration_case") }} as arbitration
        cross join parameter

    ),

    -- Employers by number, which is grouped by faster than their codes.
    dispute as (

        select *, dense_rank() over (order by employer_uscc) as employer
        from each_dispute
        where employer_uscc is not null and (closed_on is null or closed_on >= accepted_on)

    ),

    employer as (select distinct employer, employer_uscc from dispute),

    -- A case counts in each month in which it was open, and in the twelve from its acceptance on.
    in_unit as (

        select
            dispute.employer,
            month.period_end,
            dispute.region_unit,
            sum(
                case
                    when dispute.is_arrears and (dispute.closed_on is null or dispute.closed_on > month.period_end)
                    then dispute.persons
                end
            ) as arrears_persons,
            sum(
                case
                    when dispute.is_arrears and (dispute.closed_on is null or dispute.closed_on > month.period_end)
                    then dispute.wages_owed
                end
            ) as arrears_yuan,
            count(
                case
                    when dispute.is_collective and (dispute.closed_on is null or dispute.closed_on > month.month_before)
                    then 1
                end
            ) as collective_cases,
            count(case when dispute.accepted_on > month.year_before then 1 end) as cases
        from dispute
        inner join
            month
            on dispute.accepted_on <= month.period_end
            and (
                dispute.accepted_on > month.year_before
                or dispute.closed_on is null
                or dispute.closed_on > month.month_before
            )
        group by dispute.employer, month.period_end, dispute.region_unit

    ),

    -- An employer belongs to the unit where it owes most workers, then where it has most cases.
    of_employer as (

        select
            employer,
            period_end,
            min_by(
                region_unit, (region_unit is null, - coalesce(arrears_persons, 0), - cases, region_unit)
            ) as region_unit,
            sum(arrears_persons) as arrears_persons,
            sum(arrears_yuan) as arrears_yuan,
            sum(collective_cases) as collective_cases,
            sum(cases) as cases
        from in_unit
        group by employer, period_end

    ),

    of_cases as (

        select of_employer.*, employer.employer_uscc
        from of_employer
        inner join employer on of_employer.employer = employer.employer

    ),

    insured as (select * from {{ ref("int_employer_insured") }}),

    insured_unit as (select distinct belongs_to_unit, period_end from insured),

    -- Where a dump of the unit is complete now and was three months before.
    fall as (

        select
            before.employer_uscc,
            later.period_end,
            cast(sum(before.insured) - coalesce(sum(now.insured), 0) as double) / sum(before.insured) as insured_fall
        from insured as before
        inner join
            insured_unit as later
            on before.belongs_to_unit = later.belongs_to_unit
            and {{ month_end_after("before.period_end", 3) }} = later.period_end
        left join
            insured as now
            on before.employer_uscc = now.employer_uscc
            and before.belongs_to_unit = now.belongs_to_unit
            and later.period_end = now.period_end
        group by before.employer_uscc, later.period_end

    ),

    ledger as (select * from {{ ref("stg_pension__pension_ledger") }} where employer_uscc is not null),

    ledger_month as (

        select region_code, period_end
        from delivery
        where extract = 'pension_ledger' and units_received = units_expected and not is_estimate

    ),

    -- A month is missed where employees were insured in it and nothing was credited for it by the end of the next, in
    -- units whose ledger holds both whole.
    unpaid as (

        select distinct insured.employer_uscc, insured.belongs_to_unit, insured.period_end as unpaid_month
        from insured
        inner join
            ledger_month
            on insured.belongs_to_unit = ledger_month.region_code
            and insured.period_end = ledger_month.period_end
        inner join
            ledger_month as next_month
            on insured.belongs_to_unit = next_month.region_code
            and {{ month_end_after("insured.period_end", 1) }} = next_month.period_end
        left join
            ledger
            on insured.employer_uscc = ledger.employer_uscc
            and insured.period_end = last_day(ledger.contribution_month)
            and last_day(ledger.credited_month) <= next_month.period_end
        where insured.employer_uscc is not null and ledger.employer_uscc is null

    ),

    missed as (

        select
            unpaid.employer_uscc,
            month.period_end,
            min(unpaid.belongs_to_unit) as region_unit,
            count(distinct unpaid.unpaid_month) as missed_months
        from unpaid
        inner join month on unpaid.unpaid_month between month.year_before and month.month_before
        group by unpaid.employer_uscc, month.period_end

    ),

    listed as (

        select employer_uscc, period_end
        from of_cases
        union
        select employer_uscc, period_end
        from missed

    ),

    -- First months of unemployment benefit of those whom the employer insured, last of all, within half a year before.
    claimant as (

        select
            benefit.person_id,
            last_day(benefit.paid_month) as period_end,
            substr(max({{ to_text("enrolment.period_end") }} || enrolment.employer_uscc), 11) as employer_uscc
        from {{ ref("stg_pension__unemployment_benefit") }} as benefit
        inner join
            {{ ref("stg_pension__insurance_enrolment") }} as enrolment
            on benefit.person_id = enrolment.person_id
            and enrolment.weight = 1
            and enrolment.insurance_type = '110'
            and enrolment.enrolment_status = '1'
            and enrolment.employer_uscc is not null
            and enrolment.period_end < benefit.paid_month
            and enrolment.period_end >= {{ month_end_after("benefit.paid_month", -6) }}
        where benefit.is_first_month
        group by benefit.person_id, benefit.paid_month

    ),

    claims as (select employer_uscc, period_end, count(*) as benefit_claims from claimant group by all),

    industry as (select * from {{ ref("int_employer_industry") }}),

    judged as (

        select
            listed.employer_uscc,
            listed.period_end,
            coalesce(of_cases.region_unit, missed.region_unit) as region_code,
            industry.industry_code,
            coalesce(of_cases.arrears_persons, 0) as arrears_persons,
            coalesce(of_cases.arrears_yuan, 0) as arrears_yuan,
            coalesce(of_cases.collective_cases, 0) as collective_cases,
            coalesce(of_cases.cases, 0) as cases_in_12_months,
            fall.insured_fall,
            missed.missed_months,
            claims.benefit_claims,
            case
                when coalesce(of_cases.arrears_persons, 0) >= parameter.many_persons
                then parameter.many_points
                when coalesce(of_cases.arrears_persons, 0) >= parameter.some_persons
                then parameter.some_points
                else 0
            end
            + case when coalesce(of_cases.collective_cases, 0) > 0 then parameter.claimants_points else 0 end
            + case when coalesce(of_cases.cases, 0) >= parameter.cases then parameter.cases_points else 0 end
            + case when coalesce(fall.insured_fall, 0) >= parameter.fall then parameter.fall_points else 0 end
            + case
                when coalesce(missed.missed_months, 0) >= parameter.missed then parameter.missed_points else 0
            end as points,
            parameter.red,
            parameter.orange,
            parameter.yellow
        from listed
        cross join parameter
        left join of_cases on listed.employer_uscc = of_cases.employer_uscc and listed.period_end = of_cases.period_end
        left join fall on listed.employer_uscc = fall.employer_uscc and listed.period_end = fall.period_end
        left join missed on listed.employer_uscc = missed.employer_uscc and listed.period_end = missed.period_end
        left join claims on listed.employer_uscc = claims.employer_uscc and listed.period_end = claims.period_end
        left join industry on listed.employer_uscc = industry.employer_uscc

    )

select
    employer_uscc,
    period_end,
    region_code,
    industry_code,
    cast(arrears_persons as bigint) as arrears_persons,
    cast(arrears_yuan as double) as arrears_yuan,
    cast(collective_cases as bigint) as collective_cases,
    cast(cases_in_12_months as bigint) as cases_in_12_months,
    cast(insured_fall as double) as insured_fall,
    cast(missed_months as bigint) as missed_months,
    cast(benefit_claims as bigint) as benefit_claims,
    cast(points as integer) as points,
    case
        when points >= red then 'red' when points >= orange then 'orange' when points >= yellow then 'yellow'
    end as risk_level,
    1 as method_version
from judged
where points > 0
