-- A full month written out: who is insured and who has a card, every person a row. Nobody is drawn: people are numbered within
-- their region, and arithmetic on the number says what is true of them, so that all counts are exact and a unit's rows (those of
-- variable `unit`) can be streamed, however many they are. Made of the same building blocks as the sample; none of its people.

CREATE SCHEMA whole;

-- What is counted of a region, in the order of the columns of `crowd`; the cards of the third generation are those of the flows.
CREATE TABLE crowd_total AS
SELECT measure, total FROM full_month WHERE measure IN ('pension', 'unemployment_insurance', 'work_injury', 'card_holders')
UNION ALL
SELECT measure, sum(total) FROM flow WHERE measure IN ('third_generation', 'first_card') GROUP BY measure
UNION ALL
SELECT measure, level FROM level_at SEMI JOIN full_month USING (month) WHERE measure = 'e_card_holders';

CREATE TABLE crowd_by_leaf AS
SELECT measure AS cell, region_code AS item, unit_code, CAST(round(total * thinning) AS BIGINT) AS n, weight
FROM crowd_total, leaf_weight, scale
WHERE kind = 'people' AND EXISTS (FROM full_month);

-- A line per region, with the numbers of its first person insured and of its first holder.
CREATE TABLE crowd AS
SELECT
    *,
    CAST(sum(pension) OVER up_to AS BIGINT) - pension AS first_insured,
    CAST(sum(card_holders) OVER up_to AS BIGINT) - card_holders AS first_holder
FROM (
    PIVOT (SELECT item AS region_code, unit_code, cell, part FROM apportion('crowd_by_leaf'))
    ON cell IN ('pension', 'unemployment_insurance', 'work_injury', 'card_holders', 'third_generation', 'first_card', 'e_card_holders')
    USING any_value(part)
)
WINDOW up_to AS (ORDER BY region_code);

-- The place of number k of n in another order: of n places each is somebody's, for the factor is a prime greater than n.
CREATE MACRO shuffled(k, n, prime) AS (k * prime) % n;

-- Numbers in groups of identities, each group full (see person_id).
CREATE MACRO person_of(first_group, i, first, days) AS person_id(first_group + i // (500 * days), i % (500 * days), first, days);

CREATE VIEW insured_person AS
SELECT
    month, unit_code, region_code, i, 'N' || lpad(CAST(i AS VARCHAR), 9, '0') AS person_no,
    person_of(first_group, i, first_birth, birth_days) AS id_number,
    unnest([
        CASE
            WHEN is_employee THEN CASE WHEN scheme < 0.90 THEN '110' ELSE '120' END
            WHEN scheme < 0.26 THEN '110' WHEN scheme < 0.29 THEN '120' ELSE '170'
        END,
        CASE WHEN place < unemployment_insurance THEN '210' END,
        CASE WHEN place < work_injury THEN '410' END
    ]) AS kind,
    is_retired, is_employee, DATE '2020-12-01' AS joined_month
FROM (
    SELECT
        *, chance(i, 'scheme') AS scheme, place < greatest(unemployment_insurance, work_injury) AS is_employee,
        NOT is_employee AND chance(i, 'age') < 0.49 AS is_retired,
        -- as the sample's: the retired were born 1945 to 1961, the others 1966 to 2001
        CASE WHEN is_retired THEN 80 ELSE 70 END AS first_group,
        CASE WHEN is_retired THEN DATE '1945-01-01' ELSE DATE '1966-01-01' END AS first_birth,
        CASE WHEN is_retired THEN 6200 ELSE 13000 END AS birth_days
    FROM (
        SELECT *, first_insured + k AS i, shuffled(k, pension, 9999991) AS place
        FROM (SELECT *, unnest(range(pension)) AS k FROM crowd, full_month WHERE unit_code = getvariable('unit') AND measure = 'pension')
    )
);

CREATE VIEW enrolled_person AS FROM insured_person WHERE kind IS NOT NULL;

CREATE VIEW whole.insurance_enrolment AS FROM enrolment('enrolled_person');

-- Every valid card: first cards, then those of the third generation that took an older one's place, then the older ones. First
-- cards have no electronic card yet.
CREATE VIEW whole.social_card AS
SELECT
    month, unit_code, 'N' || lpad(CAST(i AS VARCHAR), 9, '0') AS card_no, person_of(20, i, DATE '1955-01-01', 18000) AS id_number,
    region_code,
    CASE WHEN is_third THEN '3' WHEN issued_on < DATE '2012-06-01' THEN '1' ELSE '2' END AS generation,
    issued_on, NULL::DATE AS cancelled_on,
    CASE
        WHEN place >= first_card AND shuffled(place - first_card, card_holders - first_card, 9999973) < e_card_holders
        THEN greatest(CAST(DATE '2018-06-01' + CAST(pick(i, 'claimed', 2750) AS INTEGER) AS DATE), issued_on)
    END AS e_card_claimed_on
FROM (
    SELECT
        *, place < third_generation AS is_third,
        CAST(CASE WHEN is_third THEN DATE '2021-01-01' + CAST(pick(i, 'renewed', 1826) AS INTEGER)
            ELSE DATE '2011-06-01' + CAST(pick(i, 'issued', 3400) AS INTEGER) END AS DATE) AS issued_on
    FROM (
        SELECT *, first_holder + k AS i, shuffled(k, card_holders, 9999991) AS place
        FROM (SELECT *, unnest(range(card_holders)) AS k FROM crowd, full_month WHERE unit_code = getvariable('unit') AND measure = 'card_holders')
    )
);

-- How many rows each unit's dumps will have.
CREATE TABLE whole_rows AS
SELECT 'insurance_enrolment' AS extract, unit_code, sum(pension + unemployment_insurance + work_injury) AS rows FROM crowd GROUP BY unit_code
UNION ALL
SELECT 'social_card', unit_code, sum(card_holders) FROM crowd GROUP BY unit_code;
