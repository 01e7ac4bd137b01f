-- Services and key groups: the hotline, ratings of services, the employment fund, human-resources service firms, the ledger of key
-- groups. Drawn by the key of each row alone: nothing else changes with them.

-- What a report has a row of: the province, the sum, and its units, by their people.
CREATE TABLE reported_unit AS SELECT unit_code, people, jobs FROM unit_share;

CREATE TABLE made.hotline_12333 AS
WITH called AS (
    SELECT
        month, unit_code AS region_code,
        CAST(round(people * 190 * (1 + 0.05 * (year(month) - 2021)) * (0.9 + 0.2 * chance(unit_code, month))) AS BIGINT) AS calls
    FROM planned, reported_unit WHERE extract = 'hotline_12333'
),
answered AS (
    SELECT
        *,
        -- the lines of spring are busy
        CAST(round(calls * (0.93 + 0.04 * chance(region_code, 'hotline' || month) - CASE WHEN month(month) IN (2, 3) THEN 0.06 ELSE 0 END)) AS BIGINT)
            AS answered
    FROM called
),
rated AS (SELECT *, CAST(round(answered * (0.55 + 0.1 * chance(region_code, 'rated' || month))) AS BIGINT) AS rated FROM answered),
satisfied AS (SELECT *, CAST(round(rated * (0.98 + 0.015 * chance(region_code, 'satisfied' || month))) AS BIGINT) AS satisfied FROM rated)
SELECT
    month, '420000' AS unit_code, coalesce(region_code, '420000') AS region_code,
    sum(calls) AS calls, sum(answered) AS answered, sum(rated) AS rated, sum(satisfied) AS satisfied
FROM satisfied GROUP BY GROUPING SETS ((month, region_code), (month));

CREATE TABLE made.service_rating AS
WITH handled AS (
    SELECT month, unit_code AS region_code, CAST(round(people * 420 * (0.9 + 0.2 * chance(unit_code, 'matters' || month))) AS BIGINT) AS handled
    FROM planned, reported_unit WHERE extract = 'service_rating'
),
rated AS (
    SELECT
        *,
        CAST(round(handled * 0.55) AS BIGINT) AS very_satisfied,
        CAST(round(handled * 0.15) AS BIGINT) AS satisfied,
        CAST(round(handled * 0.02 * chance(region_code, 'mostly' || month)) AS BIGINT) AS mostly_satisfied,
        CAST(round(handled * 0.0004 * chance(region_code, 'unsatisfied' || month)) AS BIGINT) AS unsatisfied,
        CAST(round(handled * 0.0002 * chance(region_code, 'angry' || month)) AS BIGINT) AS very_unsatisfied
    FROM handled
),
due AS (SELECT *, unsatisfied + very_unsatisfied AS complaints_due FROM rated)
SELECT
    month, '420000' AS unit_code, coalesce(region_code, '420000') AS region_code,
    sum(handled) AS handled, sum(very_satisfied) AS very_satisfied, sum(satisfied) AS satisfied,
    sum(mostly_satisfied) AS mostly_satisfied, sum(unsatisfied) AS unsatisfied, sum(very_unsatisfied) AS very_unsatisfied,
    sum(complaints_due) AS complaints_due,
    sum(CAST(round(complaints_due * (0.95 + 0.05 * chance(region_code, 'in time' || month))) AS BIGINT)) AS complaints_in_time
FROM due GROUP BY GROUPING SETS ((month, region_code), (month));

-- Paid since the year began, in quarters: a tenth, a third, three fifths, nearly all.
CREATE TABLE made.employment_fund AS
WITH budget AS (
    SELECT
        month, unit_code AS region_code, CAST(programme AS VARCHAR) AS programme,
        round(jobs * [42, 3, 60, 55, 18, 12, 8, 10, 9, 4][programme] * (1 + 0.04 * (year(month) - 2021)), 2) AS budget_wan,
        round(budget_wan * [0.1, 0.33, 0.62, 0.95][quarter(month)] * (0.92 + 0.1 * chance(unit_code || programme, year(month))), 2) AS paid_wan
    FROM planned, reported_unit, range(1, 11) AS programmes (programme) WHERE extract = 'employment_fund'
)
SELECT
    month, '420000' AS unit_code, coalesce(region_code, '420000') AS region_code, programme,
    CAST(sum(CAST(budget_wan AS DECIMAL(14, 2))) AS DECIMAL(14, 2)) AS budget_wan,
    CAST(sum(CAST(paid_wan AS DECIMAL(14, 2))) AS DECIMAL(14, 2)) AS paid_wan
FROM budget GROUP BY GROUPING SETS ((month, region_code, programme), (month, programme));

CREATE TABLE made.hr_service_report AS
WITH firm AS (
    SELECT
        month, unit_code AS region_code, year(month) - 2021 AS years,
        -- so few firms in one unit that they are withheld
        CAST(round(jobs * CASE unit_code WHEN '429021' THEN 1.4 ELSE 3.1 END * (1 + 0.09 * years) * (0.95 + 0.1 * chance(unit_code, 'firms'))) AS BIGINT) AS firms
    FROM planned, reported_unit WHERE extract = 'hr_service_report'
),
grown AS (
    SELECT
        *,
        CAST(round(firms * (20 + 8 * chance(region_code, 'staff'))) AS BIGINT) AS staff,
        CAST(round(firms * (2600 + 200 * years) * (0.8 + 0.4 * chance(region_code, 'turnover'))) AS BIGINT) AS turnover_wan,
        CAST(round(firms * (2100 + 60 * years) * (0.9 + 0.2 * chance(region_code, 'placed'))) AS BIGINT) AS persons_placed
    FROM firm
)
SELECT
    month, '420000' AS unit_code, coalesce(region_code, '420000') AS region_code,
    sum(firms) AS firms, sum(staff) AS staff, sum(turnover_wan) AS turnover_wan, sum(persons_placed) AS persons_placed
FROM grown GROUP BY GROUPING SETS ((month, region_code), (month));

-- People of key groups: in two units by county, in the others with the unit's own agency; each unit has some every quarter.
CREATE TABLE ledger_person AS
WITH entered AS (
    SELECT
        row_number() OVER (ORDER BY month, unit_code, k) AS i, month, unit_code,
        (SELECT list(region_code ORDER BY region_code) FROM region WHERE parent_code = unit_code AND level = 'county') AS counties
    FROM planned, (SELECT unit_code, unnest(range(CASE unit_code WHEN '420100' THEN 48 WHEN '420700' THEN 24 ELSE 5 END)) AS k FROM reported_unit)
    WHERE extract = 'key_group_ledger'
),
placed AS (
    SELECT
        *,
        CASE WHEN unit_code IN ('420100', '420700') THEN counties[1 + CAST(floor(len(counties) * chance(i, 'ledger') ^ 2) AS INTEGER)] ELSE unit_code END
            AS region_code,
        [ '1', '1', '1', '1', '2', '2', '3', '4', '4', '5' ][1 + pick(i, 'group', 10)] AS key_group,
        day_in(CAST(month - to_months(CAST(pick(i, 'entered', 3) AS INTEGER)) AS DATE), i, 'entered') AS entered_on
    FROM entered
)
SELECT * EXCLUDE served_on, CASE WHEN left_on IS NULL OR served_on <= left_on THEN served_on END AS served_on
FROM (
    SELECT
        *,
        CASE WHEN chance(i, 'served') < 0.9 THEN CAST(entered_on + CAST(pick(i, 'wait', 70) AS INTEGER) AS DATE) END AS served_on,
        CASE
            WHEN key_group = '5' THEN CAST(entered_on + CAST(15 + pick(i, 'household', 60) AS INTEGER) AS DATE)
            WHEN chance(i, 'left') < 0.75 THEN CAST(entered_on + CAST(70 + pick(i, 'stay', 420) AS INTEGER) AS DATE)
        END AS left_on
    FROM placed
);

-- An entry is sent when it is made, first served and left, as it then stands.
CREATE TABLE made.key_group_ledger AS
WITH due AS (SELECT month, period_end, CAST(month - INTERVAL 2 MONTHS AS DATE) AS period_start FROM planned WHERE extract = 'key_group_ledger')
SELECT
    due.month, unit_code,
    'L' || lpad(CAST(i AS VARCHAR), 8, '0') AS ledger_no,
    CASE key_group WHEN '3' THEN person_id(34, i, DATE '1930-01-01', 5400) ELSE person_id(33, i, DATE '1966-01-01', 13000) END AS id_number,
    person_name(i) AS person_name,
    region_code, key_group,
    CASE key_group WHEN '5' THEN 'H' || region_code || lpad(CAST(i // 2 AS VARCHAR), 7, '0') END AS household_no,
    entered_on,
    CASE WHEN served_on <= period_end THEN CAST(1 + pick(i, 'service', 6) AS VARCHAR) END AS service,
    CASE WHEN served_on <= period_end THEN served_on END AS served_on,
    CASE WHEN left_on <= period_end THEN left_on END AS left_on
FROM ledger_person
INNER JOIN due
    ON entered_on BETWEEN period_start AND period_end OR served_on BETWEEN period_start AND period_end
    OR left_on BETWEEN period_start AND period_end;
