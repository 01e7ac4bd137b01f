-- Of the province and its units alone: with the sums of city groups the figures withheld could be worked out; and of
-- the province where it is told itself or all units are: a sum of few would give one away.
{% set figures = ["firms", "staff", "turnover_wan", "persons_placed"] %}

with
    figure as (select * from {{ ref("int_hr_service_aggregated") }}),

    regions as (select region_code from {{ ref("regions") }} where level in ('province', 'prefecture')),

    delivery as (select * from {{ ref("int_region_delivery") }} where extract = 'hr_service_report'),

    lacking as ({{ sums_without_a_unit(ref("int_hr_service_aggregated")) }}),

    hidden as (select * from {{ ref("int_count_suppression") }} where count_family = 'hr_service_firms'),

    run as (select * from {{ source("landed", "run") }}),

    shown as (

        select
            figure.region_code,
            figure.period_start,
            figure.period_end,
            {% for name in figures %}
                case when hidden.region_code is null then figure.{{ name }} end as {{ name }},
            {% endfor %}
            figure.is_estimate,
            hidden.region_code is not null as is_suppressed
        from figure
        inner join regions on figure.region_code = regions.region_code
        left join hidden on figure.region_code = hidden.region_code and figure.period_end = hidden.period_end
        left join lacking on figure.region_code = lacking.region_code and figure.period_end = lacking.period_end
        where lacking.region_code is null

    )

select
    shown.region_code,
    shown.period_start,
    shown.period_end,
    {% for name in figures %} cast(shown.{{ name }} as double) as {{ name }}, {% endfor %}
    {% for name in figures %}
        cast(
            case
                when year_ago.{{ name }} > 0 then 100 * (shown.{{ name }} - year_ago.{{ name }}) / year_ago.{{ name }}
            end as double
        ) as {{ name.removesuffix("_wan") }}_yoy_pct,
    {% endfor %}
    case
        when delivery.units_received = delivery.units_expected and run.as_of > shown.period_end
        then 'final'
        else 'provisional'
    end as maturity,
    shown.is_estimate,
    shown.is_suppressed,
    1 as method_version
from shown
cross join run
inner join delivery on shown.region_code = delivery.region_code and shown.period_end = delivery.period_end
left join
    shown as year_ago
    on shown.region_code = year_ago.region_code
    and {{ month_end_after("shown.period_end", -12) }} = year_ago.period_end
where delivery.period_start <= run.as_of
