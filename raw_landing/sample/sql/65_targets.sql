-- Targets of the 14th plan handed down to the units: of a complete sample what each can reach from where it began, with a target
-- for each year; else by the weights of the units alone.

-- What the units reach: a flow since 2021, or a level at the end of 2020 (start) and of 2025; of a rate both of its parts.
CREATE TABLE unit_figure AS
WITH fraction_of AS (SELECT extract, month, fraction FROM delivery),
person AS (
    SELECT
        CASE insurance_type WHEN '210' THEN 'unemployment_insurance_enrolment' WHEN '410' THEN 'work_injury_insurance_enrolment'
            ELSE 'basic_pension_coverage_rate' END AS indicator_id,
        unit_code, month, 1 / fraction AS n
    FROM made.insurance_enrolment INNER JOIN fraction_of USING (month)
    WHERE extract = 'insurance_enrolment' AND enrolment_status <> '4'
),
holder AS (
    SELECT unit_code, month, claimed_on <= period_end AS has_e_card, 1 / fraction AS n
    FROM card INNER JOIN delivery
        ON extract = 'social_card' AND issued_on <= period_end AND (cancelled_on IS NULL OR cancelled_on > period_end)
),
level AS (
    SELECT indicator_id, unit_code, month, n FROM person
    UNION ALL
    SELECT 'social_card_holders', unit_code, month, n FROM holder
    UNION ALL
    SELECT 'e_social_card_coverage_rate', unit_code, month, n FROM holder WHERE has_e_card
),
flow_row AS (
    SELECT
        CASE measure WHEN 'training' THEN 'subsidised_training' WHEN 'skill_certificate' THEN 'skill_certificates'
            WHEN 'qualification_holder' THEN 'professional_qualification_certificates' ELSE 'urban_new_employment' END AS indicator_id,
        unit_code, month, CASE measure WHEN 'attrition' THEN -1 ELSE 1 END * n / fraction AS n
    FROM quota WHERE measure IN ('new_registration', 'attrition', 'training', 'qualification_holder', 'skill_certificate')
    UNION ALL
    SELECT 'migrant_worker_training', unit_code, month, 1 / fraction
    FROM made.training_record INNER JOIN fraction_of USING (month)
    WHERE extract = 'training_record' AND trainee_category = '1' AND subsidy_amount > 0
    UNION ALL
    SELECT 'senior_skill_certificates', unit_code, month, 1 / fraction
    FROM made.skill_certificate INNER JOIN fraction_of USING (month)
    WHERE extract = 'skill_certificate' AND skill_level IN ('S', 'T', '1', '2', '3')
    UNION ALL
    SELECT 'third_generation_cards', unit_code, issued_on, 1 / fraction
    FROM card INNER JOIN sampled ON extract = 'social_card' WHERE generation = '3'
)
SELECT
    indicator_id, unit_code, sum(n) FILTER (month = DATE '2020-12-01') / 1e4 AS start, sum(n) FILTER (month = DATE '2025-12-01') / 1e4 AS reached,
    1.0 AS start_base, 1.0 AS base
FROM level WHERE indicator_id NOT LIKE '%_rate' GROUP BY ALL
UNION ALL
SELECT
    indicator_id, unit_code, 100 * sum(n) FILTER (month = DATE '2020-12-01'), 100 * sum(n) FILTER (month = DATE '2025-12-01'),
    any_value(start_base), any_value(base)
FROM level
INNER JOIN (
    SELECT
        CASE name WHEN 'statutory_pension_population' THEN 'basic_pension_coverage_rate' WHEN 'registered_population' THEN 'e_social_card_coverage_rate' END
            AS indicator_id,
        region_code AS unit_code, sum(value) FILTER (month = DATE '2020-12-01') AS start_base, sum(value) FILTER (month = DATE '2025-12-01') AS base
    FROM reported_figure WHERE extract = 'population_denominator' GROUP BY ALL
) AS population USING (indicator_id, unit_code)
GROUP BY ALL
UNION ALL
SELECT indicator_id, unit_code, NULL, sum(n) / 1e4, 1.0, 1.0 FROM flow_row WHERE month >= DATE '2021-01-01' GROUP BY ALL;

-- The plan's target for each unit. What adds up is dealt out, of a level that should rise its rise; `ambition` keeps each unit
-- within a tenth of the province's attainment. A rate that should rise does so from the unit's own; other rates are as they are.
CREATE TABLE unit_target AS
WITH measured AS (
    SELECT
        indicator_id, target, allocated.weight IS NOT NULL AS adds_up, unit_share.unit_code, start / start_base AS start, reached / base AS reached,
        0.95 + 0.1 * chance(indicator_id || unit_share.unit_code, 'ambition') AS ambition,
        CASE WHEN adds_up THEN sum(start) OVER whole ELSE sum(start) OVER whole / sum(start_base) OVER whole END AS start_of_all,
        CASE WHEN adds_up THEN sum(reached) OVER whole ELSE sum(reached) OVER whole / sum(base) OVER whole END AS reached_of_all
    FROM allocated CROSS JOIN unit_share LEFT JOIN unit_figure USING (indicator_id, unit_code)
    WINDOW whole AS (PARTITION BY indicator_id)
),
judged AS (SELECT *, coalesce(target > start_of_all, false) AS rises FROM measured)
SELECT
    indicator_id, unit_code, adds_up, CASE WHEN rises THEN start END AS start, start_of_all IS NULL AND adds_up AS is_flow,
    CASE
        WHEN adds_up AND rises THEN start + (target - start_of_all) * (reached - start) * ambition / sum((reached - start) * ambition) OVER whole
        WHEN adds_up THEN target * reached * ambition / sum(reached * ambition) OVER whole
        WHEN rises THEN start + (target - start_of_all) * (reached - start) * ambition / (reached_of_all - start_of_all)
        ELSE target
    END AS target
FROM judged
WINDOW whole AS (PARTITION BY indicator_id);

-- The plan's targets are sent with the first year's and again with the last's. Of a flow a year's target is what that year adds.
CREATE TABLE made.target_allocation AS
SELECT
    DATE '2021-12-01' AS month, '420000' AS unit_code, '145' AS plan_id, indicator_id, unit_share.unit_code AS region_code,
    2025 AS target_year,
    CAST(CAST(CASE weight
        WHEN 'jobs' THEN round(target * jobs / sum(jobs) OVER (PARTITION BY indicator_id), 2)
        WHEN 'people' THEN round(target * people / sum(people) OVER (PARTITION BY indicator_id), 2)
        ELSE target
    END AS DECIMAL(10, 2)) AS VARCHAR) AS target_value
FROM allocated, unit_share, scale WHERE NOT is_complete
UNION ALL
SELECT
    make_date(year_sent, 12, 1), '420000', '145', indicator_id, unit_code, target_year,
    CAST(CAST(CASE
        WHEN target_year = 2025 THEN target
        WHEN is_flow THEN target * CASE target_year WHEN 2021 THEN 0.205 WHEN 2024 THEN 0.195 ELSE 0.2 END
        ELSE coalesce(start + (target - start) * (target_year - 2020) / 5, target)
    END AS DECIMAL(12, 4)) AS VARCHAR)
FROM unit_target, (VALUES (2021, 2021), (2022, 2022), (2023, 2023), (2024, 2024), (2021, 2025), (2025, 2025)) AS sending (year_sent, target_year), scale
WHERE is_complete;

-- The province's plan for each year: of a flow what the year is to add, of a level where it is to stand at the year's end.
CREATE TABLE made.annual_plan AS
SELECT make_date(plan_year, 12, 1) AS month, '420000' AS unit_code, indicator_id, '420000' AS region_code, plan_year, target_value
FROM (VALUES
    ('urban_new_employment', [70, 70, 70, 70, 70]), ('subsidised_training', [52, 50, 50, 49, 49]),
    ('basic_pension_coverage_rate', [91.5, 92.4, 93.3, 94.2, 95.0]), ('postdoc_annual_intake', [940, 980, 1020, 1060, 1100])
) AS planned_for (indicator_id, targets), LATERAL (SELECT unnest(targets) AS target_value, 2020 + generate_subscripts(targets, 1) AS plan_year);
