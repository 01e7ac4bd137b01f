with
    moved as ({{ entrusted_rows() }}),

    tally as ({{ aggregate_by_month("moved", ["amount_wan"]) }}),

    regional as ({{ aggregate_to_regions("tally", ["amount_wan"]) }}),

    by_weight as ({{ stock_at_stock_periods("fund_entrustment", "regional", change="amount_wan") }}),

    -- What was entrusted and redeemed again is contained although it leaves nothing: rows count here, not their sum.
    measured as (

        select
            {{ period_columns("by_weight") }},
            cast(coalesce(sum(numerator_rows * weight), 0) as double) as numerator,
            false as is_incomplete,
            coalesce(bool_or(weight <> 1), false) as is_estimate
        from by_weight
        group by {{ period_columns("by_weight") }}

    )

    {{ indicator_rows("resident_pension_entrusted_investment", value="numerator / 10000") }}
