with
    cell as (select * from {{ ref("int_suppression_cell") }}),

    withheld as (select * from {{ ref("int_suppression_point") }}),

    indicators as (select distinct indicator_id, count_family from {{ ref("indicators") }} where is_person_based),

    hidden as (

        select cell.count_family, cell.region_code, cell.period_type, cell.period_end, cell.is_small
        from cell
        left join withheld as at_start on cell.county_line = at_start.county_line and cell.from_point = at_start.point
        left join withheld as at_end on cell.county_line = at_end.county_line and cell.to_point = at_end.point
        where
            cell.is_small
            or (cell.from_point < cell.to_point and (at_start.point is not null or at_end.point is not null))

    )

select indicators.indicator_id, hidden.region_code, hidden.period_type, hidden.period_end, hidden.is_small
from hidden
inner join indicators on hidden.count_family = indicators.count_family
