{{ aggregated_figures(ref("stg_employment__employment_fund"), ["budget_wan", "paid_wan"], by=["programme"]) }}
