-- What the plan's text says of the years before it, beside what is computed here for the same. New employment by kind
-- is counted by registrations, before attrition: nobody's kind is known who leaves again.
with
    facts as (select * from {{ ref("published_facts") }}),

    plans as (select * from {{ ref("plans") }}),

    province as (select region_code from {{ ref("regions") }} where level = 'province'),

    asked as (

        select
            facts.*,
            province.region_code,
            plans.start_date,
            plans.end_date,
            case
                facts.compared_with
                when 'cumulative'
                then {{ dbt.datediff("start_date", "end_date", "year") }} + 1
                else 1
            end as years
        from facts
        inner join plans on facts.plan_id = plans.plan_id
        cross join province

    ),

    yearly as (select * from {{ ref("fct_indicator_value") }} where period_type = 'year'),

    of_indicator as (

        select
            asked.fact_id,
            case when count(*) = max(asked.years) then sum(yearly.numerator) / 10000 end as computed,
            count(case when yearly.maturity = 'final' then 1 end) = max(asked.years) as is_final,
            bool_or(yearly.is_estimate) as is_estimate
        from asked
        inner join
            yearly
            on asked.compared_code = yearly.indicator_id
            and asked.region_code = yearly.region_code
            and yearly.period_end <= asked.end_date
            and yearly.period_end
            > case when asked.years = 1 then {{ month_end_after("asked.end_date", -12) }} else asked.start_date end
        where asked.compared_with in ('cumulative', 'at_end')
        group by asked.fact_id

    ),

    of_kind as (

        select
            asked.fact_id,
            sum(registered.weight) / 10000 as computed,
            true as is_final,
            bool_or(registered.weight <> 1) as is_estimate
        from asked
        inner join
            {{ ref("stg_employment__employment_registration") }} as registered
            on asked.compared_code = registered.new_employment_kind
            and registered.registered_on between asked.start_date and asked.end_date
        where asked.compared_with = 'new_employment_kind' and registered.is_urban_new
        group by asked.fact_id

    ),

    computed as (

        select *
        from of_indicator
        union all
        select *
        from of_kind

    )

select
    asked.fact_id,
    asked.plan_id,
    asked.region_code,
    asked.end_date as period_end,
    asked.place,
    asked.quote,
    asked.name_zh,
    asked.name_en,
    asked.value,
    asked.unit,
    asked.compared_with,
    cast(computed.computed as double) as computed,
    cast(computed.computed - asked.value as double) as difference,
    case
        when computed.computed is null then null when computed.is_final then 'final' else 'provisional'
    end as maturity,
    coalesce(computed.is_estimate, false) as is_estimate
from asked
left join computed on asked.fact_id = computed.fact_id
