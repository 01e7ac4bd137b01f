-- People of key groups by region and quarter, before anything is withheld: who is in the ledger when the quarter ends
-- and has been served, and who of those that entered in the quarter whose time to find work is over with this one was
-- registered as employed within it. People are matched by their key here and nowhere else. Where a region's
-- registrations are a sample, or a month of them is not there, of any of its units, nobody is known to be without
-- work, and there is no figure.
{% set within = parameter("key_group_employed_within_months") %}

with
    ledger as (select * from {{ ref("stg_employment__key_group_ledger") }}),

    registration as (select person_id, registered_on from {{ ref("stg_employment__employment_registration") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }}),

    delivery as (select * from {{ ref("int_region_delivery") }}),

    run as (select * from {{ source("landed", "run") }}),

    setting as (select cast({{ within }} as integer) as within_months),

    quarter as (

        select delivery.region_code, delivery.period_end, delivery.units_received, delivery.units_expected
        from delivery
        cross join run
        where delivery.extract = 'key_group_ledger' and delivery.period_start <= run.as_of

    ),

    -- The quarter whose people have had their time when another ends, and the months of registration that tell of it.
    cohort as (

        select
            each_end.period_end,
            {{ days_after(month_end_after("each_end.period_end", "- setting.within_months - 3"), 1) }} as cohort_start,
            {{ month_end_after("each_end.period_end", "- setting.within_months") }} as cohort_end
        from (select distinct period_end from quarter) as each_end
        cross join setting

    ),

    registered as (

        select
            delivery.region_code,
            cohort.period_end,
            count(*) = max(setting.within_months) + 3
            and bool_and(delivery.units_received = delivery.units_expected) as is_complete,
            bool_or(delivery.is_estimate) as is_sampled
        from cohort
        cross join setting
        inner join
            delivery
            on delivery.extract = 'employment_registration'
            and delivery.period_start between cohort.cohort_start and cohort.period_end
        group by delivery.region_code, cohort.period_end

    ),

    employed as (

        select distinct ledger.ledger_no
        from ledger
        inner join registration on ledger.person_id = registration.person_id
        cross join setting
        where
            registration.registered_on between ledger.entered_on and cast(
                {{ dbt.dateadd("month", "setting.within_months", "ledger.entered_on") }} as date
            )

    ),

    entry as (

        select ledger.*, ancestry.belongs_to, employed.ledger_no is not null as is_employed
        from ledger
        inner join ancestry on ledger.region_code = ancestry.region_code
        left join employed on ledger.ledger_no = employed.ledger_no

    ),

    present as (

        select
            quarter.region_code,
            quarter.period_end,
            entry.key_group,
            entry.person_id,
            entry.household_no,
            entry.served_on,
            row_number() over (
                partition by quarter.region_code, quarter.period_end, entry.key_group, entry.person_id
                order by entry.entered_on desc, entry.ledger_no
            )
            = 1 as is_newest
        from quarter
        inner join entry on quarter.region_code = entry.belongs_to
        where entry.entered_on <= quarter.period_end and (entry.left_on is null or entry.left_on > quarter.period_end)

    ),

    -- Whoever stands in the ledger twice belongs to the household of the newest entry.
    stock as (

        select
            region_code,
            period_end,
            key_group,
            count(distinct person_id) as persons,
            count(distinct case when served_on <= period_end then person_id end) as served,
            count(distinct case when is_newest then household_no end) as households,
            bool_and(not is_newest or household_no is not null) as knows_households
        from present
        group by region_code, period_end, key_group

    ),

    entrant as (

        select
            quarter.region_code,
            quarter.period_end,
            entry.key_group,
            count(distinct entry.person_id) as entered,
            count(distinct case when entry.is_employed then entry.person_id end) as employed
        from quarter
        inner join cohort on quarter.period_end = cohort.period_end
        inner join
            entry
            on quarter.region_code = entry.belongs_to
            and entry.entered_on between cohort.cohort_start and cohort.cohort_end
        group by quarter.region_code, quarter.period_end, entry.key_group

    ),

    -- That no household is without work (group 5) is a figure, too.
    key_group as (
        select key_group
        from ledger
        union
        select '5' as key_group
    )

select
    quarter.region_code,
    key_group.key_group,
    quarter.period_end,
    coalesce(stock.persons, 0) as persons,
    coalesce(stock.served, 0) as served,
    case
        when key_group.key_group = '5' and coalesce(stock.knows_households, true) then coalesce(stock.households, 0)
    end as households,
    cohort.cohort_start,
    cohort.cohort_end,
    case
        when of_cohort.region_code is not null and run.as_of >= quarter.period_end then coalesce(entrant.entered, 0)
    end as entered,
    case
        when
            of_cohort.region_code is null
            or run.as_of < quarter.period_end
            or not coalesce(registered.is_complete, false)
        then 'not_delivered'
        when registered.is_sampled
        then 'sampled'
    end as employed_missing,
    case when employed_missing is null then coalesce(entrant.employed, 0) end as employed,
    quarter.units_received = quarter.units_expected
    and run.as_of > quarter.period_end
    and (of_cohort.region_code is null or of_cohort.units_received = of_cohort.units_expected) as is_complete
from quarter
inner join cohort on quarter.period_end = cohort.period_end
left join registered on quarter.region_code = registered.region_code and quarter.period_end = registered.period_end
cross join key_group
cross join run
left join
    stock
    on quarter.region_code = stock.region_code
    and quarter.period_end = stock.period_end
    and key_group.key_group = stock.key_group
left join
    entrant
    on quarter.region_code = entrant.region_code
    and quarter.period_end = entrant.period_end
    and key_group.key_group = entrant.key_group
left join
    quarter as of_cohort on quarter.region_code = of_cohort.region_code and cohort.cohort_end = of_cohort.period_end
