{# Which cells of a subject cube are withheld. #}
{#
Those that tell of 1 to 4 in counties, which are over one dimension, and over two dimensions in units and city groups; and
beside each as many as it takes that no sum gives it away. Sums run over the regions below a region and over the values of
each dimension. So a small cell (region, i, j) stands in a box of withheld cells: of it and another region of the same one
above (the companion), of i and another value of the dimension (the largest above, which a small figure hardly moves), and
of j and another one likewise. Then one person may be moved from corner to corner of the box and no sum changes; nobody may
be moved out of where nobody is, which everybody knows.

A county's row of all is withheld as the indicator that it refines is (int_suppression), or by the same machinery
(int_count_suppression), and with it the county's whole cube; an indicator that is a part of a dimension's values
withholds that dimension. Where a small cell of a city group is withheld, its box is in all units and groups. Where a
small cell finds no box, the table is withheld whole (key `withheld`): of a county's unit in all its counties, of a
unit in it and the smallest other one of its group.
#}
{% macro subject_suppression(subject) -%}
    {%- set entry = subjects()[subject] -%}
    {%- set name = "dimension_1, key_1, dimension_2, key_2" -%}
    with
        setting as (select max(suppression_threshold) as suppression_threshold from {{ ref("int_subject_period") }}),

        regions as (select * from {{ ref("regions") }}),

        region_groups as (select * from {{ ref("region_groups") }}),

        published_cell as (select * from {{ source("landed", "published_cell_" ~ subject) }}),

        every_cell as (select * from {{ ref("int_subject_" ~ subject) }}),

        member as (

            select
                regions.region_code,
                regions.level,
                case
                    regions.level
                    when 'county'
                    then regions.parent_code
                    when 'prefecture'
                    then region_groups.group_id
                    when 'city_group'
                    then (select region_code from {{ ref("regions") }} where level = 'province')
                end as above
            from regions
            left join region_groups on regions.region_code = region_groups.region_code
            where regions.level <> 'nation'

        ),

        -- What is withheld of counties for itself: all of a cube, or a dimension of which an indicator tells a part.
        told_apart as (

            {% for dimension, indicators in entry.told_by.items() %}
                select region_code, period_end, '{{ dimension }}' as dimension
                from {{ ref("int_suppression") }}
                where
                    period_type = 'quarter' and indicator_id in ({{ quoted(indicators) }})
                    {{ "union" if not loop.last or entry.is_counted }}
            {% endfor %}
            {% if entry.is_counted %}
                select region_code, period_end, '*' as dimension
                from {{ ref("int_count_suppression") }}
                where count_family = 'subject_{{ subject }}'
            {% endif %}

        ),

        all_withheld as (select region_code, period_end from told_apart where dimension = '*'),

        dimension_withheld as (

            select told_apart.region_code, told_apart.period_end, told_apart.dimension
            from told_apart
            left join
                all_withheld
                on told_apart.region_code = all_withheld.region_code
                and told_apart.period_end = all_withheld.period_end
            where all_withheld.region_code is null

        ),

        -- The cells among which some are withheld. What the newest release told and is the same today is known.
        cell as (

            select
                every_cell.region_code,
                every_cell.period_end,
                {{ cell_name("every_cell") }},
                every_cell.observations,
                member.level,
                member.above,
                coalesce(every_cell.n = published_cell.n, false) as is_known,
                every_cell.fewest < setting.suppression_threshold as is_small
            from every_cell
            inner join member on every_cell.region_code = member.region_code
            cross join setting
            left join
                published_cell
                on every_cell.region_code = published_cell.region_code
                and every_cell.period_end = published_cell.period_end
                and every_cell.dimension_1 = published_cell.dimension_1
                and every_cell.key_1 = published_cell.key_1
                and every_cell.dimension_2 = published_cell.dimension_2
                and every_cell.key_2 = published_cell.key_2
            where
                (member.level = 'county' and every_cell.dimension_1 <> '*')
                or (member.level in ('prefecture', 'city_group') and every_cell.dimension_2 <> '*')

        ),

        -- Of each value of a dimension the one beside which it is withheld: the largest of the unit (between units: of
        -- the province), of the largest itself the second. In counties, of those that no indicator tells the sum of
        -- apart.
        value_rank as (

            select
                every_cell.period_end,
                case when member.level = 'prefecture' then every_cell.region_code else '*' end as above,
                every_cell.dimension_1 as dimension,
                every_cell.key_1 as value,
                case when member.level = 'prefecture' then {{ told_together(subject) }} else '*' end as together,
                row_number() over (
                    partition by
                        every_cell.period_end,
                        every_cell.region_code,
                        every_cell.dimension_1,
                        case when member.level = 'prefecture' then {{ told_together(subject) }} else '*' end
                    order by every_cell.observations desc, every_cell.key_1
                ) as place
            from every_cell
            inner join member on every_cell.region_code = member.region_code
            where
                member.level in ('prefecture', 'province')
                and every_cell.dimension_1 <> '*'
                and every_cell.dimension_2 = '*'

        ),

        beside as (

            select own.period_end, own.above, own.dimension, own.value, other.value as other_value
            from value_rank as own
            inner join
                value_rank as other
                on own.period_end = other.period_end
                and own.above = other.above
                and own.dimension = other.dimension
                and own.together = other.together
                and other.place = case own.place when 1 then 2 else 1 end

        ),

        -- Cells that are small, but where they are withheld anyway.
        small as (

            select
                cell.*,
                first_value.other_value as other_1,
                case when cell.dimension_2 = '*' then '*' else second_value.other_value end as other_2
            from cell
            left join
                beside as first_value
                on cell.period_end = first_value.period_end
                and case when cell.level = 'county' then cell.above else '*' end = first_value.above
                and cell.dimension_1 = first_value.dimension
                and cell.key_1 = first_value.value
            left join
                beside as second_value
                on cell.period_end = second_value.period_end
                and second_value.above = '*'
                and cell.dimension_2 = second_value.dimension
                and cell.key_2 = second_value.value
            left join
                all_withheld
                on cell.region_code = all_withheld.region_code
                and cell.period_end = all_withheld.period_end
            left join
                dimension_withheld
                on cell.region_code = dimension_withheld.region_code
                and cell.period_end = dimension_withheld.period_end
                and cell.dimension_1 = dimension_withheld.dimension
            where cell.is_small and all_withheld.region_code is null and dimension_withheld.region_code is null

        ),

        of_group as (

            select distinct period_end, {{ cell_name("small") }}, other_1, other_2 from small where level = 'city_group'

        ),

        -- The regions among which a small cell has its box: `above`, or all units.
        circle as (

            select small.*, case when of_group.key_1 is null then small.above else '*' end as circle
            from small
            left join
                of_group
                on small.period_end = of_group.period_end
                and small.dimension_1 = of_group.dimension_1
                and small.key_1 = of_group.key_1
                and small.dimension_2 = of_group.dimension_2
                and small.key_2 = of_group.key_2
            where small.level <> 'city_group'

        ),

        -- A region gives if the corner opposite the cell is there, and takes if those beside it are.
        able as (

            select circle.*, {{ box_gives("circle") }} as gives, {{ box_takes("circle") }} as takes
            from circle {{ box_corners("circle", "circle.region_code") }}

        ),

        -- Whether another small cell is the companion.
        company as (

            select
                *,
                gives * (sum(takes) over (partition by period_end, circle, {{ name }}) - takes)
                + takes * (sum(gives) over (partition by period_end, circle, {{ name }}) - gives) as companions
            from able

        ),

        lone as (

            select company.*, other.region_code as other_region
            from company
            inner join
                member as other
                on company.level = other.level
                and company.region_code <> other.region_code
                and (company.circle = other.above or company.circle = '*')
            where company.companions = 0

        ),

        candidate as (

            select
                lone.*,
                coalesce(own.observations, 0) as in_other,
                coalesce(own.is_known, false) as is_other_known,
                {{ box_gives("lone") }} as other_gives,
                {{ box_takes("lone") }} as other_takes
            from lone
            left join
                cell as own
                on lone.period_end = own.period_end
                and lone.other_region = own.region_code
                and lone.dimension_1 = own.dimension_1
                and lone.key_1 = own.key_1
                and lone.dimension_2 = own.dimension_2
                and lone.key_2 = own.key_2
                {{ box_corners("lone", "lone.other_region") }}

        ),

        ranked as (

            select
                *,
                row_number() over (
                    partition by period_end, region_code, {{ name }}
                    order by case when in_other = 0 then 1 else 0 end, in_other, other_region
                ) as preference
            from candidate
            where
                not is_other_known
                and ((gives = 1 and other_takes = 1) or (takes = 1 and other_gives = 1 and in_other > 0))

        ),

        chosen as (select * from ranked where preference = 1),

        -- A corner of each box, with its region.
        corner as (

            select period_end, region_code, {{ name }}, other_1, other_2
            from small
            where level <> 'city_group'

            union

            select period_end, other_region as region_code, {{ name }}, other_1, other_2
            from chosen

            union

            select of_group.period_end, member.region_code, {{ name }}, other_1, other_2
            from of_group
            cross join member
            where member.level in ('prefecture', 'city_group')

        ),

        hidden as (

            {% for key_1, key_2 in [
                ("key_1", "key_2"),
                ("other_1", "key_2"),
                ("key_1", "other_2"),
                ("other_1", "other_2"),
            ] %}
                select period_end, region_code, dimension_1, {{ key_1 }} as key_1, dimension_2, {{ key_2 }} as key_2
                from corner
                where {{ key_1 }} is not null and {{ key_2 }} is not null {{ "union" if not loop.last }}
            {% endfor %}

        ),

        helpless as (

            select company.*
            from company
            left join
                chosen
                on company.period_end = chosen.period_end
                and company.region_code = chosen.region_code
                and company.dimension_1 = chosen.dimension_1
                and company.key_1 = chosen.key_1
                and company.dimension_2 = chosen.dimension_2
                and company.key_2 = chosen.key_2
            where company.companions = 0 and chosen.region_code is null

        ),

        -- The smallest other unit that is not withheld itself goes with a unit whose table is withheld.
        helpless_unit as (

            select distinct period_end, above, region_code, dimension_1, dimension_2
            from helpless
            where level = 'prefecture'

        ),

        fellow as (

            select
                helpless_unit.period_end,
                other.region_code,
                helpless_unit.dimension_1,
                helpless_unit.dimension_2,
                row_number() over (
                    partition by
                        helpless_unit.period_end,
                        helpless_unit.region_code,
                        helpless_unit.dimension_1,
                        helpless_unit.dimension_2
                    order by every_cell.observations, other.region_code
                ) as preference
            from helpless_unit
            inner join
                member as other
                on helpless_unit.above = other.above
                and helpless_unit.region_code <> other.region_code
                and other.level = 'prefecture'
            inner join
                every_cell
                on helpless_unit.period_end = every_cell.period_end
                and other.region_code = every_cell.region_code
                and every_cell.dimension_1 = '*'

        ),

        withheld as (

            select period_end, region_code, dimension_1, dimension_2
            from helpless_unit

            union

            select period_end, region_code, dimension_1, dimension_2
            from fellow
            where preference = 1

            union

            select helpless.period_end, member.region_code, helpless.dimension_1, helpless.dimension_2
            from helpless
            inner join member on helpless.above = member.above and member.level = 'county'
            where helpless.level = 'county'

            union

            select period_end, region_code, dimension as dimension_1, '*' as dimension_2
            from dimension_withheld

        )

    select region_code, period_end, '*' as dimension_1, '*' as key_1, '*' as dimension_2, '*' as key_2
    from all_withheld

    union all

    select
        withheld.region_code,
        withheld.period_end,
        withheld.dimension_1,
        'withheld' as key_1,
        withheld.dimension_2,
        case when withheld.dimension_2 = '*' then '*' else 'withheld' end as key_2
    from withheld
    left join
        all_withheld
        on withheld.region_code = all_withheld.region_code
        and withheld.period_end = all_withheld.period_end
    where all_withheld.region_code is null

    union all

    select hidden.region_code, hidden.period_end, {{ cell_name("hidden") }}
    from hidden
    left join
        withheld
        on hidden.region_code = withheld.region_code
        and hidden.period_end = withheld.period_end
        and hidden.dimension_1 = withheld.dimension_1
        and hidden.dimension_2 = withheld.dimension_2
    left join
        all_withheld on hidden.region_code = all_withheld.region_code and hidden.period_end = all_withheld.period_end
    where withheld.region_code is null and all_withheld.region_code is null
{%- endmacro %}

{# Which values of a dimension an indicator tells of counties in one sum: of a row of every_cell. #}
{% macro told_together(subject) -%}
    {%- set sums = {
        "unemployment": ("cancel_reason", ["open"], "open", "cancelled"),
        "insurance": ("insurance_type", ["110", "120", "170"], "basic_pension", none),
        "training": ("trainee_category", ["1"], "migrant", "other"),
        "certificates": ("skill_level", ["S", "T", "1", "2", "3"], "senior", "other"),
    } -%}
    {%- if subject in sums -%}
        {%- set dimension, values, together, others = sums[subject] -%}
        case
            when every_cell.dimension_1 <> '{{ dimension }}'
            then '*'
            when every_cell.key_1 in ({{ quoted(values) }})
            then '{{ together }}'
            else {{ "'" ~ others ~ "'" if others else "every_cell.key_1" }}
        end
    {%- else -%} '*'
    {%- endif -%}
{%- endmacro %}

{# Joins a small cell (`relation`, with other_1 and other_2) to the other corners of its box in a region, where somebody is. #}
{% macro box_corners(relation, region) -%}
    {%- for corner, key_1, key_2 in [
        ("opposite", "other_1", "other_2"),
        ("beside_1", "other_1", "key_2"),
        ("beside_2", "key_1", "other_2"),
    ] %}
        left join
            cell as {{ corner }}
            on {{ relation }}.period_end = {{ corner }}.period_end
            and {{ region }} = {{ corner }}.region_code
            and {{ relation }}.dimension_1 = {{ corner }}.dimension_1
            and {{ relation }}.{{ key_1 }} = {{ corner }}.key_1
            and {{ relation }}.dimension_2 = {{ corner }}.dimension_2
            and {{ relation }}.{{ key_2 }} = {{ corner }}.key_2
            and not {{ corner }}.is_known
    {%- endfor %}
{%- endmacro %}

{# 1 where one person of the region may go from the corner opposite the cell: over one dimension nobody needs to. #}
{% macro box_gives(relation) -%}
    case when {{ relation }}.dimension_2 = '*' or opposite.key_1 is not null then 1 else 0 end
{%- endmacro %}

{# 1 where persons of the region may go from the corners beside the cell. #}
{% macro box_takes(relation) -%}
    case
        when beside_1.key_1 is not null and ({{ relation }}.dimension_2 = '*' or beside_2.key_1 is not null)
        then 1
        else 0
    end
{%- endmacro %}
