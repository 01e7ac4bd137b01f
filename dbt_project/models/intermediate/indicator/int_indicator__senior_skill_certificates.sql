{{
    event_count_indicator(
        "senior_skill_certificates",
        extract="skill_certificate",
        events=ref("stg_talent__skill_certificate"),
        dated="issued_on",
        where="skill_level in ('S', 'T', '1', '2', '3')",
    )
}}
