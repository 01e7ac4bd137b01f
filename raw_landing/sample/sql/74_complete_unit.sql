-- A small unit whose dumps hold everything for some months: each of its sampled rows becomes as many as it stands for, so that no figure
-- moves, of people of whom one source knows what another does: sources can be compared. `truth` says of whom they should tell.

CREATE TABLE complete AS
SELECT effect.extract, effect.unit_code, delivery.month, CAST(round(1 / fraction) AS BIGINT) AS weight
FROM effect INNER JOIN delivery ON delivery.extract = effect.extract AND delivery.month BETWEEN from_month AND to_month
WHERE effect = 'complete';

-- Who is insured: copies of those in the sample, numbered on; those insured against work injury come first.
CREATE TABLE complete_insured AS
WITH drawn AS (
    SELECT snapshot_row.*, weight FROM snapshot_row INNER JOIN complete USING (unit_code, month) WHERE extract = 'insurance_enrolment'
),
placed AS (
    SELECT i, row_number() OVER (ORDER BY max(CAST(kind = '410' AS INTEGER)) DESC, i) - 1 AS place FROM drawn GROUP BY i
),
copied AS (
    SELECT drawn.* EXCLUDE (i, person_no, id_number), place * weight + unnest(range(1, weight)) AS i FROM drawn INNER JOIN placed USING (i)
)
SELECT
    *, 'K' || lpad(CAST(i AS VARCHAR), 9, '0') AS person_no,
    CASE WHEN is_retired THEN person_id(91, i, DATE '1945-01-01', 6200) ELSE person_id(90, i, DATE '1966-01-01', 13000) END AS id_number
FROM copied;
INSERT INTO made.insurance_enrolment FROM enrolment('complete_insured');

-- Those who are so in every one of these snapshots, in a row: registrations take people from its head, the unemployed from its end.
CREATE TABLE complete_employee AS
SELECT CAST(substr(person_no, 2) AS BIGINT) AS i, row_number() OVER (ORDER BY person_no) - 1 AS place
FROM made.insurance_enrolment INNER JOIN complete USING (unit_code, month)
WHERE extract = 'insurance_enrolment' AND insurance_type = '410' AND enrolment_status = '1' AND person_no LIKE 'K%'
GROUP BY person_no
HAVING count(*) = (SELECT count(*) FROM complete WHERE extract = 'insurance_enrolment');

-- Registrations: of sixteen one person is not insured, and another is under a number of which three digits were mistaken.
CREATE TABLE complete_registration AS
WITH copied AS (
    SELECT row.*, unnest(range(weight)) AS copy
    FROM made.employment_registration AS row INNER JOIN complete USING (unit_code, month) WHERE extract = 'employment_registration'
),
numbered AS (
    SELECT *, row_number() OVER (ORDER BY month, registration_no, copy) - 1 AS r, row_number() OVER (PARTITION BY month ORDER BY registration_no, copy) - 1 AS place
    FROM copied
),
person AS (
    SELECT
        numbered.*, employee.i AS n,
        -- of those who are not insured other names go with other days of birth
        CASE r % 16 WHEN 3 THEN 92 ELSE 90 END AS grp, CASE r % 16 WHEN 3 THEN DATE '1967-03-01' ELSE DATE '1966-01-01' END AS first,
        CASE r % 16 WHEN 3 THEN 12000 ELSE 13000 END AS days,
        CASE r % 16 WHEN 3 THEN r WHEN 9 THEN employee.i + 400 * 13000 ELSE employee.i END AS p
    FROM numbered INNER JOIN complete_employee AS employee ON employee.place = r
)
SELECT
    person.month, unit_code, registration_no || CASE WHEN copy > 0 THEN '-' || copy ELSE '' END AS registration_no,
    person_id(grp, p, first, days) AS id_number, person_name(CASE r % 16 WHEN 3 THEN r ELSE n END) AS person_name,
    CASE WHEN is_male(p) THEN '1' ELSE '2' END AS sex, birth_of(p, first, days) AS birth_date,
    household_type, region_code, uscc AS employer_uscc, employer.employer_name, employer.industry_code,
    CASE WHEN r % 4 = 0 THEN '3' ELSE '1' END AS employment_form,
    new_employment_kind, is_urban_new, day_in(person.month, r, 'registered') AS registered_on, person.place, n, r
FROM person INNER JOIN employer ON j = pick(r, 'employer', 1500);

-- Of the key groups some find work in the second month after they entered.
UPDATE complete_registration AS row SET
    id_number = ledger.id_number, person_name = ledger.person_name, birth_date = birth_of(ledger.i, DATE '1966-01-01', 13000),
    sex = CASE WHEN is_male(ledger.i) THEN '1' ELSE '2' END
FROM (
    SELECT i, id_number, any_value(person_name) AS person_name, CAST(date_trunc('month', any_value(entered_on)) + INTERVAL 2 MONTHS AS DATE) AS month
    FROM (SELECT *, CAST(substr(ledger_no, 2) AS BIGINT) AS i FROM made.key_group_ledger)
    WHERE unit_code IN (SELECT unit_code FROM complete) AND key_group <> '3' AND entered_on BETWEEN DATE '2025-04-01' AND DATE '2025-06-30' AND i % 5 < 3
    GROUP BY i, id_number
) AS ledger
WHERE row.month = ledger.month AND row.place = 64 + ledger.i % 5;

DELETE FROM made.employment_registration AS row
WHERE (unit_code, month) IN (SELECT (unit_code, month) FROM complete WHERE extract = 'employment_registration');
INSERT INTO made.employment_registration SELECT * EXCLUDE (place, n, r) FROM complete_registration;

-- Trainings: two of three people find work in the second month after.
CREATE TABLE complete_training AS
WITH copied AS (
    SELECT row.*, unnest(range(weight)) AS copy
    FROM made.training_record AS row INNER JOIN complete USING (unit_code, month) WHERE extract = 'training_record'
),
numbered AS (
    SELECT *, row_number() OVER (ORDER BY month, training_no, copy) - 1 AS t, row_number() OVER (PARTITION BY month ORDER BY training_no, copy) - 1 AS place
    FROM copied
)
SELECT
    numbered.month, numbered.unit_code, training_no || CASE WHEN copy > 0 THEN '-' || copy ELSE '' END AS training_no,
    coalesce(later.id_number, person_id(93, t, DATE '1967-03-01', 12000)) AS id_number, numbered.region_code,
    CASE WHEN t * 919 % 10000 < 918 THEN '1' ELSE [ '2', '2', '2', '3', '4', '5', '9' ][1 + pick(t, 'trainee', 7)] END AS trainee_category,
    programme, CAST(day_in(numbered.month, t, 'trained') - CAST(5 + pick(t, 'length', 40) AS INTEGER) AS DATE) AS started_on,
    subsidy_amount, fund_source, day_in(numbered.month, t, 'trained') AS completed_on, later.id_number IS NOT NULL AS is_employed
FROM numbered
LEFT JOIN complete_registration AS later
    ON later.month = numbered.month + INTERVAL 2 MONTHS AND later.place = numbered.place AND numbered.place % 3 <> 0;

DELETE FROM made.training_record AS row
WHERE (unit_code, month) IN (SELECT (unit_code, month) FROM complete WHERE extract = 'training_record');
INSERT INTO made.training_record SELECT * EXCLUDE (is_employed) FROM complete_training;

-- The unemployed: of two who have left the register one is insured. Who was sent before stays who it is. Some more of each month's are
-- back at work before it ends, so that every dump has somebody who is.
CREATE TABLE complete_unemployed AS
WITH copied AS (
    SELECT
        row.* REPLACE (registration_no || '-' || copy AS registration_no),
        copy >= weight AS is_brief
    FROM (
        SELECT
            row.*, weight,
            unnest(range(1, weight + CASE WHEN cancelled_on IS NULL AND registered_on >= row.month THEN 4 ELSE 0 END)) AS copy
        FROM made.unemployment_registration AS row INNER JOIN complete USING (unit_code, month) WHERE extract = 'unemployment_registration'
    ) AS row
),
dated AS (
    SELECT
        * REPLACE (day_in(CAST(date_trunc('month', registered_on) AS DATE), registration_no, 'registered') AS registered_on),
        CASE
            WHEN is_brief THEN last_day(month)
            WHEN cancelled_on IS NOT NULL THEN day_in(CAST(date_trunc('month', cancelled_on) AS DATE), registration_no, 'back')
        END AS back_on
    FROM copied
),
numbered AS (
    SELECT
        *, dense_rank() OVER (ORDER BY registration_no) - 1 AS u,
        max(back_on) OVER (PARTITION BY registration_no) IS NOT NULL AND u % 2 = 0 AS is_insured
    FROM dated
)
SELECT
    month, unit_code, registration_no,
    CASE WHEN is_insured THEN person_id(90, employee.i, DATE '1966-01-01', 13000) ELSE person_id(94, u, DATE '1967-03-01', 12000) END AS id_number,
    person_name(CASE WHEN is_insured THEN employee.i ELSE u END) AS person_name,
    region_code, is_hard_to_employ, CAST(registered_on - 10 AS DATE) AS unemployed_on, registered_on,
    CASE WHEN back_on IS NOT NULL THEN greatest(back_on, registered_on) END AS cancelled_on, CASE WHEN is_brief THEN '1' ELSE cancel_reason END AS cancel_reason, is_insured
FROM numbered INNER JOIN complete_employee AS employee ON employee.place = (SELECT max(place) FROM complete_employee) - u;
INSERT INTO made.unemployment_registration SELECT * EXCLUDE (is_insured) FROM complete_unemployed;

-- Whom the comparison should find: employees who are not insured a month later, those of them who are under another number, the trained
-- who found work and the unemployed who are insured again, as far as the dumps reach.
INSERT INTO truth
WITH told AS (
    SELECT DISTINCT month, id_number, person_no, CAST(substr(person_no, 2) AS BIGINT) AS i
    FROM made.insurance_enrolment INNER JOIN complete USING (unit_code, month)
    WHERE extract = 'insurance_enrolment' AND insurance_type = '410' AND enrolment_status = '1'
),
looked_up AS (
    SELECT row.*, CAST(row.month + INTERVAL 1 MONTH AS DATE) AS by_month
    FROM complete_registration AS row
    WHERE employment_form = '1' AND by_month IN (SELECT month FROM told)
)
SELECT 'complete_unit', 'employment_registration', unit_code, month, registration_no
FROM looked_up WHERE (by_month, id_number) NOT IN (SELECT (month, id_number) FROM told)
UNION ALL
SELECT 'complete_unit', 'insurance_enrolment', unit_code, by_month, person_no
FROM looked_up INNER JOIN told ON told.month = by_month AND told.i = n AND r % 16 = 9 AND told.id_number <> looked_up.id_number
UNION ALL
SELECT 'complete_unit', 'training_record', unit_code, month, training_no
FROM complete_training WHERE is_employed AND trainee_category <> '2' AND month <= DATE '2025-06-01'
UNION ALL
SELECT DISTINCT 'complete_unit', 'unemployment_registration', unit_code, date_trunc('month', registered_on)::DATE, registration_no
FROM complete_unemployed
WHERE is_insured AND date_trunc('month', registered_on) + INTERVAL 6 MONTHS IN (SELECT month FROM told);
