-- Which figures of int_suppression_count are withheld: the small ones and those whose end is. Each is of one day or
-- period, and begins at 0.
with
    withheld as (

        select county_series, cut
        from {{ ref("int_suppression_cut") }}
        union
        select county_series, cut
        from {{ ref("int_suppression_further_cut") }}

    ),

    other_family as (select distinct count_family from {{ ref("int_suppression_count") }})

select cell.count_family, cell.region_code, cell.period_end
from {{ ref("int_suppression_cell") }} as cell
inner join other_family on cell.count_family = other_family.count_family
left join withheld on cell.county_series = withheld.county_series and cell.to_cut = withheld.cut
where cell.is_small or withheld.cut is not null
