{{
    closure_rate_indicator(
        "arbitration_closure_rate", extract="arbitration_case", cases=ref("stg_arbitration__arbitration_case")
    )
}}
