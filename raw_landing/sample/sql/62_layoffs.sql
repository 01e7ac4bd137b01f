-- What enterprises report of layoffs, of 2025: each unit has a small one a month; and the plant that closes. Of a complete sample
-- alone, drawn by the key of each row: nothing else changes with it.

CREATE TABLE made.layoff_report AS
WITH place AS (SELECT unit_code, list(region_code ORDER BY region_code) AS regions FROM leaf GROUP BY unit_code),
drawn AS (
    SELECT
        month, place.unit_code, row_number() OVER (ORDER BY month, place.unit_code) AS i,
        regions[1 + pick(place.unit_code || month, 'layoff place', len(regions))] AS region_code
    FROM delivery, place WHERE extract = 'layoff_report'
),
staffed AS (SELECT *, 120 + pick(i, 'layoff staff', 500) AS staff_before FROM drawn)
SELECT
    month, '420000' AS unit_code, uscc AS enterprise_uscc, region_code, day_in(month, i, 'layoff day') AS reported_on, staff_before,
    CAST(floor(least(staff_before * 0.2, 40) * chance(i, 'layoff')) AS BIGINT) AS staff_cut
FROM staffed INNER JOIN employer ON employer.j = 100 + i
UNION ALL
SELECT
    from_month, '420000', (SELECT uscc FROM employer WHERE j = 90), (SELECT min(region_code) FROM leaf WHERE leaf.unit_code = effect.unit_code
        AND region_code <> leaf.unit_code), CAST(from_month + 4 AS DATE), CAST(amount AS BIGINT), CAST(amount AS BIGINT)
FROM effect WHERE effect.effect = 'closes';
INSERT INTO truth
SELECT scenario, extract, effect.unit_code, from_month, (SELECT uscc FROM employer WHERE j = 90) FROM effect WHERE effect.effect = 'closes';
