with
    measured as (

        {{
            reported_at_stock_periods(
                "talent_stock_report",
                ref("int_talent_aggregated"),
                {
                    "numerator": "figure.high_skilled_total",
                },
            )
        }}

    )

    {{ indicator_rows("high_skilled_talent_total", value="numerator / 10000") }}
