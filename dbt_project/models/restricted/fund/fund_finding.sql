{#
Every record that a rule of fund supervision (seed `fund_rules`) is about, with the money at risk in it: one row per rule
and record. Most rules list payments that are doubtful themselves. Where a person is, since a month (a change of identity, a
retirement), the record that tells of it is listed without money, and the pensions paid to the person from that month on.
A record's number under a rule, `record_code`, is made of the agency's own number of it.
#}
{% set has_sum = {
    "pension_after_death": "int_doubt__pension_after_death",
    "pension_age": "int_doubt__pension_age",
} %}

with
    run as (select * from {{ source("landed", "run") }}),

    setting as (

        select
            {{ parameter("fund_backpay_months") }} as backpay_months,
            cast({{ parameter("fund_backpay_within_months") }} as integer) as backpay_within_months,
            {{ parameter("fund_early_retirement_z") }} as early_z,
            {{ parameter("fund_early_retirement_min") }} as early_min,
            {{ parameter("fund_base_low") }} as base_low,
            {{ parameter("fund_base_high") }} as base_high,
            {{ parameter("fund_account_persons") }} as account_persons,
            {{ parameter("fund_enrolment_persons") }} as enrolment_persons,
            cast({{ parameter("fund_enrolment_within_months") }} as integer) as enrolment_within_months

    ),

    payment as {{ not_materialized_cte() }} (

        select
            dump_id,
            line_number,
            region_code,
            coalesce(region_unit, region_code) as unit_code,
            period_end,
            person_id,
            insurance_type,
            paid_month,
            account_hash,
            amount,
            payment_no
        from {{ ref("stg_pension__pension_payment") }}

    ),

    ledger as {{ not_materialized_cte() }} (select * from {{ ref("stg_pension__pension_ledger") }}),

    benefit as (select * from {{ ref("stg_pension__unemployment_benefit") }}),

    retirement as (select * from {{ ref("stg_pension__early_retirement") }}),

    -- Payments of a month that are looked at together; those of them that count.
    together as (

        select payment.*
        from {{ ref("int_fund_candidate") }} as candidate
        inner join payment on candidate.dump_id = payment.dump_id and candidate.line_number = payment.line_number

    ),

    two_pensions as (

        select person_id, paid_month
        from together
        group by person_id, paid_month
        having min(insurance_type) in ('110', '120') and max(insurance_type) = '170'

    ),

    two_units as (

        select person_id, paid_month, insurance_type
        from together
        group by person_id, paid_month, insurance_type
        having min(unit_code) <> max(unit_code)

    ),

    shared_account as (

        select together.account_hash, together.paid_month
        from together
        where together.account_hash is not null
        group by together.account_hash, together.paid_month
        having count(distinct together.person_id) > (select account_persons from setting)

    ),

    -- The months of taking in and of release are due.
    in_custody as (

        select distinct payment.dump_id, payment.line_number
        from {{ ref("stg_pension__custody_register") }} as custody
        inner join payment on custody.person_id = payment.person_id
        where
            payment.paid_month > custody.began_on
            and (custody.ended_on is null or last_day(payment.paid_month) < custody.ended_on)

    ),

    -- What tells that somebody was employed in the month of a benefit.
    employed as (

        select benefit.dump_id, benefit.line_number
        from benefit
        inner join
            {{ ref("stg_pension__insurance_enrolment") }} as enrolment
            on benefit.person_id = enrolment.person_id
            and last_day(benefit.paid_month) = enrolment.period_end
        where enrolment.enrolment_status = '1' and enrolment.insurance_type in ('210', '410')

        union

        select benefit.dump_id, benefit.line_number
        from benefit
        inner join ledger on benefit.person_id = ledger.person_id and benefit.paid_month = ledger.contribution_month
        where ledger.employer_part > 0

        union

        select benefit.dump_id, benefit.line_number
        from
            (select *, min(paid_month) over (partition by person_id, benefit_no) as begun_month from benefit) as benefit
        inner join
            {{ ref("stg_employment__employment_registration") }} as registration
            on benefit.person_id = registration.person_id
            and registration.registered_on >= benefit.begun_month
            and registration.registered_on < benefit.paid_month

    ),

    lump_sum as (

        select person_id, credited_month, max(ledger_no) as ledger_no
        from ledger
        where contribution_month < credited_month
        group by person_id, credited_month
        having count(distinct contribution_month) > (select backpay_months from setting)

    ),

    -- Where no approval tells when somebody retired, the first pension does; not that of the first month that a unit
    -- delivered, which is nobody's first.
    first_pension as (

        select paid.person_id, min(paid.paid_month) as retired_month
        from payment as paid
        inner join
            (select unit_code, min(paid_month) as first_month from payment group by unit_code) as known
            on paid.unit_code = known.unit_code
        where paid.insurance_type in ('110', '120') and paid.person_id in (select person_id from lump_sum)
        group by paid.person_id
        having min(paid.paid_month) > min(known.first_month)

    ),

    retired as (

        select person_id, min(retired_month) as retired_month
        from retirement
        group by person_id

        union all

        select person_id, retired_month
        from first_pension
        where person_id not in (select person_id from retirement)

    ),

    back_payment as (

        select lump_sum.ledger_no, min(retired.retired_month) as since_month
        from lump_sum
        inner join retired on lump_sum.person_id = retired.person_id
        cross join setting
        where
            retired.retired_month between lump_sum.credited_month and cast(
                {{ dbt.dateadd("month", "setting.backpay_within_months", "lump_sum.credited_month") }} as date
            )
        group by lump_sum.ledger_no

    ),

    -- The share of early retirements of each office and year against the offices' median, on the scale of part 5 of the
    -- monitoring design.
    office as (

        select
            region_code,
            extract(year from approved_on) as year,
            count(*) as approvals,
            cast(100 * count(case when retirement_kind <> '1' then 1 end) as double) / count(*) as share
        from retirement
        group by region_code, extract(year from approved_on)

    ),

    usual as (select year, median(share) as share, count(*) as offices from office group by year),

    spread as (

        select office.year, median(abs(office.share - usual.share)) as deviation
        from office
        inner join usual on office.year = usual.year
        group by office.year

    ),

    early_office as (

        select office.region_code, office.year
        from office
        inner join usual on office.year = usual.year
        inner join spread on office.year = spread.year
        cross join setting
        where
            usual.share * office.approvals / 100.0 >= setting.early_min
            and office.share - usual.share
            >= setting.early_z
            * greatest(
                1.4826 * spread.deviation,
                sqrt(usual.share * (100.0 - usual.share) / office.approvals * (1 + 1.571 / usual.offices)),
                0.02 * usual.share
            )

    ),

    wage as (

        select average_wage.year, max_by(average_wage.value, average_wage.version) / 12 as monthly
        from {{ ref("average_wage") }} as average_wage
        inner join run on average_wage.in_force_from <= run.as_of
        group by average_wage.year

    ),

    -- What was contributed, or should have been, for the part of the base that is out of bounds.
    out_of_range as (

        select
            ledger.*,
            case
                when ledger.contribution_base < setting.base_low * wage.monthly
                then setting.base_low * wage.monthly - ledger.contribution_base
                else ledger.contribution_base - setting.base_high * wage.monthly
            end
            / nullif(ledger.contribution_base, 0) as share_outside
        from ledger
        inner join wage on extract(year from ledger.contribution_month) - 1 = wage.year
        cross join setting
        where
            ledger.insurance_type in ('110', '120')
            and ledger.contribution_base not between setting.base_low * wage.monthly
            and setting.base_high * wage.monthly

    ),

    recent_enrolment as (

        select enrolment.*
        from {{ ref("int_insurance_current") }} as enrolment
        cross join run
        cross join setting
        where
            enrolment.employer_uscc is not null
            and enrolment.first_enrolled_month
            > cast({{ dbt.dateadd("month", "- setting.enrolment_within_months", "run.as_of") }} as date)

    ),

    mass_enrolment as (

        select employer_uscc, first_enrolled_month
        from recent_enrolment
        group by employer_uscc, first_enrolled_month
        having count(distinct person_id) >= (select enrolment_persons from setting)

    ),

    -- Of each person one record.
    enrolled as (

        select
            recent.*,
            row_number() over (
                partition by recent.employer_uscc, recent.first_enrolled_month, recent.person_id
                order by recent.insurance_type, recent.person_no, recent.dump_id, recent.line_number
            ) as standing
        from recent_enrolment as recent
        inner join
            mass_enrolment
            on recent.employer_uscc = mass_enrolment.employer_uscc
            and recent.first_enrolled_month = mass_enrolment.first_enrolled_month

    ),

    -- Records that tell since when a person's pensions are at risk.
    told as (

        select
            'identity_changed' as rule_id,
            'benefit_change' as extract,
            change_no as record_no,
            dump_id,
            line_number,
            region_code,
            period_end,
            person_id,
            {{ month_of("changed_on") }} as since_month
        from {{ ref("stg_pension__benefit_change") }}
        where trim(person_name) <> trim(former_name) and person_id <> {{ person_id("former_id_number") }}

        union all

        select
            'back_payment' as rule_id,
            'pension_ledger' as extract,
            ledger.ledger_no as record_no,
            ledger.dump_id,
            ledger.line_number,
            ledger.region_code,
            ledger.period_end,
            ledger.person_id,
            back_payment.since_month
        from back_payment
        inner join ledger on back_payment.ledger_no = ledger.ledger_no

        union all

        select
            'early_retirement' as rule_id,
            'early_retirement' as extract,
            retirement.approval_no as record_no,
            retirement.dump_id,
            retirement.line_number,
            retirement.region_code,
            retirement.period_end,
            retirement.person_id,
            retirement.retired_month as since_month
        from retirement
        inner join
            early_office
            on retirement.region_code = early_office.region_code
            and extract(year from retirement.approved_on) = early_office.year
        where retirement.retirement_kind <> '1'

        union all

        select
            'mass_enrolment' as rule_id,
            'insurance_enrolment' as extract,
            person_no || '/' || insurance_type as record_no,
            dump_id,
            line_number,
            region_code,
            last_day(first_enrolled_month) as period_end,
            person_id,
            first_enrolled_month as since_month
        from enrolled
        where standing = 1

    ),

    since as (select rule_id, person_id, min(since_month) as since_month from told group by rule_id, person_id),

    doubtful_payment as (

        {% for rule, model in has_sum.items() %}
            select '{{ rule }}' as rule_id, dump_id, line_number
            from {{ ref(model) }}

            union all

        {% endfor %}
        select 'paid_in_custody' as rule_id, dump_id, line_number
        from in_custody

        union all

        select 'two_pensions' as rule_id, together.dump_id, together.line_number
        from together
        inner join
            two_pensions
            on together.person_id = two_pensions.person_id
            and together.paid_month = two_pensions.paid_month

        union all

        select 'paid_in_two_units' as rule_id, together.dump_id, together.line_number
        from together
        inner join
            two_units
            on together.person_id = two_units.person_id
            and together.paid_month = two_units.paid_month
            and together.insurance_type = two_units.insurance_type

        union all

        select 'shared_account' as rule_id, together.dump_id, together.line_number
        from together
        inner join
            shared_account
            on together.account_hash = shared_account.account_hash
            and together.paid_month = shared_account.paid_month

        union all

        select since.rule_id, paid.dump_id, paid.line_number
        from since
        inner join payment as paid on since.person_id = paid.person_id and paid.paid_month >= since.since_month

    ),

    finding as (

        select
            doubtful_payment.rule_id,
            'pension_payment' as extract,
            payment.payment_no as record_no,
            payment.dump_id,
            payment.line_number,
            payment.region_code,
            payment.period_end,
            payment.person_id,
            payment.amount
        from doubtful_payment
        inner join
            payment on doubtful_payment.dump_id = payment.dump_id and doubtful_payment.line_number = payment.line_number

        union all

        select
            'employed_on_benefit' as rule_id,
            'unemployment_benefit' as extract,
            benefit.benefit_no || '/' || {{ to_text("benefit.paid_month") }} as record_no,
            benefit.dump_id,
            benefit.line_number,
            benefit.region_code,
            benefit.period_end,
            benefit.person_id,
            benefit.amount
        from employed
        inner join benefit on employed.dump_id = benefit.dump_id and employed.line_number = benefit.line_number

        union all

        select
            'base_out_of_range' as rule_id,
            'pension_ledger' as extract,
            ledger_no as record_no,
            dump_id,
            line_number,
            region_code,
            period_end,
            person_id,
            coalesce((personal_part + employer_part) * share_outside, 0) as amount
        from out_of_range

        union all

        select rule_id, extract, record_no, dump_id, line_number, region_code, period_end, person_id, 0 as amount
        from told

    )

select
    finding.rule_id,
    finding.extract,
    'F' || substr(md5(finding.rule_id || '/' || finding.extract || '/' || finding.record_no), 1, 19) as record_code,
    finding.dump_id,
    finding.line_number,
    finding.region_code,
    finding.period_end,
    finding.person_id,
    cast(finding.amount as decimal(18, 2)) as amount
from finding
cross join run
where {{ month_of("finding.period_end") }} <= run.as_of
