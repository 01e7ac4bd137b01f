-- Enterprises whose jobs are monitored, of 2025, and what was done about warnings. Of a complete sample alone, drawn by the key of
-- each row: nothing else changes with it. Twelve enterprises a unit gain and lose about as many jobs; the plant that closes is
-- monitored too and ends a month without any.

CREATE TABLE made.job_monitoring AS
WITH place AS (SELECT unit_code, list(region_code ORDER BY region_code) AS regions FROM leaf GROUP BY unit_code),
chosen AS (
    SELECT
        200 + 12 * dense_rank() OVER (ORDER BY unit_code) + k AS j, 80 + pick(unit_code || k, 'monitored jobs', 700) AS jobs_at_baseline,
        regions[1 + pick(unit_code || k, 'monitored', len(regions))] AS region_code, NULL::DATE AS closes_in
    FROM place, range(12) AS numbered (k)
    UNION ALL
    SELECT
        90, CAST(amount AS BIGINT),
        (SELECT min(region_code) FROM leaf WHERE leaf.unit_code = effect.unit_code AND region_code <> leaf.unit_code), from_month
    FROM effect WHERE effect.effect = 'loses'
),
monthly AS (
    SELECT
        chosen.*, delivery.month, uscc, industry_code,
        CASE WHEN closes_in IS NULL THEN CAST(round(jobs_at_baseline * 0.012 * chance(uscc || month, 'hired')) AS BIGINT) ELSE 0 END AS hires,
        CASE WHEN closes_in IS NULL THEN CAST(round(jobs_at_baseline * 0.012 * chance(uscc || month, 'left')) AS BIGINT) ELSE 0 END AS leaves
    FROM delivery INNER JOIN chosen ON delivery.extract = 'job_monitoring' INNER JOIN employer USING (j)
),
standing AS (
    SELECT *, CAST(jobs_at_baseline + sum(hires - leaves) OVER (PARTITION BY uscc ORDER BY month) AS BIGINT) AS jobs FROM monthly
)
SELECT
    month, '420000' AS unit_code, uscc AS enterprise_uscc, region_code, industry_code, jobs_at_baseline,
    CASE WHEN month >= closes_in THEN 0 ELSE jobs END AS jobs_end, hires,
    CASE WHEN month = closes_in THEN jobs ELSE leaves END AS separations,
    CASE WHEN month = closes_in THEN '1' WHEN leaves = 0 THEN NULL WHEN chance(uscc || month, 'kind') < 0.4 THEN '5' ELSE '6' END AS reduction_kind,
    CASE WHEN month = closes_in THEN '企业关闭' END AS main_reason
FROM standing;
INSERT INTO truth
SELECT scenario, extract, effect.unit_code, from_month, (SELECT uscc FROM employer WHERE j = 90) FROM effect WHERE effect.effect = 'loses';

-- The warnings that the closure brings are answered: that of its first month on the third day after it, and for good only when
-- its people have work; that of the second more than a month late.
CREATE TABLE made.warning_response AS
WITH answered AS (
    SELECT *, CAST(last_day(warning_month) + CAST(CASE WHEN warning_month = from_month THEN 3 ELSE 40 END AS INTEGER) AS DATE) AS opened_on
    FROM (
        SELECT effect.*, calendar.month AS warning_month
        FROM effect INNER JOIN calendar ON calendar.month BETWEEN from_month AND to_month WHERE effect.effect = 'answered'
    )
),
stated AS (
    SELECT *, opened_on AS known_until, NULL::DATE AS closed_on FROM answered
    UNION ALL
    SELECT *, CAST(opened_on + 60 AS DATE), CAST(opened_on + 60 AS DATE) FROM answered WHERE warning_month = from_month
)
SELECT
    date_trunc('month', known_until)::DATE AS month, '420000' AS unit_code,
    'YJ' || strftime(warning_month, '%Y%m') || right(unit_code, 4) || '1' AS response_no, 'unemployment' AS domain, unit_code AS region_code,
    warning_month, opened_on, '合成市人力资源和社会保障局' AS owner_unit,
    CASE WHEN warning_month = from_month THEN '驻厂核实裁员方案并组织专场招聘' ELSE '回访新登记失业人员' END AS action, closed_on
FROM stated;
INSERT INTO truth
SELECT DISTINCT scenario, 'warning_response', effect.unit_code, warning_month, response_no
FROM effect INNER JOIN made.warning_response AS answer ON answer.region_code = effect.unit_code WHERE effect.effect = 'answered';
