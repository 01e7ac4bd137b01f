{# Version 3: the 60 working days are counted by the State Council's calendar. #}
{{
    closure_rate_indicator(
        "inspection_closure_rate",
        extract="inspection_case",
        cases=cases_in_working_days(),
        term_end="term_end",
        unknown_until="unknown_until",
        definition_version=3,
    )
}}
