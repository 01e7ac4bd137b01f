-- Building blocks: chance that depends on the seed alone, and identities of people and employers that cannot be real.
-- No calibration, no extract.

-- A number in [0, 1) that depends on nothing but the key, the salt and the seed.
CREATE MACRO chance(key, salt) AS (hash(key, salt, getvariable('seed')) % 1000003) / 1000003.0;

CREATE MACRO pick(key, salt, n) AS CAST(floor(chance(key, salt) * n) AS BIGINT);

-- A day of the month that begins on the day given.
CREATE MACRO day_in(month, key, salt) AS CAST(month + CAST(pick(key, salt, day(last_day(month))) AS INTEGER) AS DATE);

-- The 18th digit of an identity number (GB 11643, ISO 7064 MOD 11-2) from its first 17.
CREATE MACRO id_check_digit(body) AS substr('10X98765432', 1 + CAST((
      (body // 10000000000000000) % 10 * 7 + (body // 1000000000000000) % 10 * 9 + (body // 100000000000000) % 10 * 10
    + (body // 10000000000000) % 10 * 5 + (body // 1000000000000) % 10 * 8 + (body // 100000000000) % 10 * 4
    + (body // 10000000000) % 10 * 2 + (body // 1000000000) % 10 * 1 + (body // 100000000) % 10 * 6
    + (body // 10000000) % 10 * 3 + (body // 1000000) % 10 * 7 + (body // 100000) % 10 * 9
    + (body // 10000) % 10 * 10 + (body // 1000) % 10 * 5 + (body // 100) % 10 * 8
    + (body // 10) % 10 * 4 + body % 10 * 2) % 11 AS INTEGER), 1);

-- Person i of a group was born on one of `days` days (fewer than 7919 * 7919, no multiple of 7919) from `first` on.
CREATE MACRO birth_of(i, first, days) AS CAST(first + CAST((i * 7919) % days AS INTEGER) AS DATE);

CREATE MACRO is_male(i) AS (i // 7) % 2 = 1;

-- The identity number of person i of a group: the area code 4299gg was never assigned, so that nobody can have the number;
-- birth date, sex digit and check digit are as in a true one. Different (grp, i) give different numbers up to 500 * days.
CREATE MACRO person_id_body(grp, i, first, days) AS CAST(
    '4299' || lpad(CAST(grp AS VARCHAR), 2, '0') || strftime(birth_of(i, first, days), '%Y%m%d')
    || lpad(CAST((i // days) * 2 + CAST(is_male(i) AS INTEGER) AS VARCHAR), 3, '0') AS BIGINT);

CREATE MACRO person_id(grp, i, first, days) AS
    CAST(person_id_body(grp, i, first, days) AS VARCHAR) || id_check_digit(person_id_body(grp, i, first, days));

CREATE MACRO person_name(i) AS
    '合成' || substr('甲乙丙丁戊己庚辛壬癸', CAST(1 + i // 1000 % 10 AS INTEGER), 1) || lpad(CAST(i % 1000 AS VARCHAR), 3, '0');

-- Employers: unified social credit codes (GB 32100) of the same unassigned area, organisation code (GB 11714) inside.
CREATE MACRO organisation_check(body) AS substr('0X987654321', 1 + CAST((
      (body // 10000000) % 10 * 3 + (body // 1000000) % 10 * 7 + (body // 100000) % 10 * 9 + (body // 10000) % 10 * 10
    + (body // 1000) % 10 * 5 + (body // 100) % 10 * 8 + (body // 10) % 10 * 4 + body % 10 * 2) % 11 AS INTEGER), 1);

CREATE MACRO credit_check(body) AS substr('0123456789ABCDEFGHJKLMNPQRTUWXY', 1 + CAST((31 - list_sum(list_transform(
    range(1, 18),
    lambda p: (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(body, CAST(p AS INTEGER), 1)) - 1)
        * [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28][p])) % 31) % 31 AS INTEGER), 1);

CREATE TABLE employer AS
WITH organisation AS (
    SELECT j, '91429900' || CAST(90000000 + j * 17 AS VARCHAR) || organisation_check(90000000 + j * 17) AS body
    FROM range(1500) AS numbered (j)
)
SELECT
    j,
    body || credit_check(body) AS uscc,
    '合成企业' || lpad(CAST(j AS VARCHAR), 4, '0') AS employer_name,
    substr('CCCCCEFFFGHIIJKLLMNOPQRS', CAST(1 + j % 24 AS INTEGER), 1) AS industry_code
FROM organisation;
