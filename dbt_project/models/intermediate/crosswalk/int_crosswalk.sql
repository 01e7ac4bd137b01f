-- Two sources beside each other, before anything is withheld: whoever is of the first in a month (the cohort), and how
-- many of them the second knows, anywhere in the province, by the end of the row's month. Where a dump that the pair
-- rests on is a sample or is not there, of any unit of the region, nobody is known to be missing, and there is no
-- figure.
{# By pair: how many months the second source has, each source, and the months whose dumps are needed of it: that of the cohort, that of the end, or all between. A registration of unemployment may be sent again until the end. #}
{% set pairs = {
    "employed_insured": (
        "insured_after",
        ("employment_registration", 0, 0),
        ("insurance_enrolment", "months", "months"),
    ),
    "unemployed_insured": (
        "within_months",
        ("unemployment_registration", 0, "months"),
        ("insurance_enrolment", "months", "months"),
    ),
    "trained_employed": (
        "within_months",
        ("training_record", 0, 0),
        ("employment_registration", 0, "months"),
    ),
} %}

with
    setting as (

        select
            cast({{ parameter("crosswalk_insured_after_months") }} as integer) as insured_after,
            cast({{ parameter("crosswalk_within_months") }} as integer) as within_months

    ),

    pair as (

        {% for source_pair, (months, first, second) in pairs.items() %}
            select
                '{{ source_pair }}' as source_pair,
                {{ months }} as months,
                '{{ first[0] }}' as first_source,
                '{{ second[0] }}' as second_source
            from setting {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    need as (

        {% for source_pair, (_, first, second) in pairs.items() %}
            {% set last = loop.last %}
            {% for extract, from_month, to_month in (first, second) %}
                select
                    source_pair, '{{ extract }}' as extract, {{ from_month }} as from_month, {{ to_month }} as to_month
                from pair
                where source_pair = '{{ source_pair }}' {{ 'union all' if not (last and loop.last) }}
            {% endfor %}
        {% endfor %}

    ),

    delivery as (

        select delivery.*
        from {{ ref("int_region_delivery") }} as delivery
        inner join {{ ref("regions") }} as regions on delivery.region_code = regions.region_code
        where regions.level in ('province', 'prefecture')

    ),

    run as (select * from {{ source("landed", "run") }}),

    -- A row where the region has both: the first source of the cohort's month, the second of the row's.
    compared as (

        select
            pair.source_pair,
            pair.months,
            of_first.region_code,
            of_first.period_start as cohort_start,
            of_first.period_end as cohort_end,
            of_second.period_end
        from pair
        cross join run
        inner join delivery as of_first on pair.first_source = of_first.extract
        inner join
            delivery as of_second
            on pair.second_source = of_second.extract
            and of_first.region_code = of_second.region_code
            and of_second.period_end = {{ month_end_after("of_first.period_end", "pair.months") }}
        where of_second.period_end < run.as_of

    ),

    received as (

        select
            compared.source_pair,
            compared.region_code,
            compared.period_end,
            need.extract,
            count(*) = max(need.to_month) - max(need.from_month) + 1
            and bool_and(delivery.units_received = delivery.units_expected) as is_whole,
            bool_or(delivery.is_estimate) as is_sampled
        from compared
        inner join need on compared.source_pair = need.source_pair
        inner join
            delivery
            on need.extract = delivery.extract
            and compared.region_code = delivery.region_code
            and delivery.period_end >= {{ month_end_after("compared.cohort_end", "need.from_month") }}
            and delivery.period_end <= {{ month_end_after("compared.cohort_end", "need.to_month") }}
        group by compared.source_pair, compared.region_code, compared.period_end, need.extract

    ),

    known as (

        select
            source_pair,
            region_code,
            period_end,
            case when not bool_and(is_whole) then 'not_delivered' when bool_or(is_sampled) then 'sampled' end as missing
        from received
        group by source_pair, region_code, period_end

    ),

    told as (

        select compared.*, known.missing
        from compared
        inner join
            known
            on compared.source_pair = known.source_pair
            and compared.region_code = known.region_code
            and compared.period_end = known.period_end

    ),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level in ('province', 'prefecture')),

    -- Whoever has several records in a month is one person, linked if one of them is.
    person as (

        select
            link.source_pair,
            ancestry.belongs_to as region_code,
            link.period_end,
            link.person_id,
            coalesce(bool_or(link.rule in ({{ quoted(certain_rules()) }})), false) as is_linked,
            coalesce(bool_or(link.rule = 'name_birth_county'), false) as is_probable
        from {{ ref("int_person_link") }} as link
        inner join ancestry on link.region_code = ancestry.region_code
        group by link.source_pair, ancestry.belongs_to, link.period_end, link.person_id

    ),

    counted as (

        select
            source_pair,
            region_code,
            period_end,
            count(*) as persons_a,
            count(case when is_linked then 1 end) as in_both,
            count(case when is_probable and not is_linked then 1 end) as probable
        from person
        group by source_pair, region_code, period_end

    ),

    insured as (

        select region_code, last_day(month) as period_end, sum(counted_normal) as persons
        from {{ ref("int_insured_persons_counted") }}
        where scheme = 'work_injury'
        group by region_code, month

    ),

    registered as (

        select told.region_code, told.period_end, count(distinct registration.person_id) as persons
        from told
        inner join ancestry on told.region_code = ancestry.belongs_to
        inner join
            {{ ref("stg_employment__employment_registration") }} as registration
            on ancestry.region_code = registration.region_code
            and registration.registered_on >= told.cohort_start
            and registration.registered_on <= told.period_end
        where told.source_pair = 'trained_employed' and told.missing is null
        group by told.region_code, told.period_end

    )

select
    told.source_pair,
    told.region_code,
    told.cohort_start,
    told.cohort_end,
    told.period_end,
    told.missing,
    case when told.missing is null then coalesce(counted.persons_a, 0) end as persons_a,
    case
        when told.missing is null
        then
            cast(
                coalesce(
                    case when told.source_pair = 'trained_employed' then registered.persons else insured.persons end, 0
                ) as bigint
            )
    end as persons_b,
    case when told.missing is null then coalesce(counted.in_both, 0) end as in_both,
    -- A training names nobody: there is nothing to find a person by but the number.
    case
        when told.missing is null and told.source_pair <> 'trained_employed' then coalesce(counted.probable, 0)
    end as probable
from told
left join
    counted
    on told.source_pair = counted.source_pair
    and told.region_code = counted.region_code
    and told.period_end = counted.period_end
left join insured on told.region_code = insured.region_code and told.period_end = insured.period_end
left join registered on told.region_code = registered.region_code and told.period_end = registered.period_end
