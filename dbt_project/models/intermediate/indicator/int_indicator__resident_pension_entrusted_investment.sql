with
    moved as ({{ entrusted_rows() }}),

    -- Of an amount the variance is made of its square.
    tally as (

        select
            region_code,
            month,
            weight,
            sum(amount_wan) as amount_wan,
            sum(power(amount_wan, 2)) as squared_wan,
            count(*) as moved
        from moved
        group by region_code, month, weight

    ),

    regional as ({{ aggregate_to_regions("tally", ["amount_wan", "squared_wan", "moved"]) }}),

    -- What was entrusted and redeemed again is contained although it leaves nothing: rows count here, not their sum.
    measured as (

        select
            {{ period_columns("period") }},
            cast(coalesce(sum(regional.amount_wan * regional.weight), 0) as double) as numerator,
            {{ sampling_variance("regional.squared_wan", "regional.weight") }} as numerator_variance,
            coalesce(sum(regional.moved), 0) as sample_rows,
            false as is_incomplete,
            coalesce(bool_or(regional.weight <> 1), false) as is_estimate
        from {{ ref("int_stock_period") }} as period
        left join regional on period.region_code = regional.region_code and regional.month <= period.period_end
        where period.extract = 'fund_entrustment'
        group by {{ period_columns("period") }}

    )

    {{
        indicator_rows(
            "resident_pension_entrusted_investment",
            value="numerator / 10000",
            sample_rows="sample_rows",
            standard_error="sqrt(numerator_variance) / 10000",
        )
    }}
