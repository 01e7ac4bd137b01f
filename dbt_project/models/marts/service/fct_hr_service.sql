-- Of the province and its units alone: with the sums of city groups the figures withheld could be worked out; and of
-- the province where it is told itself or all units are: a sum of few would give one away.
{% set figures = ["firms", "staff", "turnover_wan", "persons_placed"] %}

with
    figure as (select * from {{ ref("int_hr_service_aggregated") }}),

    regions as (select region_code from {{ ref("regions") }} where level in ('province', 'prefecture')),

    delivery as (select * from {{ ref("int_region_delivery") }} where extract = 'hr_service_report'),

    lacking as ({{ sums_without_a_unit(ref("int_hr_service_aggregated"), "hr_service_report") }}),

    hidden as (select * from {{ ref("int_count_suppression") }} where count_family = 'hr_service_firms'),

    run as (select * from {{ source("landed", "run") }}),

    -- What units have told nothing is the province's own figure less theirs: few firms are withheld with the whole.
    untold as (

        select whole.region_code, whole.period_end
        from figure as whole
        inner join {{ ref("int_region_unit") }} as unit on whole.region_code = unit.region_code
        left join figure as part on unit.unit_code = part.region_code and whole.period_end = part.period_end
        cross join run
        where whole.is_direct
        group by whole.region_code, whole.period_end, whole.firms, run.suppression_threshold
        having
            count(part.region_code) < count(*)
            and whole.firms - coalesce(sum(part.firms), 0) between 1 and run.suppression_threshold - 1

    ),

    shown as (

        select
            figure.region_code,
            figure.period_start,
            figure.period_end,
            {% for name in figures %}
                case
                    when hidden.region_code is null and untold.region_code is null then figure.{{ name }}
                end as {{ name }},
            {% endfor %}
            figure.is_estimate,
            hidden.region_code is not null or untold.region_code is not null as is_suppressed,
            coalesce(delivery.units_received = delivery.units_expected, false) as is_complete
        from figure
        inner join regions on figure.region_code = regions.region_code
        left join hidden on figure.region_code = hidden.region_code and figure.period_end = hidden.period_end
        left join untold on figure.region_code = untold.region_code and figure.period_end = untold.period_end
        left join delivery on figure.region_code = delivery.region_code and figure.period_end = delivery.period_end
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
        when
            shown.is_complete
            and run.as_of > shown.period_end
            and (year_ago.region_code is null or year_ago.is_suppressed or year_ago.is_complete)
        then 'final'
        else 'provisional'
    end as maturity,
    shown.is_estimate
    or (year_ago.region_code is not null and not year_ago.is_suppressed and year_ago.is_estimate) as is_estimate,
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
