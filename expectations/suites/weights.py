"""What dumps may stand for: rows divided by the sampling fraction that the dump states. A fraction wrong by a power of
ten makes a handful of rows a multiple of what there can be. SQL only; a suite gives it names."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from expectations.suites.continuity import NEW_DUMPS
from expectations.suites.contract_like import ContractLike
from expectations.suites.outliers import WATCHED_MONTHS
from expectations.vocabulary import NATION, PROVINCE
from raw_landing.database import literal

# Beyond its own history is what certainly exceeds many times the middle of the twelve deliveries before it, and also
# the greatest of them: what comes once a year (examinations) exceeds the middle, but not last year's. A first year has
# few deliveries; below FEWEST nothing is told from them.
TIMES_MEDIAN, TIMES_GREATEST = 20, 5
DELIVERIES, FEWEST = 12, 3
YEARS_AT_ONCE = 10  # of changes that one dump of an extract of changes may bring; unsampled, even its whole stock
FLOOR = 1000  # persons or events; below, a wrong fraction moves no figure of a plan
DEVIATIONS = 3  # of a count of sampled rows: n of them stand for n +/- 3 sqrt(n) times the inverse of the fraction
# A record of a stock or of changes in one may come more than once a person: moved, replaced, ended and begun again.
RECORDS_PER_PERSON = {"events": 1, "upsert": 3, "snapshot": 3}

_COUNTED = f"""
counted AS (
    SELECT dump.*, registry.load, rows_loaded / sampling_fraction AS weighted,
        CASE registry.load WHEN 'upsert' THEN {YEARS_AT_ONCE} ELSE 1 END AS at_once,
        CASE WHEN sampling_fraction < 1
            THEN greatest(0, rows_loaded - {DEVIATIONS} * sqrt(rows_loaded)) / sampling_fraction
            ELSE rows_loaded END AS at_least
    FROM landed.dump AS dump JOIN landed.extract AS registry USING (extract)
    WHERE registry.load <> 'report' AND unit_code <> '{NATION}' AND sampling_fraction > 0
),
new AS ({NEW_DUMPS})
"""

BEYOND_HISTORY = f"""
WITH {_COUNTED},
compared AS (
    SELECT *, median(weighted) OVER earlier AS middle, max(weighted) OVER earlier AS greatest_before,
        count(*) OVER earlier AS deliveries
    FROM counted
    WINDOW earlier AS (
        PARTITION BY extract, unit_code ORDER BY period_end ROWS BETWEEN {DELIVERIES} PRECEDING AND 1 PRECEDING
    )
)
SELECT dump_id FROM compared SEMI JOIN new USING (dump_id)
WHERE deliveries >= {FEWEST} AND at_least > {FLOOR}
    AND at_least > {TIMES_MEDIAN} * at_once * middle AND at_least > {TIMES_GREATEST} * at_once * greatest_before
    AND (load <> 'upsert' OR sampling_fraction < 1)
"""
"""New dumps that stand for far more than any of their unit before."""


def beyond_population(contracts: Iterable[ContractLike]) -> str:
    """SQL: new dumps that stand for more records than there are persons in their unit, by the greater of residents and
    registered persons; of an extract with several records a person (one for each insurance) for more than those."""
    kinds = ", ".join(
        f"({literal(contract.extract)}, {RECORDS_PER_PERSON[contract.load] * _records(contract)})"
        for contract in contracts
        if contract.load in RECORDS_PER_PERSON
    )
    return f"""
WITH {_COUNTED},
figure AS (
    SELECT region_code, period_end, max(greatest(resident_population, registered_population)) AS persons
    FROM landed.population_denominator GROUP BY ALL
),
population AS (
    SELECT unit_code, max(persons) AS persons FROM (
        SELECT region_code AS unit_code, persons FROM figure
        UNION ALL
        SELECT left(region_code, 4) || '00', sum(persons) FROM figure WHERE region_code NOT LIKE '%00'
        GROUP BY left(region_code, 4), period_end
        UNION ALL
        SELECT '{PROVINCE}', sum(persons) FROM figure WHERE region_code NOT LIKE '%00' GROUP BY period_end
    ) AS known GROUP BY unit_code
)
SELECT dump_id FROM counted SEMI JOIN new USING (dump_id)
JOIN population USING (unit_code) JOIN (VALUES {kinds}) AS kind (extract, records) USING (extract)
WHERE at_least > {FLOOR} AND at_least > records * persons
"""


def _records(contract: ContractLike) -> int:
    """How many records of a dump one person may have: one for each code of the key."""
    codes = [len(column.values) for column in contract.columns if column.name in contract.key and column.values]
    return prod(codes)


FRACTION_CHANGED = f"""
SELECT dump_id FROM (
    SELECT *, lag(sampling_fraction) OVER (PARTITION BY extract, unit_code ORDER BY period_end) AS before
    FROM landed.dump
) AS dump
WHERE abs(sampling_fraction - before) > 1e-9 * before
    AND period_end > (SELECT as_of FROM landed.run) - INTERVAL {WATCHED_MONTHS} MONTHS
"""
"""Dumps of the last months with another sampling fraction than the one before of the same extract and unit."""
