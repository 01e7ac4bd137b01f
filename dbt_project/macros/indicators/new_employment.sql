{#
The complete query of new employment: registrations less attrition, of which `attrition` names the events (see
event_conditions). Registrations are counted, not persons.
#}
{% macro new_employment_indicator(attrition, definition_version=1) -%}
    with
        registration as ({{ event_rows("urban_new_employment") }}),

        attrition as ({{ event_rows(attrition) }}),

        event as (

            select region_code, month, weight, 1 as added, 0 as removed
            from registration

            union all

            select region_code, month, weight, 0 as added, 1 as removed
            from attrition

        ),

        tally as ({{ aggregate_by_month("event", ["added", "removed"]) }}),

        regional as ({{ aggregate_to_regions("tally", ["added", "removed"]) }}),

        registration_period as (select * from {{ ref("int_flow_period") }} where extract = 'employment_registration'),

        attrition_period as (select * from {{ ref("int_flow_period") }} where extract = 'employment_attrition'),

        by_weight as (

            select
                period.region_code,
                period.period_type,
                period.period_end,
                regional.weight,
                sum(regional.added) as added,
                sum(regional.removed) as removed
            from registration_period as period
            inner join
                regional
                on period.region_code = regional.region_code
                and regional.month between period.period_start and period.counted_through
            group by period.region_code, period.period_type, period.period_end, regional.weight

        ),

        counted as (

            select
                region_code,
                period_type,
                period_end,
                sum((added - removed) * weight) as numerator,
                {{ sampling_variance("(added + removed)", "weight") }} as numerator_variance,
                sum(added) as added,
                sum(removed) as removed,
                bool_or(weight <> 1) as is_estimate
            from by_weight
            group by region_code, period_type, period_end

        ),

        delivery as (select * from {{ ref("int_region_delivery") }}),

        -- Months of registration without attrition: there it counts as none.
        month_without_attrition as (

            select registration.region_code, registration.period_start as month
            from delivery as registration
            left join
                delivery as attrition
                on attrition.extract = 'employment_attrition'
                and registration.region_code = attrition.region_code
                and registration.period_start = attrition.period_start
            where registration.extract = 'employment_registration' and attrition.region_code is null

        ),

        period_with_gap as (

            select distinct period.region_code, period.period_type, period.period_end
            from registration_period as period
            inner join
                month_without_attrition as gap
                on period.region_code = gap.region_code
                and gap.month between period.period_start and period.counted_through

        ),

        attrition_share as (

            select
                period.region_code,
                period.period_type,
                period.period_end,
                coalesce(attrition_period.units_received, 0) as units_received,
                coalesce(attrition_period.units_expected, expectation.units_expected) as units_expected
            from registration_period as period
            inner join
                {{ ref("int_region_expectation") }} as expectation
                on period.region_code = expectation.region_code
                and expectation.extract = 'employment_attrition'
            left join
                attrition_period
                on period.region_code = attrition_period.region_code
                and period.period_type = attrition_period.period_type
                and period.period_end = attrition_period.period_end

        ),

        measured as (

            select
                period.region_code,
                period.period_type,
                period.period_start,
                period.period_end,
                {{ smaller_share("period", "attrition_share") }},
                coalesce(counted.numerator, 0) as numerator,
                -- The smaller part that is there at all: either alone could tell of few persons.
                case
                    when coalesce(counted.removed, 0) = 0 or counted.added between 1 and counted.removed
                    then coalesce(counted.added, 0)
                    else counted.removed
                end as observations,
                coalesce(counted.added + counted.removed, 0) as sample_rows,
                coalesce(counted.numerator_variance, 0) as numerator_variance,
                period_with_gap.region_code is not null as is_incomplete,
                coalesce(counted.is_estimate, false) as is_estimate
            from registration_period as period
            left join
                counted
                on period.region_code = counted.region_code
                and period.period_type = counted.period_type
                and period.period_end = counted.period_end
            left join
                attrition_share
                on period.region_code = attrition_share.region_code
                and period.period_type = attrition_share.period_type
                and period.period_end = attrition_share.period_end
            left join
                period_with_gap
                on period.region_code = period_with_gap.region_code
                and period.period_type = period_with_gap.period_type
                and period.period_end = period_with_gap.period_end

        )

        {{
            count_indicator(
                "urban_new_employment", definition_version=definition_version, per=10000, sample_rows="sample_rows"
            )
        }}
{%- endmacro %}
