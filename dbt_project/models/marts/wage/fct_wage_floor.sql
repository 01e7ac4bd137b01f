-- How many of the surveyed employees got less in the year than the minimum wage of their place. Of a region with a
-- person whose minimum is not known nothing is said. Persons are counted where everybody's pay may be published.
with
    person as (select * from {{ ref("int_wage_person") }}),

    minimum as (select * from {{ ref("int_wage_minimum") }}),

    price as (select * from {{ ref("fct_wage_price") }} where dimension = 'all'),

    -- A year whose standards have not been told may have newer ones than those that are known.
    standards as (select distinct period_end from {{ source("landed", "dump") }} where extract = 'wage_policy'),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level in ('province', 'prefecture')),

    counted as (

        select
            ancestry.belongs_to as region_code,
            person.period_end,
            count(*) = count(minimum.annual_minimum) as is_known,
            min(minimum.annual_minimum) as lowest_minimum,
            max(minimum.annual_minimum) as highest_minimum,
            sum(case when person.annual_pay < minimum.annual_minimum then person.weight else 0 end) as weight_below,
            sum(person.weight) as weight_of_all
        from person
        inner join ancestry on person.belongs_to_unit = ancestry.region_code
        left join minimum on person.region_code = minimum.region_code and person.period_end = minimum.period_end
        group by ancestry.belongs_to, person.period_end

    )

select
    counted.region_code,
    counted.period_end,
    price.n_persons,
    price.n_enterprises,
    case when counted.is_known then cast(counted.lowest_minimum as double) end as lowest_minimum,
    case when counted.is_known then cast(counted.highest_minimum as double) end as highest_minimum,
    case
        when counted.is_known and not price.is_suppressed
        then 100 * cast(counted.weight_below as double) / cast(counted.weight_of_all as double)
    end as share_below_minimum,
    case when standards.period_end is not null then price.maturity else 'provisional' end as maturity,
    price.is_estimate,
    price.is_suppressed,
    1 as method_version
from counted
inner join price on counted.region_code = price.region_code and counted.period_end = price.period_end
left join standards on counted.period_end = standards.period_end
