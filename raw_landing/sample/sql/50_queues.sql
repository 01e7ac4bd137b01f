-- Cases that are opened, wait and are closed: one state machine for three extracts. A case's closing month follows from its
-- place in the queue and from how many are closed by the end of each month; the day, from its place within the month.

CREATE TABLE queue AS
SELECT * FROM (VALUES
    -- inflow, level left at the end of a month, extract, days by which later arrivals may overtake
    ('unemployment_inflow', 'unemployed', 'unemployment_registration', 90),
    ('arbitration', 'arbitration_pending', 'arbitration_case', 6),
    ('inspection', 'inspection_pending', 'inspection_case', 8)
) AS q (measure, level, extract, patience);

CREATE TABLE arrival AS
SELECT measure, i, region_code, unit_code, day_in(slot.month, i, measure) AS opened_on
FROM slot INNER JOIN queue USING (measure);

-- Inspection cases left lying: planted, and counted as such.
CREATE TABLE stuck AS
WITH candidate AS (
    SELECT measure, i, year(opened_on) AS year, row_number() OVER (PARTITION BY year(opened_on) ORDER BY chance(i, 'stuck'), i) AS rank
    FROM arrival WHERE measure = 'inspection' AND month(opened_on) BETWEEN 2 AND 8
)
SELECT measure, i, year FROM candidate INNER JOIN inspection_overdue USING (year) WHERE rank <= cases;

CREATE TABLE queued AS
SELECT
    arrival.*,
    row_number() OVER (PARTITION BY measure ORDER BY opened_on + CAST(pick(i, 'patience', patience) AS INTEGER), i) AS place
FROM arrival INNER JOIN queue USING (measure) ANTI JOIN stuck USING (measure, i);

CREATE TABLE closing AS
WITH inflow AS (
    SELECT measure, date_trunc('month', opened_on)::DATE AS month, count(*) AS n FROM queued GROUP BY ALL
),
gone AS (
    SELECT
        inflow.measure, inflow.month,
        sum(inflow.n) OVER (PARTITION BY inflow.measure ORDER BY inflow.month)
        - CAST(round(level_at.level * coalesce(sampled.fraction, 1.0)) AS BIGINT) AS by_end
    FROM inflow
    INNER JOIN queue USING (measure)
    INNER JOIN level_at ON level_at.measure = queue.level AND level_at.month = inflow.month
    LEFT JOIN sampled ON sampled.extract = queue.extract
)
SELECT *, coalesce(lag(by_end) OVER (PARTITION BY measure ORDER BY month), 0) AS before FROM gone;

-- closed_on is null for cases still open when the sample ends.
CREATE TABLE case_life AS
SELECT
    queued.* EXCLUDE (place),
    CASE WHEN month IS NOT NULL THEN greatest(
        opened_on,
        CAST(month + CAST(floor((place - before - 0.5) / (by_end - before) * day(last_day(month))) AS INTEGER) AS DATE)
    ) END AS closed_on
FROM queued
LEFT JOIN closing ON closing.measure = queued.measure AND place > before AND place <= by_end
UNION ALL
SELECT arrival.*, NULL FROM arrival SEMI JOIN stuck USING (measure, i)
UNION ALL
-- mediation is quick: made from its closings, a fortnight before which the case came in
SELECT
    measure, i, region_code, unit_code, CAST(day_in(month, i, measure) - CAST(pick(i, 'talks', 15) AS INTEGER) AS DATE),
    day_in(month, i, measure)
FROM slot WHERE measure = 'mediation_closed'
UNION ALL
SELECT measure, i, region_code, unit_code, CAST(DATE '2025-12-17' + CAST(pick(i, 'talks', 15) AS INTEGER) AS DATE), NULL
FROM slot WHERE measure = 'mediation_open';

-- An upsert dump holds what was opened or closed since the dump before, in its state at the end of the dump's period.
CREATE TABLE case_sent AS
WITH change AS (
    SELECT measure, i, opened_on AS changed_on FROM case_life
    UNION
    SELECT measure, i, closed_on FROM case_life WHERE closed_on IS NOT NULL
),
named AS (
    SELECT change.*, flow.extract FROM change INNER JOIN (SELECT DISTINCT measure, extract FROM flow) AS flow USING (measure)
),
sent AS (
    SELECT DISTINCT measure, i, delivery.month, period_end
    FROM named ASOF INNER JOIN delivery ON named.extract = delivery.extract AND changed_on <= delivery.period_end
)
SELECT
    month, measure, i, region_code, unit_code, opened_on, CASE WHEN closed_on <= period_end THEN closed_on END AS closed_on
FROM sent INNER JOIN case_life USING (measure, i);
