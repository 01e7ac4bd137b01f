-- What the signals of early warning are judged by, month by month, of the province, units and counties: counts and
-- shares with the rows that stand for them, falls, rates, layoffs. Only what was dated by the end of the month enters
-- it; a month that did not come in whole is missing, not 0. Of persons in a county nothing rests on a count of few.
{% set of_extract = {
    "new_unemployed": "unemployment_registration",
    "long_term_share": "unemployment_registration",
    "insured_fall": "insurance_enrolment",
    "job_loss_rate": "job_monitoring",
    "mass_layoff": "layoff_report",
    "benefit_claims": "unemployment_benefit",
    "registered_rate": "urban_employed_stock",
} %}

with
    run as (select * from {{ source("landed", "run") }}),

    registry as (select * from {{ source("landed", "extract") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level <> 'city_group'),

    region as (select distinct belongs_to as region_code, belongs_to_level as level from ancestry),

    delivery as (

        select delivery.*
        from {{ ref("int_region_delivery") }} as delivery
        cross join run
        where delivery.period_end < run.as_of and delivery.extract in ({{ quoted(of_extract.values() | unique) }})

    ),

    -- From the first month delivered to the last one that was, or was due.
    span as (

        select
            delivery.extract,
            min(delivery.period_end) as first_end,
            greatest(
                max(delivery.period_end),
                max({{ days_after(month_of(days_after("run.as_of", "- registry.due_days")), -1) }})
            ) as last_end
        from delivery
        inner join registry on delivery.extract = registry.extract
        cross join run
        group by delivery.extract

    ),

    month as (select extract, last_day({{ each_month("first_end", "last_end") }}) as period_end from span),

    place as (

        select distinct delivery.extract, delivery.region_code, region.level
        from delivery
        inner join region on delivery.region_code = region.region_code

    ),

    observed as (

        select
            place.extract,
            place.region_code,
            place.level,
            month.period_end,
            coalesce(delivery.units_received = delivery.units_expected, false) as is_in,
            coalesce(delivery.is_estimate, false) as is_estimate
        from place
        inner join month on place.extract = month.extract
        left join
            delivery
            on place.extract = delivery.extract
            and place.region_code = delivery.region_code
            and month.period_end = delivery.period_end

    ),

    registered as (

        select
            region_code,
            weight,
            {{ month_of("registered_on") }} as registered,
            {{ month_of("cancelled_on") }} as cancelled,
            count(*) as persons
        from {{ ref("stg_employment__unemployment_registration") }}
        group by region_code, weight, {{ month_of("registered_on") }}, {{ month_of("cancelled_on") }}

    ),

    {% set long_since = "cast(" ~ dbt.dateadd("month", 6, "registered") ~ " as date)" %}
    -- Who registered; who is open at a month's end, and has been so for six months.
    change as (

        select 'new_unemployed' as measure, region_code, weight, registered as month, persons as counted
        from registered

        {% for measure, since in [("open", "registered"), ("long", long_since)] %}
            union all

            select '{{ measure }}' as measure, region_code, weight, {{ since }} as month, persons as counted
            from registered
            where cancelled is null or cancelled > {{ since }}

            union all

            select '{{ measure }}' as measure, region_code, weight, cancelled as month, - persons as counted
            from registered
            where cancelled > {{ since }}
        {% endfor %}

        union all

        select 'benefit_claims' as measure, region_code, weight, {{ month_of("paid_month") }} as month, 1 as counted
        from {{ ref("stg_pension__unemployment_benefit") }}
        where is_first_month

        union all

        select 'insured' as measure, region_code, weight, {{ month_of("period_end") }} as month, insured as counted
        from {{ ref("int_insured_tally") }}

    ),

    regional as (

        select
            change.measure,
            ancestry.belongs_to as region_code,
            last_day(change.month) as period_end,
            sum(change.counted) as counted,
            sum(change.counted * change.weight) as weighted,
            {{ sampling_variance("change.counted", "change.weight") }} as variance
        from change
        inner join ancestry on change.region_code = ancestry.region_code
        group by change.measure, ancestry.belongs_to, last_day(change.month)

    ),

    -- What is open is the sum of changes, in months without any too.
    standing as (

        select measure, region_code, period_end, counted, weighted, variance
        from regional
        where measure not in ('open', 'long')

        union

        select
            measure,
            region_code,
            period_end,
            sum(counted) over so_far as counted,
            sum(weighted) over so_far as weighted,
            0 as variance
        from
            (
                select measure, region_code, period_end, counted, weighted
                from regional
                where measure in ('open', 'long')
                {% for measure in ["open", "long"] %}
                    union all
                    select '{{ measure }}' as measure, region_code, period_end, 0 as counted, 0 as weighted
                    from observed
                    where extract = 'unemployment_registration'
                {% endfor %}
            ) as changed
        window so_far as (partition by measure, region_code order by period_end)

    ),

    counted as (

        select
            observed.extract,
            observed.region_code,
            observed.period_end,
            {%- for measure in ["new_unemployed", "open", "long", "benefit_claims", "insured"] %}
                {%- for of_measure, name in [("counted", measure ~ "_rows"), ("weighted", measure)] %}
                    coalesce(
                        sum(case when standing.measure = '{{ measure }}' then standing.{{ of_measure }} end), 0
                    ) as {{ name }},
                {%- endfor %}
            {%- endfor %}
            coalesce(sum(case when standing.measure = 'insured' then standing.variance end), 0) as insured_variance
        from observed
        left join standing on observed.region_code = standing.region_code and observed.period_end = standing.period_end
        where observed.extract in ('unemployment_registration', 'insurance_enrolment', 'unemployment_benefit')
        group by observed.extract, observed.region_code, observed.period_end

    ),

    enterprise as ({{ direct_rows(ref("stg_employment__job_monitoring"), ["enterprise_uscc"]) }}),

    job as (

        select
            ancestry.belongs_to as region_code,
            now.period_end,
            count(distinct now.enterprise_uscc) as enterprises,
            100
            * sum((now.separations - now.hires) * now.weight)
            / nullif(sum(before.jobs_end * now.weight), 0) as loss_rate
        from enterprise as now
        inner join
            enterprise as before
            on now.enterprise_uscc = before.enterprise_uscc
            and now.region_code = before.region_code
            and before.period_end = {{ month_end_after("now.period_end", -1) }}
        inner join ancestry on now.region_code = ancestry.region_code
        group by ancestry.belongs_to, now.period_end

    ),

    parameter as (

        select
            {%- for name in ["days", "persons", "share"] %}
                {{ parameter("warning_layoff_" ~ name) }} as {{ name }}{{ "," if not loop.last }}
            {%- endfor %}

    ),

    layoff as (select * from {{ ref("stg_employment__layoff_report") }}),

    -- Up to each day of a report, what each enterprise of the county has cut within so many days.
    cut as (

        select
            day.region_code,
            day.reported_on,
            layoff.enterprise_uscc,
            sum(layoff.staff_cut) as staff_cut,
            max(layoff.staff_before) as staff_before
        from (select distinct region_code, reported_on from layoff) as day
        cross join parameter
        inner join
            layoff
            on day.region_code = layoff.region_code
            and layoff.reported_on <= day.reported_on
            and {{ dbt.datediff("layoff.reported_on", "day.reported_on", "day") }} < parameter.days
        group by day.region_code, day.reported_on, layoff.enterprise_uscc

    ),

    cut_together as (

        select
            cut.region_code,
            last_day(cut.reported_on) as period_end,
            count(
                case
                    when cut.staff_cut > parameter.persons or cut.staff_cut > parameter.share * cut.staff_before then 1
                end
            ) as enterprises,
            max(cut.staff_cut) as largest
        from cut
        cross join parameter
        group by cut.region_code, cut.reported_on

    ),

    layoffs as (

        select
            ancestry.belongs_to as region_code,
            cut_together.period_end,
            max(cut_together.enterprises) as enterprises,
            max(cut_together.largest) as largest
        from cut_together
        inner join ancestry on cut_together.region_code = ancestry.region_code
        group by ancestry.belongs_to, cut_together.period_end

    ),

    rate as (

        select
            figure.*,
            growth.change_mom,
            growth.too_uncertain,
            growth.standard_error,
            sqrt(power(growth.standard_error, 2) + power(before.standard_error, 2)) as error_of_change
        from {{ ref("fct_indicator_value") }} as figure
        inner join
            {{ ref("fct_indicator_growth") }} as growth
            on figure.indicator_id = growth.indicator_id
            and figure.region_code = growth.region_code
            and figure.period_type = growth.period_type
            and figure.period_end = growth.period_end
        left join
            {{ ref("fct_indicator_growth") }} as before
            on figure.indicator_id = before.indicator_id
            and figure.region_code = before.region_code
            and figure.period_type = before.period_type
            and before.period_end = {{ month_end_after("figure.period_end", -3) }}
        where figure.indicator_id = 'urban_registered_unemployment_rate' and figure.period_type = 'quarter'

    ),

    -- Of each signal what is measured, what a z needs to know of sampling, the second measure; the least count of
    -- persons that a county's figure would tell of.
    figure as (

        {% for signal, counted in {
            "new_unemployed": "new_unemployed",
            "benefit_claims": "benefit_claims",
            "insured_fall": "insured",
        }.items() %}
            select
                '{{ signal }}' as signal_id,
                region_code,
                period_end,
                {{ counted }} as x,
                {{ counted }} as weighted,
                {{ counted }}_rows as counted,
                cast(null as double) as second,
                {{ "sqrt(insured_variance)" if counted == "insured" else "0" }} as error,
                0 as second_error,
                {{ counted }}_rows as fewest,
                false as too_uncertain,
                false as is_withheld
            from counted
            where extract = '{{ of_extract[signal] }}'

            union all
        {% endfor %}

        select
            'long_term_share' as signal_id,
            region_code,
            period_end,
            100 * long / nullif(open, 0) as x,
            open as weighted,
            open_rows as counted,
            cast(null as double) as second,
            0 as error,
            0 as second_error,
            least(nullif(long_rows, 0), nullif(open_rows - long_rows, 0)) as fewest,
            false as too_uncertain,
            false as is_withheld
        from counted
        where extract = 'unemployment_registration'

        union all

        select
            'job_loss_rate' as signal_id,
            region_code,
            period_end,
            loss_rate as x,
            cast(null as double) as weighted,
            enterprises as counted,
            cast(null as double) as second,
            0 as error,
            0 as second_error,
            cast(null as bigint) as fewest,
            false as too_uncertain,
            false as is_withheld
        from job

        union all

        select
            'mass_layoff' as signal_id,
            region_code,
            period_end,
            enterprises as x,
            cast(null as double) as weighted,
            cast(null as bigint) as counted,
            largest as second,
            0 as error,
            0 as second_error,
            cast(null as bigint) as fewest,
            false as too_uncertain,
            false as is_withheld
        from layoffs

        union all

        select
            'registered_rate' as signal_id,
            region_code,
            period_end,
            value as x,
            cast(null as double) as weighted,
            cast(null as bigint) as counted,
            change_mom as second,
            standard_error as error,
            error_of_change as second_error,
            cast(null as bigint) as fewest,
            coalesce(too_uncertain, false) as too_uncertain,
            is_suppressed as is_withheld
        from rate

    ),

    signal as (

        {% for signal, extract in of_extract.items() %}
            select '{{ signal }}' as signal_id, '{{ extract }}' as extract {{ "union all" if not loop.last }}
        {% endfor %}
    ),

    -- Where nobody reported layoffs, or too few enterprises their jobs, there were none.
    measured as (

        select
            signal.signal_id,
            observed.region_code,
            observed.level,
            observed.period_end,
            observed.is_in
            and (
                signal.signal_id <> 'registered_rate'
                or coalesce(rate.reporting_units_received = rate.reporting_units_expected, false)
            ) as is_in,
            coalesce(rate.is_estimate, observed.is_estimate) as is_estimate,
            case when signal.signal_id = 'mass_layoff' then coalesce(figure.x, 0) else figure.x end as x,
            figure.weighted,
            case
                when signal.signal_id = 'job_loss_rate' then coalesce(figure.counted, 0) else figure.counted
            end as counted,
            case when signal.signal_id = 'mass_layoff' then coalesce(figure.second, 0) else figure.second end as second,
            coalesce(figure.error, 0) as error,
            coalesce(figure.second_error, 0) as second_error,
            figure.fewest,
            coalesce(figure.too_uncertain, false) as too_uncertain,
            coalesce(figure.is_withheld, false) as is_withheld
        from observed
        inner join signal on observed.extract = signal.extract
        left join
            figure
            on signal.signal_id = figure.signal_id
            and observed.region_code = figure.region_code
            and observed.period_end = figure.period_end
        left join
            rate
            on signal.signal_id = 'registered_rate'
            and observed.region_code = rate.region_code
            and observed.period_end = rate.period_end
        where
            (signal.signal_id <> 'mass_layoff' or observed.level <> 'province')
            and (
                signal.signal_id <> 'registered_rate'
                or (
                    extract(month from observed.period_end) in (3, 6, 9, 12)
                    and observed.region_code in (select region_code from rate)
                )
            )

        union all

        select
            'hiring_gap' as signal_id,
            path.region_code,
            region.level,
            path.period_end,
            path.actual is not null and path.maturity = 'final' as is_in,
            path.is_estimate,
            1 - path.ratio as x,
            cast(null as double) as weighted,
            cast(null as bigint) as counted,
            cast(null as double) as second,
            0 as error,
            0 as second_error,
            cast(null as bigint) as fewest,
            path.status_by_path = 'too_uncertain' as too_uncertain,
            path.is_suppressed as is_withheld
        from {{ ref("fct_plan_path") }} as path
        inner join region on path.region_code = region.region_code
        cross join run
        where
            path.indicator_id = 'urban_new_employment'
            and path.expected_value is not null
            and path.period_end < run.as_of
        qualify row_number() over (partition by path.region_code, path.period_end order by path.plan_id desc) = 1

    ),

    guarded as (

        select
            measured.*,
            measured.is_withheld
            or coalesce(
                measured.level = 'county'
                and measured.is_in
                and measured.fewest between 1 and run.suppression_threshold - 1,
                false
            ) as is_suppressed
        from measured
        cross join run

    )

select
    signal_id,
    region_code,
    level,
    period_end,
    {%- for figure in ["x", "weighted", "counted", "second", "error", "second_error"] %}
        cast(case when is_in and not is_suppressed then {{ figure }} end as double) as {{ figure }},
    {%- endfor %}
    too_uncertain,
    is_in,
    is_estimate,
    is_suppressed
from guarded
