with
    component as (select * from {{ ref("fct_index_component") }}),

    definition as (select * from {{ ref("index_definition") }}),

    place as (select * from {{ ref("int_index_rank") }}),

    confirmed as (

        select index_id, version, bool_and(confirmed_on is not null) as is_confirmed
        from {{ ref("index_component") }}
        group by index_id, version

    ),

    summed as (

        select
            index_id,
            index_version,
            region_code,
            peer_group,
            period_type,
            period_start,
            period_end,
            sum(score_contribution) as score_arithmetic,
            sum(contribution) as index_arithmetic,
            100 * exp(sum(effective_weight * ln(z))) as index_geometric,
            sum(contribution_change) as contribution_change,
            sum(case when value is not null then weight else 0 end) as present_weight,
            bool_or(effective_weight is not null) as has_index,
            min(
                case
                    when value is not null
                    then {'part':round(points, 9), 'weight': - weight, 'component_id':component_id}
                end
            ).component_id as weakest_points,
            min(
                case
                    when value is not null then {'part':round(z, 9), 'weight': - weight, 'component_id':component_id}
                end
            ).component_id as weakest_z,
            string_agg(case when value is null then component_id end, ';' order by component_id) as missing_components,
            bool_or(too_uncertain) as too_uncertain,
            max(case when value is not null and maturity <> 'final' then 1 else 0 end) = 0 as is_final,
            bool_or(value is not null and is_estimate) as is_estimate,
            bool_or(is_suppressed) as has_suppressed
        from component
        group by index_id, index_version, region_code, peer_group, period_type, period_start, period_end

    ),

    formed as (

        select
            summed.*,
            definition.form,
            definition.aggregation,
            definition.base_period,
            coalesce(confirmed.is_confirmed and definition.confirmed_on is not null, false) as is_confirmed,
            case
                definition.form
                when 'score'
                then score_arithmetic
                else case definition.aggregation when 'geometric' then index_geometric else index_arithmetic end
            end as value
        from summed
        inner join definition on summed.index_id = definition.index_id and summed.index_version = definition.version
        inner join confirmed on summed.index_id = confirmed.index_id and summed.index_version = confirmed.version

    )

select
    now.index_id,
    now.form,
    now.aggregation,
    now.region_code,
    now.peer_group,
    now.period_type,
    now.period_start,
    now.period_end,
    now.value,
    now.value - before.value as change_yoy,
    cast(place.rank as integer) as rank,
    cast(case when place.rank is not null then count(place.rank) over peers end as integer) as peers_n,
    cast(place.low as integer) as rank_low95,
    cast(place.high as integer) as rank_high95,
    cast(place.keeps as double) as keeps_rank_share,
    cast(place.top as double) as top3_share,
    case now.form when 'score' then now.weakest_points else now.weakest_z end as weakest_component,
    now.missing_components,
    now.present_weight,
    now.too_uncertain,
    now.base_period,
    now.is_confirmed,
    now.index_version,
    case when now.is_final then 'final' else 'provisional' end as maturity,
    now.is_estimate,
    not now.has_index and now.has_suppressed as is_suppressed,
    1 as method_version
from formed as now
left join
    formed as before
    on now.index_id = before.index_id
    and now.index_version = before.index_version
    and now.form = before.form
    and now.aggregation = before.aggregation
    and now.region_code = before.region_code
    and now.period_type = before.period_type
    and before.period_end = {{ month_end_after("now.period_end", -12) }}
left join
    place
    on now.index_id = place.index_id
    and now.index_version = place.index_version
    and now.form = place.form
    and now.aggregation = place.aggregation
    and now.region_code = place.region_code
    and now.period_end = place.period_end
window peers as (partition by now.index_id, now.form, now.aggregation, now.period_type, now.period_end, now.peer_group)
