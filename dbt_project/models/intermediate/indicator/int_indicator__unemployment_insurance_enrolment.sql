with
    insured as ({{ persons_tallied("unemployment_insurance_enrolment") }}),

    by_weight as ({{ counted_at_stock_periods("insurance_enrolment", "insured") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("unemployment_insurance_enrolment", per=10000) }}
