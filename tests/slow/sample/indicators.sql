-- The province's indicators at the end of a year, from the rows as sent, whose values are text: written apart from the
-- warehouse's formulas, to hold the sample against its calibration. Variables: plan_start, year_start, year_end (ISO days).
WITH asked AS (
    SELECT
        getvariable('plan_start') AS p, getvariable('year_start') AS s, getvariable('year_end') AS t,
        left(getvariable('year_end'), 4) AS y
),
registered AS (
    SELECT coalesce(sum(1 / f), 0) AS n FROM employment_registration, asked
    WHERE is_urban_new = '1' AND registered_on BETWEEN p AND t
),
left_work AS (SELECT coalesce(sum(1 / f), 0) AS n FROM employment_attrition, asked WHERE occurred_on BETWEEN p AND t),
unemployed AS (
    SELECT sum(1 / f) AS n FROM unemployment_registration, asked
    WHERE registered_on <= t AND (cancelled_on IS NULL OR cancelled_on > t)
),
-- a report's province: its own row, or the rows of the units
employed AS (
    SELECT sum(employed_persons::DOUBLE) AS n FROM urban_employed_stock, asked WHERE dump_period = y || '-Q4' AND region_code = dump_unit
),
contracts AS (
    SELECT sum(employees_signed::DOUBLE) AS signed, sum(employees_required::DOUBLE) AS required
    FROM labour_contract_report, asked WHERE dump_period = y || '-Q4' AND region_code = dump_unit
),
insured AS (
    SELECT
        -- everybody weighs what the unit's dump says: one unit's hold everybody
        sum(weight) FILTER (is_pension) AS pension, sum(weight) FILTER (is_unemployment) AS unemployment,
        sum(weight) FILTER (is_injury) AS injury
    FROM (
        SELECT
            id_number, 1 / max(f) AS weight, bool_or(insurance_type IN ('110', '120', '170')) AS is_pension,
            bool_or(insurance_type = '210') AS is_unemployment, bool_or(insurance_type = '410') AS is_injury
        FROM insurance_enrolment, asked WHERE dump_period = y || '-12' AND enrolment_status IN ('1', '2')
        GROUP BY id_number
    )
),
population AS (
    SELECT statutory_pension_population::DOUBLE AS statutory, registered_population::DOUBLE AS registered
    FROM population_denominator, asked WHERE dump_period = y AND region_code = '420000'
),
talent AS (SELECT high_skilled_total::DOUBLE AS skilled FROM talent_stock_report, asked WHERE dump_period = y AND region_code = '420000'),
card AS (
    SELECT
        count(DISTINCT id_number) / min(f) AS holders,
        count(DISTINCT id_number) FILTER (e_card_claimed_on <= t) / min(f) AS e_holders
    FROM social_card, asked WHERE issued_on <= t AND (cancelled_on IS NULL OR cancelled_on > t)
),
training AS (
    SELECT sum(1 / f) AS n, sum(1 / f) FILTER (trainee_category = '1') AS migrants
    FROM training_record, asked WHERE subsidy_amount::DOUBLE > 0 AND completed_on BETWEEN p AND t
),
certificate AS (
    SELECT sum(1 / f) AS n, sum(1 / f) FILTER (skill_level IN ('S', 'T', '1', '2', '3')) AS senior
    FROM skill_certificate, asked WHERE issued_on BETWEEN p AND t
),
holder AS (
    SELECT sum(1 / f) AS n
    FROM (SELECT DISTINCT id_number, left(issued_on, 4), f FROM professional_qualification, asked WHERE issued_on BETWEEN p AND t)
),
mediated AS (
    SELECT 100.0 * count(*) FILTER (outcome = '1') / count(*) AS share FROM mediation_case, asked WHERE closed_on BETWEEN s AND t
),
arbitrated AS (
    SELECT 100.0 * count(*) FILTER (closed_on BETWEEN s AND t) / count(*) AS share
    FROM (SELECT * FROM arbitration_case, asked WHERE accepted_on <= t AND (closed_on IS NULL OR closed_on >= s))
),
inspected AS (
    SELECT
        100.0 * count(*) FILTER (closed_on BETWEEN s AND t)
        / count(*) FILTER (closed_on <= t OR accepted_on::DATE + 84 <= t::DATE) AS share
    FROM (SELECT * FROM inspection_case, asked WHERE accepted_on <= t AND (closed_on IS NULL OR closed_on >= s))
),
surveyed AS (
    SELECT avg(100 * unemployed_weighted::DOUBLE / (employed_weighted::DOUBLE + unemployed_weighted::DOUBLE)) AS rate
    FROM labour_force_survey, asked WHERE region_code = '420000' AND left(dump_period, 4) = y
),
entrusted AS (
    SELECT sum(CASE movement WHEN '1' THEN 1 ELSE -1 END * amount_wan::DOUBLE) AS wan FROM fund_entrustment, asked WHERE moved_on <= t
),
postdocs AS (SELECT count(*) AS n FROM postdoc_intake, asked WHERE entered_on BETWEEN s AND t),
third_generation AS (
    SELECT sum(1 / f) AS n FROM social_card, asked WHERE generation = '3' AND issued_on BETWEEN p AND t
),
computed AS (
    SELECT
        (registered.n - left_work.n) / 1e4 AS urban_new_employment,
        surveyed.rate AS urban_surveyed_unemployment_rate,
        100 * unemployed.n / (unemployed.n + employed.n) AS urban_registered_unemployment_rate,
        training.n / 1e4 AS subsidised_training,
        training.migrants / 1e4 AS migrant_worker_training,
        100 * insured.pension / population.statutory AS basic_pension_coverage_rate,
        insured.unemployment / 1e4 AS unemployment_insurance_enrolment,
        insured.injury / 1e4 AS work_injury_insurance_enrolment,
        entrusted.wan / 1e4 AS resident_pension_entrusted_investment,
        holder.n / 1e4 AS professional_qualification_certificates,
        postdocs.n::DOUBLE AS postdoc_annual_intake,
        certificate.n / 1e4 AS skill_certificates,
        certificate.senior / 1e4 AS senior_skill_certificates,
        mediated.share::DOUBLE AS mediation_success_rate,
        arbitrated.share::DOUBLE AS arbitration_closure_rate,
        inspected.share::DOUBLE AS inspection_closure_rate,
        card.holders / 1e4 AS social_card_holders,
        100 * card.e_holders / population.registered AS e_social_card_coverage_rate,
        third_generation.n / 1e4 AS third_generation_cards,
        100 * card.holders / population.registered AS social_card_population_coverage_rate,
        100 * contracts.signed / contracts.required AS labour_contract_signing_rate,
        talent.skilled / 1e4 AS high_skilled_talent_total
    FROM registered, left_work, unemployed, employed, contracts, insured, population, talent, card, training, certificate,
        holder, mediated, arbitrated, inspected, surveyed, entrusted, postdocs, third_generation
)
SELECT indicator_id, value FROM (UNPIVOT computed ON COLUMNS(*) INTO NAME indicator_id VALUE value)
