-- Employers as rated by how they keep labour law: how many of those that are supervised, which grades were published,
-- who
-- is rated better than C again, and how many of a grade had a case within the twelve months after. Counts of few are
-- withheld with what would give them away.
{% set parts = ["is_published", "is_listed", "is_repaired", "has_case"] %}

with
    told as (

        select
            region_code,
            period_end,
            class_code as grade,
            max(case when part = '*' and is_told then employers end) as employers
            {%- for part in parts %}
                , max(case when part = '{{ part }}' and is_told then employers end) as {{ part }}
            {%- endfor %}
        from {{ ref("int_employer_told") }}
        where subject = 'credit'
        group by region_code, period_end, class_code

    ),

    delivery as (select * from {{ ref("int_region_delivery") }}),

    run as (select * from {{ source("landed", "run") }}),

    -- Known where every dump of the year's end is in and none is a sample.
    supervised as (

        select counted.region_code, counted.period_end, counted.employers
        from {{ ref("int_employer_told") }} as counted
        inner join
            delivery
            on delivery.extract = 'insurance_enrolment'
            and counted.region_code = delivery.region_code
            and counted.period_end = delivery.period_end
        where
            counted.subject = 'supervised'
            and counted.class_code = '*'
            and counted.is_told
            and delivery.units_received = delivery.units_expected
            and not delivery.is_estimate

    ),

    -- The months after a year of which all cases are in, of inspection and of arbitration.
    followed as (

        select
            told.region_code,
            told.period_end,
            count(*) = 2 * 12 as is_over,
            bool_or(delivery.is_estimate) as is_estimate
        from (select distinct region_code, period_end from told) as told
        inner join
            delivery
            on delivery.extract in ('inspection_case', 'arbitration_case')
            and told.region_code = delivery.region_code
            and delivery.period_end > told.period_end
            and delivery.period_end <= {{ month_end_after("told.period_end", 12) }}
            and delivery.units_received = delivery.units_expected
        group by told.region_code, told.period_end

    ),

    rated_before as (

        select told.region_code, {{ month_end_after("told.period_end", 12) }} as period_end
        from told
        where told.grade = '*'

    ),

    shown as (

        select
            told.*,
            supervised.employers as supervised,
            rated_before.region_code is not null as knows_before,
            coalesce(followed.is_over, false)
            and {{ month_end_after("told.period_end", 12) }} < run.as_of as is_followed,
            coalesce(followed.is_estimate, false) as is_sampled
        from told
        cross join run
        left join
            supervised
            on told.grade = '*'
            and told.region_code = supervised.region_code
            and told.period_end = supervised.period_end
        left join followed on told.region_code = followed.region_code and told.period_end = followed.period_end
        left join
            rated_before on told.region_code = rated_before.region_code and told.period_end = rated_before.period_end

    )

select
    shown.region_code,
    shown.period_end,
    shown.grade,
    cast(shown.employers as bigint) as employers,
    cast(shown.supervised as bigint) as supervised,
    100 * cast(shown.employers as double) / nullif(shown.supervised, 0) as rated_share,
    cast(shown.is_published as bigint) as published,
    cast(shown.is_listed as bigint) as listed_arrears,
    case when shown.knows_before then cast(shown.is_repaired as bigint) end as repaired,
    case when shown.is_followed then cast(shown.has_case as bigint) end as with_case,
    case
        when shown.is_followed then 100 * cast(shown.has_case as double) / nullif(shown.employers, 0)
    end as case_share,
    case
        when delivery.units_received = delivery.units_expected and run.as_of > shown.period_end
        then 'final'
        else 'provisional'
    end as maturity,
    shown.is_followed and shown.is_sampled as is_estimate,
    shown.employers is null as is_suppressed,
    1 as method_version
from shown
cross join run
inner join
    delivery
    on delivery.extract = 'employer_credit'
    and shown.region_code = delivery.region_code
    and shown.period_end = delivery.period_end
