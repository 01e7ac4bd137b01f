-- What befalls a unit for some months: each line of scenarios.csv that the scale carries has its effect on the rows made so far, and
-- `truth` says which rows those are. What ends again does so before the sample does, so that the plan's last figures stay.

CREATE TABLE truth (scenario VARCHAR, extract VARCHAR, unit_code VARCHAR, month DATE, key VARCHAR);

CREATE TABLE effect AS
SELECT
    scenario, extract, region_code AS unit_code, from_month, to_month, split_part(effect, ':', 1) AS effect,
    try_cast(split_part(effect, ':', 2) AS DOUBLE) AS amount
FROM scenario, scale WHERE is_complete;

-- Numbered lines for rows to add: so many a month, in one of the unit's regions, from an employer of the construction trade.
CREATE TABLE added AS
WITH counted AS (
    SELECT effect.*, calendar.month, CASE effect.effect
        WHEN 'more' THEN (
            SELECT round(amount * count(DISTINCT registration_no)) FROM made.unemployment_registration AS row
            WHERE row.unit_code = effect.unit_code AND date_trunc('month', registered_on) = calendar.month
        ) ELSE amount END AS n
    FROM effect INNER JOIN calendar ON calendar.month BETWEEN from_month AND to_month
    WHERE effect.effect IN ('more', 'arrears', 'collective')
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY effect ORDER BY month, k) - 1 AS i
    FROM (SELECT *, unnest(range(CAST(n AS BIGINT))) AS k FROM counted)
),
place AS (
    SELECT unit_code, list(region_code ORDER BY region_code) AS regions FROM leaf GROUP BY unit_code
),
builder AS (SELECT list(uscc ORDER BY j) AS employers FROM (FROM employer WHERE industry_code = 'E' ORDER BY j LIMIT 5))
SELECT
    numbered.*, regions[1 + pick(i, effect, len(regions))] AS region_code, day_in(month, i, effect) AS opened_on,
    CAST(day_in(month, i, effect) + CAST(
        CASE effect WHEN 'more' THEN 60 + pick(i, 'back', 110) ELSE 20 + pick(i, 'settled', 24) END AS INTEGER) AS DATE) AS closed_on,
    employers[1 + pick(i, 'builder', 5)] AS employer_uscc
FROM numbered INNER JOIN place USING (unit_code), builder;

-- A change is sent twice: open in the month in which it begins, closed in that in which it ends.
CREATE MACRO sent_twice(relation) AS TABLE
SELECT *, date_trunc('month', opened_on)::DATE AS sent, opened_on AS known_until FROM query_table(relation)
WHERE date_trunc('month', closed_on) > date_trunc('month', opened_on)
UNION ALL
SELECT *, date_trunc('month', closed_on)::DATE, closed_on FROM query_table(relation);

-- The plant's people register as unemployed, and have work again before the year is out.
INSERT INTO made.unemployment_registration
SELECT
    sent, unit_code, 'U9' || lpad(CAST(i AS VARCHAR), 8, '0'), person_id(70, i, DATE '1968-01-01', 13000), person_name(i), region_code,
    chance(i, 'hard to employ') < 0.3, CAST(opened_on - CAST(pick(i, 'since', 20) AS INTEGER) AS DATE), opened_on,
    CASE WHEN closed_on <= known_until THEN closed_on END, CASE WHEN closed_on <= known_until THEN '1' END
FROM sent_twice('added') WHERE effect = 'more';
INSERT INTO truth
SELECT scenario, extract, unit_code, month, 'U9' || lpad(CAST(i AS VARCHAR), 8, '0') FROM added WHERE effect = 'more';

-- Employees whose insurance ends, all insurances of a person at once; in every snapshot of these months the same share.
CREATE TABLE ended AS
SELECT scenario, effect.extract, row.unit_code, row.month, person_no
FROM made.insurance_enrolment AS row
INNER JOIN effect ON effect.effect = 'ended' AND row.unit_code = effect.unit_code AND row.month BETWEEN from_month AND to_month
WHERE insurance_type = '110' AND enrolment_status = '1' AND NOT is_retired
QUALIFY row_number() OVER (PARTITION BY row.unit_code, row.month ORDER BY chance(person_no, 'ended'), person_no)
    <= round(amount * count(*) OVER (PARTITION BY row.unit_code, row.month));
UPDATE made.insurance_enrolment AS row SET enrolment_status = '4'
FROM ended WHERE row.person_no = ended.person_no AND row.month = ended.month AND row.insurance_type IN ('110', '210', '410');
INSERT INTO truth FROM ended;

-- Wages that builders owe: complaints, and claims of many together.
INSERT INTO made.inspection_case
SELECT
    sent, unit_code, 'J' || strftime(opened_on, '%Y') || '-9' || lpad(CAST(i AS VARCHAR), 5, '0'), region_code, '2', employer_uscc, '1',
    CAST(opened_on - CAST(pick(i, 'received', 5) AS INTEGER) AS DATE), opened_on, CASE WHEN closed_on <= known_until THEN closed_on END,
    workers, CAST(8000 * workers AS DECIMAL(12, 2)), CASE WHEN closed_on <= known_until THEN CAST(7600 * workers AS DECIMAL(12, 2)) END
FROM (SELECT *, 15 + pick(i, 'workers', 50) AS workers FROM sent_twice('added') WHERE effect = 'arrears');
INSERT INTO made.arbitration_case
SELECT
    sent, unit_code, 'L' || strftime(opened_on, '%Y') || '-9' || lpad(CAST(i AS VARCHAR), 6, '0'), region_code, '1',
    claimants, CAST(opened_on - CAST(pick(i, 'filed', 5) AS INTEGER) AS DATE), opened_on,
    CASE WHEN closed_on <= known_until THEN closed_on END, CASE WHEN closed_on <= known_until THEN '2' END,
    CASE WHEN closed_on <= known_until THEN false END,
    CASE WHEN closed_on <= known_until THEN CAST(7000 * claimants AS DECIMAL(12, 2)) END, employer_uscc,
    CASE WHEN closed_on <= known_until THEN false END, chance(i, 'online') < 0.3
FROM (SELECT *, 10 + pick(i, 'claimants', 30) AS claimants FROM sent_twice('added') WHERE effect = 'collective');
INSERT INTO truth
SELECT scenario, extract, unit_code, month, CASE effect
    WHEN 'arrears' THEN 'J' || strftime(opened_on, '%Y') || '-9' || lpad(CAST(i AS VARCHAR), 5, '0')
    ELSE 'L' || strftime(opened_on, '%Y') || '-9' || lpad(CAST(i AS VARCHAR), 6, '0') END
FROM added WHERE effect IN ('arrears', 'collective');

-- An office that takes more than sixty days for a share of its cases: they are sent again as they then stand.
CREATE TABLE slow AS
SELECT
    row.*, scenario, accepted_on AS opened_on, date_trunc('month', accepted_on)::DATE AS accepted,
    CAST(accepted_on + CAST(61 + pick(case_no, 'slow', 60) AS INTEGER) AS DATE) AS ends_on
FROM made.arbitration_case AS row
INNER JOIN effect ON effect.effect = 'beyond_60_days' AND row.unit_code = effect.unit_code
    AND date_trunc('month', accepted_on) BETWEEN from_month AND to_month
WHERE closed_on IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY row.unit_code, date_trunc('month', accepted_on) ORDER BY chance(case_no, 'slow'), case_no)
    <= round(amount * count(*) OVER (PARTITION BY row.unit_code, date_trunc('month', accepted_on)));
DELETE FROM made.arbitration_case WHERE case_no IN (SELECT case_no FROM slow);
INSERT INTO made.arbitration_case
SELECT * EXCLUDE (scenario, opened_on, accepted, ends_on) REPLACE (
    accepted AS month, NULL AS closed_on, NULL AS close_mode, NULL AS is_final_award, NULL AS amount_awarded, NULL AS is_litigated)
FROM slow
UNION ALL
SELECT * EXCLUDE (scenario, opened_on, accepted, ends_on)
    REPLACE (date_trunc('month', ends_on)::DATE AS month, ends_on AS closed_on)
FROM slow WHERE ends_on <= DATE '2025-12-31';
INSERT INTO truth SELECT scenario, 'arbitration_case', unit_code, accepted, case_no FROM slow;

-- A unit that begins to count what the parties settled between themselves apart from what mediation settled.
CREATE TABLE settled AS
SELECT scenario, effect.extract, row.unit_code, date_trunc('month', closed_on)::DATE AS month, case_no
FROM made.mediation_case AS row
INNER JOIN effect ON effect.effect = 'settled_apart' AND row.unit_code = effect.unit_code
    AND date_trunc('month', closed_on) BETWEEN from_month AND to_month
WHERE outcome = '1'
QUALIFY row_number() OVER (PARTITION BY row.unit_code, date_trunc('month', closed_on) ORDER BY chance(case_no, 'settled'), case_no)
    <= round(amount * count(*) OVER (PARTITION BY row.unit_code, date_trunc('month', closed_on)));
UPDATE made.mediation_case AS row SET outcome = '4' FROM settled WHERE row.case_no = settled.case_no AND row.outcome = '1';
INSERT INTO truth FROM settled;

-- Deliveries that never come (75_deliveries.sql).
INSERT INTO truth
SELECT scenario, effect.extract, unit_code, delivery.month, period
FROM effect INNER JOIN delivery ON delivery.extract = effect.extract AND delivery.month BETWEEN from_month AND to_month
WHERE effect = 'missing';
