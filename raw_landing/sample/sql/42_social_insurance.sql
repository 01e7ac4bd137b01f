-- The extracts of the social insurance system: people insured and paid, cards, money.

CREATE TABLE insured_level AS
SELECT measure, month, CAST(round(level * fraction) AS BIGINT) AS rows
FROM level_at INNER JOIN sampled ON sampled.extract = 'insurance_enrolment'
WHERE measure IN ('pension', 'unemployment_insurance', 'work_injury');

CREATE TABLE insured_by_leaf AS
SELECT 'insured' AS cell, region_code AS item, unit_code, n, weight
FROM leaf_weight, (SELECT max(rows) AS n FROM insured_level WHERE measure = 'pension')
WHERE kind = 'people';

-- Number k of many, from a place on: spread evenly over [0, 1), however few are taken, and of two steps independently.
CREATE MACRO evenly(k, step, place, salt) AS (k * step + chance(place, salt)) % 1.0;

-- Everyone who is ever insured for a pension, in the order in which they joined; at a month's end the first so many are in. In
-- a complete sample regions grow alike, and their people are employed and retired alike: a small unit's targets can be met.
CREATE TABLE insured AS
WITH numbered AS (
    SELECT item AS region_code, unit_code, part, unnest(range(part)) AS k
    FROM apportion('insured_by_leaf')
),
ranked AS (
    SELECT
        region_code, unit_code, is_complete, k,
        row_number() OVER (
            ORDER BY
                CASE WHEN is_complete THEN (k + chance(region_code, 'joined')) / part ELSE chance(region_code || k, 'joined') END,
                region_code, k
        ) - 1 AS i
    FROM numbered, scale
),
aged AS (
    SELECT
        *,
        i < (SELECT rows FROM insured_level WHERE measure = 'pension' AND month = DATE '2020-12-01') AS at_start,
        CASE WHEN is_complete THEN evenly(k, 0.7548776662466927, region_code, 'scheme') ELSE chance(i, 'scheme') END AS scheme,
        CASE WHEN is_complete THEN evenly(k, 0.5698402909980532, region_code, 'age') ELSE chance(i, 'age') END AS age
    FROM ranked
),
typed AS (
    SELECT
        * EXCLUDE (k, age, is_complete),
        CASE WHEN scheme < 0.38 THEN '110' WHEN scheme < 0.42 THEN '120' ELSE '170' END AS insurance_type,
        at_start AND age < 0.40 AS is_retired
    FROM aged
)
SELECT
    *,
    'H' || lpad(CAST(i AS VARCHAR), 9, '0') AS person_no,
    -- the retired were born 1945 to 1961, those at work 1966 to 2001
    CASE
        WHEN is_retired THEN person_id(40, i, DATE '1945-01-01', 6200)
        ELSE person_id(41, i, DATE '1966-01-01', 13000)
    END AS id_number,
    insurance_type <> '170' AND NOT is_retired AS is_employee,
    -- one in five of the employees, of the retired and of the others of each unit
    row_number() OVER (PARTITION BY unit_code, is_retired, is_employee ORDER BY i) % 5 = 3 AS is_in_thin,
    sum(CAST(insurance_type <> '170' AND NOT is_retired AS INTEGER)) OVER (ORDER BY i) - 1 AS employee_rank
FROM typed;

-- The rows of people's insurances. The relation has month, unit_code, region_code, i, person_no, id_number, kind, is_retired,
-- is_employee and joined_month; who was in before 2021 joined in any month since 2002.
CREATE MACRO enrolment(relation) AS TABLE
SELECT
    month, unit_code, person_no, id_number, person_name(i) AS person_name, region_code, kind AS insurance_type,
    CASE WHEN NOT is_retired AND chance(person_no || month, 'paused') < 0.07 THEN '2' ELSE '1' END AS enrolment_status,
    is_retired,
    CASE
        WHEN joined_month = DATE '2020-12-01' THEN date_trunc('month', greatest(
            DATE '2002-01-01' + to_months(CAST(pick(i, kind, 220) AS INTEGER)),
            birth_of(i, DATE '1966-01-01', 13000) + INTERVAL 17 YEAR
        ))::DATE
        ELSE joined_month
    END AS first_enrolled_month,
    CASE WHEN is_employee THEN codes[1 + pick(i, 'employer', 1500)] END AS employer_uscc
FROM query_table(relation), (SELECT list(uscc ORDER BY j) AS codes FROM employer);

CREATE TABLE snapshot_row AS
WITH enrolled AS (
    SELECT i, insurance_type AS kind, 'pension' AS measure, i AS place FROM insured
    UNION ALL
    SELECT i, '210', 'unemployment_insurance', employee_rank FROM insured WHERE is_employee
    UNION ALL
    SELECT i, '410', 'work_injury', employee_rank FROM insured WHERE is_employee
),
-- the month in which the person's place came up
joined AS (
    SELECT enrolled.*, joined_month
    FROM enrolled
    ASOF LEFT JOIN (SELECT measure, rows, min(month) AS joined_month FROM insured_level GROUP BY measure, rows) AS level
        ON level.measure = enrolled.measure AND level.rows > enrolled.place
),
snapshot AS (
    SELECT joined.*, delivery.month, is_thin
    FROM joined
    INNER JOIN delivery ON delivery.extract = 'insurance_enrolment' AND NOT is_whole
    INNER JOIN insured_level ON insured_level.measure = joined.measure AND insured_level.month = delivery.month AND joined.place < insured_level.rows
)
SELECT
    snapshot.month, unit_code, region_code, i, person_no, id_number, kind, is_retired, is_employee, joined_month
FROM snapshot INNER JOIN insured USING (i)
WHERE is_in_thin OR NOT is_thin;

CREATE TABLE made.insurance_enrolment AS
FROM enrolment('snapshot_row')
UNION ALL
-- people who left for good stay in the file and count nowhere
SELECT
    delivery.month, unit_code, 'G' || lpad(CAST(i AS VARCHAR), 9, '0'), person_id(42, i, DATE '1958-01-01', 9000), person_name(i),
    region_code, '110', '4', false, DATE '2004-05-01', NULL
FROM insured, delivery WHERE delivery.extract = 'insurance_enrolment' AND NOT is_whole AND i % 40 = 0
    AND (is_in_thin OR NOT is_thin);

CREATE TABLE made.pension_payment AS
SELECT
    delivery.month, unit_code,
    'Z' || strftime(delivery.month, '%Y%m') || lpad(CAST(i AS VARCHAR), 9, '0') AS payment_no,
    person_no, id_number, region_code, insurance_type, delivery.month AS paid_month,
    CAST(CASE insurance_type WHEN '110' THEN 2400 WHEN '120' THEN 4600 ELSE 165 END * (1 + 0.6 * chance(i, 'pension')) AS DECIMAL(12, 2))
        AS amount,
    NULL::VARCHAR AS account_hash
FROM insured, delivery
WHERE delivery.extract = 'pension_payment' AND is_retired AND (is_in_thin OR NOT is_thin);

-- Cards, month by month: renewals (a new card of the third generation for an old one), first cards, losses (deaths, moves) so
-- that holders follow their level, and electronic cards claimed. `cumulative` runs over the months.
CREATE TABLE card_event AS
WITH card_level AS (
    SELECT measure, month, CAST(round(level * fraction) AS BIGINT) AS rows
    FROM level_at INNER JOIN sampled ON sampled.extract = 'social_card'
    WHERE measure IN ('card_holders', 'e_card_holders')
),
gain AS (
    SELECT measure, month, rows - lag(rows) OVER (PARTITION BY measure ORDER BY month) AS n FROM card_level
),
event AS (
    SELECT 'renewal' AS event, month, all_cards.n - first_cards.n AS n
    FROM month_total AS all_cards INNER JOIN month_total AS first_cards USING (month)
    WHERE all_cards.measure = 'third_generation' AND first_cards.measure = 'first_card'
    UNION ALL
    SELECT 'loss', month, greatest(month_total.n - gain.n, 0)
    FROM month_total INNER JOIN gain USING (month)
    WHERE month_total.measure = 'first_card' AND gain.measure = 'card_holders'
    UNION ALL
    SELECT 'claim', month, n FROM gain WHERE measure = 'e_card_holders' AND n IS NOT NULL
)
SELECT *, sum(n) OVER (PARTITION BY event ORDER BY month) AS cumulative FROM event;

CREATE TABLE card_start AS
SELECT measure, CAST(round(level * fraction) AS BIGINT) AS rows
FROM level_at INNER JOIN sampled ON sampled.extract = 'social_card' AND level_at.month = DATE '2020-12-01'
WHERE measure IN ('card_holders', 'e_card_holders');

CREATE TABLE holder_by_leaf AS
SELECT 'holders' AS cell, region_code AS item, unit_code, rows AS n, weight
FROM leaf_weight, card_start
WHERE kind = 'people' AND measure = 'card_holders';

CREATE TABLE e_card_start AS SELECT rows FROM card_start WHERE measure = 'e_card_holders';

-- The holders of 2020 by region; of them some get a third-generation card in place of the old, some die or move away.
CREATE TABLE holder AS
SELECT region_code, unit_code, row_number() OVER (ORDER BY chance(region_code || k, 'card'), region_code, k) - 1 AS i
FROM (SELECT item AS region_code, unit_code, unnest(range(part)) AS k FROM apportion('holder_by_leaf'));

CREATE TABLE card AS
WITH renewed AS (
    SELECT month, cumulative - n AS above, cumulative AS up_to FROM card_event WHERE event = 'renewal'
),
gone AS (
    SELECT month, cumulative - n AS above, cumulative AS up_to FROM card_event WHERE event = 'loss'
),
claimed AS (
    SELECT month, cumulative - n AS above, cumulative AS up_to FROM card_event WHERE event = 'claim'
),
-- first the renewed, then the lost, then all others; claims are dealt in another order, and none to the lost
fate AS (
    SELECT
        holder.*, renewed.month AS renewed_month, gone.month AS lost_month,
        CASE WHEN gone.month IS NULL THEN row_number() OVER (PARTITION BY gone.month IS NULL ORDER BY chance(i, 'claim'), i) - 1 END AS turn
    FROM holder
    LEFT JOIN renewed ON i >= renewed.above AND i < renewed.up_to
    LEFT JOIN gone ON i - (SELECT max(up_to) FROM renewed) >= gone.above AND i - (SELECT max(up_to) FROM renewed) < gone.up_to
),
dated AS (
    SELECT
        fate.*,
        CAST(DATE '2011-06-01' + CAST(pick(i, 'issued', 3400) AS INTEGER) AS DATE) AS issued_on,
        CASE WHEN renewed_month IS NOT NULL THEN day_in(renewed_month, i, 'renewed') END AS renewed_on,
        CASE WHEN lost_month IS NOT NULL THEN day_in(lost_month, i, 'lost') END AS lost_on,
        CASE
            WHEN turn < (SELECT rows FROM e_card_start) THEN greatest(CAST(DATE '2018-06-01' + CAST(pick(i, 'claimed', 900) AS INTEGER) AS DATE), issued_on)
            WHEN claimed.month IS NOT NULL THEN day_in(claimed.month, i, 'claimed')
        END AS claimed_on
    FROM fate
    LEFT JOIN claimed ON turn - (SELECT rows FROM e_card_start) >= claimed.above AND turn - (SELECT rows FROM e_card_start) < claimed.up_to
)
SELECT
    'C2' || lpad(CAST(i AS VARCHAR), 9, '0') AS card_no, person_id(50, i, DATE '1955-01-01', 18000) AS id_number,
    region_code, unit_code, CASE WHEN issued_on < DATE '2012-06-01' THEN '1' ELSE '2' END AS generation,
    issued_on, coalesce(renewed_on, lost_on) AS cancelled_on,
    CASE WHEN renewed_on IS NULL OR claimed_on < renewed_on THEN claimed_on END AS claimed_on
FROM dated
UNION ALL
-- the card that takes its place; an electronic card goes over to it
SELECT
    'C3' || lpad(CAST(i AS VARCHAR), 9, '0'), person_id(50, i, DATE '1955-01-01', 18000),
    region_code, unit_code, '3', renewed_on, NULL, CASE WHEN claimed_on IS NOT NULL THEN greatest(claimed_on, renewed_on) END
FROM dated WHERE renewed_on IS NOT NULL
UNION ALL
-- first cards, of the third generation from the start
SELECT
    'C4' || lpad(CAST(i AS VARCHAR), 9, '0'), person_id(51, i, DATE '1985-01-01', 7000),
    region_code, unit_code, '3', day_in(month, i, measure), NULL, NULL
FROM slot WHERE measure = 'first_card';

CREATE TABLE made.social_card AS
WITH change AS (
    SELECT card_no, issued_on AS changed_on FROM card
    UNION SELECT card_no, cancelled_on FROM card WHERE cancelled_on IS NOT NULL
    UNION SELECT card_no, claimed_on FROM card WHERE claimed_on IS NOT NULL
),
sent AS (
    SELECT DISTINCT card_no, delivery.month, period_end
    FROM change ASOF INNER JOIN delivery ON change.changed_on <= delivery.period_end AND extract = 'social_card' AND NOT is_whole
),
-- In a complete sample the province sends of a unit where nothing changed one card as it is: so its dump delivers for the unit.
unchanged AS (
    SELECT min(card_no) AS card_no, month, period_end
    FROM card INNER JOIN delivery ON extract = 'social_card' AND NOT by_unit AND issued_on <= period_end, scale
    WHERE is_complete AND (unit_code, month) NOT IN (SELECT unit_code, month FROM sent INNER JOIN card USING (card_no))
    GROUP BY unit_code, month, period_end
)
SELECT
    sent.month, unit_code, card.card_no, id_number, region_code, generation, issued_on,
    CASE WHEN cancelled_on <= period_end THEN cancelled_on END AS cancelled_on,
    CASE WHEN claimed_on <= period_end THEN claimed_on END AS e_card_claimed_on
FROM (FROM sent UNION ALL FROM unchanged) AS sent INNER JOIN card USING (card_no);

CREATE TABLE made.fund_entrustment AS
SELECT
    month, '420000' AS unit_code,
    'W' || strftime(month, '%Y%m') || lpad(CAST(row_number() OVER (ORDER BY month) AS VARCHAR), 3, '0') AS entrustment_no,
    '420000' AS region_code, movement, CAST(amount_wan AS DECIMAL(14, 2)) AS amount_wan,
    day_in(month, movement, 'entrusted') AS moved_on
FROM entrusted;
