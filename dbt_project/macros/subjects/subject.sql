{# Subject cubes: their dimensions, the cells of grouping sets over at most two of them, what is published of the cells. #}
{#
The subjects: the extract that each is about, where its periods come from, its dimensions in their order. `told_by`: the
indicators that tell of counties all of a cube (`*`) or a sum of some values of a dimension; `is_counted`: whether all of it
in a county is one of int_suppression_count.
#}
{% macro subjects() -%}
    {{-
        return(
            {
                "employment": {
                    "extract": "employment_registration",
                    "periods": "int_flow_period",
                    "dimensions": ["sex", "age_band", "industry", "employment_form", "new_employment_kind"],
                    "told_by": {"*": ["urban_new_employment"]},
                },
                "unemployment": {
                    "extract": "unemployment_registration",
                    "periods": "int_stock_period",
                    "dimensions": ["sex", "age_band", "duration_band", "hard_to_employ", "cancel_reason"],
                    "told_by": {"*": ["urban_registered_unemployment_rate"]},
                    "is_counted": true,
                },
                "insurance": {
                    "extract": "insurance_enrolment",
                    "periods": "int_stock_period",
                    "dimensions": ["insurance_type", "enrolment_status", "retired", "sex", "age_band"],
                    "told_by": {
                        "*": [
                            "basic_pension_coverage_rate",
                            "unemployment_insurance_enrolment",
                            "work_injury_insurance_enrolment",
                        ]
                    },
                    "is_counted": true,
                },
                "training": {
                    "extract": "training_record",
                    "periods": "int_flow_period",
                    "dimensions": ["trainee_category", "programme", "fund_source"],
                    "told_by": {"*": ["subsidised_training"], "trainee_category": ["migrant_worker_training"]},
                    "is_counted": true,
                },
                "certificates": {
                    "extract": "skill_certificate",
                    "periods": "int_flow_period",
                    "dimensions": ["certificate_kind", "skill_level", "sex", "age_band"],
                    "told_by": {"*": ["skill_certificates"], "skill_level": ["senior_skill_certificates"]},
                },
                "pension_payment": {
                    "extract": "pension_payment",
                    "periods": "int_flow_period",
                    "dimensions": ["insurance_type", "age_band"],
                    "told_by": {},
                    "is_counted": true,
                },
            }
        )
    -}}
{%- endmacro %}

{# A code as a value of a dimension: `other` where it is not said. #}
{% macro dimension_code(column) -%} coalesce(nullif({{ column }}, ''), 'other') {%- endmacro %}

{# A yes or no as a value of a dimension. #}
{% macro dimension_flag(column) -%}
    case when {{ column }} then 'yes' when not {{ column }} then 'no' else 'other' end
{%- endmacro %}

{# Whether a person's key is formed like an identity number, whose digits tell a birth date and a sex. #}
{% macro tells_birth(person) -%}
    length({{ person }}) = 18 and translate(substr({{ person }}, 7, 11), '0123456789', '') = ''
{%- endmacro %}

{# The sex that an identity number tells. #}
{% macro sex_of(person) -%}
    case
        when not coalesce({{ tells_birth(person) }}, false)
        then 'other'
        when cast(substr({{ person }}, 17, 1) as integer) % 2 = 1
        then '1'
        else '2'
    end
{%- endmacro %}

{#
The band of age on a day, by identity number: of 16 years up to the first of `bounds` and so on; under 16, over 120 and
unknown `other`.
#}
{% macro age_band(person, day, bounds=[25, 35, 45, 55]) -%}
    {%- set age -%}
        {{ day_number(day) }} - case when {{ tells_birth(person) }} then cast(substr({{ person }}, 7, 8) as integer) end
    {%- endset -%}
    case
        when coalesce({{ age }}, 0) not between 160000 and 1209999
        then 'other'
        {%- for bound in bounds %}
            when {{ age }} < {{ bound }}0000 then '{{ 16 if loop.first else bounds[loop.index0 - 1] }}-{{ bound - 1 }}'
        {%- endfor %}
        else '{{ bounds[-1] }}+'
    end
{%- endmacro %}

{#
The grouping sets of a cube: all, each dimension and (`most`: 2) each two of them. Each holds `keys` as well.
#}
{% macro subject_grouping_sets(keys, dimensions, most) -%}
    grouping sets (
        ({{ keys | join(", ") }})
        {%- for first in dimensions %}
            ,
            ({{ (keys + [first]) | join(", ") }})
            {%- for second in dimensions[loop.index :] if most == 2 %}
                , ({{ (keys + [first, second]) | join(", ") }})
            {%- endfor %}
        {%- endfor %}
    )
{%- endmacro %}

{#
The cells of a cube, of relation `located` (region_code, is_county, period_end, the dimensions and what `sums` are made of):
counties over one dimension at a time, all above them over two. A cell is named by the dimensions that it is over and its
values of them, `*` where it is over fewer; no value of a dimension is null. `keys`: further columns to group by.
#}
{% macro subject_cells(located, dimensions, sums, keys=[], levels=[(1, "is_county"), (2, "not is_county")]) -%}
    {%- set values = dimensions | join(", ") -%}
    {%- set last_first = dimensions[::-1] -%}
    select
        region_code,
        period_end,
        {%- for key in keys %} {{ key }}, {%- endfor %}
        {{ dimension_named(dimensions) }} as dimension_1,
        coalesce({{ values }}, '*') as key_1,
        coalesce(nullif({{ dimension_named(last_first) }}, {{ dimension_named(dimensions) }}), '*') as dimension_2,
        case
            when {{ dimension_named(last_first) }} = {{ dimension_named(dimensions) }}
            then '*'
            else coalesce({{ last_first | join(", ") }}, '*')
        end as key_2
        {%- for name in sums %}, {{ name }} {%- endfor %}
    from
        (
            {%- for most, is_county in levels %}
                select
                    region_code,
                    period_end,
                    {%- for key in keys %} {{ key }}, {%- endfor %}
                    {{ values }}
                    {%- for name, expression in sums.items() %}, {{ expression }} as {{ name }} {%- endfor %}
                from {{ located }}
                where {{ is_county }}
                group by
                    {{ subject_grouping_sets(["region_code", "period_end"] + keys, dimensions, most) }}
                    {{ "union all" if not loop.last }}
            {%- endfor %}
        ) as grouped
{%- endmacro %}

{# The first of the dimensions that a row of grouping sets is over. #}
{% macro dimension_named(dimensions) -%}
    case {%- for name in dimensions %} when {{ name }} is not null then '{{ name }}' {%- endfor %} else '*' end
{%- endmacro %}

{# The columns that name a cell. #}
{% macro cell_name(relation) -%}
    {%- for column in ["dimension_1", "key_1", "dimension_2", "key_2"] -%}
        {{ relation }}.{{ column }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The quarters that a subject's extract was delivered for, by any region, and the day up to which each is counted. #}
{% macro subject_quarters(subject) -%}
    select distinct period_start, period_end, counted_through
    from {{ ref("int_subject_period") }}
    where subject = '{{ subject }}'
{%- endmacro %}

{#
Relation `tally` (region_code, period_end, the dimensions, weight, counted) with every region that its rows count in; what
does not count in its parents (`above`, a column) has a row for each of them.
#}
{% macro located(tally, above=none) -%}
    select
        ancestry.belongs_to as region_code,
        ancestry.belongs_to_level = 'county' as is_county,
        {{ all_but("tally", "region_code") }}
    from {{ tally }} as tally
    inner join
        {{ ref("int_region_ancestry") }} as ancestry on tally.region_code = ancestry.region_code
        {%- if above %} and (tally.{{ above }} or tally.region_code = ancestry.belongs_to) {%- endif %}
{%- endmacro %}

{# The sums of a cell that counts rows alone. `fewest`: the smallest number that a published cell tells, 0 apart. #}
{% macro counted_sums() -%}
    {{-
        return(
            {
                "n": "cast(sum(counted * weight) as double)",
                "observations": "cast(sum(counted) as bigint)",
                "fewest": "cast(sum(counted) as bigint)",
                "is_estimate": "bool_or(weight <> 1)",
            }
        )
    -}}
{%- endmacro %}

{#
The cells of a cube that counts rows alone, of relation `tally` (region_code, period_end, the dimensions, weight, counted).
Rows are grouped by pairs of dimensions in their unit; the pairs add up to regions above, to one dimension and to all.
`further`: counts beside; `above`: see `located`.
#}
{% macro subject_counts(tally, dimensions, further={}, above=none) -%}
    {%- set values = dimensions | join(", ") -%}
    {%- set keys = ["region_code", "period_end"] + ([above] if above else []) -%}
    {%- set counts = ["observations", "fewest"] + further.keys() | list -%}
    {%- set sums = dict(counted_sums(), **further) -%}
    {%- set added -%}
        cast(sum(n) as double) as n,
        {%- for name in counts %} cast(sum({{ name }}) as bigint) as {{ name }}, {%- endfor %}
        bool_or(is_estimate) as is_estimate
    {%- endset -%}
    with
        every_region as ({{ located(tally, above) }}),

        county as ({{ subject_cells("every_region", dimensions, sums, levels=[(1, "is_county")]) }}),

        in_unit as (

            select coalesce(unit.belongs_to, tally.region_code) as region_code, {{ all_but("tally", "region_code") }}
            from {{ tally }} as tally
            left join
                {{ ref("int_region_ancestry") }} as unit
                on tally.region_code = unit.region_code
                and unit.belongs_to_level = 'prefecture'
            {% if above %}
                where tally.{{ above }} or unit.region_code is null or tally.region_code = unit.belongs_to
            {% endif %}

        ),

        pair as (

            select
                {{ keys | join(", ") }},
                {{ values }}
                {%- for name, expression in sums.items() %}, {{ expression }} as {{ name }} {%- endfor %}
            from in_unit
            group by
                grouping sets (
                    {%- for first in dimensions %}
                        {%- set is_first = loop.first -%}
                        {%- for second in dimensions[loop.index :] %}
                            {{ "," if not (is_first and loop.first) }} ({{ (keys + [first, second]) | join(", ") }})
                        {%- endfor %}
                    {%- endfor %}
                )

        ),

        pair_above as ({{ located("pair", above) }}),

        over_two as (

            select
                region_code,
                period_end,
                {{ dimension_named(dimensions) }} as dimension_1,
                coalesce({{ values }}) as key_1,
                {{ dimension_named(dimensions[::-1]) }} as dimension_2,
                coalesce({{ dimensions[::-1] | join(", ") }}) as key_2,
                {{ added }}
            from pair_above
            where not is_county
            group by region_code, period_end, {{ values }}

        ),

        over_one as (

            {% for name in dimensions %}
                {%- set key = "key_2" if loop.last else "key_1" -%}
                {%- set pair = dimensions[-2:] if loop.last else dimensions[loop.index0 : loop.index0 + 2] %}
                select region_code, period_end, '{{ name }}' as dimension_1, {{ key }} as key_1, {{ added }}
                from over_two
                where dimension_1 = '{{ pair[0] }}' and dimension_2 = '{{ pair[1] }}'
                group by region_code, period_end, {{ key }} {{ "union all" if not loop.last }}
            {% endfor %}

        ),

        over_none as (

            select region_code, period_end, {{ added }}
            from over_one
            where dimension_1 = '{{ dimensions[0] }}'
            group by region_code, period_end

        )

    {%- for relation, one, two in [
            ("county", "dimension_1, key_1", "dimension_2, key_2"),
            ("over_two", "dimension_1, key_1", "dimension_2, key_2"),
            ("over_one", "dimension_1, key_1", "'*' as dimension_2, '*' as key_2"),
            ("over_none", "'*' as dimension_1, '*' as key_1", "'*' as dimension_2, '*' as key_2"),
        ] %}
        select region_code, period_end, {{ one }}, {{ two }}, n, {{ counts | join(", ") }}, is_estimate
        from {{ relation }} {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#
What is published of the cells of a subject. `measures`: the columns beside n, with their types. Of a table that is withheld
whole there is one row alone, and where the row of all is withheld no other.
#}
{% macro subject_cube(subject, measures={}) -%}
    {%- set entry = subjects()[subject] -%}
    with
        cell as (select * from {{ ref("int_subject_" ~ subject) }}),

        hidden as (select * from {{ ref("int_subject_suppression_" ~ subject) }}),

        everybody as (select * from cell where dimension_1 = '*'),

        -- A region that delivered has a row of all, be it 0.
        period as (

            select
                delivered.region_code,
                delivered.period_end,
                delivered.is_complete,
                coalesce(everybody.is_estimate, false) as is_estimate,
                everybody.region_code is null as is_zero
            from {{ ref("int_subject_period") }} as delivered
            left join
                everybody
                on delivered.region_code = everybody.region_code
                and delivered.period_end = everybody.period_end
            where delivered.subject = '{{ subject }}'

        ),

        each as (

            select
                cell.region_code,
                cell.period_end,
                {{ cell_name("cell") }},
                cell.n,
                {%- for name in measures %} cell.{{ name }}, {%- endfor %}
                cell.is_estimate,
                false as is_suppressed
            from cell
            left join
                hidden
                on cell.region_code = hidden.region_code
                and cell.period_end = hidden.period_end
                and cell.dimension_1 = hidden.dimension_1
                and cell.key_1 = hidden.key_1
                and cell.dimension_2 = hidden.dimension_2
                and cell.key_2 = hidden.key_2
            left join
                hidden as whole_table
                on cell.region_code = whole_table.region_code
                and cell.period_end = whole_table.period_end
                and cell.dimension_1 = whole_table.dimension_1
                and cell.dimension_2 = whole_table.dimension_2
                and whole_table.key_1 = 'withheld'
            left join
                hidden as everything
                on cell.region_code = everything.region_code
                and cell.period_end = everything.period_end
                and everything.dimension_1 = '*'
            where hidden.key_1 is null and whole_table.key_1 is null and everything.key_1 is null

            union all

            select
                hidden.region_code,
                hidden.period_end,
                {{ cell_name("hidden") }},
                cast(null as double) as n,
                {%- for name, type in measures.items() %} cast(null as {{ type }}) as {{ name }}, {%- endfor %}
                cast(null as boolean) as is_estimate,
                true as is_suppressed
            from hidden

            union all

            select
                period.region_code,
                period.period_end,
                '*' as dimension_1,
                '*' as key_1,
                '*' as dimension_2,
                '*' as key_2,
                0 as n,
                {%- for name, type in measures.items() %}
                    cast({{ "0" if type == "double" and name != "p50" else "null" }} as {{ type }}) as {{ name }},
                {%- endfor %}
                false as is_estimate,
                false as is_suppressed
            from period
            left join
                hidden
                on period.region_code = hidden.region_code
                and period.period_end = hidden.period_end
                and hidden.dimension_1 = '*'
            where period.is_zero and hidden.key_1 is null

        )

    select
        each.region_code,
        each.period_end,
        {%- for name in entry.dimensions %}
            case
                '{{ name }}' when each.dimension_1 then each.key_1 when each.dimension_2 then each.key_2 else '*'
            end as {{ name }},
        {%- endfor %}
        cast(each.n as double) as n,
        {{ caller() }}
        case when period.is_complete then 'final' else 'provisional' end as maturity,
        coalesce(each.is_estimate, period.is_estimate) as is_estimate,
        each.is_suppressed,
        1 as method_version
    from each
    inner join period on each.region_code = period.region_code and each.period_end = period.period_end
{%- endmacro %}
