{# A case still open at t is left out until its term (60 working days, as calendar days) is over. #}
{{
    closure_rate_indicator(
        "inspection_closure_rate",
        extract="inspection_case",
        cases=ref("stg_arbitration__inspection_case"),
        term_end=days_after("accepted_on", var("inspection_open_days")),
    )
}}
