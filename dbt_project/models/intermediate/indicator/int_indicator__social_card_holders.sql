with
    holders as (select * from {{ ref("int_social_card_holders_counted") }} where holding = 'card'),

    by_weight as ({{ standing_at_stock_periods("social_card", "holders") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("social_card_holders", per=10000) }}
