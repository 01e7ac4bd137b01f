-- Which periods of which extract cover which region.
with
unit as (select region_code as unit from {{ ref('region') }} where level = 'prefecture'),
province_row as (
    select distinct 'employment_registration' as extract, period_end, region_code from {{ ref('stg_employment_registration') }} where unit = '420000'
    union all
    select distinct 'employment_attrition' as extract, period_end, region_code from {{ ref('stg_employment_attrition') }} where unit = '420000'
    union all
    select distinct 'unemployment_registration' as extract, period_end, region_code from {{ ref('stg_unemployment_registration') }} where unit = '420000'
    union all
    select distinct 'training_record' as extract, period_end, region_code from {{ ref('stg_training_record') }} where unit = '420000'
    union all
    select distinct 'skill_certificate' as extract, period_end, region_code from {{ ref('stg_skill_certificate') }} where unit = '420000'
    union all
    select distinct 'professional_qualification' as extract, period_end, region_code from {{ ref('stg_professional_qualification') }} where unit = '420000'
    union all
    select distinct 'postdoc_intake' as extract, period_end, region_code from {{ ref('stg_postdoc_intake') }} where unit = '420000'
    union all
    select distinct 'fund_entrustment' as extract, period_end, region_code from {{ ref('stg_fund_entrustment') }} where unit = '420000'
    union all
    select distinct 'social_card' as extract, period_end, region_code from {{ ref('stg_social_card') }} where unit = '420000'
    union all
    select distinct 'mediation_case' as extract, period_end, region_code from {{ ref('stg_mediation_case') }} where unit = '420000'
    union all
    select distinct 'arbitration_case' as extract, period_end, region_code from {{ ref('stg_arbitration_case') }} where unit = '420000'
    union all
    select distinct 'inspection_case' as extract, period_end, region_code from {{ ref('stg_inspection_case') }} where unit = '420000'
    union all
    select distinct 'insurance_enrolment' as extract, period_end, region_code from {{ ref('stg_insurance_enrolment') }} where unit = '420000'
    union all
    select distinct 'labour_force_survey' as extract, period_end, region_code from {{ ref('stg_labour_force_survey') }} where unit = '420000'
    union all
    select distinct 'urban_employed_stock' as extract, period_end, region_code from {{ ref('stg_urban_employed_stock') }} where unit = '420000'
    union all
    select distinct 'labour_contract_report' as extract, period_end, region_code from {{ ref('stg_labour_contract_report') }} where unit = '420000'
    union all
    select distinct 'talent_stock_report' as extract, period_end, region_code from {{ ref('stg_talent_stock_report') }} where unit = '420000'
    union all
    select distinct 'population_denominator' as extract, period_end, region_code from {{ ref('stg_population_denominator') }} where unit = '420000'
),
by_unit as (
    select extract, period_end, unit from {{ ref('dump') }} where unit <> '420000'
    union
    select province_row.extract, province_row.period_end, ancestry.belongs_to as unit
    from province_row inner join {{ ref('ancestry') }} as ancestry on province_row.region_code = ancestry.region_code
    inner join unit on ancestry.belongs_to = unit.unit
    union
    select dump.extract, dump.period_end, unit.unit
    from {{ ref('dump') }} as dump cross join unit where dump.unit = '420000' and dump.is_zero
)
select distinct by_unit.extract, by_unit.period_end, ancestry.region_code
from by_unit inner join {{ ref('ancestry') }} as ancestry on by_unit.unit = ancestry.belongs_to
union
select distinct extract, period_end, '420000' as region_code from {{ ref('dump') }}
