with
    holders as ({{ persons_tallied("social_card_holders") }}),

    by_weight as ({{ standing_at_stock_periods("social_card", "holders") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("social_card_holders", per=10000) }}
