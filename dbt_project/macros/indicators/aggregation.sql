{# The steps from rows to values that indicators share. Which rows those are, and what each does, stands in evidence.sql. #}
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
to; `by`: further columns that tell its counts apart; `above`: a column that says which of them count for their own
region alone.
#}
{% macro rolled_up(tally, counts, by=[], above=none) -%}
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

{# Rows (or what was counted already), their effects added up by region, month and weight. #}
{% macro tallied(rows, effects, where=none) -%}
    select
        region_code,
        month,
        weight,
        {%- for effect in effects %} sum({{ effect }}) as {{ effect }}{{ "," if not loop.last }} {%- endfor %}
    from {{ rows }}
    {%- if where %} where {{ where }} {%- endif %}
    group by region_code, month, weight
{%- endmacro %}

{# The regional tally of an indicator that counts distinct persons. #}
{% macro persons_tallied(indicator_id) -%}
    {%- set persons = person_counts()[indicator_id] -%}
    {{ tallied(ref(persons.counted_in), [persons.effect], where=persons.where) }}
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
    value_text="null",
    definition_version=1
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
        {{ definition_version }} as definition_version
    from {{ measured }}
{%- endmacro %}

{# A count of observed rows or persons, in units of `per`. #}
{% macro count_indicator(indicator_id, per) -%}
    {{ indicator_rows(indicator_id, value="numerator / " ~ per, observations="observations") }}
{%- endmacro %}

{# The whole of an indicator that counts events, in units of `per`; in the periods of an extract. #}
{% macro event_count_indicator(indicator_id, extract, per=10000) -%}
    with
        event as ({{ event_rows(indicator_id) }}),

        tally as (

            select region_code, month, weight, count(*) as counted from event group by region_code, month, weight

        ),

        regional as ({{ rolled_up("tally", ["counted"]) }}),

        by_weight as ({{ counted_in_flow_periods(extract, "regional") }}),

        measured as ({{ weighed("by_weight") }})

        {{ count_indicator(indicator_id, per=per) }}
{%- endmacro %}

{# A percentage; without a denominator, or of nothing, there is no row. #}
{% macro rate_indicator(indicator_id, observations="null", definition_version=1) -%}
    {{
        indicator_rows(
            indicator_id,
            value="100 * numerator / denominator",
            denominator="denominator",
            observations=observations,
            definition_version=definition_version,
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
        {{ ref("int_population_selected") }} as population
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
The whole of an enforcement body's closure rate: cases closed in the period over what there was to close in it, which is
what was accepted within the period and, unless `pending` is false, what was pending when it began; given the days of a
term, less what is still open and within it at the end.
#}
{% macro closure_rate_indicator(indicator_id, extract, cases, pending=true, term_days=none, definition_version=1) -%}
    {%- set effects = ["closed", "accepted", "pending"] + (["within_term"] if term_days else []) -%}
    with
        effect as ({{ case_rows(cases, term_days) }}),

        tally as ({{ tallied("effect", effects) }}),

        regional as ({{ rolled_up("tally", effects) }}),

        by_weight as (

            select
                {{ period_columns("period") }},
                regional.weight,
                sum(case when regional.month >= period.period_start then regional.closed else 0 end) as numerator_rows,
                sum(
                    case
                        when regional.month >= period.period_start
                        then regional.accepted
                        else {{ "regional.pending" if pending else 0 }}
                    end
                    {%- if term_days %} - regional.within_term {%- endif %}
                ) as denominator_rows
            from {{ ref("int_flow_period") }} as period
            inner join regional on period.region_code = regional.region_code and regional.month <= period.through
            where period.extract = '{{ extract }}'
            group by {{ period_columns("period") }}, regional.weight

        ),

        measured as ({{ weighed("by_weight", denominator=true) }})

        {{ rate_indicator(indicator_id, definition_version=definition_version) }}
{%- endmacro %}

{# A quotient rounded half up to a whole number, null where there is nothing to divide by. #}
{% macro rounded_quotient(dividend, divisor) -%}
    cast(floor((2 * {{ dividend }} + {{ divisor }}) / (2 * nullif({{ divisor }}, 0))) as bigint)
{%- endmacro %}

{# The texts of a list, for an `in (...)`. #}
{% macro quoted(texts) -%}
    {%- for text in texts -%} '{{ text }}'{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}
