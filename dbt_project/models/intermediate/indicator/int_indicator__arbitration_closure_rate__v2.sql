{# Version 2: what was pending when the period began is left out, so that the rate may exceed 100. #}
{{
    closure_rate_indicator(
        "arbitration_closure_rate",
        extract="arbitration_case",
        cases=ref("stg_arbitration__arbitration_case"),
        pending=false,
        definition_version=2,
    )
}}
