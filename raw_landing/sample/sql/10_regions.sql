-- How the province's people and jobs are spread over its regions. Units are near the census of 2020; counties are drawn.
-- Needs table region (region_code, level, parent_code).

CREATE TABLE unit_share AS
SELECT * FROM (VALUES
    -- reporting unit, registered population and urban jobs in 万人, postdoctoral stations' weight
    ('420100', 916.0, 612.0, 880), ('420200', 273.0, 78.0, 6), ('420300', 342.0, 84.0, 12), ('420500', 389.0, 128.0, 30),
    ('420600', 588.0, 162.0, 20), ('420700', 111.0, 32.0, 4), ('420800', 290.0, 72.0, 5), ('420900', 515.0, 92.0, 6),
    ('421000', 632.0, 118.0, 16), ('421100', 733.0, 112.0, 8), ('421200', 304.0, 66.0, 4), ('421300', 249.0, 48.0, 3),
    ('422800', 401.0, 70.0, 6), ('429004', 153.0, 29.0, 0), ('429005', 99.0, 24.0, 0), ('429006', 157.0, 26.0, 0),
    ('429021', 7.8, 2.4, 0)
) AS share (unit_code, people, jobs, postdocs);

-- Counties far smaller than their neighbours: where published counts run into suppression.
CREATE TABLE small_county AS
SELECT * FROM (VALUES ('420205', 0.15), ('420506', 0.12), ('421171', 0.10), ('420504', 0.20)) AS small (region_code, size);

-- The regions that rows are written for: counties, the unit's own agency (a twenty-fifth of the unit), units without counties.
CREATE TABLE leaf AS
WITH sized AS (
    SELECT
        region_code, parent_code AS unit_code,
        coalesce(small_county.size, 0.6 + 0.8 * chance(region_code, 'county')) AS size
    FROM region LEFT JOIN small_county USING (region_code)
    WHERE level = 'county'
    UNION ALL
    SELECT region_code, region_code AS unit_code, NULL AS size
    FROM region WHERE level = 'prefecture'
),
shared AS (
    SELECT
        region_code, unit_code,
        CASE
            WHEN count(size) OVER unit = 0 THEN 1.0
            WHEN size IS NULL THEN 0.04
            ELSE 0.96 * size / sum(size) OVER unit
        END AS share
    FROM sized
    WINDOW unit AS (PARTITION BY unit_code)
)
SELECT
    region_code, unit_code,
    share * people / sum(share * people) OVER () AS people,
    share * jobs / sum(share * jobs) OVER () AS jobs,
    share * postdocs / sum(share * postdocs) OVER () AS postdocs
FROM shared INNER JOIN unit_share USING (unit_code);
