-- Diffusion indices by question and size of firm, and of all sizes (`*`): 100 times those up and half of those the
-- same. Weighted by staff where every row says it. No index where fewer answers came in than
-- the least, however many each stands for.
with
    answer as (

        select *, up_count + same_count + down_count as answers
        from {{ ref("int_market_answer") }}
        where up_count + same_count + down_count > 0

    ),

    delivery as (select * from {{ ref("int_region_delivery") }} where extract = 'market_sentiment'),

    run as (select * from {{ source("landed", "run") }}),

    parameter as (select {{ parameter("climate_min_answers") }} as min_answers),

    slice as (

        select
            region_code,
            period_start,
            period_end,
            question,
            case when grouping(size_class) = 1 then '*' else size_class end as size_class,
            sum(answers) as received,
            sum(answers * weight) as answers,
            count(staff_weight) = count(*) and sum(staff_weight) > 0 as is_weighted,
            sum(up_count * weight) as up,
            sum(same_count * weight) as same,
            sum(down_count * weight) as down,
            sum(cast(staff_weight * weight as decimal(28, 10))) as staff,
            sum(cast(cast(staff_weight * weight as double) * up_count / answers as decimal(28, 10))) as staff_up,
            sum(cast(cast(staff_weight * weight as double) * same_count / answers as decimal(28, 10))) as staff_same,
            sum(cast(cast(staff_weight * weight as double) * down_count / answers as decimal(28, 10))) as staff_down,
            bool_and(is_whole) as is_whole,
            bool_or(weight <> 1) as is_estimate
        from answer
        group by
            grouping sets (
                (region_code, period_start, period_end, question),
                (region_code, period_start, period_end, question, size_class)
            )

    ),

    shared as (

        select
            slice.*,
            {% for answer in ["up", "same", "down"] %}
                case
                    when slice.received < parameter.min_answers
                    then null
                    when slice.is_weighted
                    then 100 * cast(slice.staff_{{ answer }} as double) / cast(slice.staff as double)
                    else 100 * cast(slice.{{ answer }} as double) / cast(slice.answers as double)
                end as share_{{ answer }}{{ "," if not loop.last }}
            {% endfor %}
        from slice
        cross join parameter

    )

select
    shared.region_code,
    'month' as period_type,
    shared.period_start,
    shared.period_end,
    shared.question,
    shared.size_class,
    cast(shared.answers as double) as answers,
    shared.is_weighted,
    shared.share_up,
    shared.share_same,
    shared.share_down,
    shared.share_up + shared.share_same / 2 as diffusion_index,
    shared.share_up - shared.share_down as balance,
    case
        when delivery.units_received = delivery.units_expected and shared.is_whole and run.as_of > shared.period_end
        then 'final'
        else 'provisional'
    end as maturity,
    shared.is_estimate,
    false as is_suppressed,
    1 as method_version
from shared
inner join delivery on shared.region_code = delivery.region_code and shared.period_end = delivery.period_end
cross join run
where shared.period_start <= run.as_of
