MODEL (name hrss.tally, kind FULL, description 'What is counted, by region and month: numerator, denominator, pending.');

with
    pending as (
        select 'arbitration_closure_rate' as indicator_id, region_code, opened as day, weight as pending
        from hrss.stg_arbitration_case where is_newest
        union all
        select 'arbitration_closure_rate', region_code, greatest(opened, closed), -weight
        from hrss.stg_arbitration_case where is_newest and closed is not null
        union all
        select 'inspection_closure_rate', region_code, opened, weight from hrss.stg_inspection_case where is_newest
        union all
        select 'inspection_closure_rate', region_code, greatest(opened, closed), -weight
        from hrss.stg_inspection_case where is_newest and closed is not null
        union all
        select 'urban_registered_unemployment_rate', region_code, opened, weight from hrss.stg_unemployment_registration where is_newest
        union all
        select 'urban_registered_unemployment_rate', region_code, greatest(opened, closed), -weight
        from hrss.stg_unemployment_registration where is_newest and closed is not null
        union all
        select 'resident_pension_entrusted_investment', region_code, day, amount_wan * weight from hrss.stg_fund_entrustment where is_newest
    ),
    counted as (
        select 'urban_new_employment' as indicator_id, region_code, day, weight as n, 0.0 as d, 0.0 as pending
        from hrss.stg_employment_registration where is_newest and is_urban_new
        union all
        select 'urban_new_employment', region_code, day, -weight, 0, 0 from hrss.stg_employment_attrition where is_newest
        union all
        select 'subsidised_training', region_code, day, weight, 0, 0 from hrss.stg_training_record where is_newest and subsidy > 0
        union all
        select 'migrant_worker_training', region_code, day, weight, 0, 0 from hrss.stg_training_record where is_newest and subsidy > 0 and trainee_category = '1'
        union all
        select 'postdoc_annual_intake', region_code, day, weight, 0, 0 from hrss.stg_postdoc_intake where is_newest
        union all
        select 'skill_certificates', region_code, day, weight, 0, 0 from hrss.stg_skill_certificate where is_newest
        union all
        select 'senior_skill_certificates', region_code, day, weight, 0, 0 from hrss.stg_skill_certificate where is_newest and skill_level in ('S', 'T', '1', '2', '3')
        union all
        select 'third_generation_cards', region_code, opened, weight, 0, 0 from hrss.stg_social_card where is_newest and generation = '3'
        union all
        select 'mediation_success_rate', region_code, day, if(outcome = '1', weight, 0), weight, 0
        from hrss.stg_mediation_case where is_newest and day is not null
        union all
        select 'arbitration_closure_rate', region_code, closed, weight, 0, 0 from hrss.stg_arbitration_case where is_newest and closed
            is not null
        union all
        select 'arbitration_closure_rate', region_code, opened, 0, weight, 0 from hrss.stg_arbitration_case where is_newest
        union all
        select 'inspection_closure_rate', region_code, closed, weight, 0, 0 from hrss.stg_inspection_case where is_newest and closed is
            not null
        union all
        select 'inspection_closure_rate', region_code, opened, 0, weight, 0 from hrss.stg_inspection_case where is_newest
        union all
        select indicator_id, region_code, day, 0, 0, pending from pending
    ),
    by_region as (
        select indicator_id, region_code, date_trunc('month', day)::date as month, sum(n) as n, sum(d) as d,
            sum(pending) as pending
        from counted group by all
    ),
    -- A person's first certificate of the year within each region.
    first_certificate as (
        select belongs_to, person, min(struct_pack(day := day, weight := weight)) as first
        from hrss.stg_professional_qualification inner join hrss.ancestry using (region_code)
        where is_newest
        group by belongs_to, person, year(day)
    )
select indicator_id, belongs_to as region_code, month, sum(n) as n, sum(d) as d, sum(pending) as pending
from by_region inner join hrss.ancestry using (region_code)
group by all
union all
select 'professional_qualification_certificates', belongs_to, date_trunc('month', first.day)::date,
    sum(first.weight), 0, 0
from first_certificate
group by all
