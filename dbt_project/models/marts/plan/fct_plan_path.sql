-- Where each figure should stand by now, by the course that earlier years took, and whether it does.
with
    progress as (select * from {{ ref("fct_plan_progress") }}),

    actual as (select * from {{ ref("int_plan_actual") }}),

    target as (select * from {{ ref("fct_target") }} where basis_of_end <> 'proposed'),

    season as (select * from {{ ref("int_season") }}),

    definition as (

        select
            indicator_id,
            max(case when builds_up_in_year then 1 else 0 end) = 1 as builds_up,
            max(case when measure_kind = 'rate' and {{ lists_item("period_types", "ytd") }} then 1 else 0 end)
            = 1 as is_ytd_rate
        from {{ ref("indicators") }}
        group by indicator_id

    ),

    before as (

        select
            plan_id,
            indicator_id,
            region_code,
            target_year,
            year_value,
            target_value,
            coalesce(sum(year_value) over years_before, 0) as sum_before,
            lag(target_value) over (
                partition by plan_id, indicator_id, region_code order by target_year
            ) as target_of_year_before
        from target
        window
            years_before as (
                partition by plan_id, indicator_id, region_code
                order by target_year
                rows between unbounded preceding and 1 preceding
            )

    ),

    joined as (

        select
            progress.*,
            actual.is_estimate,
            actual.denominator,
            coalesce(actual.too_uncertain, false) as too_uncertain,
            definition.builds_up,
            definition.is_ytd_rate,
            before.year_value,
            before.target_value,
            before.sum_before,
            before.target_of_year_before,
            extract(month from progress.period_end) = 12 as is_year_end,
            case when own.complete_years >= {{ parameter("path_min_years") }} then own.share_of_year end as own_share,
            case
                when province.complete_years >= {{ parameter("path_min_years") }} then province.share_of_year
            end as province_share,
            {{ share_of_days("progress.period_end") }} as linear_share
        from progress
        inner join
            actual
            on progress.plan_id = actual.plan_id
            and progress.indicator_id = actual.indicator_id
            and progress.region_code = actual.region_code
            and progress.period_end = actual.period_end
        inner join definition on progress.indicator_id = definition.indicator_id
        left join
            before
            on progress.plan_id = before.plan_id
            and progress.indicator_id = before.indicator_id
            and progress.region_code = before.region_code
            and extract(year from progress.period_end) = before.target_year
        left join
            season as own
            on progress.indicator_id = own.indicator_id
            and progress.region_code = own.region_code
            and extract(year from progress.period_end) = own.year
            and extract(month from progress.period_end) = own.month
        left join
            season as province
            on progress.indicator_id = province.indicator_id
            and province.region_code = '420000'
            and extract(year from progress.period_end) = province.year
            and extract(month from progress.period_end) = province.month

    ),

    planned as (

        select
            joined.*,
            case
                when target_kind = 'text'
                then null
                when target_kind = 'cumulative'
                then
                    case
                        when own_share is not null
                        then 'season'
                        when province_share is not null
                        then 'season_of_province'
                        else 'days_of_year'
                    end
                when builds_up and own_share is not null
                then 'season'
                when builds_up and province_share is not null
                then 'season_of_province'
                when is_ytd_rate or target_kind = 'ceiling' or not {{ has_distance_to_target("joined") }}
                then 'target'
                when target_kind = 'annual_level'
                then 'year_before'
                else 'straight_line'
            end as path_method
        from joined

    ),

    expected as (

        select
            planned.*,
            case
                path_method
                when 'straight_line'
                then baseline + (target - baseline) * elapsed_share
                when 'year_before'
                then coalesce(case when is_year_end then target_value else target_of_year_before end, baseline)
                when 'target'
                then target
                else
                    case when target_kind = 'cumulative' then sum_before else 0 end
                    + case when target_kind = 'cumulative' then year_value else target_value end
                    * case
                        path_method
                        when 'season'
                        then own_share
                        when 'season_of_province'
                        then province_share
                        else linear_share
                    end
            end as expected_value
        from planned

    ),

    compared as (

        select
            expected.*,
            path_method in ('straight_line', 'year_before') as is_from_baseline,
            case
                when target_kind = 'ceiling'
                then expected_value / nullif(actual, 0)
                when path_method in ('straight_line', 'year_before')
                then (actual - baseline) / nullif(expected_value - baseline, 0)
                else actual / nullif(expected_value, 0)
            end as ratio
        from expected

    )

select
    plan_id,
    indicator_id,
    region_code,
    period_end,
    target_kind,
    target,
    expected_value,
    path_method,
    actual,
    actual_text,
    denominator,
    ratio,
    case
        when target_kind = 'text'
        then 'not_assessed'
        when actual is null
        then 'no_data'
        when too_uncertain
        then 'too_uncertain'
        when status = 'met' and (is_year_end or not is_ytd_rate)
        then 'met'
        when expected_value is null
        then 'not_assessed'
        when is_from_baseline and round(expected_value - baseline, 9) = 0
        then case when round(actual - baseline, 9) >= 0 then 'on_track' else 'off_track' end
        when ratio is null or round(ratio, 9) >= 1
        then 'on_track'
        when round(ratio, 9) >= {{ parameter("path_at_risk") }}
        then 'at_risk'
        else 'off_track'
    end as status_by_path,
    maturity,
    coalesce(is_estimate, false) as is_estimate,
    is_suppressed,
    1 as method_version
from compared
