{{
    event_count_indicator(
        "migrant_worker_training",
        extract="training_record",
        events=ref("stg_employment__training_record"),
        dated="completed_on",
        where="subsidy_amount > 0 and trainee_category = '1'",
    )
}}
