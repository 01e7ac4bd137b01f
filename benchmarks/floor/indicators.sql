-- The 24 indicators by hand: one DuckDB script from the agencies' clean dumps to table `indicator`, the least that any
-- system must do. It trusts every file (UTF-8, commas, canonical names, sidecars, every period over) and
-- judges, records and publishes nothing. Variables: inbox (folder of dumps), regions (path of regions.csv).
create table region as
select region_code, level, parent_code
from read_csv(getvariable('regions'), all_varchar = true)
where level in ('province', 'prefecture', 'county');

-- Every region with all it belongs to: itself, its unit, the province.
create table ancestry as
select region_code, region_code as belongs_to from region
union
select region_code, '420000' from region
union
select region_code, parent_code from region where level = 'county';

create macro period_end_of(period) as case
    when period like '%-Q%' then last_day(make_date(left(period, 4)::int, right(period, 1)::int * 3, 1))
    when length(period) = 4 then make_date(period::int, 12, 31)
    else last_day((period || '-01')::date)
end;

create table dump as
select
    extract || '__' || period || '__' || unit as dump,
    extract,
    unit,
    period_end_of(period) as period_end,
    1 / coalesce(sampling_fraction, 1) as weight,
    rows = 0 as is_zero
from
    read_json(
        getvariable('inbox') || '/*/*/*.manifest.json',
        columns = {extract: 'VARCHAR', unit: 'VARCHAR', sampling_fraction: 'DOUBLE', rows: 'BIGINT', period:
            'VARCHAR'}
    );

create macro dump_rows(name) as table
select file.*, dump.unit, dump.period_end, dump.weight
from
    read_csv(
        getvariable('inbox') || '/*/' || name || '/*.csv',
        header = true, all_varchar = true, filename = true, quote = '', delim = ','
    ) as file
inner join dump on regexp_replace(parse_filename(file.filename, true), '__r[0-9]+$', '') = dump.dump;

-- One row per key of events and upserts, the newest; snapshots and reports as they are.
create table employment_registration_row as
select registration_no as key, region_code, registered_on::date as day, is_urban_new = '1' as is_urban_new,
    weight, unit, period_end
from dump_rows('employment_registration');
create table employment_registration as
from employment_registration_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table employment_attrition_row as
select attrition_no as key, region_code, occurred_on::date as day, weight, unit, period_end
from dump_rows('employment_attrition');
create table employment_attrition as
from employment_attrition_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table unemployment_registration_row as
select registration_no as key, region_code, registered_on::date as opened, cancelled_on::date as closed, weight,
    unit, period_end
from dump_rows('unemployment_registration');
create table unemployment_registration as
from unemployment_registration_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table training_record_row as
select training_no as key, region_code, completed_on::date as day, trainee_category, subsidy_amount::double as
    subsidy, weight, unit, period_end
from dump_rows('training_record');
create table training_record as
from training_record_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table skill_certificate_row as
select certificate_no as key, region_code, issued_on::date as day, skill_level, weight, unit, period_end
from dump_rows('skill_certificate');
create table skill_certificate as
from skill_certificate_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table professional_qualification_row as
select certificate_no as key, region_code, issued_on::date as day, id_number as person, weight, unit, period_end
from dump_rows('professional_qualification');
create table professional_qualification as
from professional_qualification_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table postdoc_intake_row as
select postdoc_no as key, region_code, entered_on::date as day, weight, unit, period_end
from dump_rows('postdoc_intake');
create table postdoc_intake as
from postdoc_intake_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table fund_entrustment_row as
select entrustment_no as key, region_code, moved_on::date as day, amount_wan::double * if(movement = '1', 1, -1)
    as amount_wan, weight, unit, period_end
from dump_rows('fund_entrustment');
create table fund_entrustment as
from fund_entrustment_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table social_card_row as
select card_no as key, region_code, id_number as person, generation, issued_on::date as opened,
    cancelled_on::date as closed,
    e_card_claimed_on::date as claimed, weight, unit, period_end
from dump_rows('social_card');
create table social_card as
from social_card_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table mediation_case_row as
select case_no as key, region_code, closed_on::date as day, outcome, weight, unit, period_end
from dump_rows('mediation_case');
create table mediation_case as
from mediation_case_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table arbitration_case_row as
select case_no as key, region_code, accepted_on::date as opened, closed_on::date as closed, weight, unit,
    period_end
from dump_rows('arbitration_case');
create table arbitration_case as
from arbitration_case_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table inspection_case_row as
select case_no as key, region_code, accepted_on::date as opened, closed_on::date as closed, weight, unit,
    period_end
from dump_rows('inspection_case');
create table inspection_case as
from inspection_case_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table insurance_enrolment as
select region_code, id_number as person, insurance_type, enrolment_status, weight, unit, period_end
from dump_rows('insurance_enrolment');

create table pension_payment_row as
select payment_no as key, region_code, amount::double as amount, weight, unit, period_end
from dump_rows('pension_payment');
create table pension_payment as
from pension_payment_row
qualify row_number() over (partition by key order by period_end desc, unit) = 1;

create table urban_employed_stock as
select region_code, employed_persons::double as employed, weight, unit, period_end
from dump_rows('urban_employed_stock');

create table labour_contract_report as
select region_code, employees_required::double as required, employees_signed::double as signed, weight, unit,
    period_end
from dump_rows('labour_contract_report');

create table labour_force_survey as
select region_code, employed_weighted::double as employed, unemployed_weighted::double as unemployed, weight,
    unit, period_end
from dump_rows('labour_force_survey');

create table talent_stock_report as
select region_code, professional_senior::double as senior, professional_intermediate::double as intermediate,
    professional_junior::double as junior, high_skilled_total::double as high_skilled, weight, unit, period_end
from dump_rows('talent_stock_report');

create table population_denominator as
select region_code, statutory_pension_population::double as pensionable, registered_population::double as
    registered, weight, unit, period_end
from dump_rows('population_denominator');

-- Which periods of which extract cover which region: a unit's dump the unit, its counties and the province; the
-- province's dump the units it has rows of, or all where it says that there are none.
create table covered as
with
    unit as (select region_code as unit from region where level = 'prefecture'),
    province_row as (
        select distinct 'employment_registration' as extract, period_end, region_code from
            employment_registration_row where unit = '420000'
        union all
        select distinct 'employment_attrition' as extract, period_end, region_code from employment_attrition_row
            where unit = '420000'
        union all
        select distinct 'unemployment_registration' as extract, period_end, region_code from
            unemployment_registration_row where unit = '420000'
        union all
        select distinct 'training_record' as extract, period_end, region_code from training_record_row where
            unit = '420000'
        union all
        select distinct 'skill_certificate' as extract, period_end, region_code from skill_certificate_row where
            unit = '420000'
        union all
        select distinct 'professional_qualification' as extract, period_end, region_code from
            professional_qualification_row where unit = '420000'
        union all
        select distinct 'postdoc_intake' as extract, period_end, region_code from postdoc_intake_row where unit
            = '420000'
        union all
        select distinct 'fund_entrustment' as extract, period_end, region_code from fund_entrustment_row where
            unit = '420000'
        union all
        select distinct 'social_card' as extract, period_end, region_code from social_card_row where unit =
            '420000'
        union all
        select distinct 'mediation_case' as extract, period_end, region_code from mediation_case_row where unit
            = '420000'
        union all
        select distinct 'arbitration_case' as extract, period_end, region_code from arbitration_case_row where
            unit = '420000'
        union all
        select distinct 'inspection_case' as extract, period_end, region_code from inspection_case_row where
            unit = '420000'
        union all
        select distinct 'insurance_enrolment' as extract, period_end, region_code from insurance_enrolment where
            unit = '420000'
        union all
        select distinct 'urban_employed_stock' as extract, period_end, region_code from urban_employed_stock
            where unit = '420000'
        union all
        select distinct 'labour_contract_report' as extract, period_end, region_code from labour_contract_report
            where unit = '420000'
        union all
        select distinct 'labour_force_survey' as extract, period_end, region_code from labour_force_survey where
            unit = '420000'
        union all
        select distinct 'talent_stock_report' as extract, period_end, region_code from talent_stock_report where
            unit = '420000'
        union all
        select distinct 'population_denominator' as extract, period_end, region_code from population_denominator
            where unit = '420000'
    ),
    by_unit as (
        select extract, period_end, unit from dump where unit <> '420000'
        union
        select extract, period_end, belongs_to from province_row inner join ancestry using (region_code)
        where belongs_to in (from unit)
        union
        select extract, period_end, unit.unit from dump cross join unit where dump.unit = '420000' and is_zero
    )
select distinct extract, period_end, ancestry.region_code
from by_unit inner join ancestry on by_unit.unit = ancestry.belongs_to
union
select distinct extract, period_end, '420000' from dump;

-- Every period that a covered month, quarter or year lies in; a stock's is that of its last month.
create macro quarter_start(day) as make_date(year(day), quarter(day) * 3 - 2, 1);
create macro quarter_end(day) as last_day(make_date(year(day), quarter(day) * 3, 1));

create table flow_period as
with monthly as (select * from covered where extract in ('employment_registration', 'employment_attrition',
    'unemployment_registration', 'training_record', 'skill_certificate', 'professional_qualification',
    'postdoc_intake', 'fund_entrustment', 'social_card', 'mediation_case', 'arbitration_case',
    'inspection_case', 'insurance_enrolment', 'labour_force_survey'))
select extract, region_code, 'month' as period_type, date_trunc('month', period_end)::date as s, period_end as t
    from monthly
union
select extract, region_code, 'quarter', quarter_start(period_end), quarter_end(period_end) from monthly
union
select extract, region_code, 'year', make_date(year(period_end), 1, 1), make_date(year(period_end), 12, 31) from
    monthly
union
select extract, region_code, 'ytd', make_date(year(period_end), 1, 1), period_end from monthly;

create table stock_period as
select extract, region_code, 'month' as period_type, period_end as t from covered
where extract not in ('urban_employed_stock', 'labour_contract_report', 'talent_stock_report',
    'population_denominator')
union all
select extract, region_code, 'quarter', period_end from covered
where month(period_end) % 3 = 0 and extract not in ('talent_stock_report', 'population_denominator')
union all
select extract, region_code, 'year', period_end from covered where month(period_end) = 12;

-- What is counted, by region and month: numerator and denominator.
create table tally as
with
    pending as (
        select 'arbitration_closure_rate' as indicator_id, region_code, opened as day, weight as pending
        from arbitration_case
        union all
        select 'arbitration_closure_rate', region_code, greatest(opened, closed), -weight
        from arbitration_case where closed is not null
        union all
        select 'inspection_closure_rate', region_code, opened, weight from inspection_case
        union all
        select 'inspection_closure_rate', region_code, greatest(opened, closed), -weight
        from inspection_case where closed is not null
        union all
        select 'urban_registered_unemployment_rate', region_code, opened, weight from unemployment_registration
        union all
        select 'urban_registered_unemployment_rate', region_code, greatest(opened, closed), -weight
        from unemployment_registration where closed is not null
        union all
        select 'resident_pension_entrusted_investment', region_code, day, amount_wan * weight from fund_entrustment
    ),
    counted as (
        select 'urban_new_employment' as indicator_id, region_code, day, weight as n, 0.0 as d, 0.0 as pending
        from employment_registration where is_urban_new
        union all
        select 'urban_new_employment', region_code, day, -weight, 0, 0 from employment_attrition
        union all
        select 'subsidised_training', region_code, day, weight, 0, 0 from training_record where subsidy > 0
        union all
        select 'migrant_worker_training', region_code, day, weight, 0, 0 from training_record
        where subsidy > 0 and trainee_category = '1'
        union all
        select 'postdoc_annual_intake', region_code, day, weight, 0, 0 from postdoc_intake
        union all
        select 'skill_certificates', region_code, day, weight, 0, 0 from skill_certificate
        union all
        select 'senior_skill_certificates', region_code, day, weight, 0, 0 from skill_certificate
        where skill_level in ('S', 'T', '1', '2', '3')
        union all
        select 'third_generation_cards', region_code, opened, weight, 0, 0 from social_card where generation = '3'
        union all
        select 'mediation_success_rate', region_code, day, if(outcome = '1', weight, 0), weight, 0
        from mediation_case where day is not null
        union all
        select 'arbitration_closure_rate', region_code, closed, weight, 0, 0 from arbitration_case where closed
            is not null
        union all
        select 'arbitration_closure_rate', region_code, opened, 0, weight, 0 from arbitration_case
        union all
        select 'inspection_closure_rate', region_code, closed, weight, 0, 0 from inspection_case where closed is
            not null
        union all
        select 'inspection_closure_rate', region_code, opened, 0, weight, 0 from inspection_case
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
        select belongs_to, person, min((day, weight)) as first
        from professional_qualification inner join ancestry using (region_code)
        group by belongs_to, person, year(day)
    )
select indicator_id, belongs_to as region_code, month, sum(n) as n, sum(d) as d, sum(pending) as pending
from by_region inner join ancestry using (region_code)
group by all
union all
select 'professional_qualification_certificates', belongs_to, date_trunc('month', first[1])::date,
    sum(first[2]), 0, 0
from first_certificate
group by all;

-- Inspection cases open at a month's end whose 84 days are not over.
create table not_due as
select belongs_to as region_code, t, sum(weight) as n
from
    inspection_case
inner join (select distinct t from flow_period where extract = 'inspection_case') as month_end
    on opened <= t and opened + 84 > t and (closed is null or closed > t)
inner join ancestry using (region_code)
group by all;

-- Distinct persons.
create table insured as
with person as (
    select
        case insurance_type when '210' then 'unemployment' when '410' then 'work_injury' else 'pension' end as
            scheme,
        belongs_to as region_code, period_end as t, person, min(weight) as weight
    from insurance_enrolment inner join ancestry using (region_code)
    where enrolment_status in ('1', '2')
    group by all
)
select scheme, region_code, t, sum(weight) as n from person group by all;

create table holders as
with
    card as (
        select 'card' as holding, person, region_code, weight, opened, closed from social_card
        union all
        select 'e_card', person, region_code, weight, greatest(opened, claimed), closed from social_card
        where claimed is not null
    ),
    month_end as (select distinct t from stock_period where extract = 'social_card'),
    single as (
        select holding, person, any_value(region_code) as region_code, any_value(weight) as weight,
            any_value(opened) as opened, any_value(closed) as closed
        from card group by holding, person having count(*) = 1
    ),
    change as (
        select holding, region_code, last_day(opened) as t, sum(weight) as n from single
        where closed is null or last_day(closed) > last_day(opened) group by all
        union all
        select holding, region_code, last_day(closed), -sum(weight) from single
        where last_day(closed) > last_day(opened) group by all
    ),
    of_several as (
        select holding, belongs_to as region_code, t, person, min(weight) as weight
        from card
        inner join (select holding, person from card group by all having count(*) > 1) using (holding, person)
        inner join month_end on opened <= t and (closed is null or closed > t)
        inner join ancestry using (region_code)
        group by all
    ),
    part as (
        select holding, belongs_to as region_code, month_end.t, sum(n) as n
        from change inner join ancestry using (region_code) inner join month_end on change.t <= month_end.t
        group by all
        union all
        select holding, region_code, t, sum(weight) from of_several group by all
    )
select holding, region_code, t, sum(n) as n from part group by all;

-- Figures that agencies add up themselves: a region's own row, else the sum of those directly below.
create table urban_employed_stock_figure as
with
    own as (
        select * from urban_employed_stock
        qualify row_number() over (partition by region_code, period_end order by unit desc) = 1
    ),
    unit_row as (
        select own.region_code, period_end, employed * weight as employed
        from own inner join region using (region_code) where level = 'prefecture'
        union all
        select parent_code, period_end, sum(employed * weight)
        from own inner join region using (region_code)
        where level = 'county' and (parent_code, period_end) not in (select (region_code, period_end) from own)
        group by parent_code, period_end
    )
select own.region_code, period_end, employed * weight as employed
from own inner join region using (region_code) where level <> 'prefecture'
union all
from unit_row
union all
select '420000', period_end, sum(employed)
from unit_row
where period_end not in (select period_end from own where region_code = '420000')
group by period_end;

create table labour_contract_report_figure as
with
    own as (
        select * from labour_contract_report
        qualify row_number() over (partition by region_code, period_end order by unit desc) = 1
    ),
    unit_row as (
        select own.region_code, period_end, required * weight as required, signed * weight as signed
        from own inner join region using (region_code) where level = 'prefecture'
        union all
        select parent_code, period_end, sum(required * weight), sum(signed * weight)
        from own inner join region using (region_code)
        where level = 'county' and (parent_code, period_end) not in (select (region_code, period_end) from own)
        group by parent_code, period_end
    )
select own.region_code, period_end, required * weight as required, signed * weight as signed
from own inner join region using (region_code) where level <> 'prefecture'
union all
from unit_row
union all
select '420000', period_end, sum(required), sum(signed)
from unit_row
where period_end not in (select period_end from own where region_code = '420000')
group by period_end;

create table talent_stock_report_figure as
with
    own as (
        select * from talent_stock_report
        qualify row_number() over (partition by region_code, period_end order by unit desc) = 1
    ),
    unit_row as (
        select own.region_code, period_end, senior * weight as senior, intermediate * weight as intermediate,
            junior * weight as junior, high_skilled * weight as high_skilled
        from own inner join region using (region_code) where level = 'prefecture'
        union all
        select parent_code, period_end, sum(senior * weight), sum(intermediate * weight), sum(junior * weight),
            sum(high_skilled * weight)
        from own inner join region using (region_code)
        where level = 'county' and (parent_code, period_end) not in (select (region_code, period_end) from own)
        group by parent_code, period_end
    )
select own.region_code, period_end, senior * weight as senior, intermediate * weight as intermediate, junior *
    weight as junior, high_skilled * weight as high_skilled
from own inner join region using (region_code) where level <> 'prefecture'
union all
from unit_row
union all
select '420000', period_end, sum(senior), sum(intermediate), sum(junior), sum(high_skilled)
from unit_row
where period_end not in (select period_end from own where region_code = '420000')
group by period_end;

create table population_denominator_figure as
with
    own as (
        select * from population_denominator
        qualify row_number() over (partition by region_code, period_end order by unit desc) = 1
    ),
    unit_row as (
        select own.region_code, period_end, pensionable * weight as pensionable, registered * weight as registered
        from own inner join region using (region_code) where level = 'prefecture'
        union all
        select parent_code, period_end, sum(pensionable * weight), sum(registered * weight)
        from own inner join region using (region_code)
        where level = 'county' and (parent_code, period_end) not in (select (region_code, period_end) from own)
        group by parent_code, period_end
    )
select own.region_code, period_end, pensionable * weight as pensionable, registered * weight as registered
from own inner join region using (region_code) where level <> 'prefecture'
union all
from unit_row
union all
select '420000', period_end, sum(pensionable), sum(registered)
from unit_row
where period_end not in (select period_end from own where region_code = '420000')
group by period_end;

create table population as
select region_code, year(period_end) + back as year, pensionable, registered
from population_denominator_figure cross join range(3) as years(back)
qualify row_number() over (partition by region_code, year(period_end) + back order by back) = 1;

-- The 24 indicators.
create table indicator as
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
        from flow_period as period
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
        left join tally
            on measure.indicator_id = tally.indicator_id
            and period.region_code = tally.region_code
            and tally.month <= period.t
        group by measure.indicator_id, period.region_code, period.period_type, period.t
    ),
    stock as (
        select indicator_id, period.region_code, period_type, period.t as period_end, coalesce(persons.n, 0) as n
        from stock_period as period
        inner join (values
            ('basic_pension_coverage_rate', 'insurance_enrolment', 'pension'),
            ('unemployment_insurance_enrolment', 'insurance_enrolment', 'unemployment'),
            ('work_injury_insurance_enrolment', 'insurance_enrolment', 'work_injury'),
            ('social_card_holders', 'social_card', 'card'),
            ('social_card_population_coverage_rate', 'social_card', 'card'),
            ('e_social_card_coverage_rate', 'social_card', 'e_card')
        ) as measure (indicator_id, extract, what) using (extract)
        left join (select scheme as what, region_code, t, n from insured union all from holders) as persons
            on measure.what = persons.what and period.region_code = persons.region_code and period.t = persons.t
    ),
    registered as (
        select flow.region_code, flow.period_end, pending as n, pending + employed as d
        from flow inner join urban_employed_stock_figure using (region_code, period_end)
        where indicator_id = 'urban_registered_unemployment_rate' and period_type = 'quarter'
    ),
    surveyed as (
        select region_code, period_end, unemployed * weight as n, (employed + unemployed) * weight as d
        from labour_force_survey
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
    and (region_code, period_end) in (select (region_code, t) from stock_period where extract = 'fund_entrustment')
union all
select indicator_id, region_code, period_type, period_end, n, d, 100 * n / d, null
from flow where indicator_id in ('mediation_success_rate', 'arbitration_closure_rate') and d > 1e-6
union all
select
    indicator_id, flow.region_code, period_type, period_end, flow.n, d - coalesce(not_due.n, 0),
    100 * flow.n / (d - coalesce(not_due.n, 0)), null
from flow left join not_due on flow.region_code = not_due.region_code and flow.period_end = not_due.t
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
from stock inner join population using (region_code)
where indicator_id like '%_rate' and population.year = year(period_end)
union all
select
    'urban_surveyed_unemployment_rate', period.region_code, period_type, t,
    case when period_type = 'month' then min(n) end, case when period_type = 'month' then min(d) end, avg(100 *
        n / d), null
from flow_period as period
inner join surveyed on period.region_code = surveyed.region_code and period_end between s and t
where extract = 'labour_force_survey' and d > 1e-6
group by period.region_code, period_type, t
union all
select 'labour_contract_signing_rate', region_code, period_type, t, signed, required, 100 * signed / required, null
from stock_period inner join labour_contract_report_figure as figure using (region_code)
where extract = 'labour_contract_report' and t = figure.period_end and required > 0
union all
select indicator_id, region_code, 'year', t, n, null, n / 10000, text
from stock_period
inner join talent_stock_report_figure as figure using (region_code)
cross join lateral (values
    ('professional_talent_total', senior + intermediate + junior, null),
    ('high_skilled_talent_total', high_skilled, null),
    ('professional_talent_grade_ratio', null,
        '1:' || floor(intermediate / senior + 0.5)::bigint || ':' || floor(junior / senior + 0.5)::bigint)
) as measure (indicator_id, n, text)
where extract = 'talent_stock_report' and t = figure.period_end
    and (indicator_id <> 'professional_talent_grade_ratio' or senior > 0);
