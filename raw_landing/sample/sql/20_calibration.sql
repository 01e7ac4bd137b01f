-- The figures the sample is made to: in the world's own units, whole province. Outcomes of the 13th plan and targets of the
-- 14th are those of plan_indicators.csv; everything between them is made up and only plausible.

-- Flows: so many rows of an extract, or persons, between two months. `net_new_employment` is registrations less attrition.
CREATE TABLE flow AS
SELECT * FROM (VALUES
    -- 2016-2020 add up to 442 万
    ('net_new_employment', 'employment_registration', DATE '2016-01-01', DATE '2016-12-01', 916000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2017-01-01', DATE '2017-12-01', 924000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2018-01-01', DATE '2018-12-01', 928000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2019-01-01', DATE '2019-12-01', 921000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2020-01-01', DATE '2020-12-01', 731000, 'jobs_2020'),
    ('net_new_employment', 'employment_registration', DATE '2021-01-01', DATE '2021-12-01', 846000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2022-01-01', DATE '2022-12-01', 820000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2023-01-01', DATE '2023-12-01', 841000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2024-01-01', DATE '2024-12-01', 852000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2025-01-01', DATE '2025-06-01', 465000, 'jobs'),
    ('net_new_employment', 'employment_registration', DATE '2025-07-01', DATE '2025-12-01', 388000, 'jobs'),
    ('attrition', 'employment_attrition', DATE '2016-01-01', DATE '2019-12-01', 540000, 'even'),
    ('attrition', 'employment_attrition', DATE '2020-01-01', DATE '2020-12-01', 118000, 'even'),
    ('attrition', 'employment_attrition', DATE '2021-01-01', DATE '2025-06-01', 621000, 'even'),
    ('attrition', 'employment_attrition', DATE '2025-07-01', DATE '2025-12-01', 72000, 'even'),
    -- registrations that are no new urban employment
    ('other_registration', 'employment_registration', DATE '2016-01-01', DATE '2025-06-01', 950000, 'jobs'),
    ('other_registration', 'employment_registration', DATE '2025-07-01', DATE '2025-12-01', 54000, 'jobs'),
    ('unemployment_inflow', 'unemployment_registration', DATE '2020-01-01', DATE '2020-12-01', 830000, 'even'),
    ('unemployment_inflow', 'unemployment_registration', DATE '2021-01-01', DATE '2025-12-01', 3900000, 'even'),
    -- subsidised training: 255 万人次 in all against 250; migrant workers 23.4 against 25
    ('training', 'training_record', DATE '2021-01-01', DATE '2021-12-01', 602000, 'training'),
    ('training', 'training_record', DATE '2022-01-01', DATE '2022-12-01', 551000, 'training'),
    ('training', 'training_record', DATE '2023-01-01', DATE '2023-12-01', 494000, 'training'),
    ('training', 'training_record', DATE '2024-01-01', DATE '2024-12-01', 461000, 'training'),
    ('training', 'training_record', DATE '2025-01-01', DATE '2025-06-01', 204000, 'training'),
    ('training', 'training_record', DATE '2025-07-01', DATE '2025-12-01', 238000, 'training'),
    ('unsubsidised_training', 'training_record', DATE '2021-01-01', DATE '2025-06-01', 120000, 'training'),
    ('unsubsidised_training', 'training_record', DATE '2025-07-01', DATE '2025-12-01', 14000, 'training'),
    -- certificates: 96 万 in all against 75, a third of them of senior level against 28
    ('skill_certificate', 'skill_certificate', DATE '2021-01-01', DATE '2021-12-01', 224000, 'training'),
    ('skill_certificate', 'skill_certificate', DATE '2022-01-01', DATE '2022-12-01', 206000, 'training'),
    ('skill_certificate', 'skill_certificate', DATE '2023-01-01', DATE '2023-12-01', 192000, 'training'),
    ('skill_certificate', 'skill_certificate', DATE '2024-01-01', DATE '2024-12-01', 176000, 'training'),
    ('skill_certificate', 'skill_certificate', DATE '2025-01-01', DATE '2025-12-01', 162000, 'training'),
    -- holders of professional certificates: 58.3 万 against 55
    ('qualification_holder', 'professional_qualification', DATE '2021-01-01', DATE '2021-12-01', 124000, 'results'),
    ('qualification_holder', 'professional_qualification', DATE '2022-01-01', DATE '2022-12-01', 109000, 'results'),
    ('qualification_holder', 'professional_qualification', DATE '2023-01-01', DATE '2023-12-01', 115000, 'results'),
    ('qualification_holder', 'professional_qualification', DATE '2024-01-01', DATE '2024-12-01', 117000, 'results'),
    ('qualification_holder', 'professional_qualification', DATE '2025-01-01', DATE '2025-12-01', 118000, 'results'),
    -- postdoctoral intake: 900 in 2020, 1 085 in 2025 against 1 100
    ('postdoc_intake', 'postdoc_intake', DATE '2021-01-01', DATE '2021-12-01', 930, 'autumn'),
    ('postdoc_intake', 'postdoc_intake', DATE '2022-01-01', DATE '2022-12-01', 982, 'autumn'),
    ('postdoc_intake', 'postdoc_intake', DATE '2023-01-01', DATE '2023-12-01', 1014, 'autumn'),
    ('postdoc_intake', 'postdoc_intake', DATE '2024-01-01', DATE '2024-12-01', 1056, 'autumn'),
    ('postdoc_intake', 'postdoc_intake', DATE '2025-01-01', DATE '2025-12-01', 1085, 'autumn'),
    -- third-generation cards: 1 046 万 against 1 200; of them for people who had no card
    ('third_generation', 'social_card', DATE '2021-01-01', DATE '2025-12-01', 10460000, 'even'),
    ('first_card', 'social_card', DATE '2021-01-01', DATE '2025-12-01', 2600000, 'even'),
    -- mediation: 100 000 cases closed in 2020, 68 370 of them with success
    ('mediation_closed', 'mediation_case', DATE '2020-01-01', DATE '2020-12-01', 100000, 'cases'),
    ('mediation_closed', 'mediation_case', DATE '2021-01-01', DATE '2021-12-01', 110000, 'cases'),
    ('mediation_closed', 'mediation_case', DATE '2022-01-01', DATE '2022-12-01', 121000, 'cases'),
    ('mediation_closed', 'mediation_case', DATE '2023-01-01', DATE '2023-12-01', 132000, 'cases'),
    ('mediation_closed', 'mediation_case', DATE '2024-01-01', DATE '2024-12-01', 139000, 'cases'),
    ('mediation_closed', 'mediation_case', DATE '2025-01-01', DATE '2025-12-01', 144000, 'cases'),
    ('mediation_open', 'mediation_case', DATE '2025-12-01', DATE '2025-12-01', 3200, 'cases'),
    -- arbitration: 3 800 pending and 46 200 accepted in 2020, 46 060 closed (92.12 %)
    ('arbitration', 'arbitration_case', DATE '2019-12-01', DATE '2019-12-01', 3800, 'cases'),
    ('arbitration', 'arbitration_case', DATE '2020-01-01', DATE '2020-12-01', 46200, 'cases'),
    ('arbitration', 'arbitration_case', DATE '2021-01-01', DATE '2021-12-01', 49000, 'cases'),
    ('arbitration', 'arbitration_case', DATE '2022-01-01', DATE '2022-12-01', 52000, 'cases'),
    ('arbitration', 'arbitration_case', DATE '2023-01-01', DATE '2023-12-01', 57000, 'cases'),
    ('arbitration', 'arbitration_case', DATE '2024-01-01', DATE '2024-12-01', 59000, 'cases'),
    ('arbitration', 'arbitration_case', DATE '2025-01-01', DATE '2025-12-01', 60000, 'cases'),
    ('inspection', 'inspection_case', DATE '2019-12-01', DATE '2019-12-01', 860, 'cases'),
    ('inspection', 'inspection_case', DATE '2020-01-01', DATE '2020-12-01', 7900, 'cases'),
    ('inspection', 'inspection_case', DATE '2021-01-01', DATE '2021-12-01', 8300, 'cases'),
    ('inspection', 'inspection_case', DATE '2022-01-01', DATE '2022-12-01', 8500, 'cases'),
    ('inspection', 'inspection_case', DATE '2023-01-01', DATE '2023-12-01', 8800, 'cases'),
    ('inspection', 'inspection_case', DATE '2024-01-01', DATE '2024-12-01', 9000, 'cases'),
    ('inspection', 'inspection_case', DATE '2025-01-01', DATE '2025-12-01', 9200, 'cases')
) AS f (measure, extract, first_month, last_month, total, shape);

-- Which weight spreads a measure over the regions.
CREATE TABLE spread AS
SELECT * FROM (VALUES
    ('net_new_employment', 'jobs'), ('attrition', 'jobs'), ('other_registration', 'jobs'), ('unemployment_inflow', 'jobs'),
    ('training', 'people'), ('unsubsidised_training', 'people'), ('skill_certificate', 'jobs'),
    ('qualification_holder', 'jobs'), ('postdoc_intake', 'postdocs'), ('third_generation', 'people'),
    ('first_card', 'people'), ('mediation_closed', 'jobs'), ('mediation_open', 'jobs'), ('arbitration', 'jobs'),
    ('inspection', 'jobs')
) AS s (measure, weight);

-- Shapes of the year: new employment follows the months of the national figures of 2023; in 2020 Hubei was closed to April.
CREATE TABLE season AS
SELECT shape, month_number, weights[month_number] AS weight
FROM (VALUES
    ('even', [95, 90, 105, 100, 100, 102, 101, 100, 102, 100, 100, 105]),
    ('jobs', [67, 94, 136, 127, 128, 126, 128, 118, 98, 87, 71, 64]),
    ('jobs_2020', [52, 6, 24, 66, 96, 112, 94, 86, 78, 60, 34, 23]),
    ('training', [40, 35, 80, 95, 110, 120, 105, 95, 110, 125, 130, 115]),
    ('results', [130, 90, 110, 60, 50, 90, 110, 100, 130, 80, 70, 180]),
    ('autumn', [40, 20, 60, 60, 70, 120, 160, 90, 150, 110, 100, 120]),
    ('cases', [92, 82, 104, 101, 100, 102, 101, 100, 102, 98, 102, 116])
) AS s (shape, weights), range(1, 13) AS months (month_number);

-- Levels at the ends of months, in the world's own units; between two knots a straight line.
CREATE TABLE knot AS
SELECT * FROM (VALUES
    -- people in basic pension insurance: 41.15 million of 45.38 million are 90.67 %
    ('pension', DATE '2020-12-31', 41150000), ('pension', DATE '2021-12-31', 41700000), ('pension', DATE '2022-12-31', 42180000),
    ('pension', DATE '2023-12-31', 42620000), ('pension', DATE '2024-12-31', 43030000), ('pension', DATE '2025-12-31', 43422000),
    ('unemployment_insurance', DATE '2020-12-31', 6510000), ('unemployment_insurance', DATE '2022-12-31', 6740000),
    ('unemployment_insurance', DATE '2025-12-31', 7022000),
    ('work_injury', DATE '2020-12-31', 7460000), ('work_injury', DATE '2022-12-31', 7790000), ('work_injury', DATE '2025-12-31', 8124000),
    -- registered unemployed: 3.35 % of 14.8 million at the end of 2020
    ('unemployed', DATE '2019-12-31', 0), ('unemployed', DATE '2020-12-31', 495800), ('unemployed', DATE '2021-12-31', 481000),
    ('unemployed', DATE '2022-12-31', 490000), ('unemployed', DATE '2023-12-31', 471000), ('unemployed', DATE '2024-12-31', 462000),
    ('unemployed', DATE '2025-12-31', 452000),
    ('urban_employed', DATE '2020-12-31', 14304200), ('urban_employed', DATE '2022-12-31', 14590000),
    ('urban_employed', DATE '2025-12-31', 15120000),
    ('contracts_required', DATE '2020-12-31', 8650000), ('contracts_required', DATE '2025-12-31', 9240000),
    ('contracts_signed', DATE '2020-12-31', 8131000), ('contracts_signed', DATE '2025-12-31', 8796000),
    -- cards: holders 6 085 万 and 6 137 万 against 6 140; people with an electronic card 36 % and 67.8 % of the registered
    ('card_holders', DATE '2020-12-31', 60850000), ('card_holders', DATE '2025-12-31', 61370000),
    ('e_card_holders', DATE '2020-12-31', 22240000), ('e_card_holders', DATE '2022-12-31', 33500000),
    ('e_card_holders', DATE '2024-12-31', 40100000), ('e_card_holders', DATE '2025-12-31', 41830000),
    ('arbitration_pending', DATE '2019-12-31', 3800), ('arbitration_pending', DATE '2020-12-31', 3940),
    ('arbitration_pending', DATE '2021-12-31', 4000), ('arbitration_pending', DATE '2023-12-31', 4200),
    ('arbitration_pending', DATE '2025-12-31', 4250),
    ('inspection_pending', DATE '2019-12-31', 860), ('inspection_pending', DATE '2020-12-31', 900),
    ('inspection_pending', DATE '2025-12-31', 1010)
) AS k (measure, month_end, level);

-- Inspection cases that stay open past their 60 working days, by the year of acceptance: 98.6 % closed in 2025 against 99.
CREATE TABLE inspection_overdue AS
SELECT * FROM (VALUES (2021, 9), (2022, 14), (2023, 18), (2024, 22), (2025, 66)) AS o (year, cases);

-- Share of mediated cases closed with success, by year of closing.
CREATE TABLE mediation_success AS
SELECT * FROM (VALUES (2020, 0.6837), (2021, 0.6910), (2022, 0.7002), (2023, 0.7041), (2024, 0.7079), (2025, 0.7124)) AS m (year, share);

-- Yearly population figures; talent; the money entrusted (亿元 at the end of the year).
CREATE TABLE population AS
SELECT * FROM (VALUES
    (2019, 45020000, 61773000, 59270000), (2020, 45384361, 61776650, 57752600), (2021, 45560000, 61780000, 58300000),
    (2022, 45690000, 61760000, 58440000), (2023, 45790000, 61740000, 58380000), (2024, 45850000, 61720000, 58340000),
    (2025, 45900000, 61700000, 58310000)
) AS p (year, statutory_pension_population, registered_population, resident_population);

CREATE TABLE talent AS
SELECT * FROM (VALUES
    (2020, 410000, 1640000, 2050000, 2500000), (2021, 431000, 1700000, 2095000, 2610000), (2022, 452000, 1762000, 2140000, 2702000),
    (2023, 471000, 1818000, 2186000, 2795000), (2024, 489000, 1872000, 2230000, 2874000), (2025, 506000, 1921000, 2271000, 2951000)
) AS t (year, professional_senior, professional_intermediate, professional_junior, high_skilled_total);

CREATE TABLE entrusted AS
SELECT * FROM (VALUES
    (DATE '2020-12-01', '1', 1500000.00), (DATE '2021-12-01', '1', 640000.00), (DATE '2022-12-01', '1', 580000.00),
    (DATE '2023-12-01', '1', 560000.00), (DATE '2024-12-01', '1', 450000.00), (DATE '2025-03-01', '1', 180000.00),
    (DATE '2025-06-01', '2', 60000.00), (DATE '2025-09-01', '1', 120000.00), (DATE '2025-12-01', '1', 50000.00)
) AS e (month, movement, amount_wan);

-- Surveyed unemployment, yearly mean and the year's shape in percentage points.
CREATE TABLE surveyed AS
SELECT * FROM (VALUES (2021, 5.42), (2022, 5.61), (2023, 5.38), (2024, 5.24), (2025, 5.17)) AS s (year, rate);

CREATE TABLE surveyed_season AS
SELECT month_number, points[month_number] AS points
FROM (VALUES ([0.1, 0.3, 0.1, 0.0, -0.1, -0.1, 0.1, 0.2, 0.0, -0.2, -0.2, -0.2])) AS s (points), range(1, 13) AS months (month_number);

-- Targets handed down to the units: cumulative and head-count targets by weight, rates as they stand.
CREATE TABLE allocated AS
SELECT * FROM (VALUES
    ('urban_new_employment', 350.0, 'jobs'), ('urban_registered_unemployment_rate', 5.0, NULL), ('subsidised_training', 250.0, 'people'),
    ('migrant_worker_training', 25.0, 'people'), ('basic_pension_coverage_rate', 95.0, NULL),
    ('unemployment_insurance_enrolment', 680.0, 'jobs'), ('work_injury_insurance_enrolment', 744.0, 'jobs'),
    ('professional_qualification_certificates', 55.0, 'jobs'), ('skill_certificates', 75.0, 'jobs'),
    ('senior_skill_certificates', 28.0, 'jobs'), ('mediation_success_rate', 60.0, NULL), ('arbitration_closure_rate', 90.0, NULL),
    ('inspection_closure_rate', 99.0, NULL), ('social_card_holders', 6140.0, 'people'), ('e_social_card_coverage_rate', 67.0, NULL),
    ('third_generation_cards', 1200.0, 'people')
) AS a (indicator_id, target, weight);

-- A full month of the province, where a scale has one: stocks stand where the end of 2020 left them, flows are those of an
-- ordinary month. In the world's own units.
CREATE TABLE full_month AS
SELECT measure, full_month AS month, total
FROM (VALUES
    ('pension', 41150000), ('unemployment_insurance', 6510000), ('work_injury', 7500000), ('card_holders', 60850000),
    ('net_new_employment', 75000), ('attrition', 12000), ('other_registration', 9000), ('training', 45000),
    ('unsubsidised_training', 2400), ('skill_certificate', 15000), ('qualification_holder', 10000),
    ('mediation_closed', 12000), ('arbitration', 5000)
) AS f (measure, total), scale
WHERE full_month IS NOT NULL;

DELETE FROM knot WHERE month_end > DATE '2020-12-31' AND measure IN (SELECT measure FROM full_month);

INSERT INTO knot SELECT measure, last_day(month), total FROM full_month SEMI JOIN knot USING (measure);

-- So does the population, but for a few residents: a dump that is byte for byte that of another year is refused.
UPDATE population SET
    statutory_pension_population = printed.statutory_pension_population, registered_population = printed.registered_population,
    resident_population = printed.resident_population + 100 * (population.year - printed.year)
FROM (FROM population WHERE year = 2020) AS printed
WHERE population.year > 2020 AND EXISTS (FROM full_month);
