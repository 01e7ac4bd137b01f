-- What is delivered when: by the province's own agency for the past, by the 17 units themselves in the last six months.
-- Needs table extract (extract, cadence, delivered_by) and table scale (units, since, thinning, full_month, is_complete).

-- The share of the world that a dump's rows stand for, from a month on. People insured and paid are the same people. A full
-- month of events is whole; so that no case changes its weight in it, cases are whole all the time.
CREATE TABLE sampled AS
SELECT
    extract, first_month,
    -- 0.0001: the least that contracts allow (min_sampling_fraction)
    greatest(
        0.0001,
        CASE WHEN full_month IS NOT NULL AND extract IN ('mediation_case', 'arbitration_case') THEN 1 ELSE fraction END * thinning
    ) AS fraction
FROM (VALUES
    ('employment_registration', DATE '2015-01-01', 0.02), ('employment_registration', DATE '2025-07-01', 0.1),
    ('employment_attrition', DATE '2015-01-01', 0.02), ('employment_attrition', DATE '2025-07-01', 0.1),
    ('training_record', DATE '2015-01-01', 0.02), ('training_record', DATE '2025-07-01', 0.1),
    ('unemployment_registration', DATE '2015-01-01', 0.02), ('skill_certificate', DATE '2015-01-01', 0.05),
    ('professional_qualification', DATE '2015-01-01', 0.05), ('insurance_enrolment', DATE '2015-01-01', 0.0005),
    ('pension_payment', DATE '2015-01-01', 0.0005), ('pension_ledger', DATE '2015-01-01', 0.0005), ('social_card', DATE '2015-01-01', 0.001),
    ('mediation_case', DATE '2015-01-01', 0.1), ('arbitration_case', DATE '2015-01-01', 0.1)
) AS s (extract, first_month, fraction), scale
UNION ALL
SELECT extract, full_month, thinning
FROM (VALUES
    ('employment_registration'), ('employment_attrition'), ('training_record'), ('skill_certificate'), ('professional_qualification')
) AS e (extract), scale
WHERE full_month IS NOT NULL;

CREATE TABLE calendar AS
SELECT CAST(month AS DATE) AS month FROM range(DATE '2015-12-01', DATE '2026-01-01', INTERVAL 1 MONTH) AS months (month);

-- Every delivery there could be: one row per extract and period. Where the scale is complete, all that is due of 2021 to 2025
-- (of payments, of the last 36 months; of contributions, of the last year; of what else fund supervision compares with, of the
-- last quarter), besides what the years before have anyway.
CREATE TABLE planned AS
WITH rhythm AS (
    SELECT * FROM (VALUES
        -- extract, first and last month, every so many months
        ('employment_registration', DATE '2016-01-01', DATE '2025-12-01', 1),
        ('employment_attrition', DATE '2016-01-01', DATE '2025-12-01', 1),
        ('unemployment_registration', DATE '2020-10-01', DATE '2020-12-01', 1),
        ('unemployment_registration', DATE '2021-01-01', DATE '2024-12-01', 12),
        ('unemployment_registration', DATE '2025-01-01', DATE '2025-12-01', 1),
        ('urban_employed_stock', DATE '2020-12-01', DATE '2024-12-01', 12),
        ('urban_employed_stock', DATE '2025-01-01', DATE '2025-12-01', 3),
        ('labour_force_survey', DATE '2021-01-01', DATE '2025-12-01', 1),
        ('training_record', DATE '2021-01-01', DATE '2025-12-01', 1),
        ('skill_certificate', DATE '2021-01-01', DATE '2025-12-01', 1),
        ('professional_qualification', DATE '2021-01-01', DATE '2025-12-01', 1),
        ('postdoc_intake', DATE '2021-01-01', DATE '2023-12-01', 3),
        ('postdoc_intake', DATE '2024-01-01', DATE '2025-12-01', 1),
        ('talent_stock_report', DATE '2020-12-01', DATE '2025-12-01', 12),
        ('insurance_enrolment', DATE '2020-12-01', DATE '2024-12-01', 12),
        ('insurance_enrolment', DATE '2025-01-01', DATE '2025-06-01', 3),
        ('insurance_enrolment', DATE '2025-07-01', DATE '2025-12-01', 1),
        ('pension_payment', DATE '2025-07-01', DATE '2025-12-01', 1),
        ('population_denominator', DATE '2019-12-01', DATE '2025-12-01', 12),
        ('fund_entrustment', DATE '2020-12-01', DATE '2024-12-01', 12),
        ('fund_entrustment', DATE '2025-01-01', DATE '2025-12-01', 1),
        ('social_card', DATE '2020-12-01', DATE '2025-12-01', 1),
        ('mediation_case', DATE '2020-01-01', DATE '2020-12-01', 1),
        ('mediation_case', DATE '2021-01-01', DATE '2024-12-01', 12),
        ('mediation_case', DATE '2025-01-01', DATE '2025-12-01', 1),
        ('arbitration_case', DATE '2020-01-01', DATE '2020-12-01', 1),
        ('arbitration_case', DATE '2021-01-01', DATE '2024-12-01', 12),
        ('arbitration_case', DATE '2025-01-01', DATE '2025-12-01', 1),
        ('inspection_case', DATE '2020-01-01', DATE '2020-12-01', 1),
        ('inspection_case', DATE '2021-01-01', DATE '2024-12-01', 12),
        ('inspection_case', DATE '2025-01-01', DATE '2025-12-01', 1),
        ('labour_contract_report', DATE '2020-12-01', DATE '2024-12-01', 12),
        ('labour_contract_report', DATE '2025-01-01', DATE '2025-12-01', 3),
        ('statistical_report', DATE '2025-01-01', DATE '2025-12-01', 1),
        ('target_allocation', DATE '2021-12-01', DATE '2021-12-01', 12),
        ('plan_task_report', DATE '2021-12-01', DATE '2025-12-01', 12)
    ) AS r (extract, first_month, last_month, every)
),
delivered AS (
    SELECT extract, month FROM rhythm INNER JOIN calendar ON month BETWEEN first_month AND last_month AND month(month) % every = 0
    UNION
    SELECT extract, month
    FROM extract
    INNER JOIN calendar
        ON month >= CASE
            WHEN extract = 'pension_payment' THEN DATE '2023-01-01'
            WHEN extract IN ('layoff_report', 'pension_ledger', 'job_monitoring', 'warning_response') THEN DATE '2025-01-01'
            WHEN extract IN (
                'death_register', 'custody_register', 'early_retirement', 'benefit_change', 'fund_case_result'
            ) THEN DATE '2025-10-01'
            ELSE DATE '2021-01-01'
        END
        AND month(month) % CASE cadence WHEN 'monthly' THEN 1 WHEN 'quarterly' THEN 3 ELSE 12 END = 0,
        scale
    WHERE is_complete
),
due AS (
    SELECT
        extract, month, last_day(month) AS period_end,
        delivered_by = 'units' AND month >= DATE '2025-07-01' AS by_unit,
        -- months that only a complete sample has hold every fifth person of the others' (42_social_insurance.sql)
        is_complete AND month < DATE '2025-07-01' AND (
            extract = 'pension_payment'
            OR (extract IN ('insurance_enrolment', 'pension_ledger') AND month(month) <> 12 AND (year(month) < 2025 OR month(month) % 3 <> 0))
        ) AS is_thin,
        CASE cadence
            WHEN 'monthly' THEN strftime(month, '%Y-%m')
            WHEN 'quarterly' THEN year(month) || '-Q' || quarter(month)
            ELSE CAST(year(month) AS VARCHAR)
        END AS period
    FROM delivered INNER JOIN extract USING (extract), scale
)
SELECT
    due.extract, period, month, period_end, by_unit, is_thin,
    CASE WHEN is_thin THEN 0.0001 ELSE coalesce(fraction, 1.0) END AS fraction
FROM due ASOF LEFT JOIN sampled ON due.extract = sampled.extract AND due.month >= sampled.first_month;

-- What this scale writes of it: yearly figures always, for others need them. `is_full`: the dumps of a full month; `is_whole`:
-- those of who is insured and who has a card, written unit by unit (45_full_month.sql). Cards have no other dump then, so that
-- no card changes its weight.
CREATE TABLE delivery AS
WITH complete AS (
    SELECT extract, month, list(region_code ORDER BY region_code) AS complete_units
    FROM scenario INNER JOIN calendar ON month BETWEEN from_month AND to_month, scale
    WHERE effect = 'complete' AND is_complete
    GROUP BY ALL
)
SELECT
    extract, period, month, period_end, by_unit, is_thin,
    -- units whose dumps hold everything, of their own also where the province delivers for the others (74_complete_unit.sql)
    coalesce(complete_units, []) AS complete_units,
    CASE WHEN by_unit THEN units ELSE list_concat(['420000'], coalesce(complete_units, [])) END AS senders,
    by_unit AND month IS NOT DISTINCT FROM full_month AS is_full,
    is_full AND extract IN ('insurance_enrolment', 'social_card') AS is_whole,
    CASE WHEN is_whole THEN thinning ELSE fraction END AS fraction
FROM planned INNER JOIN extract USING (extract) LEFT JOIN complete USING (extract, month), scale
WHERE (period_end >= since OR cadence = 'annual') AND (extract <> 'social_card' OR full_month IS NULL OR is_whole);
