{{ event_count_indicator("senior_skill_certificates", extract="skill_certificate") }}
