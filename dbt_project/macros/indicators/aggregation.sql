{# Shared steps from counted rows (counted_rows.sql) to indicator values: aggregate, assign to periods, apply weights. #}
{# The columns that identify a period of a region, with its completeness. #}
{% macro period_columns(relation) -%}
    {{ relation }}.region_code,
    {{ relation }}.period_type,
    {{ relation }}.period_start,
    {{ relation }}.period_end,
    {{ relation }}.units_received,
    {{ relation }}.units_expected
{%- endmacro %}

{#
Aggregates counts (columns region_code, month, weight and `counts`) by region to all regions above. `by`: further columns
to group by. `above`: a boolean column; rows where it is false count in their own region only.
#}
{% macro aggregate_to_regions(tally, counts, by=[], above=none) -%}
    select
        {%- for column in by %} {{ tally }}.{{ column }}, {%- endfor %}
        ancestry.belongs_to as region_code,
        {{ tally }}.month,
        {{ tally }}.weight,
        {%- for count in counts %} sum({{ tally }}.{{ count }}) as {{ count }}{{ ',' if not loop.last }} {%- endfor %}
    from {{ tally }}
    inner join
        {{ ref("int_region_ancestry") }} as ancestry on {{ tally }}.region_code = ancestry.region_code
        {%- if above %} and ({{ tally }}.{{ above }} or {{ tally }}.region_code = ancestry.belongs_to) {%- endif %}
    group by
        {%- for column in by %} {{ tally }}.{{ column }}, {%- endfor %}
        ancestry.belongs_to,
        {{ tally }}.month,
        {{ tally }}.weight
{%- endmacro %}

{# Sums of `effects` by region, month and weight. #}
{% macro aggregate_by_month(rows, effects, where=none) -%}
    select
        region_code,
        month,
        weight,
        {%- for effect in effects %} sum({{ effect }}) as {{ effect }}{{ "," if not loop.last }} {%- endfor %}
    from {{ rows }}
    {%- if where %} where {{ where }} {%- endif %}
    group by region_code, month, weight
{%- endmacro %}

{# Counts of distinct persons by region, month and weight, for a model of person_counts. #}
{% macro aggregate_persons_by_month(name) -%}
    {%- set persons = person_counts()[name] -%}
    {{ aggregate_by_month(ref(persons.counted_in), [persons.effect], where=persons.where) }}
{%- endmacro %}

{# Column `counted` of a relation by month, summed over each flow period of the extract, by weight. #}
{% macro counted_in_flow_periods(extract, regional) -%}
    select {{ period_columns("period") }}, {{ regional }}.weight, sum({{ regional }}.counted) as numerator_rows
    from {{ ref("int_flow_period") }} as period
    left join
        {{ regional }}
        on period.region_code = {{ regional }}.region_code
        and {{ regional }}.month between period.period_start and period.counted_through
    where period.extract = '{{ extract }}'
    group by {{ period_columns("period") }}, {{ regional }}.weight
{%- endmacro %}

{# Monthly changes of a stock, summed up to the end of each stock period of the extract, by weight. #}
{% macro stock_at_stock_periods(extract, regional, change="change") -%}
    select {{ period_columns("period") }}, {{ regional }}.weight, sum({{ regional }}.{{ change }}) as numerator_rows
    from {{ ref("int_stock_period") }} as period
    left join
        {{ regional }} on period.region_code = {{ regional }}.region_code and {{ regional }}.month <= period.period_end
    where period.extract = '{{ extract }}'
    group by {{ period_columns("period") }}, {{ regional }}.weight
{%- endmacro %}

{# Counts of monthly snapshots, at each stock period of the extract, by weight. #}
{% macro counted_at_stock_periods(extract, regional, counted="counted") -%}
    select {{ period_columns("period") }}, {{ regional }}.weight, sum({{ regional }}.{{ counted }}) as numerator_rows
    from {{ ref("int_stock_period") }} as period
    left join
        {{ regional }}
        on period.region_code = {{ regional }}.region_code
        and {{ month_of("period.period_end") }} = {{ regional }}.month
    where period.extract = '{{ extract }}'
    group by {{ period_columns("period") }}, {{ regional }}.weight
{%- endmacro %}

{#
One row per period from counts by weight. Counts are integers up to here, so the order of additions does not matter.
No rows give a true zero. Sampling variances: see macros/statistics/sampling.sql.
#}
{% macro apply_weights(by_weight, denominator=false) -%}
    select
        {{ period_columns(by_weight) }},
        cast(coalesce(sum({{ by_weight }}.numerator_rows * {{ by_weight }}.weight), 0) as double) as numerator,
        {%- if denominator %}
            cast(coalesce(sum({{ by_weight }}.denominator_rows * {{ by_weight }}.weight), 0) as double) as denominator,
        {%- endif %}
        cast(coalesce(sum({{ by_weight }}.numerator_rows), 0) as bigint) as observations,
        {{ sampling_variance(by_weight ~ ".numerator_rows", by_weight ~ ".weight") }} as numerator_variance,
        {%- if denominator %}
            {{ sampling_variance(by_weight ~ ".denominator_rows", by_weight ~ ".weight") }} as denominator_variance,
            coalesce(sum({{ by_weight }}.denominator_rows), 0) as sample_rows,
        {%- endif %}
        false as is_incomplete,
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
The rows of an indicator, in the columns of int_indicator_unioned. Its model says in `meta` which version it computes.

measured: the relation of period columns, numerator, is_incomplete, is_estimate and what the arguments name.
value: an expression over it. denominator, observations, value_text: expressions, null where it has none.
sample_rows, standard_error, half_width: of what is counted in rows that may be sampled; null for a report's own figure.
further: columns of it that this model alone has.
#}
{% macro indicator_rows(
    indicator_id,
    value,
    measured="measured",
    numerator="numerator",
    denominator="null",
    observations="null",
    value_text="null",
    sample_rows="null",
    standard_error="null",
    half_width="null",
    definition_version=1,
    further=[]
) -%}
    {%- do config(meta={"indicator_id": indicator_id, "definition_version": definition_version}) -%}
    select
        '{{ indicator_id }}' as indicator_id,
        region_code,
        period_type,
        period_start,
        period_end,
        cast({{ numerator }} as double) as numerator,
        cast({{ denominator }} as double) as denominator,
        cast({{ value }} as double) as value,
        {{ to_text(value_text) }} as value_text,
        cast({{ observations }} as bigint) as observations,
        cast(units_received as bigint) as units_received,
        cast(units_expected as bigint) as units_expected,
        is_incomplete,
        is_estimate,
        cast({{ sample_rows }} as bigint) as sample_rows,
        cast({{ standard_error }} as double) as standard_error,
        cast({{ half_width }} as double) as half_width,
        {{ definition_version }} as definition_version
        {%- for column in further %}, {{ column }} {%- endfor %}
    from {{ measured }}
{%- endmacro %}

{# An indicator that counts rows or persons, in units of `per`. #}
{% macro count_indicator(indicator_id, per, sample_rows="observations", definition_version=1) -%}
    {{
        indicator_rows(
            indicator_id,
            value="numerator / " ~ per,
            observations="observations",
            sample_rows=sample_rows,
            standard_error="sqrt(numerator_variance) / " ~ per,
            definition_version=definition_version,
        )
    }}
{%- endmacro %}

{# The complete query of an indicator that counts events, in units of `per`, over the flow periods of an extract. #}
{% macro event_count_indicator(indicator_id, extract, per=10000) -%}
    with
        event as ({{ event_rows(indicator_id) }}),

        tally as (

            select region_code, month, weight, count(*) as counted from event group by region_code, month, weight

        ),

        regional as ({{ aggregate_to_regions("tally", ["counted"]) }}),

        by_weight as ({{ counted_in_flow_periods(extract, "regional") }}),

        measured as ({{ apply_weights("by_weight") }})

        {{ count_indicator(indicator_id, per=per) }}
{%- endmacro %}

{#
A percentage. No row where the denominator is null or zero. `counted`: what of it is counted in rows: "both", "numerator"
(over an exact figure) or "none" (a report's own rate).
#}
{% macro rate_indicator(indicator_id, counted="both", observations="null", definition_version=1, further=[]) -%}
    {%- set error = {"both": rate_error(), "numerator": "100 * sqrt(numerator_variance) / denominator"}.get(
        counted, "null"
    ) -%}
    {%- set half_width = {"both": wilson_half_width(), "numerator": normal_half_width(error)}.get(counted, "null") -%}
    {{
        indicator_rows(
            indicator_id,
            value="100 * numerator / denominator",
            denominator="denominator",
            observations=observations,
            sample_rows={"both": "sample_rows", "numerator": "observations"}.get(counted, "null"),
            standard_error=error,
            half_width=half_width,
            definition_version=definition_version,
            further=further,
        )
    }}
    where denominator <> 0
{%- endmacro %}

{#
Relation `measured` of a rate per population: counts (made by apply_weights) over a population figure.
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
        {{ counted }}.numerator_variance,
        gap.region_code is not null as is_incomplete,
        {{ counted }}.is_estimate or population.is_estimate as is_estimate
    from {{ counted }}
    inner join
        {{ ref("int_population_selected") }} as population
        on {{ counted }}.region_code = population.region_code
        and extract(year from {{ counted }}.period_end) = population.year
    left join
        ({{ incomplete_sums(ref("int_population_aggregated"), extract) }}) as gap
        on population.region_code = gap.region_code
        and population.period_end = gap.figure_period_end
        and {{ counted }}.period_end = gap.delivery_end
{%- endmacro %}

{#
Relation `measured` of reported figures, per stock period of an extract. `aggregated`: made by aggregated_figures;
`figures`: name to expression over `figure`, a row of it.
#}
{% macro reported_at_stock_periods(extract, aggregated, figures) -%}
    select
        {{ period_columns("period") }},
        {%- for name, expression in figures.items() %} {{ expression }} as {{ name }}, {%- endfor %}
        gap.region_code is not null as is_incomplete,
        figure.is_estimate
    from {{ ref("int_stock_period") }} as period
    inner join
        {{ aggregated }} as figure on period.region_code = figure.region_code and period.period_end = figure.period_end
    left join
        ({{ incomplete_sums(aggregated, extract) }}) as gap
        on figure.region_code = gap.region_code
        and figure.period_end = gap.figure_period_end
        and figure.period_end = gap.delivery_end
    where period.extract = '{{ extract }}'
{%- endmacro %}

{#
The complete query of a closure rate: cases closed in the period over cases to close in it, which are those accepted in the
period and, unless `pending` is false, those pending when it began. With `term_end`, without cases that are open and within
their term at the period's end; with `unknown_until`, of no period at whose end that cannot be told of an open case (see
case_rows).
#}
{% macro closure_rate_indicator(
    indicator_id, extract, cases, pending=true, term_end=none, unknown_until=none, definition_version=1
) -%}
    {%- set effects = case_effects(term_end, unknown_until) -%}
    with
        effect as ({{ case_rows(cases, term_end, unknown_until) }}),

        tally as ({{ aggregate_by_month("effect", effects) }}),

        regional as ({{ aggregate_to_regions("tally", effects) }}),

        by_weight as (

            select
                {{ period_columns("period") }},
                regional.weight,
                {%- if unknown_until %} sum(regional.untold) as untold, {%- endif %}
                sum(case when regional.month >= period.period_start then regional.closed else 0 end) as numerator_rows,
                sum(
                    case
                        when regional.month >= period.period_start
                        then regional.accepted
                        else {{ "regional.pending" if pending else 0 }}
                    end
                    {%- if term_end %} - regional.within_term {%- endif %}
                ) as denominator_rows
            from {{ ref("int_flow_period") }} as period
            inner join
                regional on period.region_code = regional.region_code and regional.month <= period.counted_through
            where period.extract = '{{ extract }}'
            group by {{ period_columns("period") }}, regional.weight

        ),

        {% if unknown_until -%}
            told as (

                select by_weight.*, max(untold) over (partition by region_code, period_type, period_end) as most_untold
                from by_weight

            ),

            of_known_terms as (select * from told where most_untold = 0),
        {%- endif %}

        {%- set counted = "of_known_terms" if unknown_until else "by_weight" %}
        measured as ({{ apply_weights(counted, denominator=true) }})

        {{ rate_indicator(indicator_id, definition_version=definition_version) }}
{%- endmacro %}

{# A quotient rounded half up to an integer; null if the divisor is zero. #}
{% macro rounded_quotient(dividend, divisor) -%}
    cast(floor((2 * {{ dividend }} + {{ divisor }}) / (2 * nullif({{ divisor }}, 0))) as bigint)
{%- endmacro %}

{# The texts of a list as SQL literals, for `in (...)`. #}
{% macro quoted(texts) -%}
    {%- for text in texts -%} '{{ text }}'{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}
