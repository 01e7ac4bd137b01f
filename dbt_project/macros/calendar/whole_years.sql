{# Years that are told at a quarter's end: its twelve months, all of which must be delivered. #}
{#
The quarters' ends by which a region has all twelve months of each of these extracts: window_start, the first day of the
twelve; whether every one came in whole, and whether one of them is a sample.
#}
{% macro whole_years(extracts) -%}
    select
        delivery.region_code,
        quarter.period_end,
        quarter.window_start,
        bool_and(delivery.units_received = delivery.units_expected) as is_complete,
        bool_or(delivery.is_estimate) as is_sampled
    from
        (
            select distinct
                ended.period_end, {{ days_after(month_end_after("ended.period_end", -12), 1) }} as window_start
            from {{ ref("int_region_delivery") }} as ended
            cross join {{ source("landed", "run") }} as run
            where
                ended.extract in ({{ quoted(extracts) }})
                and extract(month from ended.period_end) in (3, 6, 9, 12)
                and ended.period_end <= run.as_of
        ) as quarter
    inner join
        {{ ref("int_region_delivery") }} as delivery
        on delivery.extract in ({{ quoted(extracts) }})
        and delivery.period_end between quarter.window_start and quarter.period_end
    group by delivery.region_code, quarter.period_end, quarter.window_start
    having count(*) = {{ 12 * extracts | length }}
{%- endmacro %}
