-- The level of each region in each month: red by a rule that is red by itself (mass layoffs) or by two red signals,
-- orange by one red or two orange ones, yellow by any; blue where all that is due was judged or could not be, and
-- nothing rose; no_data where a delivery is missing and nothing rose, or nothing was judged.
with
    signal as (select * from {{ ref("fct_warning_signal") }}),

    definition as (select * from {{ ref("dim_warning_signal") }} where is_in_force),

    response as (

        select domain, region_code, last_day(warning_month) as period_end, count(*) as responses
        from {{ ref("stg_employment__warning_response") }}
        group by domain, region_code, last_day(warning_month)

    ),

    counted as (

        select
            signal.domain,
            signal.region_code,
            signal.period_end,
            {%- for level in ["red", "orange", "yellow", "blue", "no_data"] %}
                count(case when signal.level = '{{ level }}' then 1 end) as {{ level }}_signals,
            {%- endfor %}
            bool_or(signal.level = 'red' and definition.kind = 'layoffs') as has_hard_red,
            sum(
                definition.weight
                * case signal.level when 'red' then 3 when 'orange' then 2 when 'yellow' then 1 when 'blue' then 0 end
            )
            / sum(case when signal.level <> 'no_data' then definition.weight end) as score,
            bool_and(signal.maturity = 'final') as is_final,
            bool_or(signal.is_estimate) as is_estimate,
            bool_or(signal.is_suppressed) as is_suppressed
        from signal
        inner join definition on signal.signal_id = definition.signal_id
        group by signal.domain, signal.region_code, signal.period_end

    ),

    levelled as (

        select
            *,
            case
                when is_suppressed
                then null
                when coalesce(has_hard_red, false) or red_signals >= 2
                then 'red'
                when red_signals = 1 or orange_signals >= 2
                then 'orange'
                when orange_signals + yellow_signals >= 1
                then 'yellow'
                when no_data_signals = 0 and blue_signals > 0
                then 'blue'
                else 'no_data'
            end as level,
            case when not is_suppressed then score end as told_score
        from counted

    ),

    ranked as (

        select
            *,
            case level when 'red' then 3 when 'orange' then 2 when 'yellow' then 1 when 'blue' then 0 end as rank,
            {{ dbt.datediff("date '2000-01-01'", "period_end", "month") }} as month_number
        from levelled

    ),

    -- A level or worse without a break: the months that follow one another at each rank.
    at_least as (

        select domain, region_code, period_end, reached.rank, month_number
        from ranked
        inner join (select unnest([0, 1, 2, 3]) as rank) as reached on ranked.rank >= reached.rank

    ),

    stretch as (

        select
            *,
            month_number
            - row_number() over (partition by domain, region_code, rank order by month_number) as stretch_number
        from at_least

    ),

    begun as (

        select
            domain,
            region_code,
            period_end,
            rank,
            min(period_end) over (partition by domain, region_code, rank, stretch_number) as since
        from stretch

    ),

    region as (select region_code, parent_code from {{ ref("regions") }}),

    lead as (

        select ranked.domain, region.parent_code, ranked.period_end, ranked.region_code as lead_region
        from ranked
        inner join region on ranked.region_code = region.region_code
        where ranked.told_score > 0
        qualify
            row_number() over (
                partition by ranked.domain, region.parent_code, ranked.period_end
                order by ranked.told_score desc, ranked.region_code
            )
            = 1

    )

select
    ranked.domain,
    ranked.region_code,
    ranked.period_end,
    ranked.level,
    cast(ranked.told_score as double) as score,
    cast(case when ranked.level is not null then ranked.red_signals end as integer) as red_signals,
    cast(case when ranked.level is not null then ranked.orange_signals end as integer) as orange_signals,
    {{ month_of("begun.since") }} as since,
    lead.lead_region,
    cast(
        case
            when exists (select 1 from {{ ref("stg_employment__warning_response") }})
            then coalesce(response.responses, 0)
        end as integer
    ) as responses,
    case when ranked.is_final then 'final' else 'provisional' end as maturity,
    ranked.is_estimate,
    ranked.is_suppressed,
    1 as method_version
from ranked
left join
    begun
    on ranked.domain = begun.domain
    and ranked.region_code = begun.region_code
    and ranked.period_end = begun.period_end
    and ranked.rank = begun.rank
left join
    lead
    on ranked.domain = lead.domain
    and ranked.region_code = lead.parent_code
    and ranked.period_end = lead.period_end
left join
    response
    on ranked.domain = response.domain
    and ranked.region_code = response.region_code
    and ranked.period_end = response.period_end
