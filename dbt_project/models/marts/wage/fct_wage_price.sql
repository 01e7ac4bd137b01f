-- Levels of pay by region and class. A quantile is the least pay up to which its share of the weights is reached.
{% set quantiles = [("p10", 0.1), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p90", 0.9)] %}

with
    member as (select * from {{ ref("int_wage_member") }}),

    told as (select * from {{ ref("int_wage_told") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level in ('province', 'prefecture')),

    delivered as (

        select region_code, period_end, units_received = units_expected as is_complete
        from {{ ref("int_stock_period") }}
        where extract = 'wage_survey' and period_type = 'year'

    ),

    run as (select * from {{ source("landed", "run") }}),

    placed as (

        select member.*, ancestry.belongs_to as region_code
        from member
        inner join ancestry on member.belongs_to_unit = ancestry.region_code

    ),

    ordered as (

        select
            placed.*,
            sum(weight) over (
                partition by region_code, period_end, dimension, class_code order by annual_pay
            ) as weight_so_far,
            sum(weight) over (partition by region_code, period_end, dimension, class_code) as weight_of_all
        from placed

    ),

    cell as (

        select
            region_code,
            period_end,
            dimension,
            class_code,
            max(class_above) as class_above,
            count(*) as n_persons,
            count(distinct enterprise_uscc) as n_enterprises,
            {% for name, share in quantiles %}
                min(
                    case when weight_so_far >= cast({{ share }} as decimal(3, 2)) * weight_of_all then annual_pay end
                ) as {{ name }},
            {% endfor %}
            sum(cast(annual_pay as decimal(38, 4)) * weight) / sum(weight) as mean,
            bool_or(is_sampled) as is_estimate
        from ordered
        group by region_code, period_end, dimension, class_code

    ),

    judged as (

        select
            cell.*,
            told.is_told,
            case
                when told.is_told
                then cell.class_code
                when above.is_told
                then cell.class_above
                when everybody.is_told
                then everybody.class_code
            end as published_in
        from cell
        inner join
            told
            on cell.region_code = told.region_code
            and cell.period_end = told.period_end
            and cell.dimension = told.dimension
            and cell.class_code = told.class_code
        left join
            told as above
            on cell.region_code = above.region_code
            and cell.period_end = above.period_end
            and cell.dimension = above.dimension
            and cell.class_above = above.class_code
        left join
            told as everybody
            on cell.region_code = everybody.region_code
            and cell.period_end = everybody.period_end
            and everybody.dimension = 'all'

    )

select
    judged.region_code,
    judged.period_end,
    judged.dimension,
    judged.class_code,
    judged.class_above,
    judged.published_in,
    case when judged.is_told then cast(judged.n_persons as bigint) end as n_persons,
    case when judged.is_told then cast(judged.n_enterprises as bigint) end as n_enterprises,
    {% for name, share in quantiles %}
        case when judged.is_told then cast(judged.{{ name }} as double) end as {{ name }},
    {% endfor %}
    case when judged.is_told then cast(judged.mean as double) end as mean,
    case
        when judged.is_told and before.is_told
        then 100 * (cast(judged.mean as double) / nullif(cast(before.mean as double), 0) - 1)
    end as yoy,
    case
        when delivered.is_complete and run.as_of > judged.period_end and (yoy is null or delivered_before.is_complete)
        then 'final'
        else 'provisional'
    end as maturity,
    judged.is_estimate or (yoy is not null and before.is_estimate) as is_estimate,
    not judged.is_told as is_suppressed,
    1 as method_version
from judged
left join
    judged as before
    on judged.region_code = before.region_code
    and judged.dimension = before.dimension
    and judged.class_code = before.class_code
    and extract(year from judged.period_end) = extract(year from before.period_end) + 1
left join delivered on judged.region_code = delivered.region_code and judged.period_end = delivered.period_end
left join
    delivered as delivered_before
    on before.region_code = delivered_before.region_code
    and before.period_end = delivered_before.period_end
cross join run
where {{ year_start("judged.period_end") }} <= run.as_of
