with
    insured as (select * from {{ ref("int_insured_persons_counted") }} where scheme = 'unemployment'),

    by_weight as ({{ counted_at_stock_periods("insurance_enrolment", "insured") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("unemployment_insurance_enrolment", per=10000) }}
