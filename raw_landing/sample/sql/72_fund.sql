-- What fund supervision compares payments with, and what it should find: payments changed or added in December 2025 in an enlarged
-- sample; registers, contributions and answers to cases in a complete one that carries the scenario. `fund_truth`
-- says which records each rule should list.

CREATE TABLE fund_truth (rule_id VARCHAR, extract VARCHAR, unit_code VARCHAR, key VARCHAR);

CREATE TABLE fund_scenario AS SELECT DISTINCT scenario FROM effect WHERE scenario = 'fund_cases';

-- Pensioners of the two units, each for one rule: those from one number to another.
CREATE TABLE fund_person AS
WITH chosen AS (
    SELECT rule_id, unit_code, first, last FROM (VALUES
        ('shared_account', '420100', 60, 67), ('two_pensions', '420100', 40, 45), ('paid_in_two_units', '420100', 50, 54)
    ) AS enlarged (rule_id, unit_code, first, last), scale
    WHERE is_enlarged
    UNION ALL
    SELECT rule_id, unit_code, first, last FROM (VALUES
        ('pension_after_death', '420100', 10, 21), ('pension_after_death', '420600', 10, 17),
        ('paid_in_custody', '420100', 30, 35), ('paid_in_custody', '420600', 30, 32),
        ('back_payment', '420100', 70, 74), ('identity_changed', '420100', 80, 84)
    ) AS complete (rule_id, unit_code, first, last), fund_scenario
)
SELECT rule_id, bed.unit_code, key AS person_no, id_number, region_code, insurance_type, CAST(n AS INTEGER) AS n
FROM chosen
INNER JOIN bed ON bed.bed = 'pensioner' AND bed.unit_code = chosen.unit_code AND n BETWEEN first AND last
INNER JOIN made.pension_payment AS paid ON paid.person_no = key AND paid.month = DATE '2025-12-01';

UPDATE made.pension_payment SET account_hash = 'h' || substr(md5('account' || person_no), 1, 15)
WHERE month = DATE '2025-12-01' AND unit_code IN (SELECT unit_code FROM plot);
UPDATE made.pension_payment SET account_hash = 'h0123456789abcde'
WHERE month = DATE '2025-12-01' AND person_no IN (SELECT person_no FROM fund_person WHERE rule_id = 'shared_account');

-- A second pension of the other kind; the same one from the other unit.
INSERT INTO made.pension_payment
SELECT
    DATE '2025-12-01', unit_code, 'Y' || substr(person_no, 2), person_no, id_number, region_code,
    CASE insurance_type WHEN '170' THEN '110' ELSE '170' END, DATE '2025-12-01', 180.00, NULL
FROM fund_person WHERE rule_id = 'two_pensions'
UNION ALL
SELECT
    DATE '2025-12-01', '420600', 'X' || substr(person_no, 2), person_no, id_number, '420602', insurance_type, DATE '2025-12-01', 900.00, NULL
FROM fund_person WHERE rule_id = 'paid_in_two_units';

INSERT INTO fund_truth
SELECT rule_id, 'pension_payment', paid.unit_code, payment_no
FROM fund_person INNER JOIN made.pension_payment AS paid USING (person_no)
WHERE paid.month = DATE '2025-12-01' AND rule_id IN ('shared_account', 'two_pensions', 'paid_in_two_units')
UNION ALL
SELECT rule_id, extract, unit_code, key FROM planted WHERE rule_id IN ('pension_after_death', 'pension_age');

CREATE TABLE made.death_register AS
SELECT
    DATE '2025-10-01' AS month, unit_code, 'S' || substr(person_no, 2) AS death_no, id_number, person_name(n) AS person_name, region_code,
    CAST(1 + n % 3 AS VARCHAR) AS register_kind, CAST(DATE '2025-10-03' + n AS DATE) AS died_on,
    CAST(DATE '2025-10-05' + n AS DATE) AS registered_on
FROM fund_person WHERE rule_id = 'pension_after_death';

CREATE TABLE made.custody_register AS
SELECT
    DATE '2025-10-01' AS month, unit_code, 'K' || substr(person_no, 2) AS custody_no, id_number, person_name(n) AS person_name, region_code,
    DATE '2025-10-09' AS began_on, NULL::DATE AS ended_on
FROM fund_person WHERE rule_id = 'paid_in_custody';

CREATE TABLE made.benefit_change AS
SELECT
    DATE '2025-11-01' AS month, unit_code, 'B' || substr(person_no, 2) AS change_no, id_number,
    person_id(37, n, DATE '1950-01-01', 3000) AS former_id_number, person_name(n) AS person_name, person_name(n + 500) AS former_name,
    region_code, DATE '2025-11-10' AS changed_on
FROM fund_person WHERE rule_id = 'identity_changed'
UNION ALL
-- names put right alone
SELECT
    DATE '2025-11-01', unit_code, 'A' || substr(person_no, 2), person_id(37, 100 + n, DATE '1950-01-01', 3000),
    person_id(37, 100 + n, DATE '1950-01-01', 3000), person_name(n), person_name(n + 500), region_code, DATE '2025-11-20'
FROM fund_person WHERE rule_id = 'pension_after_death';

INSERT INTO fund_truth
SELECT rule_id, 'pension_payment', paid.unit_code, payment_no
FROM fund_person INNER JOIN made.pension_payment AS paid USING (person_no)
WHERE (rule_id = 'pension_after_death' AND paid_month >= DATE '2025-11-01')
    OR (rule_id = 'paid_in_custody' AND paid_month >= DATE '2025-11-01')
    OR (rule_id = 'identity_changed' AND paid_month >= DATE '2025-11-01')
    OR (rule_id = 'back_payment' AND paid_month >= DATE '2025-12-01')
UNION ALL
SELECT rule_id, 'benefit_change', unit_code, 'B' || substr(person_no, 2) FROM fund_person WHERE rule_id = 'identity_changed';
INSERT INTO planted SELECT * FROM fund_truth WHERE rule_id = 'pension_after_death' AND (rule_id, extract, unit_code, key) NOT IN (FROM planted);

-- Retirements of fifteen offices, forty each: a fifth of them early, in one three fifths; and those who had paid in at once.
CREATE TABLE office AS
SELECT region_code, unit_code, row_number() OVER (ORDER BY region_code) AS number
FROM (SELECT region_code, unit_code FROM leaf WHERE unit_code IN ('420100', '420600') ORDER BY region_code LIMIT 15), fund_scenario;

CREATE TABLE made.early_retirement AS
WITH approval AS (SELECT office.*, unnest(range(40)) AS k FROM office)
SELECT
    CAST(DATE '2025-10-01' + to_months(CAST(k % 3 AS INTEGER)) AS DATE) AS month, unit_code, 'T' || region_code || lpad(CAST(k AS VARCHAR), 3, '0') AS approval_no,
    person_id(36, number * 40 + k, DATE '1965-01-01', 2500) AS id_number, person_name(k) AS person_name, region_code,
    CASE WHEN k < CASE number WHEN 3 THEN 24 ELSE 8 END THEN CASE k % 2 WHEN 0 THEN '2' ELSE '3' END ELSE '1' END AS retirement_kind,
    CAST(month + 9 AS DATE) AS approved_on, month AS retired_month
FROM approval
UNION ALL
SELECT
    DATE '2025-11-01', unit_code, 'T' || substr(person_no, 2), id_number, person_name(n), region_code, '1', DATE '2025-11-20', DATE '2025-12-01'
FROM fund_person WHERE rule_id = 'back_payment';

-- What employers paid in for who is insured, but for 2 to 10 in a hundred months by unit; forty months at once for five; six bases
-- above three times the average wage.
CREATE TABLE made.pension_ledger AS
WITH employee AS (
    SELECT
        row.month, unit_code, row.person_no, id_number, region_code, insurance_type, employer_uscc,
        unit_code = '420100' AND row.month = DATE '2025-12-01' AND row_number() OVER (
            PARTITION BY unit_code, row.month ORDER BY chance(row.person_no, 'base'), row.person_no
        ) <= 6 AS is_high,
        CASE WHEN is_high THEN 30000 ELSE 4500 + 100 * pick(row.person_no, 'base', 100) END AS base
    FROM made.insurance_enrolment AS row, fund_scenario
    WHERE insurance_type IN ('110', '120') AND enrolment_status = '1' AND NOT is_retired AND employer_uscc IS NOT NULL
        AND row.month IN (SELECT month FROM delivery WHERE extract = 'pension_ledger')
        AND chance(row.person_no || row.month, 'unpaid') >= 0.02 + 0.08 * chance(unit_code, 'unpaid')
)
SELECT
    month, unit_code, 'C' || strftime(month, '%Y%m') || substr(person_no, 2) AS ledger_no, id_number, region_code, insurance_type,
    month AS contribution_month, month AS credited_month, CAST(base AS DECIMAL(12, 2)) AS contribution_base,
    CAST(base * 0.08 AS DECIMAL(12, 2)) AS personal_part, CAST(base * 0.16 AS DECIMAL(12, 2)) AS employer_part, employer_uscc
FROM employee
UNION ALL
SELECT
    DATE '2025-10-01', unit_code, 'D' || substr(person_no, 2) || lpad(CAST(k AS VARCHAR), 2, '0'), id_number, region_code, '110',
    CAST(DATE '2022-01-01' + to_months(CAST(k AS INTEGER)) AS DATE), DATE '2025-10-01', 6000.00, 480.00, 960.00, NULL
FROM (SELECT *, unnest(range(40)) AS k FROM fund_person WHERE rule_id = 'back_payment');

INSERT INTO fund_truth
SELECT 'early_retirement', 'early_retirement', unit_code, approval_no FROM made.early_retirement
WHERE retirement_kind <> '1' AND region_code = (SELECT region_code FROM office WHERE number = 3)
UNION ALL
SELECT 'back_payment', 'pension_ledger', unit_code, max(ledger_no) FROM made.pension_ledger
WHERE contribution_month < credited_month GROUP BY unit_code, id_number
UNION ALL
SELECT 'base_out_of_range', 'pension_ledger', unit_code, ledger_no FROM made.pension_ledger WHERE contribution_base = 30000;

-- Fifty-five employees of one employer, all first insured in September, besides whom it insured then anyway.
CREATE TABLE enrolled_at_once AS
SELECT unit_code, key AS person_no FROM bed, fund_scenario WHERE bed = 'employee' AND unit_code = '420100' AND n BETWEEN 20 AND 74;
UPDATE made.insurance_enrolment SET
    first_enrolled_month = DATE '2025-09-01', employer_uscc = (SELECT uscc FROM employer WHERE j = 1499)
WHERE month = DATE '2025-12-01' AND person_no IN (SELECT person_no FROM enrolled_at_once);
INSERT INTO fund_truth
SELECT 'mass_enrolment', 'insurance_enrolment', unit_code, person_no || '/' || min(insurance_type)
FROM made.insurance_enrolment, fund_scenario
WHERE month = DATE '2025-12-01' AND first_enrolled_month = DATE '2025-09-01'
    AND employer_uscc = (SELECT uscc FROM employer WHERE j = 1499)
GROUP BY unit_code, person_no;

-- Six employees who draw unemployment benefits.
CREATE TABLE IF NOT EXISTS made.unemployment_benefit (
    month DATE, unit_code VARCHAR, benefit_no VARCHAR, id_number VARCHAR, person_name VARCHAR, region_code VARCHAR, paid_month DATE,
    amount DECIMAL(12, 2), is_first_month BOOLEAN
);
INSERT INTO made.unemployment_benefit BY NAME
SELECT
    row.month, unit_code, 'V' || substr(row.person_no, 2) AS benefit_no, id_number, person_name, region_code, row.month AS paid_month,
    1809.00 AS amount, false AS is_first_month
FROM made.insurance_enrolment AS row, fund_scenario
WHERE row.month = DATE '2025-12-01' AND unit_code = '420100' AND insurance_type = '210' AND enrolment_status = '1'
QUALIFY row_number() OVER (ORDER BY chance(row.person_no, 'benefit'), row.person_no) <= 6;
INSERT INTO fund_truth
SELECT 'employed_on_benefit', 'unemployment_benefit', unit_code, benefit_no || '/2025-12' FROM made.unemployment_benefit
WHERE left(benefit_no, 1) = 'V';

-- What came of the deaths in the first unit: seven pensions were paid back, five were due.
CREATE TABLE made.fund_case_result AS
SELECT
    DATE '2025-12-01' AS month, unit_code,
    'F' || substr(md5('pension_after_death/pension_payment/' || payment_no), 1, 19) AS case_id, region_code,
    CASE WHEN n < 17 THEN '4' ELSE '3' END AS state, '合成社会保险管理处' AS handled_by, DATE '2025-12-02' AS assigned_on,
    CAST(DATE '2025-12-06' + n % 9 AS DATE) AS closed_on, CASE WHEN n < 17 THEN DATE '2025-12-22' END AS recovered_on,
    CASE WHEN n < 17 THEN CAST(amount AS DECIMAL(12, 2)) END AS recovered_amount
FROM fund_person INNER JOIN (SELECT person_no, payment_no, amount, paid_month FROM made.pension_payment) AS paid USING (person_no)
WHERE rule_id = 'pension_after_death' AND unit_code = '420100' AND paid_month = DATE '2025-11-01';

INSERT INTO truth
SELECT scenario, extract, unit_code, DATE '2025-12-01', key FROM fund_truth, fund_scenario WHERE extract = 'pension_payment';
