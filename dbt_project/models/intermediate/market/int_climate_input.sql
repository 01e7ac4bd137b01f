-- What the climate index is made of, by quarters of which the market was delivered: the ratio of vacancies to seekers,
-- vacancies, new employment, registrations open at the quarter's end.
with
    market as (

        select * from {{ ref("fct_market_supply_demand") }} where industry_section = '*' and occupation_group = '*'

    ),

    figure as (

        select
            figure.region_code,
            figure.period_end,
            figure.definition_version,
            case
                figure.indicator_id when 'urban_new_employment' then 'new_employment' else 'unemployed'
            end as component,
            case figure.indicator_id when 'urban_new_employment' then figure.value else figure.numerator end as value,
            figure.maturity,
            figure.is_estimate,
            coalesce(certainty.too_uncertain, false) as too_uncertain
        from {{ ref("fct_indicator_value") }} as figure
        left join
            {{ ref("int_indicator_certainty") }} as certainty
            on figure.indicator_id = certainty.indicator_id
            and figure.region_code = certainty.region_code
            and figure.period_type = certainty.period_type
            and figure.period_end = certainty.period_end
        where
            figure.period_type = 'quarter'
            and figure.indicator_id in ('urban_new_employment', 'urban_registered_unemployment_rate')

    ),

    component as (

        {% for component in ["new_employment", "unemployed"] %}
            select '{{ component }}' as component {{ "union all" if not loop.last }}
        {% endfor %}
    )

{% for component, value in [("ratio", "ratio"), ("vacancies", "vacancies")] %}
    select
        region_code,
        period_type,
        period_start,
        period_end,
        '{{ component }}' as component,
        {{ value }} as value,
        1 as definition_version,
        maturity,
        is_estimate,
        false as too_uncertain
    from market

    union all
{% endfor %}

select
    market.region_code,
    market.period_type,
    market.period_start,
    market.period_end,
    component.component,
    figure.value,
    figure.definition_version,
    coalesce(figure.maturity, 'provisional') as maturity,
    coalesce(figure.is_estimate, false) as is_estimate,
    coalesce(figure.too_uncertain, false) as too_uncertain
from market
cross join component
left join
    figure
    on market.region_code = figure.region_code
    and market.period_end = figure.period_end
    and component.component = figure.component
