with
    counted as (select *, {{ key_group_family("key_group") }} as count_family from {{ ref("int_key_group") }}),

    hidden as (select * from {{ ref("int_count_suppression") }}),

    parameter as (select {{ parameter("key_group_households_target") }} as households_target),

    shown as (

        select
            counted.region_code,
            counted.key_group,
            counted.period_end,
            {% for name in ["persons", "served", "households", "entered", "employed"] %}
                case when hidden.region_code is null then counted.{{ name }} end as {{ name }},
            {% endfor %}
            counted.cohort_start,
            counted.cohort_end,
            counted.employed_missing,
            counted.is_complete,
            hidden.region_code is not null as is_suppressed
        from counted
        left join
            hidden
            on counted.count_family = hidden.count_family
            and counted.region_code = hidden.region_code
            and counted.period_end = hidden.period_end

    )

select
    shown.region_code,
    shown.key_group,
    shown.period_end,
    cast(shown.persons as double) as persons,
    cast(shown.served as double) as served,
    cast(100.0 * shown.served / nullif(shown.persons, 0) as double) as served_share,
    cast(shown.households as double) as households,
    case when shown.households is not null then cast(parameter.households_target as double) end as households_target,
    shown.cohort_start,
    shown.cohort_end,
    cast(shown.entered as double) as entered,
    cast(shown.employed as double) as employed,
    cast(100.0 * shown.employed / nullif(shown.entered, 0) as double) as employed_share,
    shown.employed_missing,
    case when shown.is_complete then 'final' else 'provisional' end as maturity,
    false as is_estimate,
    shown.is_suppressed,
    1 as method_version
from shown
cross join parameter
