{{
    aggregated_figures(
        ref("stg_pension__population_denominator"),
        ["statutory_pension_population", "registered_population", "resident_population"],
    )
}}
