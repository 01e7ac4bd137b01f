{{ event_count_indicator("skill_certificates", extract="skill_certificate") }}
