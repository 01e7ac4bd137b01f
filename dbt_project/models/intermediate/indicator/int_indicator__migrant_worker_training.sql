{{ event_count_indicator("migrant_worker_training", extract="training_record") }}
