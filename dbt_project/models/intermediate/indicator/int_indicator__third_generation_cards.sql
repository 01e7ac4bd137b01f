{{ event_count_indicator("third_generation_cards", extract="social_card") }}
