with tally as (

    select
        region_code,
        {{ month_of('moved_on') }} as month,
        weight,
        sum(case movement when '1' then amount_wan when '2' then -amount_wan end) as amount_wan
    from {{ ref('stg_pension__fund_entrustment') }}
    group by
        region_code,
        {{ month_of('moved_on') }},
        weight

),

regional as (

    {{ rolled_up('tally', ['amount_wan']) }}

),

by_weight as (

    {{ standing_at_stock_periods('fund_entrustment', 'regional', change='amount_wan') }}

),

measured as (

    {{ weighed('by_weight') }}

)

{{ indicator_rows('resident_pension_entrusted_investment', value='numerator / 10000') }}
