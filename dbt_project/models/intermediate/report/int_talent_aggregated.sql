{{
    aggregated_figures(
        ref("stg_talent__talent_stock_report"),
        ["professional_senior", "professional_intermediate", "professional_junior", "high_skilled_total"],
    )
}}
