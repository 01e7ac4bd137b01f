-- The employees of each enterprise by class, with what a figure needs in order to be published.
with
    member as (select * from {{ ref("int_wage_member") }}),

    parameter as (

        select
            {{ parameter("wage_min_persons") }} as least_persons,
            {{ parameter("wage_min_enterprises") }} as least_enterprises,
            {{ parameter("wage_max_share") }} as largest_share
    )

select
    member.period_end,
    member.belongs_to_unit as region_code,
    member.dimension,
    member.class_code,
    member.class_above,
    member.enterprise_uscc,
    count(*) as persons,
    parameter.least_persons,
    parameter.least_enterprises,
    parameter.largest_share
from member
cross join parameter
group by all
