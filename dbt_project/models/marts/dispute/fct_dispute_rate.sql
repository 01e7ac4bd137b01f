{# The measures that are an indicator, or a version of one: measure, stage, indicator, version. #}
{% set indicators_of = [
    ("mediation_success", "mediation", "mediation_success_rate", 1),
    ("arbitration_closure", "arbitration", "arbitration_closure_rate", 1),
    ("arbitration_closure", "arbitration", "arbitration_closure_rate", 2),
    ("inspection_closure", "inspection", "inspection_closure_rate", 1),
    ("inspection_closure", "inspection", "inspection_closure_rate", 2),
    ("arbitration_termination_rate", "arbitration", "arbitration_termination_rate", 1),
] %}
{# The others: measure, numerator, denominator, whether sampled cases are in it; of arbitration and of inspection. #}
{% set of_arbitration = [
    ("on_time_closure", "closed_in_45", "closed", "closed_is_estimate"),
    ("on_time_closure_60", "closed_in_60", "closed", "closed_is_estimate"),
    ("online_share", "online", "said_online", "online_is_estimate"),
] %}
{% set of_inspection = [("recovered_share", "recovered_when_owed", "owed_when_closed", "closed_is_estimate")] %}

with
    tally as (select * from {{ ref("int_dispute_tally") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }}),

    run as (select * from {{ source("landed", "run") }}),

    computed as (select * from {{ ref("fct_indicator_value") }}),

    otherwise_defined as (select * from {{ ref("fct_definition_value") }}),

    flow_period as (select * from {{ ref("int_flow_period") }}),

    period as (

        select
            {{ stage_of("flow_period.extract") }} as stage,
            flow_period.region_code,
            flow_period.period_type,
            flow_period.period_start,
            flow_period.period_end,
            flow_period.counted_through,
            flow_period.units_received = flow_period.units_expected and run.as_of > flow_period.period_end as is_final
        from flow_period
        cross join run
        where {{ stage_of("flow_period.extract") }} is not null

    ),

    indicator_of as (

        {% for measure, stage, indicator_id, version in indicators_of %}
            select
                '{{ measure }}' as measure,
                '{{ stage }}' as stage,
                '{{ indicator_id }}' as indicator_id,
                {{ version }} as definition_version
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),

    indicator as (

        select
            indicator_id,
            definition_version,
            region_code,
            period_type,
            period_start,
            period_end,
            numerator,
            denominator,
            value,
            false as lower_bound,
            is_estimate,
            is_suppressed,
            maturity = 'final' as is_final
        from computed

        union all

        select
            indicator_id,
            definition_version,
            region_code,
            period_type,
            period_start,
            period_end,
            numerator,
            denominator,
            value,
            is_lower_bound as lower_bound,
            is_estimate,
            false as is_suppressed,
            cast(null as boolean) as is_final
        from otherwise_defined

    ),

    monthly as (

        select
            tally.stage,
            ancestry.belongs_to as region_code,
            tally.month,
            sum(tally.weight * tally.closed) as closed,
            sum(tally.weight * tally.closed_in_45) as closed_in_45,
            sum(tally.weight * tally.closed_in_60) as closed_in_60,
            sum(tally.weight * tally.mediated_closed) as mediated_closed,
            sum(tally.weight * tally.owed_when_closed) as owed_when_closed,
            sum(tally.weight * tally.recovered_when_owed) as recovered_when_owed,
            sum(tally.weight * tally.online) as online,
            sum(tally.weight * tally.said_online) as said_online,
            bool_or(tally.weight <> 1 and tally.closed > 0) as closed_is_estimate,
            bool_or(tally.weight <> 1 and tally.said_online > 0) as online_is_estimate
        from tally
        inner join ancestry on tally.region_code = ancestry.region_code
        where tally.closed > 0 or tally.said_online > 0
        group by tally.stage, ancestry.belongs_to, tally.month

    ),

    summed as (

        select
            period.stage,
            period.region_code,
            period.period_type,
            period.period_start,
            period.period_end,
            period.is_final,
            coalesce(sum(monthly.closed), 0) as closed,
            coalesce(sum(monthly.closed_in_45), 0) as closed_in_45,
            coalesce(sum(monthly.closed_in_60), 0) as closed_in_60,
            coalesce(sum(monthly.mediated_closed), 0) as mediated_closed,
            coalesce(sum(monthly.owed_when_closed), 0) as owed_when_closed,
            coalesce(sum(monthly.recovered_when_owed), 0) as recovered_when_owed,
            coalesce(sum(monthly.online), 0) as online,
            coalesce(sum(monthly.said_online), 0) as said_online,
            coalesce(bool_or(monthly.closed_is_estimate), false) as closed_is_estimate,
            coalesce(bool_or(monthly.online_is_estimate), false) as online_is_estimate
        from period
        left join
            monthly
            on period.stage = monthly.stage
            and period.region_code = monthly.region_code
            and monthly.month between period.period_start and period.counted_through
        group by
            period.stage,
            period.region_code,
            period.period_type,
            period.period_start,
            period.period_end,
            period.is_final

    ),

    measured as (

        {% for stage, measures in [("arbitration", of_arbitration), ("inspection", of_inspection)] %}
            {% for measure, numerator, denominator, is_estimate in measures %}
                select
                    '{{ measure }}' as measure,
                    region_code,
                    period_type,
                    period_start,
                    period_end,
                    {{ numerator }} as numerator,
                    {{ denominator }} as denominator,
                    {{ is_estimate }} as is_estimate,
                    is_final
                from summed
                where stage = '{{ stage }}'

                union all

            {% endfor %}
        {% endfor %}
        select
            'mediated_share' as measure,
            mediation.region_code,
            mediation.period_type,
            mediation.period_start,
            mediation.period_end,
            mediation.mediated_closed + arbitration.mediated_closed as numerator,
            mediation.closed + arbitration.closed as denominator,
            mediation.closed_is_estimate or arbitration.closed_is_estimate as is_estimate,
            mediation.is_final and arbitration.is_final as is_final
        from summed as mediation
        inner join
            summed as arbitration
            on mediation.region_code = arbitration.region_code
            and mediation.period_type = arbitration.period_type
            and mediation.period_end = arbitration.period_end
            and arbitration.stage = 'arbitration'
        where mediation.stage = 'mediation'

    ),

    rate as (

        select
            indicator_of.measure,
            indicator.definition_version,
            indicator.region_code,
            indicator.period_type,
            indicator.period_start,
            indicator.period_end,
            indicator.numerator,
            indicator.denominator,
            indicator.value,
            indicator.lower_bound,
            indicator.is_estimate,
            indicator.is_suppressed,
            coalesce(indicator.is_final, period.is_final, false) as is_final
        from indicator
        inner join
            indicator_of
            on indicator.indicator_id = indicator_of.indicator_id
            and indicator.definition_version = indicator_of.definition_version
        left join
            period
            on indicator_of.stage = period.stage
            and indicator.region_code = period.region_code
            and indicator.period_type = period.period_type
            and indicator.period_end = period.period_end

        union all

        select
            measure,
            1 as definition_version,
            region_code,
            period_type,
            period_start,
            period_end,
            numerator,
            denominator,
            100 * numerator / nullif(denominator, 0) as value,
            false as lower_bound,
            is_estimate,
            false as is_suppressed,
            is_final
        from measured

    )

select
    measure,
    definition_version,
    region_code,
    period_type,
    period_start,
    period_end,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(value as double) as value,
    lower_bound,
    case when is_final then 'final' else 'provisional' end as maturity,
    is_estimate,
    is_suppressed,
    1 as method_version
from rate
