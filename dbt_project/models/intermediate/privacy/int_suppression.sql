with
    cell as (select * from {{ ref("int_suppression_cell") }}),

    withheld as (select * from {{ ref("int_suppression_point") }}),

    indicators as (select distinct indicator_id, count_family from {{ ref("indicators") }} where is_person_based),

    hidden as (

        select cell.count_family, cell.region_code, cell.period_type, cell.period_end, cell.is_small
        from cell
        left join
            withheld as at_start
            on cell.count_family = at_start.count_family
            and cell.region_code = at_start.region_code
            and cell.span_end = at_start.span_end
            and cell.from_point = at_start.point
        left join
            withheld as at_end
            on cell.count_family = at_end.count_family
            and cell.region_code = at_end.region_code
            and cell.span_end = at_end.span_end
            and cell.to_point = at_end.point
        where
            cell.is_small
            or (cell.from_point < cell.to_point and (at_start.point is not null or at_end.point is not null))

    )

select indicators.indicator_id, hidden.region_code, hidden.period_type, hidden.period_end, hidden.is_small
from hidden
inner join indicators on hidden.count_family = indicators.count_family
