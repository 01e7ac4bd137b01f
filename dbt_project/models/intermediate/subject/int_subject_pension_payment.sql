-- Cells of pensions paid in the quarter: recipients (n), payments, their amount, and the median payment to the yuan:
-- the
-- smallest amount that half of the payments do not exceed.
{% set dimensions = subjects()["pension_payment"].dimensions %}

with
    quarter as ({{ subject_quarters("pension_payment") }}),

    paid as (

        select
            payment.region_code,
            quarter.period_end,
            {{ dimension_code("payment.insurance_type") }} as insurance_type,
            {{ age_band("payment.person_id", "quarter.period_end", bounds=[50, 60, 70, 80]) }} as age_band,
            payment.person_id,
            payment.weight,
            payment.amount,
            cast(round(payment.amount) as bigint) as yuan
        from {{ ref("stg_pension__pension_payment") }} as payment
        inner join quarter on payment.paid_month between quarter.period_start and quarter.counted_through

    ),

    recipient as (

        select
            region_code,
            period_end,
            {{ dimensions | join(", ") }},
            person_id,
            min(weight) as weight,
            sum(weight) as payments,
            sum(amount * weight) as amount,
            max(case when weight <> 1 then 1 else 0 end) as is_sampled
        from paid
        group by region_code, period_end, {{ dimensions | join(", ") }}, person_id

    ),

    known as (select *, count(*) over (partition by period_end, person_id) > 1 as is_repeated from recipient),

    tally as (

        select
            region_code,
            period_end,
            {{ dimensions | join(", ") }},
            weight,
            count(case when not is_repeated then 1 end) as paid_once,
            sum(payments) as payments,
            sum(amount) as amount,
            max(is_sampled) as is_sampled
        from known
        group by region_code, period_end, {{ dimensions | join(", ") }}, weight

    ),

    located as ({{ located("tally") }}),

    repeated as ({{ located("(select * from known where is_repeated)") }}),

    counted as (
        {{
            subject_cells(
                "located",
                dimensions,
                {
                    "once": "cast(sum(paid_once * weight) as double)",
                    "once_counted": "cast(sum(paid_once) as bigint)",
                    "payments": "cast(sum(payments) as double)",
                    "amount": "cast(sum(amount) as double)",
                    "is_sampled": "max(is_sampled)",
                },
            )
        }}
    ),

    -- Who is paid in two regions or two schemes counts once where both are.
    person as ({{ subject_cells("repeated", dimensions, {"weight": "min(weight)"}, keys=["person_id"]) }}),

    several as (

        select region_code, period_end, {{ cell_name("person") }}, sum(weight) as persons, count(*) as persons_counted
        from person
        group by region_code, period_end, {{ cell_name("person") }}

    ),

    amount_tally as (

        select region_code, period_end, {{ dimensions | join(", ") }}, yuan, sum(weight) as payments
        from paid
        group by region_code, period_end, {{ dimensions | join(", ") }}, yuan

    ),

    amount_located as ({{ located("amount_tally") }}),

    amounts as ({{ subject_cells("amount_located", dimensions, {"payments": "sum(payments)"}, keys=["yuan"]) }}),

    ranked as (

        select
            *,
            sum(payments) over (
                partition by region_code, period_end, {{ cell_name("amounts") }} order by yuan
            ) as up_to,
            sum(payments) over (partition by region_code, period_end, {{ cell_name("amounts") }}) as in_all
        from amounts

    ),

    median as (

        select region_code, period_end, {{ cell_name("ranked") }}, min(yuan) as p50
        from ranked
        where 2 * up_to >= in_all
        group by region_code, period_end, {{ cell_name("ranked") }}

    )

select
    counted.region_code,
    counted.period_end,
    {{ cell_name("counted") }},
    counted.once + coalesce(several.persons, 0) as n,
    counted.once_counted + coalesce(several.persons_counted, 0) as observations,
    counted.once_counted + coalesce(several.persons_counted, 0) as fewest,
    counted.is_sampled = 1 as is_estimate,
    counted.payments,
    counted.amount,
    cast(median.p50 as double) as p50
from counted
left join
    several
    on counted.region_code = several.region_code
    and counted.period_end = several.period_end
    and counted.dimension_1 = several.dimension_1
    and counted.key_1 = several.key_1
    and counted.dimension_2 = several.dimension_2
    and counted.key_2 = several.key_2
left join
    median
    on counted.region_code = median.region_code
    and counted.period_end = median.period_end
    and counted.dimension_1 = median.dimension_1
    and counted.key_1 = median.key_1
    and counted.dimension_2 = median.dimension_2
    and counted.key_2 = median.key_2
