-- The labour market as its offices see it: vacancies and seekers of each quarter by industry and occupation, and what firms
-- answer each month. Of a complete sample alone.

-- Shares of all vacancies, and how many times the usual vacancies there are for a seeker.
CREATE TABLE market_cell AS
SELECT * FROM (VALUES
    ('C', '2', 0.06, 1.15), ('C', '3', 0.03, 0.70), ('C', '6', 0.27, 1.20), ('E', '2', 0.04, 1.05), ('E', '6', 0.10, 1.10),
    ('F', '3', 0.04, 0.65), ('F', '4', 0.14, 1.00), ('H', '4', 0.13, 1.05), ('I', '2', 0.06, 1.10), ('I', '3', 0.03, 0.60),
    ('O', '4', 0.10, 0.95)
) AS cell (industry_section, occupation_group, share, tightness);

CREATE TABLE market_year AS
SELECT * FROM (VALUES (2021, 400000, 1.45), (2022, 372000, 1.31), (2023, 388000, 1.36), (2024, 405000, 1.40), (2025, 412000, 1.43))
    AS level (year, vacancies, ratio);

CREATE TABLE market_season AS
SELECT * FROM (VALUES (1, 1.20, 1.06), (2, 1.00, 1.00), (3, 1.02, 0.98), (4, 0.78, 0.96)) AS season (quarter, vacancies, ratio);

CREATE TABLE made.market_supply_demand AS
WITH drawn AS (
    SELECT
        month, '420000' AS unit_code, unit_share.unit_code AS region_code, industry_section, occupation_group,
        market_year.vacancies * market_season.vacancies * jobs / sum_of_jobs * share
            * (0.92 + 0.16 * chance(unit_share.unit_code || industry_section || occupation_group || month, 'vacancies')) AS vacancies,
        market_year.ratio * market_season.ratio * tightness
            * (0.95 + 0.1 * chance(unit_share.unit_code || occupation_group || month, 'seekers')) AS ratio
    FROM delivery
    INNER JOIN market_year ON market_year.year = year(month)
    INNER JOIN market_season ON market_season.quarter = quarter(month)
    CROSS JOIN market_cell CROSS JOIN unit_share
    CROSS JOIN (SELECT sum(jobs) AS sum_of_jobs FROM unit_share), scale
    WHERE delivery.extract = 'market_supply_demand' AND is_complete
)
SELECT
    month, unit_code, region_code, industry_section, occupation_group, CAST(ceil(vacancies) AS BIGINT) AS vacancies,
    CAST(ceil(vacancies / ratio) AS BIGINT) AS seekers, CAST(ceil(vacancies / 5) AS BIGINT) AS registered_firms
FROM drawn;

-- Shares of firms that answer up and down; of the smallest units too few answer for an index.
CREATE TABLE made.market_sentiment AS
WITH drawn AS (
    SELECT
        month, unit_share.unit_code, question, size_class, staff,
        CAST(ceil(firms * least(jobs, 120) / 25) AS BIGINT) AS answers,
        up + drift + 0.12 * chance(unit_share.unit_code || question || size_class || month, 'up') - 0.06 AS up,
        down - drift + 0.12 * chance(unit_share.unit_code || question || size_class || month, 'down') - 0.06 AS down
    FROM delivery
    INNER JOIN (VALUES (2021, 0.04), (2022, -0.07), (2023, -0.01), (2024, 0.01), (2025, 0.02)) AS y (year, drift) ON y.year = year(month)
    CROSS JOIN (VALUES ('1', 0.28, 0.24), ('2', 0.33, 0.17), ('3', 0.25, 0.12), ('4', 0.31, 0.2)) AS q (question, up, down)
    CROSS JOIN (VALUES ('2', 14, 620), ('3', 26, 85)) AS s (size_class, firms, staff)
    CROSS JOIN unit_share, scale
    WHERE delivery.extract = 'market_sentiment' AND is_complete
),
counted AS (SELECT *, CAST(round(answers * up) AS BIGINT) AS up_count, CAST(round(answers * down) AS BIGINT) AS down_count FROM drawn)
SELECT
    month, '420000' AS unit_code, unit_code AS region_code, question, size_class, up_count,
    answers - up_count - down_count AS same_count, down_count, answers * staff AS staff_weight
FROM counted;
