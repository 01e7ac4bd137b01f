-- Deliveries that are not as they should be, in a complete sample: never sent, sent in a form that is refused, or drawn weeks after
-- they were due. None is a flash figure's or decides whether a target is met.

CREATE TABLE planted_delivery AS
SELECT extract, period, unit, fault
FROM (VALUES
    ('labour_contract_report', '2025-Q3', '421200', 'missing'), ('pension_payment', '2025-10', '429005', 'missing'),
    ('professional_qualification', '2025-08', '429006', 'missing'), ('mediation_case', '2025-09', '429021', 'missing'),
    ('labour_contract_report', '2025-Q4', '420900', 'refused'), ('pension_payment', '2025-09', '421100', 'refused'),
    ('professional_qualification', '2025-11', '429004', 'refused'),
    ('social_card', '2025-09', '420500', 'late'), ('inspection_case', '2025-10', '421100', 'late'),
    ('mediation_case', '2025-08', '420200', 'late'), ('urban_employed_stock', '2025-Q3', '422800', 'late')
) AS p (extract, period, unit, fault), scale
WHERE is_complete
UNION ALL
-- a unit that stops reporting
SELECT delivery.extract, period, region_code, 'missing'
FROM scenario INNER JOIN delivery ON delivery.extract = scenario.extract AND delivery.month BETWEEN from_month AND to_month, scale
WHERE effect = 'missing' AND is_complete;
