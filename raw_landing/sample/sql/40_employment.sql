-- The extracts of the employment system.

CREATE TABLE made.employment_registration AS
SELECT
    month, unit_code,
    'R' || strftime(month, '%Y%m') || lpad(CAST(i AS VARCHAR), 7, '0') || left(measure, 1) AS registration_no,
    person_id(grp, i, DATE '1966-01-01', 14000) AS id_number,
    person_name(i) AS person_name,
    CASE WHEN is_male(i) THEN '1' ELSE '2' END AS sex,
    birth_of(i, DATE '1966-01-01', 14000) AS birth_date,
    CASE WHEN chance(i, 'household') < 0.45 THEN '10' ELSE '20' END AS household_type,
    region_code,
    employer.uscc AS employer_uscc,
    employer.employer_name,
    employer.industry_code,
    CAST(1 + pick(i, 'form', 3) AS VARCHAR) AS employment_form,
    [ '1', '1', '2', '2', '2', '3', '4', '9' ][1 + pick(i, 'kind', 8)] AS new_employment_kind,
    measure = 'new_registration' AS is_urban_new,
    day_in(month, i, measure) AS registered_on
FROM (
    SELECT *, CASE measure WHEN 'new_registration' THEN 10 ELSE 11 END AS grp
    FROM slot WHERE measure IN ('new_registration', 'other_registration')
)
INNER JOIN employer ON j = pick(i, 'employer', 1500);

CREATE TABLE made.employment_attrition AS
SELECT
    month, unit_code,
    'A' || strftime(month, '%Y%m') || lpad(CAST(i AS VARCHAR), 7, '0') AS attrition_no,
    person_id(12, i, DATE '1955-01-01', 5000) AS id_number,
    region_code,
    [ '1', '1', '1', '1', '1', '1', '1', '2', '9' ][1 + pick(i, 'reason', 9)] AS reason,
    day_in(month, i, measure) AS occurred_on
FROM slot WHERE measure = 'attrition';

CREATE TABLE made.training_record AS
SELECT
    month, unit_code,
    'T' || strftime(month, '%Y%m') || lpad(CAST(i AS VARCHAR), 7, '0') || left(measure, 1) AS training_no,
    person_id(CASE measure WHEN 'training' THEN 13 ELSE 14 END, i, DATE '1964-01-01', 14500) AS id_number,
    region_code,
    -- migrant workers: 9.18 of 100 spread evenly, 23.4 of 255 万; the plan's own targets are 25 of 250
    CASE WHEN i * 919 % 10000 < 918 THEN '1' ELSE [ '2', '2', '2', '3', '4', '5', '9' ][1 + pick(i, 'trainee', 7)] END
        AS trainee_category,
    [ '就业技能培训', '岗位技能提升培训', '创业培训', '企业新型学徒制培训' ][1 + pick(i, 'programme', 4)] AS programme,
    CAST(day_in(month, i, measure) - CAST(5 + pick(i, 'length', 40) AS INTEGER) AS DATE) AS started_on,
    CASE measure WHEN 'training' THEN CAST(300 + 10 * pick(i, 'subsidy', 200) AS DECIMAL(10, 2)) ELSE 0 END AS subsidy_amount,
    [ '1', '2', '3', '3' ][1 + pick(i, 'fund', 4)] AS fund_source,
    day_in(month, i, measure) AS completed_on
FROM slot WHERE measure IN ('training', 'unsubsidised_training');
