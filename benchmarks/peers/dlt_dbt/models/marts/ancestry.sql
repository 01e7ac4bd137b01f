-- Every region with all it belongs to: itself, its unit, the province.
select region_code, region_code as belongs_to from {{ ref('region') }}
union
select region_code, '420000' as belongs_to from {{ ref('region') }}
union
select region_code, parent_code as belongs_to from {{ ref('region') }} where level = 'county'
