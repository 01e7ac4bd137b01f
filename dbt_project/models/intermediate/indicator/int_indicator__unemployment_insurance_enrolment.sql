with
    insured as ({{ aggregate_persons_by_month("unemployment_insurance_enrolment") }}),

    by_weight as ({{ counted_at_stock_periods("insurance_enrolment", "insured") }}),

    measured as ({{ apply_weights("by_weight") }})

    {{ count_indicator("unemployment_insurance_enrolment", per=10000) }}
