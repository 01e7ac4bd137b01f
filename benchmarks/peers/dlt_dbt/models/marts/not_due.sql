-- Inspection cases open at a month's end whose 84 days are not over.
select ancestry.belongs_to as region_code, month_end.t, sum(inspection.weight) as n
from {{ ref('stg_inspection_case') }} as inspection
inner join (select distinct t from {{ ref('flow_period') }} where extract = 'inspection_case') as month_end
    on inspection.opened <= month_end.t
    and inspection.opened + 84 > month_end.t
    and (inspection.closed is null or inspection.closed > month_end.t)
inner join {{ ref('ancestry') }} as ancestry on inspection.region_code = ancestry.region_code
where inspection.is_newest
group by all
