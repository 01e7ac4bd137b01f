-- The extracts of cases: registered unemployment, mediation, arbitration, inspection.

-- Who had left the register before the first dump is in no dump.
CREATE TABLE made.unemployment_registration AS
SELECT
    month, unit_code,
    'U' || lpad(CAST(i AS VARCHAR), 9, '0') AS registration_no,
    person_id(15, i, DATE '1968-01-01', 13000) AS id_number,
    person_name(i) AS person_name,
    region_code,
    chance(i, 'hard to employ') < 0.3 AS is_hard_to_employ,
    CAST(opened_on - CAST(pick(i, 'since', 60) AS INTEGER) AS DATE) AS unemployed_on,
    opened_on AS registered_on,
    closed_on AS cancelled_on,
    CASE WHEN closed_on IS NOT NULL THEN [ '1', '1', '1', '1', '1', '2', '3', '9' ][1 + pick(i, 'left', 8)] END AS cancel_reason
FROM case_sent
WHERE measure = 'unemployment_inflow' AND (closed_on IS NULL OR closed_on >= DATE '2020-10-01');

CREATE TABLE made.mediation_case AS
WITH ranked AS (
    SELECT
        measure, i, share,
        row_number() OVER (PARTITION BY year(closed_on) ORDER BY chance(i, 'outcome'), i) AS rank,
        count(*) OVER (PARTITION BY year(closed_on)) AS closed
    FROM case_life INNER JOIN mediation_success ON mediation_success.year = year(closed_on)
    WHERE measure = 'mediation_closed'
)
SELECT
    month, unit_code,
    'M' || strftime(opened_on, '%Y') || '-' || CASE measure WHEN 'mediation_open' THEN 'P' ELSE '' END || lpad(CAST(i AS VARCHAR), 7, '0')
        AS case_no,
    region_code,
    [ '1', '2', '2', '2', '3', '4', '9' ][1 + pick(i, 'organisation', 7)] AS organisation_kind,
    [ '1', '1', '1', '2', '3', '3', '4', '5', '9' ][1 + pick(i, 'dispute', 9)] AS dispute_kind,
    1 + pick(i, 'claimants', 3) AS claimant_count,
    opened_on AS accepted_on,
    closed_on,
    CASE
        WHEN closed_on IS NULL THEN NULL
        WHEN rank <= round(share * closed) THEN '1'
        ELSE [ '2', '2', '2', '3' ][1 + pick(i, 'failed', 4)]
    END AS outcome
FROM case_sent LEFT JOIN ranked USING (measure, i)
WHERE measure IN ('mediation_closed', 'mediation_open');

CREATE TABLE made.arbitration_case AS
SELECT
    month, unit_code,
    'L' || strftime(opened_on, '%Y') || '-' || lpad(CAST(i AS VARCHAR), 7, '0') AS case_no,
    region_code,
    [ '1', '1', '1', '2', '3', '3', '4', '5', '9' ][1 + pick(i, 'dispute', 9)] AS dispute_kind,
    1 + pick(i, 'claimants', 2) AS claimant_count,
    CAST(opened_on - CAST(pick(i, 'filed', 5) AS INTEGER) AS DATE) AS filed_on,
    opened_on AS accepted_on,
    closed_on,
    CASE WHEN closed_on IS NOT NULL THEN mode END AS close_mode,
    CASE WHEN closed_on IS NOT NULL THEN mode = '1' AND chance(i, 'final') < 0.4 END AS is_final_award,
    CASE WHEN closed_on IS NOT NULL AND mode <> '3' THEN CAST(3000 + 100 * pick(i, 'award', 600) AS DECIMAL(12, 2)) END AS amount_awarded,
    employer.uscc AS employer_uscc,
    CASE WHEN closed_on IS NOT NULL THEN mode = '1' AND chance(i, 'litigated') < 0.2 END AS is_litigated,
    chance(i, 'online') < 0.3 AS is_online
FROM (SELECT *, [ '1', '1', '2', '2', '2', '3' ][1 + pick(i, 'mode', 6)] AS mode FROM case_sent WHERE measure = 'arbitration')
INNER JOIN employer ON j = pick(i, 'employer', 1500);

CREATE TABLE made.inspection_case AS
SELECT
    month, unit_code,
    'J' || strftime(opened_on, '%Y') || '-' || lpad(CAST(i AS VARCHAR), 6, '0') AS case_no,
    region_code,
    CASE WHEN chance(i, 'channel') < 0.3 THEN '1' ELSE '2' END AS channel,
    employer.uscc AS employer_uscc,
    [ '1', '1', '1', '2', '3', '4', '9' ][1 + pick(i, 'violation', 7)] AS violation_kind,
    CAST(opened_on - CAST(pick(i, 'received', 5) AS INTEGER) AS DATE) AS received_on,
    opened_on AS accepted_on,
    closed_on,
    1 + pick(i, 'workers', 12) AS workers_involved,
    CAST(owed AS DECIMAL(12, 2)) AS wages_owed,
    CASE WHEN closed_on IS NOT NULL THEN CAST(round(owed * (0.9 + 0.1 * chance(i, 'recovered')), 2) AS DECIMAL(12, 2)) END AS wages_recovered
FROM (SELECT *, 2000 + 500 * pick(i, 'owed', 80) AS owed FROM case_sent WHERE measure = 'inspection')
INNER JOIN employer ON j = pick(i, 'employer', 1500);
