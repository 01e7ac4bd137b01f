-- The extracts that bring aggregate figures: each with the rows of units and, where they go so far, counties; in a dump of the
-- province's agency also the province's own row, which is the sum.

-- What is to be spread, one line per figure and period; `weight` names the spread, `wobble` how far regions stray from it.
CREATE TABLE figure AS
SELECT 'urban_employed_stock' AS extract, 'employed_persons' AS name, month, level AS total, 'jobs' AS spread, 0.06 AS wobble
FROM level_at WHERE measure = 'urban_employed'
UNION ALL
SELECT 'labour_contract_report', 'employees_required', month, level, 'jobs', 0.06 FROM level_at WHERE measure = 'contracts_required'
UNION ALL
SELECT 'population_denominator', name, make_date(year, 12, 1), total, 'people', 0.0
FROM (UNPIVOT population ON COLUMNS(* EXCLUDE year) INTO NAME name VALUE total)
UNION ALL
SELECT 'talent_stock_report', name, make_date(year, 12, 1), total, 'jobs', 0.05
FROM (UNPIVOT talent ON COLUMNS(* EXCLUDE year) INTO NAME name VALUE total);

CREATE TABLE figure_by_leaf AS
SELECT
    extract || name || month AS cell, region_code AS item, extract, name, month, unit_code, total AS n,
    CAST(round(leaf_weight.weight * (1 - wobble + 2 * wobble * chance(region_code, name))) AS BIGINT) AS weight
FROM figure INNER JOIN planned USING (extract, month) INNER JOIN leaf_weight ON kind = spread;

CREATE TABLE spread_figure AS
SELECT extract, name, month, item AS region_code, unit_code, part AS value FROM apportion('figure_by_leaf');

-- Contracts signed follow those required, a little more in some regions and a little less in others.
CREATE TABLE signed_by_leaf AS
SELECT
    'signed' || month AS cell, region_code AS item, month, unit_code, level AS n,
    CAST(round(value * (98 + 4 * chance(region_code, 'signed'))) AS BIGINT) AS weight
FROM spread_figure INNER JOIN level_at USING (month)
WHERE name = 'employees_required' AND measure = 'contracts_signed';

INSERT INTO spread_figure
SELECT 'labour_contract_report', 'employees_signed', month, item, unit_code, part FROM apportion('signed_by_leaf');

-- A unit's row is the sum of its counties' and of what its own agency counts; the province's, of all.
CREATE TABLE reported_figure AS
SELECT extract, name, month, region_code, unit_code, value FROM spread_figure WHERE region_code <> unit_code
UNION ALL
SELECT extract, name, month, unit_code, unit_code, sum(value) FROM spread_figure GROUP BY ALL
UNION ALL
SELECT extract, name, month, '420000', '420000', sum(value) FROM spread_figure GROUP BY ALL;

CREATE TABLE made.urban_employed_stock AS
SELECT month, unit_code, region_code, value AS employed_persons
FROM reported_figure WHERE extract = 'urban_employed_stock';

CREATE TABLE made.labour_contract_report AS
SELECT
    month, unit_code, region_code,
    max(value) FILTER (name = 'employees_required') AS employees_required,
    max(value) FILTER (name = 'employees_signed') AS employees_signed
FROM reported_figure WHERE extract = 'labour_contract_report' GROUP BY ALL;

CREATE TABLE made.population_denominator AS
SELECT
    month, '420000' AS unit_code, region_code,
    max(value) FILTER (name = 'statutory_pension_population') AS statutory_pension_population,
    max(value) FILTER (name = 'registered_population') AS registered_population,
    max(value) FILTER (name = 'resident_population') AS resident_population
FROM reported_figure WHERE extract = 'population_denominator' GROUP BY month, region_code;

CREATE TABLE made.talent_stock_report AS
SELECT
    month, '420000' AS unit_code, region_code,
    max(value) FILTER (name = 'professional_senior') AS professional_senior,
    max(value) FILTER (name = 'professional_intermediate') AS professional_intermediate,
    max(value) FILTER (name = 'professional_junior') AS professional_junior,
    max(value) FILTER (name = 'high_skilled_total') AS high_skilled_total
FROM reported_figure WHERE extract = 'talent_stock_report' AND region_code IN (SELECT unit_code FROM unit_share UNION SELECT '420000')
GROUP BY month, region_code;

-- The survey is drawn per region: its units do not add up to the province.
CREATE TABLE made.labour_force_survey AS
WITH surveyed_region AS (
    SELECT '420000' AS region_code, 20500000 AS persons, 0.0 AS drift
    UNION ALL
    SELECT unit_code, 20500000 * jobs / sum(jobs) OVER (), 0.8 * chance(unit_code, 'survey') - 0.4 FROM unit_share
),
drawn AS (
    SELECT
        month, region_code, round(persons) AS employed_weighted,
        (rate + points + drift + 0.12 * chance(region_code, month) - 0.06) / 100 AS rate
    FROM calendar
    INNER JOIN surveyed ON surveyed.year = year(month)
    INNER JOIN surveyed_season ON month_number = month(month), surveyed_region
)
SELECT
    month, '420000' AS unit_code, region_code,
    CAST(employed_weighted AS DECIMAL(14, 1)) AS employed_weighted,
    CAST(round(employed_weighted * rate / (1 - rate), 1) AS DECIMAL(14, 1)) AS unemployed_weighted
FROM drawn;

-- Flash figures: what the rows above come to, rounded to hundredths of 万.
CREATE TABLE made.statistical_report AS
WITH flow_item AS (
    SELECT * FROM (VALUES
        ('new_registration', 1, '城镇新增就业人数'), ('attrition', -1, '城镇新增就业人数'),
        ('training', 1, '开展补贴性职业技能培训人次'), ('skill_certificate', 1, '新增取得职业资格证书或职业技能等级证书人数')
    ) AS f (measure, sign, item)
),
reported AS (SELECT month FROM planned WHERE extract = 'statistical_report'),
-- of every region that a report has a row of: the province and the units
counted AS (
    SELECT item, month, unit_code, sum(sign * n / fraction) AS n
    FROM quota INNER JOIN flow_item USING (measure) SEMI JOIN reported USING (month) GROUP BY ALL
),
rolled AS (
    SELECT item, month, unit_code AS region_code, n FROM counted
    UNION ALL
    SELECT item, month, '420000', sum(n) FROM counted GROUP BY ALL
),
to_date AS (
    SELECT item, month, region_code, 'ytd' AS basis, sum(n) OVER (PARTITION BY item, region_code, year(month) ORDER BY month) AS n FROM rolled
),
insured_now AS (
    SELECT
        CASE insurance_type WHEN '210' THEN '失业保险参保人数' ELSE '工伤保险参保人数' END AS item,
        made.insurance_enrolment.month, unit_code, sum(1 / fraction) AS n
    FROM made.insurance_enrolment
    INNER JOIN delivery ON delivery.extract = 'insurance_enrolment' AND delivery.month = made.insurance_enrolment.month
    WHERE insurance_type IN ('210', '410') AND enrolment_status IN ('1', '2') AND made.insurance_enrolment.month IN (FROM reported)
    GROUP BY ALL
    UNION ALL
    SELECT
        CASE measure WHEN 'unemployment_insurance' THEN '失业保险参保人数' ELSE '工伤保险参保人数' END,
        month, unit_code, sum(part) / any_value(thinning)
    FROM apportion('crowd_by_leaf') INNER JOIN full_month ON cell = measure, scale
    WHERE measure IN ('unemployment_insurance', 'work_injury')
    GROUP BY measure, month, unit_code
),
stock AS (
    SELECT item, month, unit_code AS region_code, 'period_end' AS basis, n FROM insured_now
    UNION ALL
    SELECT item, month, '420000', 'period_end', sum(n) FROM insured_now GROUP BY ALL
)
SELECT
    month, '420000' AS unit_code, region_code, item, basis, CAST(round(n / 10000, 2) AS DECIMAL(12, 2)) AS value,
    CASE WHEN item LIKE '%人次' OR item LIKE '新增取得%' THEN '万人次' ELSE '万人' END AS unit, 'flash' AS report_kind
FROM (SELECT * FROM to_date UNION ALL SELECT * FROM stock);

-- Promises of the plan's text. Cumulative ones grow to about their target; yearly ones are about met each year; P01 counts the
-- very cards of the card system. What is built or not is built in the fourth or fifth year.
CREATE TABLE made.plan_task_report AS
WITH cards AS (
    SELECT year(month) AS year, sum(sum(n)) OVER (ORDER BY year(month)) / any_value(fraction) / 10000 AS done
    FROM month_total WHERE measure = 'third_generation' GROUP BY year(month)
),
progress AS (
    SELECT task_id, cadence, kind, target, year, (year - 2020) / 5.0 AS elapsed, 0.85 + 0.35 * chance(task_id, 'task') AS pace
    FROM plan_task, range(2021, 2026) AS years (year)
)
SELECT
    make_date(progress.year, 12, 1) AS month, '420000' AS unit_code, task_id,
    CAST(CASE
        WHEN task_id = 'P01' THEN round(cards.done, 1)
        WHEN kind = 'milestone' THEN CAST(elapsed * pace >= 0.7 AS INTEGER)
        WHEN cadence = 'yearly' THEN round(target * (0.94 + 0.16 * chance(task_id, progress.year)))
        WHEN cadence = 'every_two_years' THEN (progress.year - 2020) // 2
        WHEN target = 100 AND pace > 1 THEN least(100, round(100 * elapsed * pace))
        ELSE floor(target * elapsed * pace)
    END AS DECIMAL(10, 1)) AS done_value,
    CASE WHEN cadence = 'yearly' THEN 'year' ELSE 'since_start' END AS basis,
    '合成数据' AS note
FROM progress INNER JOIN cards USING (year);
