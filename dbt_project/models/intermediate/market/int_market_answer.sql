{{
    reported_cells(
        "market_sentiment",
        ref("stg_employment__market_sentiment"),
        ["question", "size_class", "up_count", "same_count", "down_count", "staff_weight"],
    )
}}
