with
    first_certificate as ({{ first_certificate_rows() }}),

    regional as (

        select region_code, month, weight, count(*) as counted
        from first_certificate
        group by region_code, month, weight

    ),

    by_weight as ({{ counted_in_flow_periods("professional_qualification", "regional") }}),

    measured as ({{ apply_weights("by_weight") }})

    {{ count_indicator("professional_qualification_certificates", per=10000) }}
