with
    insured as (select * from {{ ref("int_insured_persons_counted") }} where scheme = 'basic_pension'),

    by_weight as ({{ counted_at_stock_periods("insurance_enrolment", "insured") }}),

    counted as ({{ weighed("by_weight") }}),

    measured as ({{ per_population("counted", "statutory_pension_population", "insurance_enrolment") }})

    {{ rate_indicator("basic_pension_coverage_rate", observations="observations") }}
