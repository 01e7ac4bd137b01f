{{
    event_count_indicator(
        "subsidised_training",
        extract="training_record",
        events=ref("stg_employment__training_record"),
        dated="completed_on",
        where="subsidy_amount > 0",
    )
}}
