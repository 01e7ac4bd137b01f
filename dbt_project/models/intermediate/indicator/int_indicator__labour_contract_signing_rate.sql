with
    measured as (

        {{
            reported_at_stock_periods(
                "labour_contract_report",
                ref("int_labour_contract_aggregated"),
                {
                    "numerator": "figure.employees_signed",
                    "denominator": "figure.employees_required",
                },
            )
        }}

    )

    {{ rate_indicator("labour_contract_signing_rate", counted="none") }}
