with
    measured as (

        {{
            reported_at_stock_periods(
                "talent_stock_report",
                ref("int_talent_aggregated"),
                {
                    "senior": "figure.professional_senior",
                    "intermediate": rounded_quotient(
                        "figure.professional_intermediate", "figure.professional_senior"
                    ),
                    "junior": rounded_quotient("figure.professional_junior", "figure.professional_senior"),
                },
            )
        }}

    )

    {{
        indicator_rows(
            "professional_talent_grade_ratio",
            numerator="null",
            value="null",
            value_text="'1:' || " ~ to_text("intermediate") ~ " || ':' || " ~ to_text("junior"),
        )
    }}
where senior > 0
