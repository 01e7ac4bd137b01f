-- How long cases take, by Kaplan and Meier: of the cases accepted in a year the share that is still open after t days.
-- A case that is open counts as at risk until the last day that is known of its region. Cases weigh what they stand
-- for; the limits (Greenwood's variance, on the scale of log(-log S)) are those of the rows that were counted.
{% set curve = "stage, region_code, kind, cohort_year" %}

with
    dispute as (select * from {{ ref("int_dispute_case") }}),

    cutoff as (select *, {{ stage_of("extract") }} as stage from {{ ref("int_delivery_cutoff") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level in ('province', 'prefecture')),

    delivered_year as (select * from {{ ref("int_flow_period") }} where period_type = 'year'),

    run as (select * from {{ source("landed", "run") }}),

    known as (

        select dispute.*, coalesce(cutoff.known_until, run.as_of) as known_until
        from dispute
        cross join run
        left join cutoff on dispute.stage = cutoff.stage and dispute.region_code = cutoff.region_code

    ),

    observed as (

        select
            stage,
            region_code,
            kind,
            weight,
            extract(year from accepted_on) as cohort_year,
            coalesce(closed_on <= known_until, false) as is_closed,
            {{ dbt.datediff("accepted_on", "least(coalesce(closed_on, known_until), known_until)", "day") }} as t
        from known
        where accepted_on <= known_until

    ),

    -- The cases whose observation ends after t days, closed or not.
    leaving as (

        select
            observed.stage,
            ancestry.belongs_to as region_code,
            case when grouping(observed.kind) = 1 then '*' else observed.kind end as kind,
            observed.cohort_year,
            observed.t,
            count(*) as rows_leaving,
            sum(observed.weight) as leaving,
            count(case when observed.is_closed then 1 end) as rows_closed,
            sum(case when observed.is_closed then observed.weight else 0 end) as closed,
            bool_or(observed.weight <> 1) as is_estimate
        from observed
        inner join ancestry on observed.region_code = ancestry.region_code
        group by
            grouping sets (
                (observed.stage, ancestry.belongs_to, observed.cohort_year, observed.t),
                (observed.stage, ancestry.belongs_to, observed.cohort_year, observed.t, observed.kind)
            )

    ),

    at_risk as (

        select
            *,
            sum(rows_leaving) over from_t_on as rows_at_risk,
            sum(leaving) over from_t_on as at_risk,
            max(t) over whole as longest,
            sum(rows_leaving - rows_closed) over whole as rows_open,
            bool_or(is_estimate) over whole as rests_on_estimate
        from leaving
        window
            whole as (partition by {{ curve }}),
            from_t_on as (partition by {{ curve }} order by t desc rows unbounded preceding)

    ),

    survival as (

        select
            *,
            case
                when rows_closed < rows_at_risk
                then exp(sum(case when rows_closed < rows_at_risk then ln(1 - closed / at_risk) end) over until_t)
                else 0
            end as s,
            sum(
                case
                    when rows_closed < rows_at_risk
                    then cast(rows_closed as double) / (rows_at_risk * (rows_at_risk - rows_closed))
                end
            ) over until_t as variance
        from at_risk
        where rows_closed > 0
        window until_t as (partition by {{ curve }} order by t rows unbounded preceding)

    ),

    limited as (

        select
            *,
            case when s > 0 then {{ normal_quantile() }} * sqrt(variance) / abs(ln(s)) end as theta,
            -- S is a product: compared after rounding to 9 decimals.
            min(case when round(s, 9) <= 0.5 then t end) over whole as median,
            min(case when round(s, 9) <= 0.1 then t end) over whole as p90,
            {%- for days in [45, 60] %}
                coalesce(
                    min(case when t <= {{ days }} then s end) over whole, 1
                ) as s_{{ days }}{{ "," if not loop.last }}
            {%- endfor %}
        from survival
        window whole as (partition by {{ curve }})

    )

select
    limited.stage,
    limited.region_code,
    limited.kind,
    cast(limited.cohort_year as integer) as cohort_year,
    make_date(limited.cohort_year, 12, 31) as period_end,
    cast(limited.t as integer) as t,
    cast(limited.at_risk as double) as at_risk,
    cast(limited.closed as double) as closed,
    cast(limited.s as double) as s,
    power(limited.s, exp(limited.theta)) as low95,
    power(limited.s, exp(- limited.theta)) as high95,
    cast(limited.median as integer) as median,
    cast(limited.p90 as integer) as p90,
    cast(limited.s_45 as double) as s_45,
    cast(limited.s_60 as double) as s_60,
    cast(limited.longest as integer) as longest,
    case
        when
            limited.rows_open = 0
            and delivered_year.units_received = delivered_year.units_expected
            and run.as_of > delivered_year.period_end
        then 'final'
        else 'provisional'
    end as maturity,
    limited.rests_on_estimate as is_estimate,
    false as is_suppressed,
    1 as method_version
from limited
cross join run
left join
    delivered_year
    on limited.stage = {{ stage_of("delivered_year.extract") }}
    and limited.region_code = delivered_year.region_code
    and make_date(limited.cohort_year, 12, 31) = delivered_year.period_end
