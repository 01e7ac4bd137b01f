-- From calibrated totals to whole numbers of rows per measure, month and region: largest remainders, in exact integers, so
-- that the parts always add up to the total. No rows of extracts.

-- Shares `n` of each `cell` out to its items by `weight` (integers); ties by item. Needs columns cell, item, n, weight.
CREATE MACRO apportion(relation) AS TABLE
WITH cut AS (
    SELECT
        *,
        n::HUGEINT * weight // sum(weight) OVER (PARTITION BY cell) AS whole,
        n::HUGEINT * weight % sum(weight) OVER (PARTITION BY cell) AS remainder
    FROM query_table(relation)
)
SELECT
    * EXCLUDE (n, weight, whole, remainder),
    CAST(whole AS BIGINT)
    + CAST(row_number() OVER (PARTITION BY cell ORDER BY remainder DESC, item) <= n - sum(whole) OVER (PARTITION BY cell) AS BIGINT)
        AS part
FROM cut;

-- Segments of flows over their months, sampled as at the segment's begin: events only where a dump is due, for a row's day must
-- lie in its dump's month.
CREATE TABLE flow_by_month AS
SELECT
    measure || flow.first_month AS cell, month AS item, measure, flow.extract, coalesce(sampled.fraction, 1.0) AS fraction,
    CAST(round(total * coalesce(sampled.fraction, 1.0)) AS BIGINT) AS n, season.weight AS weight
FROM flow
INNER JOIN calendar ON month BETWEEN flow.first_month AND last_month
INNER JOIN season ON season.shape = flow.shape AND month_number = month(calendar.month)
INNER JOIN extract ON extract.extract = flow.extract
ASOF LEFT JOIN sampled ON sampled.extract = flow.extract AND flow.first_month >= sampled.first_month
WHERE extract.load <> 'events' OR EXISTS (
    SELECT 1 FROM planned WHERE planned.extract = flow.extract AND planned.month = calendar.month
);

CREATE TABLE month_total AS
SELECT measure, extract, item AS month, fraction, sum(part) AS n
FROM apportion('flow_by_month') GROUP BY ALL;

UPDATE month_total SET fraction = thinning, n = CAST(round(total * thinning) AS BIGINT)
FROM full_month, scale WHERE month_total.measure = full_month.measure AND month_total.month = full_month.month;

-- Registrations that are new urban employment: the net figure and what attrition takes away again.
INSERT INTO month_total
SELECT 'new_registration', net.extract, net.month, net.fraction, net.n + attrition.n
FROM month_total AS net INNER JOIN month_total AS attrition USING (month)
WHERE net.measure = 'net_new_employment' AND attrition.measure = 'attrition';

INSERT INTO spread VALUES ('new_registration', 'jobs');

CREATE TABLE leaf_weight AS
SELECT region_code, unit_code, kind, CAST(round(1e8 * share) AS BIGINT) AS weight
FROM (UNPIVOT leaf ON people, jobs, postdocs INTO NAME kind VALUE share);

-- A dump of the province delivers for the units it has rows of. In a complete sample it has one of each: the first row of a
-- unit's share is its largest region's, the others are spread.
CREATE TABLE first_row AS
SELECT measure, extract, month, region_code, leaf.unit_code, month_total.fraction, 1 AS n
FROM month_total
INNER JOIN spread USING (measure)
INNER JOIN planned USING (extract, month)
INNER JOIN (
    SELECT kind, unit_code, arg_max(region_code, (weight, region_code)) AS region_code FROM leaf_weight GROUP BY kind, unit_code
) AS leaf ON leaf.kind = spread.weight, scale
WHERE is_complete AND NOT by_unit
    AND measure IN (
        'new_registration', 'attrition', 'unemployment_inflow', 'training', 'skill_certificate', 'qualification_holder',
        'mediation_closed', 'arbitration', 'inspection'
    );

-- A month's rows over the regions; each month a region does a little better or worse than its weight.
CREATE TABLE total_by_leaf AS
SELECT
    measure || month AS cell, leaf_weight.region_code AS item, measure, extract, month, fraction, unit_code,
    month_total.n - coalesce(placed.n, 0) AS n,
    CAST(round(leaf_weight.weight * (0.85 + 0.3 * chance(leaf_weight.region_code, measure || month))) AS BIGINT) AS weight
FROM month_total
INNER JOIN spread USING (measure)
INNER JOIN leaf_weight ON leaf_weight.kind = spread.weight
LEFT JOIN (SELECT measure, month, count(*) AS n FROM first_row GROUP BY measure, month) AS placed USING (measure, month)
WHERE measure <> 'net_new_employment';

CREATE TABLE quota AS
SELECT measure, extract, month, region_code, unit_code, any_value(fraction) AS fraction, CAST(sum(n) AS BIGINT) AS n
FROM (
    SELECT measure, extract, month, item AS region_code, unit_code, fraction, part AS n FROM apportion('total_by_leaf')
    UNION ALL
    FROM first_row
)
GROUP BY ALL;

-- One numbered line for each row to make; `i` runs through a measure from 0.
CREATE TABLE slot AS
SELECT
    measure, month, region_code, unit_code, fraction,
    row_number() OVER (PARTITION BY measure ORDER BY month, region_code, k) - 1 AS i
FROM (SELECT *, unnest(range(n)) AS k FROM quota);

-- Levels in the world's units at every month end between the first and the last knot.
CREATE TABLE level_at AS
WITH span AS (
    SELECT
        measure, month_end AS from_end, level AS from_level,
        lead(month_end) OVER knots AS to_end, lead(level) OVER knots AS to_level
    FROM knot
    WINDOW knots AS (PARTITION BY measure ORDER BY month_end)
)
SELECT
    measure, month, last_day(month) AS month_end,
    CAST(round(from_level + (to_level - from_level)::DOUBLE * datediff('month', from_end, last_day(month))
        / datediff('month', from_end, to_end)) AS BIGINT) AS level
FROM span INNER JOIN calendar ON last_day(month) > from_end AND last_day(month) <= to_end
UNION ALL
SELECT measure, date_trunc('month', min(month_end))::DATE, min(month_end), arg_min(level, month_end) FROM knot GROUP BY measure;
