-- Pay and pensions: a small survey of enterprises, what is at least to be paid, and what pensioners get on average. Nothing
-- here is calibrated to a published figure.

-- Enterprises by the jobs of their unit, each the same in every year. A third of them work in industry; 宜昌 has one that is
-- larger than all others of its section there, 神农架林区 a single one.
CREATE TABLE surveyed_enterprise AS
WITH numbered AS (
    SELECT unit_code, row_number() OVER (ORDER BY unit_code, i) AS j
    FROM (SELECT unit_code, unnest(range(greatest(1, CAST(round(190 * jobs / sum(jobs) OVER ()) AS INTEGER)))) AS i FROM unit_share)
),
county AS (SELECT unit_code, list(region_code ORDER BY region_code) AS codes FROM leaf GROUP BY unit_code),
placed AS (
    SELECT
        j, unit_code, codes[1 + pick(j, 'wage county', len(codes))] AS region_code,
        substr('CCCCCCEEFFGGHIIJKLMPQQ', 1 + pick(j, 'wage industry', 22), 1) AS drawn_industry,
        unit_code = '420500' AND j = min(j) OVER (PARTITION BY unit_code) AS is_large,
        '91429900' || CAST(70000000 + j * 13 AS VARCHAR) || organisation_check(70000000 + j * 13) AS body
    FROM numbered INNER JOIN county USING (unit_code)
)
SELECT
    j, unit_code, region_code, CASE WHEN is_large THEN 'C' ELSE drawn_industry END AS industry_code, body || credit_check(body) AS enterprise_uscc,
    CASE WHEN is_large THEN 90 ELSE 8 + pick(j, 'wage staff', 13) END AS staff,
    CASE WHEN is_large THEN '1' ELSE CAST(2 + pick(j, 'wage size', 3) AS VARCHAR) END AS enterprise_size
FROM placed;

CREATE TABLE wage_grade AS
SELECT * FROM (VALUES
    -- from and to of a hundred employees, the grade, what they do, and their pay in 2021
    (0, 3, '11', '1-06-01', 165000), (3, 8, '12', '1-06-01', 118000), (8, 14, '13', '1-06-01', 86000), (14, 24, '14', '3-01-02', 61000),
    (24, 29, '21', '2-02-07', 112000), (29, 38, '22', '2-02-07', 84000), (38, 48, '23', '2-06-03', 66000), (48, 55, '24', '2-06-03', 55000),
    (55, 58, '32', '6-18-01', 83000), (58, 66, '33', '6-18-01', 72000), (66, 76, '34', '6-20-01', 61000), (76, 84, '35', '4-02-02', 52000),
    (84, 100, '36', '4-01-02', 44000)
) AS g (from_share, to_share, post_grade, occupation_code, pay);

-- One in fifty gets about a third of what others of the grade do.
CREATE TABLE made.wage_survey AS
WITH employee AS (
    SELECT surveyed_enterprise.*, year, unnest(range(1, staff + 1)) AS row_no
    FROM surveyed_enterprise, range(2021, 2026) AS years (year)
)
SELECT
    make_date(year, 12, 1) AS month, unit_code, enterprise_uscc, row_no, region_code, industry_code, enterprise_size, occupation_code, post_grade,
    CAST(CASE left(post_grade, 1) WHEN '3' THEN 3 ELSE 1 END + pick(j * 1000 + row_no, 'wage education', 3) AS VARCHAR) AS education,
    CAST(round(
        pay * 1.05 ** (year - 2021) * CASE unit_code WHEN '420100' THEN 1.25 WHEN '420500' THEN 1.08 ELSE 1 END
        * CASE industry_code WHEN 'I' THEN 1.5 WHEN 'J' THEN 1.45 WHEN 'H' THEN 0.78 WHEN 'E' THEN 0.95 ELSE 1 END
        * CASE WHEN chance(j * 1000 + row_no, 'wage low') < 0.02 THEN 0.35 ELSE 1 END
        * (0.75 + 0.5 * chance(j * 1000 + row_no, 'wage person')) * (0.97 + 0.06 * chance(j * 1000 + row_no, year)), -2
    ) AS DECIMAL(12, 2)) AS annual_pay,
    CAST(40 + 10 * pick(j, 'wage weight', 9) AS DECIMAL(8, 2)) AS survey_weight
FROM employee
INNER JOIN wage_grade
    ON pick(j * 1000 + row_no, 'wage grade', 100) >= from_share AND pick(j * 1000 + row_no, 'wage grade', 100) < to_share;

-- A year's file holds the standards in force on some day of it.
CREATE TABLE made.wage_policy AS
WITH tier AS (
    SELECT
        unit_code AS region_code,
        CASE WHEN unit_code = '420100' THEN 1 WHEN unit_code IN ('420200', '420500', '420600') THEN 2
            WHEN unit_code IN ('429021', '422800') THEN 4 ELSE 3 END AS tier
    FROM unit_share
),
standard AS (
    SELECT region_code, kind, in_force_from, in_force_to, CASE kind WHEN 'minimum_monthly' THEN monthly[tier] ELSE hourly[tier] END AS value
    FROM tier, (VALUES
        (DATE '2017-11-01', DATE '2021-08-31', [1750, 1500, 1380, 1250], [18, 16, 14.5, 13]),
        (DATE '2021-09-01', DATE '2024-01-31', [2010, 1800, 1650, 1520], [19.5, 18, 16.5, 15]),
        (DATE '2024-02-01', DATE '9999-12-31', [2210, 1950, 1800, 1800], [22, 19.5, 18, 18])
    ) AS s (in_force_from, in_force_to, monthly, hourly), (VALUES ('minimum_monthly'), ('minimum_hourly')) AS k (kind)
    UNION ALL
    SELECT '420000', kind, make_date(year, 6, 1), make_date(year + 1, 5, 31), value
    FROM range(2020, 2026) AS years (year), (VALUES ('guideline_base', 7), ('guideline_upper', 11), ('guideline_lower', 3)) AS k (kind, value)
)
SELECT
    make_date(year, 12, 1) AS month, '420000' AS unit_code, region_code, kind, in_force_from, CAST(value AS DECIMAL(10, 2)) AS value
FROM standard INNER JOIN range(2021, 2026) AS years (year) ON in_force_from <= make_date(year, 12, 31) AND in_force_to >= make_date(year, 1, 1);

-- The province's own row is its own figure: no mean of the units'.
CREATE TABLE made.pension_level AS
WITH year_level AS (
    SELECT * FROM (VALUES
        (2021, 3010, 133, 115, 7), (2022, 3135, 118, 121, 6), (2023, 3262, 117, 128, 7), (2024, 3372, 98, 158, 30), (2025, 3449, 66, 179, 20)
    ) AS l (year, employee, employee_added, resident, resident_added)
),
region_level AS (
    SELECT '420000' AS region_code, 1.0 AS of_employee, 1.0 AS of_resident
    UNION ALL
    SELECT unit_code, 0.86 + 0.28 * chance(unit_code, 'pension'), 0.95 + 0.3 * chance(unit_code, 'base pension') FROM unit_share
)
SELECT
    make_date(year, 12, 1) AS month, '420000' AS unit_code, region_code,
    CAST(round(employee * of_employee, 1) AS DECIMAL(10, 2)) AS employee_pension_average,
    CAST(round(employee_added * of_employee, 1) AS DECIMAL(10, 2)) AS employee_pension_adjustment,
    CAST(round(resident * of_resident, 1) AS DECIMAL(10, 2)) AS resident_base_pension,
    CAST(resident_added AS DECIMAL(10, 2)) AS resident_base_adjustment
FROM year_level, region_level;
