-- The 24 indicators.
with
    flow as (
        select
            measure.indicator_id,
            period.region_code,
            period.period_type,
            period.t as period_end,
            coalesce(sum(tally.n) filter (tally.month >= period.s), 0) as n,
            coalesce(sum(if(tally.month >= period.s, tally.d, tally.pending)), 0) as d,
            coalesce(sum(tally.pending), 0) as pending
        from {{ ref('flow_period') }} as period
        inner join (values
            ('urban_new_employment', 'employment_registration'), ('subsidised_training', 'training_record'),
            ('migrant_worker_training', 'training_record'), ('postdoc_annual_intake', 'postdoc_intake'),
            ('professional_qualification_certificates', 'professional_qualification'),
            ('skill_certificates', 'skill_certificate'), ('senior_skill_certificates', 'skill_certificate'),
            ('third_generation_cards', 'social_card'), ('mediation_success_rate', 'mediation_case'),
            ('arbitration_closure_rate', 'arbitration_case'), ('inspection_closure_rate', 'inspection_case'),
            ('urban_registered_unemployment_rate', 'unemployment_registration'),
            ('resident_pension_entrusted_investment', 'fund_entrustment')
        ) as measure (indicator_id, extract) using (extract)
        left join {{ ref('tally') }} as tally
            on measure.indicator_id = tally.indicator_id
            and period.region_code = tally.region_code
            and tally.month <= period.t
        group by measure.indicator_id, period.region_code, period.period_type, period.t
    ),
    stock as (
        select indicator_id, period.region_code, period_type, period.t as period_end, coalesce(persons.n, 0) as n
        from {{ ref('stock_period') }} as period
        inner join (values
            ('basic_pension_coverage_rate', 'insurance_enrolment', 'pension'),
            ('unemployment_insurance_enrolment', 'insurance_enrolment', 'unemployment'),
            ('work_injury_insurance_enrolment', 'insurance_enrolment', 'work_injury'),
            ('social_card_holders', 'social_card', 'card'),
            ('social_card_population_coverage_rate', 'social_card', 'card'),
            ('e_social_card_coverage_rate', 'social_card', 'e_card')
        ) as measure (indicator_id, extract, what) using (extract)
        left join (select scheme as what, region_code, t, n from {{ ref('insured') }} union all select holding, region_code, t, n from {{ ref('holders') }}) as persons
            on measure.what = persons.what and period.region_code = persons.region_code and period.t = persons.t
    ),
    registered as (
        select flow.region_code, flow.period_end, pending as n, pending + employed as d
        from flow inner join {{ ref('report_figure') }} as figure using (region_code, period_end)
        where report = 'urban_employed_stock' and indicator_id = 'urban_registered_unemployment_rate' and period_type = 'quarter'
    ),
    surveyed as (
        select region_code, period_end, unemployed * weight as n, (employed + unemployed) * weight as d
        from {{ ref('stg_labour_force_survey') }}
        qualify row_number() over (partition by region_code, period_end order by unit desc) = 1
    )
select
    indicator_id, region_code, period_type, period_end, n as numerator, null::double as denominator,
    n / if(indicator_id = 'postdoc_annual_intake', 1, 10000) as value, null as value_text
from flow
where
    indicator_id not like '%_rate' and indicator_id <> 'resident_pension_entrusted_investment'
union all
select indicator_id, region_code, period_type, period_end, pending, null, pending / 10000, null
from flow
where indicator_id = 'resident_pension_entrusted_investment' and period_type in ('month', 'quarter', 'year')
    and (region_code, period_end) in (select (region_code, t) from {{ ref('stock_period') }} where extract = 'fund_entrustment')
union all
select indicator_id, region_code, period_type, period_end, n, d, 100 * n / d, null
from flow where indicator_id in ('mediation_success_rate', 'arbitration_closure_rate') and d > 1e-6
union all
select
    indicator_id, flow.region_code, period_type, period_end, flow.n, d - coalesce(not_due.n, 0),
    100 * flow.n / (d - coalesce(not_due.n, 0)), null
from flow left join {{ ref('not_due') }} as not_due on flow.region_code = not_due.region_code and flow.period_end = not_due.t
where indicator_id = 'inspection_closure_rate' and d - coalesce(not_due.n, 0) > 1e-6
union all
select 'urban_registered_unemployment_rate', region_code, period_type, period_end, n, d, 100 * n / d, null
from registered cross join (values ('quarter'), ('year')) as kind (period_type)
where period_type = 'quarter' or quarter(period_end) = 4
union all
select indicator_id, region_code, period_type, period_end, n, null, n / 10000, null
from stock where indicator_id not like '%_rate'
union all
select
    indicator_id, region_code, period_type, period_end, n,
    if(indicator_id = 'basic_pension_coverage_rate', pensionable, registered) as d, 100 * n / d, null
from stock inner join {{ ref('population') }} as population using (region_code)
where indicator_id like '%_rate' and population.year = year(period_end)
union all
select
    'urban_surveyed_unemployment_rate', period.region_code, period_type, t,
    case when period_type = 'month' then min(n) end, case when period_type = 'month' then min(d) end, avg(100 *
        n / d), null
from {{ ref('flow_period') }} as period
inner join surveyed on period.region_code = surveyed.region_code and period_end between s and t
where extract = 'labour_force_survey' and d > 1e-6
group by period.region_code, period_type, t
union all
select 'labour_contract_signing_rate', region_code, period_type, t, signed, required, 100 * signed / required, null
from {{ ref('stock_period') }} inner join {{ ref('report_figure') }} as figure using (region_code)
where report = extract and extract = 'labour_contract_report' and t = figure.period_end and required > 0
union all
select indicator_id, region_code, 'year', t, n, null, n / 10000, text
from {{ ref('stock_period') }}
inner join {{ ref('report_figure') }} as figure using (region_code)
cross join lateral (values
    ('professional_talent_total', senior + intermediate + junior, null),
    ('high_skilled_talent_total', high_skilled, null),
    ('professional_talent_grade_ratio', null,
        '1:' || floor(intermediate / senior + 0.5)::bigint || ':' || floor(junior / senior + 0.5)::bigint)
) as measure (indicator_id, n, text)
where report = extract and extract = 'talent_stock_report' and t = figure.period_end
    and (indicator_id <> 'professional_talent_grade_ratio' or senior > 0)
