with
    holders as ({{ persons_tallied("social_card_population_coverage_rate") }}),

    by_weight as ({{ standing_at_stock_periods("social_card", "holders") }}),

    counted as ({{ weighed("by_weight") }}),

    measured as ({{ per_population("counted", var("card_population"), "social_card") }})

    {{ rate_indicator("social_card_population_coverage_rate", observations="observations") }}
