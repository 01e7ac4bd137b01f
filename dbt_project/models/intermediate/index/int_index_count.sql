-- Who was placed in work in towns, per 100 who were registered as unemployed, over the twelve months to each quarter's
-- end, all of which must be delivered: within a year such a figure climbs by construction. Rows are counted unweighted
-- too: what is told of counties rests on them.
{% set placed = [("reemployed", "reemployed", "jobless"), ("hard_to_employ_placed", "placed", "hard")] %}
{% set effects = ["reemployed", "placed", "jobless_came", "jobless_went", "hard_came", "hard_went"] %}

with
    covered as ({{ whole_years(["employment_registration", "unemployment_registration"]) }}),

    -- kinds 2 and 3 of new urban employment: re-employed, hard to employ
    event as (

        select
            region_code,
            {{ month_of("registered_on") }} as month,
            weight,
            case new_employment_kind when '2' then 1 else 0 end as reemployed,
            case new_employment_kind when '3' then 1 else 0 end as placed,
            0 as jobless_came,
            0 as jobless_went,
            0 as hard_came,
            0 as hard_went
        from {{ ref("stg_employment__employment_registration") }}
        where new_employment_kind in ('2', '3') and {{ event_conditions()["urban_new_employment"].where }}

        union all

        select
            region_code,
            {{ month_of("registered_on") }} as month,
            weight,
            0 as reemployed,
            0 as placed,
            1 as jobless_came,
            0 as jobless_went,
            case when is_hard_to_employ then 1 else 0 end as hard_came,
            0 as hard_went
        from {{ ref("stg_employment__unemployment_registration") }}

        union all

        select
            region_code,
            {{ month_of("cancelled_on") }} as month,
            weight,
            0 as reemployed,
            0 as placed,
            0 as jobless_came,
            1 as jobless_went,
            0 as hard_came,
            case when is_hard_to_employ then 1 else 0 end as hard_went
        from {{ ref("stg_employment__unemployment_registration") }}
        where cancelled_on is not null

    ),

    tally as ({{ aggregate_by_month("event", effects) }}),

    regional as ({{ aggregate_to_regions("tally", effects) }}),

    by_weight as (

        select
            covered.region_code,
            covered.period_end,
            covered.is_complete,
            covered.is_sampled,
            regional.weight,
            {%- for name in ["reemployed", "placed"] %}
                sum(case when regional.month >= covered.window_start then regional.{{ name }} else 0 end) as {{ name }},
            {%- endfor %}
            {%- for name in ["jobless", "hard"] %}
                -- open when the twelve months begin
                sum(
                    case
                        when regional.month < covered.window_start
                        then regional.{{ name }}_came - regional.{{ name }}_went
                        else 0
                    end
                ) as {{ name }}_open,
                sum(
                    case when regional.month >= covered.window_start then regional.{{ name }}_came else 0 end
                ) as {{ name }}_came,
                sum(
                    case when regional.month >= covered.window_start then regional.{{ name }}_went else 0 end
                ) as {{ name }}_went,
                -- before its last quarter: the cube of the unemployed has who was there in it
                sum(
                    case
                        when
                            regional.month >= covered.window_start
                            and regional.month < {{ quarter_start("covered.period_end") }}
                        then regional.{{ name }}_went
                        else 0
                    end
                ) as {{ name }}_gone{{ "," if not loop.last }}
            {%- endfor %}
        from covered
        left join regional on covered.region_code = regional.region_code and regional.month <= covered.period_end
        group by covered.region_code, covered.period_end, covered.is_complete, covered.is_sampled, regional.weight

    ),

    measured as (

        {% for measure, counted, among in placed %}
            select
                '{{ measure }}' as measure,
                region_code,
                period_end,
                sum({{ counted }} * weight) as numerator,
                sum(({{ among }}_open + {{ among }}_came) * weight) as denominator,
                {{ sampling_variance(counted, "weight") }} as numerator_variance,
                {{ sampling_variance("(" ~ among ~ "_open + " ~ among ~ "_came)", "weight") }} as denominator_variance,
                sum({{ counted }}) as numerator_rows,
                sum({{ among }}_open + {{ among }}_came) as denominator_rows,
                sum({{ among }}_open) as open_rows,
                sum({{ among }}_came) as came_rows,
                sum({{ among }}_went) as went_rows,
                sum({{ among }}_gone) as gone_rows,
                sum(jobless_open + jobless_came - {{ among }}_open - {{ among }}_came) as other_rows,
                sum(jobless_gone - {{ among }}_gone) as other_gone_rows,
                is_sampled and coalesce(sum({{ counted }}), 0) = 0 as is_sampled_zero,
                is_complete as is_final,
                bool_or(weight <> 1) as is_estimate
            from by_weight
            group by region_code, period_end, is_complete, is_sampled {{ "union all" if not loop.last }}
        {% endfor %}
    )

-- the error of a quotient of two counts, neither of which is a part of the other
select
    measure,
    region_code,
    period_end,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(100 * numerator / denominator as double) as value,
    numerator_rows,
    denominator_rows,
    open_rows,
    came_rows,
    went_rows,
    gone_rows,
    other_rows,
    other_gone_rows,
    is_sampled_zero
    or
    {{ normal_half_width("100 * sqrt(numerator_variance + power(numerator / denominator, 2) * denominator_variance)") }}
    / denominator
    > {{ parameter("max_half_width") }} as too_uncertain,
    case when is_final then 'final' else 'provisional' end as maturity,
    is_estimate
from measured
where denominator > 0
