with
    gap as ({{ sums_with_a_gap(ref("int_labour_contract_rolled_up"), "labour_contract_report") }}),

    measured as (

        select
            {{ period_columns("period") }},
            figure.employees_signed as numerator,
            figure.employees_required as denominator,
            gap.region_code is not null as has_gap,
            figure.is_estimate
        from {{ ref("int_stock_period") }} as period
        inner join
            {{ ref("int_labour_contract_rolled_up") }} as figure
            on period.region_code = figure.region_code
            and period.period_end = figure.period_end
        left join
            gap
            on figure.region_code = gap.region_code
            and figure.period_end = gap.figure_period_end
            and figure.period_end = gap.delivery_end
        where period.extract = 'labour_contract_report'

    )

    {{ rate_indicator("labour_contract_signing_rate") }}
