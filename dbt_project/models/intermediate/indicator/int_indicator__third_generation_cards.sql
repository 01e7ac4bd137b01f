{{
    event_count_indicator(
        "third_generation_cards",
        extract="social_card",
        events=ref("stg_pension__social_card"),
        dated="issued_on",
        where="generation = '3'",
    )
}}
