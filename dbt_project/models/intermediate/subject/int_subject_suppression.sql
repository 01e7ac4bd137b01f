{#
Which cells of the subject cubes are withheld: those that tell of 1 to 4 in counties, which are over one dimension, and over
two dimensions in units and city groups; and beside each as many as it takes that no sum gives it away. Sums run over
the regions below a region and over the values of each dimension. So a small cell (region, i, j) stands in a box of
withheld cells: of it and another region of the same one above (the companion), of i and another value of the dimension
(the largest above, which a small figure hardly moves), and of j and another one likewise. Then one person may be moved
from corner to corner of the box and no sum changes; nobody may be moved out of where nobody is, which everybody knows.

A county's row of all is withheld as the indicator that it refines is (int_suppression), or by the same machinery
(int_count_suppression), and with it the county's whole cube; an indicator that is a part of a dimension's values
withholds that dimension. Where a small cell of a city group is withheld, its box is in all units and groups. Where a
small cell finds no box, the table is withheld whole (key `withheld`): of a county's unit in all its counties, of a
unit in it and the smallest other one of its group.
#}
with
    run as (select * from {{ source("landed", "run") }}),

    regions as (select * from {{ ref("regions") }}),

    region_groups as (select * from {{ ref("region_groups") }}),

    published_cell as (select * from {{ source("landed", "published_cell") }} where indicator_id like 'subject_%'),

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

    every_cell as (

        {% for subject in subjects() %}
            select
                '{{ subject }}' as subject,
                cell_{{ loop.index }}.region_code,
                cell_{{ loop.index }}.period_end,
                {{ cell_name("cell_" ~ loop.index) }},
                cell_{{ loop.index }}.n,
                cell_{{ loop.index }}.observations,
                cell_{{ loop.index }}.fewest
            from {{ ref("int_subject_" ~ subject) }} as cell_{{ loop.index }} {{ "union all" if not loop.last }}
        {% endfor %}

    ),

    -- What indicators tell of counties: all of a cube, or a sum of some values of a dimension.
    indicator_cell as (

        select 'employment' as subject, 'urban_new_employment' as indicator_id, '*' as dimension
        union all
        select 'unemployment' as subject, 'urban_registered_unemployment_rate' as indicator_id, '*' as dimension
        union all
        select 'insurance' as subject, 'basic_pension_coverage_rate' as indicator_id, '*' as dimension
        union all
        select 'insurance' as subject, 'unemployment_insurance_enrolment' as indicator_id, '*' as dimension
        union all
        select 'insurance' as subject, 'work_injury_insurance_enrolment' as indicator_id, '*' as dimension
        union all
        select 'training' as subject, 'subsidised_training' as indicator_id, '*' as dimension
        union all
        select 'training' as subject, 'migrant_worker_training' as indicator_id, 'trainee_category' as dimension
        union all
        select 'certificates' as subject, 'skill_certificates' as indicator_id, '*' as dimension
        union all
        select 'certificates' as subject, 'senior_skill_certificates' as indicator_id, 'skill_level' as dimension

    ),

    by_indicator as (

        select distinct indicator_cell.subject, indicator_cell.dimension, hidden.region_code, hidden.period_end
        from {{ ref("int_suppression") }} as hidden
        inner join indicator_cell on hidden.indicator_id = indicator_cell.indicator_id
        where hidden.period_type = 'quarter'

    ),

    all_withheld as (

        select subject, region_code, period_end
        from by_indicator
        where dimension = '*'

        union

        select substr(count_family, 9) as subject, region_code, period_end
        from {{ ref("int_count_suppression") }}
        where count_family like 'subject_%'

    ),

    dimension_withheld as (

        select by_indicator.subject, by_indicator.region_code, by_indicator.period_end, by_indicator.dimension
        from by_indicator
        left join
            all_withheld
            on by_indicator.subject = all_withheld.subject
            and by_indicator.region_code = all_withheld.region_code
            and by_indicator.period_end = all_withheld.period_end
        where by_indicator.dimension <> '*' and all_withheld.region_code is null

    ),

    -- The cells among which some are withheld. What the newest release told and is the same today is known.
    cell as (

        select
            every_cell.*,
            member.level,
            member.above,
            coalesce(every_cell.n = published_cell.numerator, false) as is_known,
            every_cell.fewest < run.suppression_threshold as is_small
        from every_cell
        inner join member on every_cell.region_code = member.region_code
        cross join run
        left join
            published_cell
            on {{ subject_cell_id("every_cell") }} = published_cell.indicator_id
            and every_cell.region_code = published_cell.region_code
            and every_cell.period_end = published_cell.period_end
        where
            (member.level = 'county' and every_cell.dimension_1 <> '*')
            or (member.level in ('prefecture', 'city_group') and every_cell.dimension_2 <> '*')

    ),

    -- Of each value of a dimension the one beside which it is withheld: the largest of the unit (between units: of the
    -- province), of the largest itself the second. In counties, of those that no indicator tells the sum of apart.
    value_rank as (

        select
            every_cell.subject,
            every_cell.period_end,
            case when member.level = 'prefecture' then every_cell.region_code else '*' end as above,
            every_cell.dimension_1 as dimension,
            every_cell.key_1 as value,
            case when member.level = 'prefecture' then {{ told_together("every_cell") }} else '*' end as together,
            row_number() over (
                partition by
                    every_cell.subject,
                    every_cell.period_end,
                    every_cell.region_code,
                    every_cell.dimension_1,
                    case when member.level = 'prefecture' then {{ told_together("every_cell") }} else '*' end
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

        select own.subject, own.period_end, own.above, own.dimension, own.value, other.value as other_value
        from value_rank as own
        inner join
            value_rank as other
            on own.subject = other.subject
            and own.period_end = other.period_end
            and own.above = other.above
            and own.dimension = other.dimension
            and own.together = other.together
            and other.place = case own.place when 1 then 2 else 1 end

    ),

    -- Cells that are small, and in counties whose cube or dimension is withheld all of them.
    small as (

        select
            cell.*,
            first_value.other_value as other_1,
            case when cell.dimension_2 = '*' then '*' else second_value.other_value end as other_2
        from cell
        left join
            beside as first_value
            on cell.subject = first_value.subject
            and cell.period_end = first_value.period_end
            and case when cell.level = 'county' then cell.above else '*' end = first_value.above
            and cell.dimension_1 = first_value.dimension
            and cell.key_1 = first_value.value
        left join
            beside as second_value
            on cell.subject = second_value.subject
            and cell.period_end = second_value.period_end
            and second_value.above = '*'
            and cell.dimension_2 = second_value.dimension
            and cell.key_2 = second_value.value
        left join
            all_withheld
            on cell.subject = all_withheld.subject
            and cell.region_code = all_withheld.region_code
            and cell.period_end = all_withheld.period_end
        left join
            dimension_withheld
            on cell.subject = dimension_withheld.subject
            and cell.region_code = dimension_withheld.region_code
            and cell.period_end = dimension_withheld.period_end
            and cell.dimension_1 = dimension_withheld.dimension
        where cell.is_small and all_withheld.region_code is null and dimension_withheld.region_code is null

    ),

    of_group as (

        select distinct subject, period_end, {{ cell_name("small") }}, other_1, other_2
        from small
        where level = 'city_group'

    ),

    -- The regions among which a small cell has its box: `above`, or all units.
    circle as (

        select
            small.*,
            case when of_group.key_1 is null then small.above else '*' end as circle,
            of_group.key_1 is not null as is_in_all
        from small
        left join
            of_group
            on small.subject = of_group.subject
            and small.period_end = of_group.period_end
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
            gives * (
                sum(takes) over (partition by subject, period_end, circle, dimension_1, key_1, dimension_2, key_2)
                - takes
            )
            + takes
            * (
                sum(gives) over (partition by subject, period_end, circle, dimension_1, key_1, dimension_2, key_2)
                - gives
            ) as companions
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
            on lone.subject = own.subject
            and lone.period_end = own.period_end
            and lone.other_region = own.region_code
            and lone.dimension_1 = own.dimension_1
            and lone.key_1 = own.key_1
            and lone.dimension_2 = own.dimension_2
            and lone.key_2 = own.key_2
            {{ box_corners("lone", "lone.other_region") }}

    ),

    chosen as (

        select
            *,
            row_number() over (
                partition by subject, period_end, region_code, dimension_1, key_1, dimension_2, key_2
                order by case when in_other = 0 then 1 else 0 end, in_other, other_region
            ) as preference
        from candidate
        where
            not is_other_known and ((gives = 1 and other_takes = 1) or (takes = 1 and other_gives = 1 and in_other > 0))

    ),

    -- A corner of each box, with its region.
    corner as (

        select subject, period_end, region_code, {{ cell_name("small") }}, other_1, other_2
        from small
        where level <> 'city_group'

        union

        select subject, period_end, other_region as region_code, {{ cell_name("chosen") }}, other_1, other_2
        from chosen
        where preference = 1

        union

        select of_group.subject, of_group.period_end, member.region_code, {{ cell_name("of_group") }}, other_1, other_2
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
            select
                subject, period_end, region_code, dimension_1, {{ key_1 }} as key_1, dimension_2, {{ key_2 }} as key_2
            from corner
            where {{ key_1 }} is not null and {{ key_2 }} is not null {{ "union" if not loop.last }}
        {% endfor %}

    ),

    helpless as (

        select company.*
        from company
        left join
            chosen
            on company.subject = chosen.subject
            and company.period_end = chosen.period_end
            and company.region_code = chosen.region_code
            and company.dimension_1 = chosen.dimension_1
            and company.key_1 = chosen.key_1
            and company.dimension_2 = chosen.dimension_2
            and company.key_2 = chosen.key_2
            and chosen.preference = 1
        where company.companions = 0 and chosen.key_1 is null

    ),

    -- The smallest other unit that is not withheld itself goes with a unit whose table is withheld.
    helpless_unit as (

        select distinct subject, period_end, above, region_code, dimension_1, dimension_2
        from helpless
        where level = 'prefecture'

    ),

    fellow as (

        select
            helpless_unit.subject,
            helpless_unit.period_end,
            other.region_code,
            helpless_unit.dimension_1,
            helpless_unit.dimension_2,
            row_number() over (
                partition by
                    helpless_unit.subject,
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
            on helpless_unit.subject = every_cell.subject
            and helpless_unit.period_end = every_cell.period_end
            and other.region_code = every_cell.region_code
            and every_cell.dimension_1 = '*'

    ),

    withheld as (

        select subject, period_end, region_code, dimension_1, dimension_2
        from helpless_unit

        union

        select subject, period_end, region_code, dimension_1, dimension_2
        from fellow
        where preference = 1

        union

        select helpless.subject, helpless.period_end, member.region_code, helpless.dimension_1, helpless.dimension_2
        from helpless
        inner join member on helpless.above = member.above and member.level = 'county'
        where helpless.level = 'county'

        union

        select subject, period_end, region_code, dimension as dimension_1, '*' as dimension_2
        from dimension_withheld

    )

select subject, region_code, period_end, '*' as dimension_1, '*' as key_1, '*' as dimension_2, '*' as key_2
from all_withheld

union all

select
    withheld.subject,
    withheld.region_code,
    withheld.period_end,
    withheld.dimension_1,
    'withheld' as key_1,
    withheld.dimension_2,
    case when withheld.dimension_2 = '*' then '*' else 'withheld' end as key_2
from withheld
left join
    all_withheld
    on withheld.subject = all_withheld.subject
    and withheld.region_code = all_withheld.region_code
    and withheld.period_end = all_withheld.period_end
where all_withheld.region_code is null

union all

select hidden.subject, hidden.region_code, hidden.period_end, {{ cell_name("hidden") }}
from hidden
left join
    withheld
    on hidden.subject = withheld.subject
    and hidden.region_code = withheld.region_code
    and hidden.period_end = withheld.period_end
    and hidden.dimension_1 = withheld.dimension_1
    and hidden.dimension_2 = withheld.dimension_2
left join
    all_withheld
    on hidden.subject = all_withheld.subject
    and hidden.region_code = all_withheld.region_code
    and hidden.period_end = all_withheld.period_end
where withheld.region_code is null and all_withheld.region_code is null
