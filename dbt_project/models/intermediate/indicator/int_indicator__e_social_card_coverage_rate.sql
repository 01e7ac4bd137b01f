with
    holders as ({{ aggregate_persons_by_month("e_social_card_coverage_rate") }}),

    by_weight as ({{ stock_at_stock_periods("social_card", "holders") }}),

    counted as ({{ apply_weights("by_weight") }}),

    measured as ({{ per_population("counted", var("card_population"), "social_card") }})

    {{ rate_indicator("e_social_card_coverage_rate", counted="numerator", observations="observations") }}
