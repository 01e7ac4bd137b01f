with
    gap as ({{ sums_with_a_gap(ref("int_talent_rolled_up"), "talent_stock_report") }}),

    measured as (

        select
            {{ period_columns("period") }},
            figure.professional_senior + figure.professional_intermediate + figure.professional_junior as numerator,
            gap.region_code is not null as has_gap,
            figure.is_estimate
        from {{ ref("int_stock_period") }} as period
        inner join
            {{ ref("int_talent_rolled_up") }} as figure
            on period.region_code = figure.region_code
            and period.period_end = figure.period_end
        left join
            gap
            on figure.region_code = gap.region_code
            and figure.period_end = gap.figure_period_end
            and figure.period_end = gap.delivery_end
        where period.extract = 'talent_stock_report'

    )

    {{ indicator_rows("professional_talent_total", value="numerator / 10000") }}
