with
    insured as ({{ aggregate_persons_by_month("basic_pension_coverage_rate") }}),

    by_weight as ({{ counted_at_stock_periods("insurance_enrolment", "insured") }}),

    counted as ({{ apply_weights("by_weight") }}),

    measured as ({{ per_population("counted", "statutory_pension_population", "insurance_enrolment") }})

    {{ rate_indicator("basic_pension_coverage_rate", counted="numerator", observations="observations") }}
