-- What the composite indices hold beside the plan's indicators, at each quarter's end: who was placed in work, how many
-- of those trained are migrant workers, for how many of the insured months contributions were paid, how many payments
-- of
-- pensions of the twelve months are doubtful. Made of published figures, and of counts that are withheld like them.
with
    run as (select * from {{ source("landed", "run") }}),

    hidden as (select * from {{ ref("int_index_suppression") }}),

    payment as (

        select delivery.*
        from {{ ref("int_region_delivery") }} as delivery
        cross join run
        where delivery.extract = 'pension_payment' and delivery.period_end <= run.as_of

    ),

    insured as (

        select *
        from {{ ref("fct_indicator_value") }}
        where indicator_id = 'basic_pension_coverage_rate' and period_type = 'quarter' and region_level <> 'county'

    ),

    paid as (

        select
            insured.region_code,
            insured.period_end,
            insured.numerator as insured,
            insured.maturity = 'final' and bool_and(payment.units_received = payment.units_expected) as is_final,
            bool_or(payment.is_estimate) as is_sampled,
            insured.is_estimate or bool_or(payment.is_estimate) as is_estimate
        from insured
        inner join
            payment
            on insured.region_code = payment.region_code
            and payment.period_end > {{ month_end_after("insured.period_end", -12) }}
            and payment.period_end <= insured.period_end
        group by insured.region_code, insured.period_end, insured.numerator, insured.maturity, insured.is_estimate
        having count(*) = 12

    ),

    -- a payment that both rules doubt is doubted once
    doubt as (

        select
            ancestry.belongs_to as region_code,
            doubted.period_end,
            1 / dump.sampling_fraction as weight,
            count(*) as doubts
        from
            (
                select distinct dump_id, line_number, region_code, period_end
                from {{ ref("int_doubt") }}
                where rule_id in ('pension_after_death', 'pension_age')
            ) as doubted
        inner join {{ source("landed", "dump") }} as dump on doubted.dump_id = dump.dump_id
        inner join {{ ref("int_region_ancestry") }} as ancestry on doubted.region_code = ancestry.region_code
        group by ancestry.belongs_to, doubted.period_end, dump.sampling_fraction

    ),

    -- Twelve months of payments are told where fund supervision tells each of them; of a group, of each of its units.
    withheld as (

        select distinct ancestry.belongs_to as region_code, supervision.period_end
        from {{ ref("fct_fund_supervision") }} as supervision
        inner join {{ ref("int_region_ancestry") }} as ancestry on supervision.region_code = ancestry.region_code
        where
            supervision.is_suppressed
            and supervision.rule in ('pension_after_death', 'pension_age')
            and (ancestry.belongs_to_level <> 'province' or supervision.region_code = ancestry.belongs_to)

    ),

    withheld_year as (

        select distinct paid.region_code, paid.period_end
        from paid
        inner join
            withheld
            on paid.region_code = withheld.region_code
            and withheld.period_end > {{ month_end_after("paid.period_end", -12) }}
            and withheld.period_end <= paid.period_end

    ),

    doubtful as (

        select
            paid.region_code,
            paid.period_end,
            coalesce(sum(doubt.doubts * doubt.weight), 0) as numerator,
            paid.insured as denominator,
            {{ sampling_variance("doubt.doubts", "doubt.weight") }} as numerator_variance,
            paid.is_sampled and count(doubt.doubts) = 0 as is_sampled_zero,
            paid.is_final,
            paid.is_estimate
        from paid
        left join
            doubt
            on paid.region_code = doubt.region_code
            and doubt.period_end > {{ month_end_after("paid.period_end", -12) }}
            and doubt.period_end <= paid.period_end
        where paid.insured > 0
        group by paid.region_code, paid.period_end, paid.insured, paid.is_sampled, paid.is_final, paid.is_estimate

    ),

    training as (

        select
            whole.region_code,
            whole.period_end,
            10000 * part.value as numerator,
            10000 * whole.value as denominator,
            power(10000 * part_certainty.standard_error, 2) as numerator_variance,
            power(10000 * whole_certainty.standard_error, 2) as denominator_variance,
            part_certainty.standard_error is null as is_sampled_zero,
            part.maturity = 'final' and whole.maturity = 'final' as is_final,
            part.is_estimate or whole.is_estimate as is_estimate,
            part.is_suppressed or whole.is_suppressed as is_suppressed
        from {{ ref("fct_indicator_value") }} as whole
        inner join
            {{ ref("fct_indicator_value") }} as part
            on part.indicator_id = 'migrant_worker_training'
            and whole.region_code = part.region_code
            and whole.period_type = part.period_type
            and whole.period_end = part.period_end
        {%- for name in ["whole", "part"] %}
            left join
                {{ ref("int_indicator_certainty") }} as {{ name }}_certainty
                on {{ name }}.indicator_id = {{ name }}_certainty.indicator_id
                and {{ name }}.region_code = {{ name }}_certainty.region_code
                and {{ name }}.period_type = {{ name }}_certainty.period_type
                and {{ name }}.period_end = {{ name }}_certainty.period_end
        {%- endfor %}
        where
            whole.indicator_id = 'subsidised_training'
            and whole.period_type = 'ytd'
            and extract(month from whole.period_end) in (3, 6, 9, 12)
            and (whole.value > 0 or whole.is_suppressed)

    )

select
    counted.measure,
    counted.region_code,
    counted.period_end,
    case when hidden.region_code is null then counted.numerator end as numerator,
    case when hidden.region_code is null then counted.denominator end as denominator,
    case when hidden.region_code is null then counted.value end as value,
    counted.too_uncertain,
    counted.maturity,
    counted.is_estimate,
    hidden.region_code is not null as is_suppressed
from {{ ref("int_index_count") }} as counted
left join
    hidden
    on counted.measure = hidden.measure
    and counted.region_code = hidden.region_code
    and counted.period_end = hidden.period_end

union all

select
    'paid_months' as measure,
    region_code,
    period_end,
    numerator,
    denominator,
    value,
    too_uncertain,
    maturity,
    is_estimate,
    false as is_suppressed
from {{ ref("int_index_paid_month") }}

union all

select
    'fund_doubts' as measure,
    doubtful.region_code,
    doubtful.period_end,
    case when withheld_year.region_code is null then cast(numerator as double) end as numerator,
    case when withheld_year.region_code is null then denominator end as denominator,
    case when withheld_year.region_code is null then 1000 * numerator / denominator end as value,
    is_sampled_zero
    or {{ normal_half_width("100 * sqrt(numerator_variance) / denominator") }}
    > {{ parameter("max_half_width") }} as too_uncertain,
    case when is_final then 'final' else 'provisional' end as maturity,
    is_estimate,
    withheld_year.region_code is not null as is_suppressed
from doubtful
left join
    withheld_year on doubtful.region_code = withheld_year.region_code and doubtful.period_end = withheld_year.period_end

union all

select
    'migrant_training_share' as measure,
    region_code,
    period_end,
    case when not is_suppressed then numerator end as numerator,
    case when not is_suppressed then denominator end as denominator,
    100 * numerator / denominator as value,
    coalesce(is_sampled_zero or {{ wilson_half_width() }} > {{ parameter("max_half_width") }}, false) as too_uncertain,
    case when is_final then 'final' else 'provisional' end as maturity,
    is_estimate,
    is_suppressed
from training
