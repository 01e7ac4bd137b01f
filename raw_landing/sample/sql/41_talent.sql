-- The extracts of the talent system.

CREATE TABLE made.skill_certificate AS
SELECT
    month, unit_code,
    'S' || strftime(month, '%Y%m') || lpad(CAST(i AS VARCHAR), 7, '0') AS certificate_no,
    person_id(30, i, DATE '1966-01-01', 14000) AS id_number,
    region_code,
    CASE WHEN chance(i, 'certificate') < 0.2 THEN '1' ELSE '2' END AS certificate_kind,
    '6-' || lpad(CAST(1 + pick(i, 'occupation', 31) AS VARCHAR), 2, '0') || '-01-02' AS occupation_code,
    -- a third of senior level and above; the scale is inverted
    CASE
        WHEN chance(i, 'level') < 0.001 THEN 'S' WHEN chance(i, 'level') < 0.004 THEN 'T'
        WHEN chance(i, 'level') < 0.015 THEN '1' WHEN chance(i, 'level') < 0.060 THEN '2'
        WHEN chance(i, 'level') < 0.330 THEN '3' WHEN chance(i, 'level') < 0.680 THEN '4' ELSE '5'
    END AS skill_level,
    day_in(month, i, measure) AS issued_on
FROM slot WHERE measure = 'skill_certificate';

CREATE TABLE made.professional_qualification AS
WITH held AS (
    SELECT month, unit_code, region_code, i, 1 AS turn, day_in(month, i, measure) AS issued_on
    FROM slot WHERE measure = 'qualification_holder'
),
-- one holder in thirty has a second certificate within the year, which counts no second holder
every_one AS (
    SELECT * FROM held
    UNION ALL
    SELECT CAST(month + INTERVAL 2 MONTH AS DATE), unit_code, region_code, i, 2, CAST(month + INTERVAL 70 DAY AS DATE)
    FROM held WHERE month(month) <= 9 AND chance(i, 'second') < 1 / 30.0
)
SELECT
    date_trunc('month', issued_on)::DATE AS month, unit_code,
    'Q' || strftime(issued_on, '%Y%m') || lpad(CAST(i AS VARCHAR), 7, '0') || turn AS certificate_no,
    person_id(31, i, DATE '1968-01-01', 12000) AS id_number,
    region_code,
    [ '一级建造师', '二级建造师', '注册会计师', '执业药师', '社会工作者', '监理工程师', '经济师', '审计师' ][1 + pick(i, turn, 8)]
        AS qualification_name,
    [ '1', '2', '2', '3', '3', '9' ][1 + pick(i, 'grade', 6)] AS qualification_grade,
    issued_on
FROM every_one;

CREATE TABLE made.postdoc_intake AS
SELECT
    month, '420000' AS unit_code,
    'P' || strftime(month, '%Y%m') || lpad(CAST(i AS VARCHAR), 5, '0') AS postdoc_no,
    person_id(32, i, DATE '1986-01-01', 4000) AS id_number,
    region_code,
    '合成设站单位' || lpad(CAST(pick(i, 'station', 180) AS VARCHAR), 3, '0') AS station_name,
    CAST(1 + pick(i, 'station kind', 3) AS VARCHAR) AS station_kind,
    day_in(month, i, measure) AS entered_on
FROM slot WHERE measure = 'postdoc_intake';
