-- What a rule on doubtful records, or a comparison of figures, should find: planted by changing rows of December 2025 in two
-- units, so that no count of 2020, and hardly one of 2025, is touched; not in a full month. Table `planted` says which rows are doubtful, by rule;
-- `planted_difference` which reported figures are wrong.

CREATE TABLE planted (rule_id VARCHAR, extract VARCHAR, unit_code VARCHAR, key VARCHAR);

CREATE MACRO wrong_last(code, wrong, other) AS
    left(code, length(code) - 1) || CASE right(code, 1) WHEN wrong THEN other ELSE wrong END;

CREATE TABLE plot AS
SELECT unnest(['420100', '420600']) AS unit_code, DATE '2025-12-01' AS month FROM scale WHERE full_month IS NULL;

-- Candidates of each extract in a fixed order; every rule takes numbers of its own.
CREATE TABLE bed AS
WITH candidate AS (
    SELECT 'registration' AS bed, unit_code, registration_no AS key FROM made.employment_registration SEMI JOIN plot USING (unit_code, month)
    WHERE is_urban_new
    UNION ALL
    SELECT 'training', unit_code, training_no FROM made.training_record SEMI JOIN plot USING (unit_code, month) WHERE day(completed_on) >= 2
    UNION ALL
    SELECT 'certificate', unit_code, certificate_no FROM made.skill_certificate SEMI JOIN plot USING (unit_code, month)
    UNION ALL
    SELECT 'qualification', unit_code, certificate_no FROM made.professional_qualification SEMI JOIN plot USING (unit_code, month)
    UNION ALL
    SELECT 'unemployed', unit_code, registration_no FROM made.unemployment_registration SEMI JOIN plot USING (unit_code, month)
    WHERE registered_on >= month AND cancelled_on IS NULL
    UNION ALL
    SELECT 'resident', unit_code, person_no FROM made.insurance_enrolment SEMI JOIN plot USING (unit_code, month)
    WHERE insurance_type = '170' AND enrolment_status = '1' AND NOT is_retired
    UNION ALL
    SELECT 'employee', unit_code, person_no FROM made.insurance_enrolment SEMI JOIN plot USING (unit_code, month)
    WHERE insurance_type = '110' AND enrolment_status = '1' AND NOT is_retired
    UNION ALL
    SELECT 'pensioner', unit_code, person_no FROM made.pension_payment SEMI JOIN plot USING (unit_code, month)
    UNION ALL
    -- attrition and ends of unemployment some weeks earlier, so that pensions are paid afterwards
    SELECT 'attrition', unit_code, attrition_no FROM made.employment_attrition SEMI JOIN plot USING (unit_code)
    WHERE month = DATE '2025-10-01'
    UNION ALL
    SELECT 'off the register', unit_code, registration_no FROM made.unemployment_registration SEMI JOIN plot USING (unit_code)
    WHERE month = DATE '2025-11-01' AND cancelled_on >= month
    UNION ALL
    SELECT 'renewed card', unit_code, old.card_no FROM card AS old SEMI JOIN plot USING (unit_code)
    SEMI JOIN card AS new ON new.id_number = old.id_number AND new.card_no <> old.card_no
    WHERE old.cancelled_on BETWEEN DATE '2025-07-01' AND DATE '2025-12-31'
    UNION ALL
    SELECT 'quick case', unit_code, case_no FROM made.arbitration_case SEMI JOIN plot USING (unit_code, month)
    WHERE accepted_on > month AND closed_on IS NOT NULL
    UNION ALL
    SELECT 'older case', unit_code, case_no FROM made.arbitration_case SEMI JOIN plot USING (unit_code, month)
    WHERE accepted_on < month AND closed_on IS NOT NULL
    UNION ALL
    SELECT 'inspection', unit_code, case_no FROM made.inspection_case SEMI JOIN plot USING (unit_code, month)
    WHERE closed_on IS NOT NULL
)
SELECT *, row_number() OVER (PARTITION BY bed, unit_code ORDER BY chance(key, bed), key) AS n FROM candidate;

CREATE MACRO bedded(named, number) AS TABLE SELECT unit_code, key FROM bed WHERE bed = named AND n = number;

-- The same where the scale has what was planted after the benchmarks were first measured.
CREATE MACRO later(named, number) AS TABLE SELECT unit_code, key FROM bed, scale WHERE is_enlarged AND bed = named AND n = number;

-- Identity numbers with a wrong check digit, or a digit short. (One that ended in 000 would be taken for a spreadsheet's.)
UPDATE made.training_record SET id_number = wrong_last(id_number, '5', '6') WHERE training_no IN (SELECT key FROM bedded('training', 1));
UPDATE made.employment_registration SET id_number = left(id_number, 17) WHERE registration_no IN (SELECT key FROM bedded('registration', 1));
INSERT INTO planted
SELECT 'identity_number', 'training_record', * FROM bedded('training', 1)
UNION ALL SELECT 'identity_number', 'employment_registration', * FROM bedded('registration', 1);

-- Credit codes with a wrong check sign, or a sign short.
UPDATE made.employment_registration SET employer_uscc = wrong_last(employer_uscc, '0', '1')
WHERE registration_no IN (SELECT key FROM bedded('registration', 2));
UPDATE made.inspection_case SET employer_uscc = left(employer_uscc, 17) WHERE case_no IN (SELECT key FROM bedded('inspection', 1));
INSERT INTO planted
SELECT 'credit_code', 'employment_registration', * FROM bedded('registration', 2)
UNION ALL SELECT 'credit_code', 'inspection_case', * FROM bedded('inspection', 1);

-- Another sex than the number's, another birth date.
UPDATE made.employment_registration SET sex = CASE sex WHEN '1' THEN '2' ELSE '1' END
WHERE registration_no IN (SELECT key FROM bedded('registration', 3));
UPDATE made.employment_registration SET birth_date = CAST(birth_date + 1 AS DATE)
WHERE registration_no IN (SELECT key FROM bedded('registration', 4));
INSERT INTO planted SELECT 'identity_facts', 'employment_registration', unit_code, key FROM bed WHERE bed = 'registration' AND n IN (3, 4);

CREATE TABLE december_insured AS
SELECT unit_code, person_no, insurance_type, id_number, person_name, first_enrolled_month
FROM made.insurance_enrolment WHERE month = DATE '2025-12-01';

-- Rows that name another person: a resident of the second unit is one of the first too; a resident of either is also insured as an
-- employee there.
CREATE TABLE taken AS
SELECT 'insured_in_two_units' AS rule_id, own.key AS person_no, other.key AS other_no, '170' AS other_type
FROM bedded('resident', 1) AS own, bedded('resident', 1) AS other
WHERE own.unit_code = '420600' AND other.unit_code = '420100'
UNION ALL
SELECT 'two_pensions', resident.key, employee.key, '110'
FROM bedded('resident', 2) AS resident INNER JOIN bedded('employee', 1) AS employee USING (unit_code);

UPDATE made.insurance_enrolment SET
    id_number = other.id_number, person_name = other.person_name, first_enrolled_month = other.first_enrolled_month
FROM taken, december_insured AS other
WHERE insurance_enrolment.person_no = taken.person_no AND insurance_enrolment.insurance_type = '170'
    AND insurance_enrolment.month = DATE '2025-12-01'
    AND other.person_no = other_no AND other.insurance_type = other_type;
INSERT INTO planted
SELECT rule_id, 'insurance_enrolment', unit_code, december_insured.person_no || '/' || insurance_type
FROM taken INNER JOIN december_insured
    ON (december_insured.person_no = taken.person_no AND insurance_type = '170')
    OR (december_insured.person_no = other_no AND insurance_type = other_type);

-- An employee is registered as unemployed.
UPDATE made.unemployment_registration SET
    id_number = december_insured.id_number,
    person_name = CASE WHEN is_enlarged THEN december_insured.person_name ELSE unemployment_registration.person_name END
FROM bedded('unemployed', 1) AS chosen, bedded('employee', 2) AS employee, december_insured, scale
WHERE registration_no = chosen.key AND employee.unit_code = chosen.unit_code
    AND december_insured.person_no = employee.key AND insurance_type = '110';
INSERT INTO planted SELECT 'unemployed_while_insured', 'unemployment_registration', * FROM bedded('unemployed', 1);

-- Pensioners who died in October by the attrition, in November by the unemployment register, and are paid on.
CREATE TABLE dead AS
SELECT unit_code, pensioner.key AS person_no, id_number, told.bed, told.key, last_day(CASE told.bed WHEN 'attrition' THEN DATE '2025-10-01' ELSE DATE '2025-11-01' END) AS month_end
FROM bed AS told
INNER JOIN bed AS pensioner USING (unit_code)
INNER JOIN (SELECT DISTINCT person_no, id_number FROM made.pension_payment) AS paid ON paid.person_no = pensioner.key
WHERE pensioner.bed = 'pensioner' AND told.n = 1
    AND ((told.bed = 'attrition' AND pensioner.n = 1) OR (told.bed = 'off the register' AND pensioner.n = 2));

UPDATE made.employment_attrition SET reason = '2', id_number = dead.id_number FROM dead WHERE attrition_no = dead.key AND bed = 'attrition';
UPDATE made.unemployment_registration SET cancel_reason = '4', id_number = dead.id_number, person_name = CASE WHEN is_enlarged THEN (
    SELECT any_value(person_name) FROM december_insured AS insured WHERE insured.person_no = dead.person_no
) ELSE person_name END
FROM dead, scale WHERE registration_no = dead.key AND cancelled_on IS NOT NULL AND bed = 'off the register';
INSERT INTO planted
SELECT 'pension_after_death', 'pension_payment', dead.unit_code, payment_no
FROM dead INNER JOIN made.pension_payment AS paid USING (person_no) WHERE paid_month > month_end;

-- Pensions of people born in 1990, and in 1903.
UPDATE made.pension_payment SET id_number = CASE unit_code
    WHEN '420100' THEN person_id(61, 1, DATE '1990-01-01', 365) ELSE person_id(62, 1, DATE '1903-01-01', 365) END
WHERE month = DATE '2025-12-01' AND person_no IN (SELECT key FROM bedded('pensioner', 3));
INSERT INTO planted
SELECT 'pension_age', 'pension_payment', chosen.unit_code, payment_no
FROM bedded('pensioner', 3) AS chosen INNER JOIN made.pension_payment AS paid ON person_no = chosen.key AND paid.month = DATE '2025-12-01';

-- The same training a second time: the later of two completions is the doubtful one.
UPDATE made.training_record SET id_number = first.id_number, programme = first.programme
FROM bedded('training', 2) AS one, bedded('training', 3) AS other, (FROM made.training_record) AS first
WHERE training_record.training_no = other.key AND first.training_no = one.key AND one.unit_code = other.unit_code;
INSERT INTO planted
SELECT 'training_repeated', 'training_record', unit_code, max_by(training_no, (completed_on, training_no))
FROM made.training_record WHERE training_no IN (SELECT key FROM bed WHERE bed = 'training' AND n IN (2, 3)) GROUP BY unit_code;

-- Children, born in 2012.
UPDATE made.training_record SET id_number = person_id(60, unit_code::BIGINT, DATE '2012-01-01', 365)
WHERE training_no IN (SELECT key FROM bedded('training', 4));
UPDATE made.skill_certificate SET id_number = person_id(60, unit_code::BIGINT + 1, DATE '2012-01-01', 365)
WHERE certificate_no IN (SELECT key FROM bedded('certificate', 1));
UPDATE made.professional_qualification SET id_number = person_id(60, unit_code::BIGINT + 2, DATE '2012-01-01', 365)
WHERE certificate_no IN (SELECT key FROM bedded('qualification', 1));
INSERT INTO planted
SELECT 'under_16', 'training_record', * FROM bedded('training', 4)
UNION ALL SELECT 'under_16', 'skill_certificate', * FROM bedded('certificate', 1)
UNION ALL SELECT 'under_16', 'professional_qualification', * FROM bedded('qualification', 1);

-- A certificate on the day before its training ends.
UPDATE made.skill_certificate SET id_number = training.id_number, issued_on = CAST(training.completed_on - 1 AS DATE)
FROM bedded('certificate', 2) AS certificate, bedded('training', 5) AS chosen, made.training_record AS training
WHERE certificate_no = certificate.key AND training.training_no = chosen.key AND certificate.unit_code = chosen.unit_code;
INSERT INTO planted SELECT 'certificate_before_training_end', 'skill_certificate', * FROM bedded('certificate', 2);

-- Certificates of one person on one day from both units.
UPDATE made.skill_certificate SET id_number = first.id_number, issued_on = first.issued_on
FROM bedded('certificate', 3) AS one, bedded('certificate', 3) AS other, (FROM made.skill_certificate) AS first
WHERE skill_certificate.certificate_no = other.key AND other.unit_code = '420600'
    AND first.certificate_no = one.key AND one.unit_code = '420100';
INSERT INTO planted SELECT 'same_day_two_units', 'skill_certificate', * FROM bedded('certificate', 3);

-- Arbitration closed the day before it was accepted; and accepted 75 days before it was closed.
UPDATE made.arbitration_case SET closed_on = CAST(accepted_on - 1 AS DATE) WHERE case_no IN (SELECT key FROM bedded('quick case', 1));
UPDATE made.arbitration_case SET accepted_on = CAST(closed_on - 75 AS DATE), filed_on = CAST(closed_on - 75 AS DATE)
WHERE closed_on IS NOT NULL AND case_no IN (SELECT key FROM bedded('older case', 1));
INSERT INTO planted
SELECT 'arbitration_out_of_order', 'arbitration_case', * FROM bedded('quick case', 1)
UNION ALL SELECT 'arbitration_beyond_term', 'arbitration_case', * FROM bedded('older case', 1)
UNION ALL SELECT 'arbitration_beyond_term', 'arbitration_case', unit_code, case_no FROM slow;

-- More wages recovered than owed. Cases left lying were planted when cases were made.
UPDATE made.inspection_case SET wages_recovered = wages_owed + 500 WHERE case_no IN (SELECT key FROM bedded('inspection', 2));
INSERT INTO planted
SELECT 'recovered_above_owed', 'inspection_case', * FROM bedded('inspection', 2)
UNION ALL
SELECT DISTINCT 'inspection_overdue', 'inspection_case', case_sent.unit_code,
    'J' || strftime(opened_on, '%Y') || '-' || lpad(CAST(i AS VARCHAR), 6, '0')
FROM case_sent SEMI JOIN stuck USING (measure, i), scale WHERE list_contains(units, unit_code);

-- Cards that were replaced and never cancelled.
UPDATE made.social_card SET cancelled_on = NULL WHERE card_no IN (SELECT key FROM bedded('renewed card', 1));
INSERT INTO planted SELECT 'two_active_cards', 'social_card', * FROM bedded('renewed card', 1);

-- Somebody newly employed in both units: the later registration is the doubtful one.
UPDATE made.employment_registration SET
    id_number = first.id_number, person_name = first.person_name, sex = first.sex, birth_date = first.birth_date
FROM bedded('registration', 5) AS one, bedded('registration', 5) AS other, (FROM made.employment_registration) AS first
WHERE employment_registration.registration_no = other.key AND other.unit_code = '420600'
    AND first.registration_no = one.key AND one.unit_code = '420100';
INSERT INTO planted
SELECT 'counted_again', 'employment_registration', max_by(unit_code, (registered_on, registration_no)), max_by(registration_no, (registered_on, registration_no))
FROM made.employment_registration WHERE registration_no IN (SELECT key FROM bedded('registration', 5));

-- Somebody newly employed bears the number of an employee, and keeps the name.
UPDATE made.employment_registration SET
    id_number = insured.id_number, birth_date = CAST(strptime(substr(insured.id_number, 7, 8), '%Y%m%d') AS DATE),
    sex = CASE WHEN CAST(substr(insured.id_number, 17, 1) AS INTEGER) % 2 = 1 THEN '1' ELSE '2' END
FROM later('registration', 6) AS chosen, later('employee', 3) AS employee, december_insured AS insured
WHERE registration_no = chosen.key AND employee.unit_code = chosen.unit_code
    AND insured.person_no = employee.key AND insurance_type = '110';
INSERT INTO planted
SELECT 'person_two_names', 'employment_registration', * FROM later('registration', 6)
UNION ALL
SELECT 'person_two_names', 'insurance_enrolment', unit_code, person_no || '/' || insurance_type
FROM december_insured INNER JOIN later('employee', 3) AS employee USING (unit_code) WHERE person_no = employee.key;

-- A branch is registered under its head's credit code.
UPDATE made.employment_registration SET employer_uscc = head.employer_uscc, employer_name = head.employer_name || '分部', industry_code = head.industry_code
FROM later('registration', 7) AS branch, later('registration', 8) AS chosen, (FROM made.employment_registration) AS head
WHERE employment_registration.registration_no = branch.key AND head.registration_no = chosen.key AND branch.unit_code = chosen.unit_code;
INSERT INTO planted SELECT 'employer_two_names', 'employment_registration', * FROM later('registration', 7);

-- A training that both units deliver: it counts once, for the unit of the smaller code.
INSERT INTO made.training_record
SELECT * REPLACE ('420600' AS unit_code, '420602' AS region_code)
FROM made.training_record WHERE training_no IN (SELECT key FROM bedded('training', 6) WHERE unit_code = '420100');
INSERT INTO planted SELECT 'event_repeated', 'training_record', '420600', key FROM bedded('training', 6) WHERE unit_code = '420100';

-- An inspection case that both units deliver: it counts once, for the unit of the smaller code.
INSERT INTO made.inspection_case
SELECT * REPLACE ('420600' AS unit_code, '420602' AS region_code)
FROM made.inspection_case WHERE case_no IN (SELECT key FROM bedded('inspection', 3) WHERE unit_code = '420100') AND month = DATE '2025-12-01';
INSERT INTO planted
SELECT 'key_in_two_units', 'inspection_case', unnest(['420100', '420600']), key FROM bedded('inspection', 3) WHERE unit_code = '420100';

-- Flash figures that are not what the rows come to; and one in another unit of measure, which is.
CREATE TABLE planted_difference AS
SELECT * FROM (VALUES
    ('420600', DATE '2025-12-01', '失业保险参保人数', 1.05), ('420100', DATE '2025-11-01', '工伤保险参保人数', 0.9),
    ('420000', DATE '2025-12-01', '城镇新增就业人数', 1.03)
) AS p (region_code, month, item, factor)
WHERE EXISTS (FROM plot);

UPDATE made.statistical_report SET value = CAST(round(value * factor, 2) AS DECIMAL(12, 2))
FROM planted_difference AS p
WHERE statistical_report.region_code = p.region_code AND statistical_report.month = p.month AND statistical_report.item = p.item;
ALTER TABLE made.statistical_report ALTER value TYPE DECIMAL(16, 2);
UPDATE made.statistical_report SET value = value * 10000, unit = '人'
WHERE region_code = '420100' AND month = DATE '2025-12-01' AND item = '失业保险参保人数' AND EXISTS (FROM plot);
