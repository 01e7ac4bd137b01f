with
    counted as (select *, persons_a - in_both as only_a from {{ ref("int_crosswalk") }}),

    hidden as (select * from {{ ref("int_count_suppression") }}),

    shown as (

        select
            counted.source_pair,
            counted.region_code,
            counted.cohort_start,
            counted.cohort_end,
            counted.period_end,
            counted.missing,
            {% for name in ["persons_a", "persons_b", "in_both", "only_a"] %}
                case when hidden.region_code is null then counted.{{ name }} end as {{ name }},
            {% endfor %}
            case
                when hidden.region_code is null and probable_hidden.region_code is null then counted.probable
            end as probable,
            hidden.region_code is not null as is_suppressed
        from counted
        left join
            hidden
            on {{ crosswalk_family("counted.source_pair") }} = hidden.count_family
            and counted.region_code = hidden.region_code
            and counted.period_end = hidden.period_end
        left join
            hidden as probable_hidden
            on {{ crosswalk_family("counted.source_pair", "probable") }} = probable_hidden.count_family
            and counted.region_code = probable_hidden.region_code
            and counted.period_end = probable_hidden.period_end

    )

select
    source_pair,
    region_code,
    cohort_start,
    cohort_end,
    period_end,
    cast(persons_a as double) as persons_a,
    cast(persons_b as double) as persons_b,
    cast(in_both as double) as in_both,
    cast(100.0 * in_both / nullif(persons_a, 0) as double) as share,
    cast(only_a as double) as only_a,
    cast(100.0 * only_a / nullif(persons_a, 0) as double) as only_a_share,
    cast(probable as double) as probable,
    missing,
    case when missing = 'not_delivered' then 'provisional' else 'final' end as maturity,
    false as is_estimate,
    is_suppressed,
    1 as method_version
from shown
