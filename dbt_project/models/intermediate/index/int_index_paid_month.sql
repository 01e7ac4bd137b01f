-- Months of employees that were paid for, among those in which they stood insured in the enterprise employees' pension
-- (int_insured_tally), over the twelve months to each quarter's end: person-months, by what was credited until then. Of
-- the province, units and city groups: of counties no further count of the insured is told.
{% set effects = ["paid", "insured"] %}

with
    covered as ({{ whole_years(["pension_ledger", "insurance_enrolment"]) }}),

    -- Whoever paid for a month in parts paid for one month.
    entry as (

        select region_code, contribution_month, credited_month, weight
        from {{ ref("stg_pension__pension_ledger") }}
        where insurance_type = '110' and personal_part + employer_part > 0
        qualify
            row_number() over (partition by person_id, contribution_month order by credited_month, dump_id, line_number)
            = 1

    ),

    person_month as (

        select
            region_code,
            contribution_month as month,
            {{ month_of("credited_month") }} as known_in,
            weight,
            count(*) as paid,
            0 as insured
        from entry
        group by region_code, contribution_month, {{ month_of("credited_month") }}, weight

        union all

        select
            region_code,
            {{ month_of("period_end") }} as month,
            {{ month_of("period_end") }} as known_in,
            weight,
            0 as paid,
            sum(insured) as insured
        from {{ ref("int_insured_tally") }}
        group by region_code, {{ month_of("period_end") }}, weight

    ),

    by_weight as (

        select
            covered.region_code,
            covered.period_end,
            covered.is_complete,
            covered.is_sampled,
            person_month.weight,
            sum(person_month.paid) as paid,
            sum(person_month.insured) as insured
        from covered
        inner join
            {{ ref("int_region_ancestry") }} as ancestry
            on covered.region_code = ancestry.belongs_to
            and ancestry.belongs_to_level <> 'county'
        inner join
            person_month
            on ancestry.region_code = person_month.region_code
            and person_month.month between covered.window_start and covered.period_end
            and person_month.known_in <= covered.period_end
        group by covered.region_code, covered.period_end, covered.is_complete, covered.is_sampled, person_month.weight

    ),

    -- The same people stand in the sample of every month: twelve months of them are no surer than one.
    measured as (

        select
            region_code,
            period_end,
            is_complete,
            is_sampled,
            sum(paid * weight) as numerator,
            sum(insured * weight) as denominator,
            12 * {{ sampling_variance("paid", "weight") }} as numerator_variance,
            12 * {{ sampling_variance("insured", "weight") }} as denominator_variance
        from by_weight
        group by region_code, period_end, is_complete, is_sampled

    )

select
    region_code,
    period_end,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(100 * numerator / denominator as double) as value,
    {{ wilson_half_width() }} > {{ parameter("max_half_width") }} as too_uncertain,
    case when is_complete then 'final' else 'provisional' end as maturity,
    is_sampled as is_estimate
from measured
where denominator > 0
