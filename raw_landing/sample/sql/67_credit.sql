-- How employers are rated: each once a year, at one place, C where inspection had most cases of it, A where few. Builders that a
-- wave of arrears was planted for are rated C in that year and listed.
CREATE TABLE made.employer_credit AS
WITH place AS (SELECT list(region_code ORDER BY region_code) AS codes FROM leaf),
inspected AS (
    SELECT employer_uscc, year(accepted_on) AS year, count(DISTINCT case_no) AS cases FROM made.inspection_case GROUP BY ALL
),
owing AS (
    SELECT DISTINCT employer_uscc, year(accepted_on) AS year FROM made.inspection_case
    WHERE case_no IN (SELECT key FROM truth WHERE scenario = 'arrears_wave')
),
rated AS (
    SELECT
        month, j, uscc, codes[1 + pick(j, 'rated at', len(codes))] AS region_code, owing.employer_uscc IS NOT NULL AS owes,
        CASE
            WHEN owes OR coalesce(cases, 0) >= 11 THEN 'C' WHEN coalesce(cases, 0) <= 3 AND chance(j, 'A' || month) < 0.6 THEN 'A' ELSE 'B'
        END AS grade
    FROM planned CROSS JOIN employer CROSS JOIN place
    LEFT JOIN inspected ON inspected.employer_uscc = uscc AND inspected.year = year(month)
    LEFT JOIN owing ON owing.employer_uscc = uscc AND owing.year = year(month)
    WHERE planned.extract = 'employer_credit'
)
SELECT
    month, '420000' AS unit_code, uscc AS enterprise_uscc, region_code, grade,
    CASE WHEN grade <> 'B' THEN make_date(year(month) + 1, 1, 15) END AS published_on, owes AS is_listed_arrears
FROM rated;
