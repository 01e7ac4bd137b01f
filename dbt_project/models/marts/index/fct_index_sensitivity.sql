-- What becomes of a rank when the index is made in another way: without one of its components, with goalposts further
-- apart or closer together, as a geometric mean, by random weights. Of regions that are ranked.
with
    component as (select * from {{ ref("fct_index_component") }} where is_ranked),

    composite as (select * from {{ ref("fct_composite_index") }} where rank is not null),

    place as (select * from {{ ref("int_index_rank") }} where aggregation = 'arithmetic'),

    parameter as (select {{ parameter("index_goalpost_shift") }} as shift, {{ parameter("index_z_floor") }} as z_floor),

    part as (select * from component where value is not null),

    -- what some of the peers have
    left_out as (

        select *
        from component
        qualify count(value) over (partition by index_id, component_id, peer_group, period_type, period_end) > 0

    ),

    without as (

        select
            part.index_id,
            part.region_code,
            part.period_type,
            part.period_end,
            'without_' || left_out.component_id as variant,
            100 * sum(part.weight * part.points) / sum(part.weight) as score_value,
            100 * sum(part.weight * part.z) / sum(part.weight) as index_value
        from left_out
        inner join
            part
            on left_out.index_id = part.index_id
            and left_out.region_code = part.region_code
            and left_out.period_type = part.period_type
            and left_out.period_end = part.period_end
            and left_out.component_id <> part.component_id
        group by part.index_id, part.region_code, part.period_type, part.period_end, left_out.component_id

    ),

    -- both goalposts by a share of their distance
    moved as (

        select
            part.index_id,
            part.region_code,
            part.period_type,
            part.period_end,
            side.variant,
            100 * sum(
                part.effective_weight * least(
                    1,
                    greatest(
                        parameter.z_floor,
                        ((part.value - part.goal_low) / (part.goal_high - part.goal_low) + side.sign * parameter.shift)
                        / (1 + 2 * side.sign * parameter.shift)
                    )
                )
            ) as index_value
        from part
        cross join parameter
        cross join
            (
                select 'goalposts_wider' as variant, 1 as sign
                union all
                select 'goalposts_narrower' as variant, -1 as sign
            ) as side
        group by part.index_id, part.region_code, part.period_type, part.period_end, side.variant

    ),

    varied as (

        select index_id, region_code, period_type, period_end, variant, 'score' as form, score_value as value
        from without

        union all

        select index_id, region_code, period_type, period_end, variant, 'index' as form, index_value as value
        from without

        union all

        select index_id, region_code, period_type, period_end, variant, 'index' as form, index_value as value
        from moved

        union all

        select index_id, region_code, period_type, period_end, 'geometric' as variant, 'index' as form, value
        from composite
        where aggregation = 'geometric'

    ),

    ranked as (

        select
            composite.index_id,
            composite.form,
            composite.region_code,
            composite.peer_group,
            composite.period_type,
            composite.period_start,
            composite.period_end,
            varied.variant,
            varied.value,
            composite.rank as rank_before,
            rank() over (
                partition by
                    composite.index_id,
                    composite.form,
                    composite.period_type,
                    composite.period_end,
                    composite.peer_group,
                    varied.variant
                order by round(varied.value, 9) desc
            ) as rank,
            cast(null as double) as share_of_draws,
            composite.index_version,
            composite.maturity,
            composite.is_estimate
        from composite
        inner join
            varied
            on composite.index_id = varied.index_id
            and composite.form = varied.form
            and composite.region_code = varied.region_code
            and composite.period_type = varied.period_type
            and composite.period_end = varied.period_end
        where composite.aggregation = 'arithmetic'

        union all

        select
            composite.index_id,
            composite.form,
            composite.region_code,
            composite.peer_group,
            composite.period_type,
            composite.period_start,
            composite.period_end,
            'random_weights' as variant,
            cast(null as double) as value,
            composite.rank as rank_before,
            place.middle as rank,
            place.keeps as share_of_draws,
            composite.index_version,
            composite.maturity,
            composite.is_estimate
        from composite
        inner join
            place
            on composite.index_id = place.index_id
            and composite.form = place.form
            and composite.region_code = place.region_code
            and composite.period_end = place.period_end
        where composite.aggregation = 'arithmetic'

    )

select
    index_id,
    form,
    region_code,
    peer_group,
    period_type,
    period_start,
    period_end,
    variant,
    value,
    cast(rank as integer) as rank,
    cast(rank_before - rank as integer) as rank_change,
    coalesce(share_of_draws, case when rank = rank_before then 1 else 0 end) as keeps_rank_share,
    index_version,
    maturity,
    is_estimate,
    false as is_suppressed,
    1 as method_version
from ranked
