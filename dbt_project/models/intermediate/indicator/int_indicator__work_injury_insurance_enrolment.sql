with
    insured as ({{ aggregate_persons_by_month("work_injury_insurance_enrolment") }}),

    by_weight as ({{ counted_at_stock_periods("insurance_enrolment", "insured") }}),

    measured as ({{ apply_weights("by_weight") }})

    {{ count_indicator("work_injury_insurance_enrolment", per=10000) }}
