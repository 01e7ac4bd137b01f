with
    measured as (

        {{
            reported_at_stock_periods(
                "talent_stock_report",
                ref("int_talent_aggregated"),
                {
                    "numerator": "figure.professional_senior + figure.professional_intermediate + figure.professional_junior",
                },
            )
        }}

    )

    {{ indicator_rows("professional_talent_total", value="numerator / 10000") }}
