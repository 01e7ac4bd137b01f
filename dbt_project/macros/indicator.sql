{# The steps from tallies to values that indicators share. What an indicator counts stands in its model. #}
{# The columns that name a measured period. #}
{% macro period_columns(relation) -%}
    {{ relation }}.region_code,
    {{ relation }}.period_type,
    {{ relation }}.period_start,
    {{ relation }}.period_end,
    {{ relation }}.units_received,
    {{ relation }}.units_expected
{%- endmacro %}

{#
A tally (region_code, month, weight and counts of rows) of the rows' own regions, as one of all regions they belong
to; `by`: further columns that tell its counts apart.
#}
{% macro rolled_up(tally, counts, by=[]) -%}
    select
        {%- for column in by %} {{ tally }}.{{ column }}, {%- endfor %}
        ancestry.belongs_to as region_code,
        {{ tally }}.month,
        {{ tally }}.weight,
        {%- for count in counts %} sum({{ tally }}.{{ count }}) as {{ count }}{{ ',' if not loop.last }} {%- endfor %}
    from {{ tally }}
    inner join {{ ref("int_region_ancestry") }} as ancestry on {{ tally }}.region_code = ancestry.region_code
    group by
        {%- for column in by %} {{ tally }}.{{ column }}, {%- endfor %}
        ancestry.belongs_to,
        {{ tally }}.month,
        {{ tally }}.weight
{%- endmacro %}

{# A regional tally of a column `counted`, summed over each period of the extract, by weight. #}
{% macro counted_in_flow_periods(extract, regional) -%}
    select {{ period_columns("period") }}, {{ regional }}.weight, sum({{ regional }}.counted) as numerator_rows
    from {{ ref("int_flow_period") }} as period
    left join
        {{ regional }}
        on period.region_code = {{ regional }}.region_code
        and {{ regional }}.month between period.period_start and period.through
    where period.extract = '{{ extract }}'
    group by {{ period_columns("period") }}, {{ regional }}.weight
{%- endmacro %}

{# A regional tally of comings and goings, as the stock at the end of each period of the extract, by weight. #}
{% macro standing_at_stock_periods(extract, regional, change="change") -%}
    select {{ period_columns("period") }}, {{ regional }}.weight, sum({{ regional }}.{{ change }}) as numerator_rows
    from {{ ref("int_stock_period") }} as period
    left join
        {{ regional }} on period.region_code = {{ regional }}.region_code and {{ regional }}.month <= period.period_end
    where period.extract = '{{ extract }}'
    group by {{ period_columns("period") }}, {{ regional }}.weight
{%- endmacro %}

{# A regional tally of a column `counted` by month's snapshot, as the stock of each period of the extract, by weight. #}
{% macro counted_at_stock_periods(extract, regional) -%}
    select {{ period_columns("period") }}, {{ regional }}.weight, sum({{ regional }}.counted) as numerator_rows
    from {{ ref("int_stock_period") }} as period
    left join
        {{ regional }}
        on period.region_code = {{ regional }}.region_code
        and {{ month_of("period.period_end") }} = {{ regional }}.month
    where period.extract = '{{ extract }}'
    group by {{ period_columns("period") }}, {{ regional }}.weight
{%- endmacro %}

{#
Comings and goings of what stands from one day on (`came_on`) and, where it has one, until before another (`went_on`):
+1 in the month of the first, -1 in the month of the second. What comes and goes within a month stands at no month's
end.
#}
{% macro comings_and_goings(relation, came_on, went_on) -%}
    select region_code, {{ month_of(came_on) }} as month, weight, count(*) as change
    from {{ relation }}
    where {{ went_on }} is null or {{ month_of(went_on) }} > {{ month_of(came_on) }}
    group by region_code, {{ month_of(came_on) }}, weight

    union all

    select region_code, {{ month_of(went_on) }} as month, weight, - count(*) as change
    from {{ relation }}
    where {{ month_of(went_on) }} > {{ month_of(came_on) }}
    group by region_code, {{ month_of(went_on) }}, weight
{%- endmacro %}

{#
What is counted by weight, weighed and put together: a row per period. Counts stay whole numbers until here, so that
nothing hangs on the order of additions. Without rows the count is a true zero.
#}
{% macro weighed(by_weight, denominator=false) -%}
    select
        {{ period_columns(by_weight) }},
        cast(coalesce(sum({{ by_weight }}.numerator_rows * {{ by_weight }}.weight), 0) as double) as numerator,
        {%- if denominator %}
            cast(coalesce(sum({{ by_weight }}.denominator_rows * {{ by_weight }}.weight), 0) as double) as denominator,
        {%- endif %}
        cast(coalesce(sum({{ by_weight }}.numerator_rows), 0) as bigint) as observations,
        false as has_gap,
        coalesce(
            bool_or(
                {{ by_weight }}.weight <> 1
                and (
                    {{ by_weight }}.numerator_rows <> 0
                    {%- if denominator %} or {{ by_weight }}.denominator_rows <> 0 {%- endif %}
                )
            ),
            false
        ) as is_estimate
    from {{ by_weight }}
    group by {{ period_columns(by_weight) }}
{%- endmacro %}

{#
The rows of an indicator, in the columns of int_indicator_unioned.

measured: the relation of period columns, numerator, has_gap, is_estimate and what the arguments name.
value: an expression over it. denominator, observations, value_text: expressions, null where it has none.
#}
{% macro indicator_rows(
    indicator_id,
    value,
    measured="measured",
    numerator="numerator",
    denominator="null",
    observations="null",
    value_text="null"
) -%}
    select
        '{{ indicator_id }}' as indicator_id,
        region_code,
        period_type,
        period_start,
        period_end,
        cast({{ numerator }} as double) as numerator,
        cast({{ denominator }} as double) as denominator,
        cast({{ value }} as double) as value,
        {{ text_of(value_text) }} as value_text,
        cast({{ observations }} as bigint) as observations,
        cast(units_received as bigint) as units_received,
        cast(units_expected as bigint) as units_expected,
        has_gap,
        is_estimate,
        1 as definition_version
    from {{ measured }}
{%- endmacro %}

{# A count of observed rows or persons, in units of `per`. #}
{% macro count_indicator(indicator_id, per) -%}
    {{ indicator_rows(indicator_id, value="numerator / " ~ per, observations="observations") }}
{%- endmacro %}

{#
The whole of an indicator that counts events: the rows of a staged extract (those that satisfy `where`, if it is given)
by the day on which they happened, `dated`, in units of `per`.
#}
{% macro event_count_indicator(indicator_id, extract, events, dated, where=none, per=10000) -%}
    with
        tally as (

            select region_code, {{ month_of(dated) }} as month, weight, count(*) as counted
            from {{ events }}
            {% if where -%} where {{ where }} {%- endif %}
            group by region_code, {{ month_of(dated) }}, weight

        ),

        regional as ({{ rolled_up("tally", ["counted"]) }}),

        by_weight as ({{ counted_in_flow_periods(extract, "regional") }}),

        measured as ({{ weighed("by_weight") }})

        {{ count_indicator(indicator_id, per=per) }}
{%- endmacro %}

{# A percentage; without a denominator, or of nothing, there is no row. #}
{% macro rate_indicator(indicator_id, observations="null") -%}
    {{
        indicator_rows(
            indicator_id, value="100 * numerator / denominator", denominator="denominator", observations=observations
        )
    }}
    where denominator <> 0
{%- endmacro %}

{#
What was counted (a relation made by weighed) over a figure of the population: the relation `measured` of a rate.
#}
{% macro per_population(counted, figure, extract) -%}
    select
        {{ counted }}.region_code,
        {{ counted }}.period_type,
        {{ counted }}.period_start,
        {{ counted }}.period_end,
        {{ smaller_share(counted, "population") }},
        {{ counted }}.numerator,
        population.{{ figure }} as denominator,
        {{ counted }}.observations,
        gap.region_code is not null as has_gap,
        {{ counted }}.is_estimate or population.is_estimate as is_estimate
    from {{ counted }}
    inner join
        {{ ref("int_population_chosen") }} as population
        on {{ counted }}.region_code = population.region_code
        and extract(year from {{ counted }}.period_end) = population.year
    left join
        ({{ sums_with_a_gap(ref("int_population_rolled_up"), extract) }}) as gap
        on population.region_code = gap.region_code
        and population.period_end = gap.figure_period_end
        and {{ counted }}.period_end = gap.delivery_end
{%- endmacro %}

{#
The relation `measured` of what agencies report for each stock period of an extract: `figures` (name: expression over
the relation `figure`, a row of `rolled_up`, which rolled_up_figures made).
#}
{% macro reported_at_stock_periods(extract, rolled_up, figures) -%}
    select
        {{ period_columns("period") }},
        {%- for name, expression in figures.items() %} {{ expression }} as {{ name }}, {%- endfor %}
        gap.region_code is not null as has_gap,
        figure.is_estimate
    from {{ ref("int_stock_period") }} as period
    inner join
        {{ rolled_up }} as figure on period.region_code = figure.region_code and period.period_end = figure.period_end
    left join
        ({{ sums_with_a_gap(rolled_up, extract) }}) as gap
        on figure.region_code = gap.region_code
        and figure.period_end = gap.figure_period_end
        and figure.period_end = gap.delivery_end
    where period.extract = '{{ extract }}'
{%- endmacro %}

{#
The tally of an enforcement body's cases (region_code, weight, accepted_on, closed_on): closed and accepted by month,
and the changes of what is pending at the months' ends.
#}
{% macro case_tally(cases) -%}
    select region_code, {{ month_of("closed_on") }} as month, weight, count(*) as closed, 0 as accepted, 0 as pending
    from {{ cases }}
    where closed_on is not null
    group by region_code, {{ month_of("closed_on") }}, weight

    union all

    select region_code, {{ month_of("accepted_on") }} as month, weight, 0 as closed, count(*) as accepted, 0 as pending
    from {{ cases }}
    group by region_code, {{ month_of("accepted_on") }}, weight

    union all

    select region_code, month, weight, 0 as closed, 0 as accepted, change as pending
    from ({{ comings_and_goings(cases, "accepted_on", "closed_on") }}) as pending_change
{%- endmacro %}

{# A quotient rounded half up to a whole number, null where there is nothing to divide by. #}
{% macro rounded_quotient(dividend, divisor) -%}
    cast(floor((2 * {{ dividend }} + {{ divisor }}) / (2 * nullif({{ divisor }}, 0))) as bigint)
{%- endmacro %}

{# The texts of a list, for an `in (...)`. #}
{% macro quoted(texts) -%}
    {%- for text in texts -%} '{{ text }}'{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}
