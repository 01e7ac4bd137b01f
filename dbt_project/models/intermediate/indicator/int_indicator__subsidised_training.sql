{{ event_count_indicator("subsidised_training", extract="training_record") }}
