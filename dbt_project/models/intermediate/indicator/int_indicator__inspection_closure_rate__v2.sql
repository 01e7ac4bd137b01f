{# Version 2: cases still within their term at t are not left out. #}
{{
    closure_rate_indicator(
        "inspection_closure_rate",
        extract="inspection_case",
        cases=ref("stg_arbitration__inspection_case"),
        definition_version=2,
    )
}}
