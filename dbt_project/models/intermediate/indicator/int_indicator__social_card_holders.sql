with
    holders as ({{ aggregate_persons_by_month("social_card_holders") }}),

    by_weight as ({{ stock_at_stock_periods("social_card", "holders") }}),

    measured as ({{ apply_weights("by_weight") }})

    {{ count_indicator("social_card_holders", per=10000) }}
