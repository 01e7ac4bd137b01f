{# Version 2: of the insured those whose enrolment is not paused. #}
with
    insured as ({{ aggregate_persons_by_month("unemployment_insurance_enrolment__v2") }}),

    by_weight as ({{ counted_at_stock_periods("insurance_enrolment", "insured", counted="counted_normal") }}),

    measured as ({{ apply_weights("by_weight") }})

    {{ count_indicator("unemployment_insurance_enrolment", per=10000, definition_version=2) }}
