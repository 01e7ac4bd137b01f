with
    insured as ({{ persons_tallied("basic_pension_coverage_rate") }}),

    by_weight as ({{ counted_at_stock_periods("insurance_enrolment", "insured") }}),

    counted as ({{ weighed("by_weight") }}),

    measured as ({{ per_population("counted", "statutory_pension_population", "insurance_enrolment") }})

    {{ rate_indicator("basic_pension_coverage_rate", observations="observations") }}
