with
    cell as (select * from {{ ref("int_suppression_cell") }}),

    withheld as (

        select county_series, cut
        from {{ ref("int_suppression_cut") }}
        union
        select county_series, cut
        from {{ ref("int_suppression_further_cut") }}

    ),

    indicators as (select distinct indicator_id, count_family from {{ ref("indicators") }} where is_person_based),

    hidden as (

        select cell.count_family, cell.region_code, cell.period_type, cell.period_end, cell.is_small
        from cell
        left join withheld as at_start on cell.county_series = at_start.county_series and cell.from_cut = at_start.cut
        left join withheld as at_end on cell.county_series = at_end.county_series and cell.to_cut = at_end.cut
        where cell.is_small or (cell.from_cut < cell.to_cut and (at_start.cut is not null or at_end.cut is not null))

    )

select indicators.indicator_id, hidden.region_code, hidden.period_type, hidden.period_end, hidden.is_small
from hidden
inner join indicators on hidden.count_family = indicators.count_family
