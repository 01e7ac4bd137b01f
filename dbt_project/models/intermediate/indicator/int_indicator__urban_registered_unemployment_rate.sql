with
    registered_row as ({{ registered_unemployed_rows() }}),

    tally as ({{ aggregate_by_month("registered_row", ["change"]) }}),

    regional as ({{ aggregate_to_regions("tally", ["change"]) }}),

    period as (

        select *
        from {{ ref("int_flow_period") }}
        where extract = 'unemployment_registration' and period_type = 'quarter'

    ),

    by_weight as (

        select {{ period_columns("period") }}, regional.weight, sum(regional.change) as numerator_rows
        from period
        left join regional on period.region_code = regional.region_code and regional.month <= period.counted_through
        group by {{ period_columns("period") }}, regional.weight

    ),

    registered as ({{ apply_weights("by_weight") }}),

    employed as (

        select
            figure.region_code,
            figure.period_end,
            figure.employed_persons,
            figure.is_estimate,
            delivery.units_received,
            delivery.units_expected
        from {{ ref("int_urban_employed_aggregated") }} as figure
        inner join
            {{ ref("int_region_delivery") }} as delivery
            on figure.region_code = delivery.region_code
            and figure.period_end = delivery.period_end
        where delivery.extract = 'urban_employed_stock'

    ),

    gap as ({{ incomplete_sums(ref("int_urban_employed_aggregated"), "unemployment_registration") }}),

    quarter_with_gap as (

        select distinct region_code, figure_period_end as period_end
        from gap
        where delivery_end between {{ quarter_start("figure_period_end") }} and figure_period_end

    ),

    quarterly as (

        select
            registered.region_code,
            registered.period_type,
            registered.period_start,
            registered.period_end,
            {{ smaller_share("registered", "employed") }},
            registered.numerator,
            registered.numerator + employed.employed_persons as denominator,
            registered.observations,
            registered.observations as sample_rows,
            registered.numerator_variance,
            registered.numerator_variance as denominator_variance,
            quarter_with_gap.region_code is not null as is_incomplete,
            registered.is_estimate or employed.is_estimate as is_estimate
        from registered
        inner join
            employed on registered.region_code = employed.region_code and registered.period_end = employed.period_end
        left join
            quarter_with_gap
            on registered.region_code = quarter_with_gap.region_code
            and registered.period_end = quarter_with_gap.period_end

    ),

    -- The year's rate is that of its fourth quarter.
    measured as (

        select *
        from quarterly

        union all

        select
            region_code,
            'year' as period_type,
            {{ year_start("period_end") }} as period_start,
            period_end,
            units_received,
            units_expected,
            numerator,
            denominator,
            observations,
            sample_rows,
            numerator_variance,
            denominator_variance,
            is_incomplete,
            is_estimate
        from quarterly
        where extract(quarter from period_end) = 4

    )

    {{ rate_indicator("urban_registered_unemployment_rate", observations="observations") }}
