{{
    event_count_indicator(
        "skill_certificates",
        extract="skill_certificate",
        events=ref("stg_talent__skill_certificate"),
        dated="issued_on",
    )
}}
