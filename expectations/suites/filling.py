"""What must be true of the cells that dumps leave empty: a column that may be empty is not suddenly emptier, or fuller,
than the same unit had it. Judged on counts that landing keeps (quality.filled_cell); no row is read."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.rule import CRITICAL, SPEC_INDICATORS, SPEC_LANDING, WARNING, Suite, Table
from expectations.suites.continuity import NEW_DUMPS
from expectations.suites.contract_like import ContractLike
from expectations.suites.outliers import FEWEST_MONTHS, WATCHED_MONTHS
from expectations.text import say
from raw_landing.database import literal

FILLED = "quality.filled_cell"
FEWEST_ROWS = 20  # of a dump: the share of fewer rows says little
FAR = 0.2  # beyond the least and greatest share of the year before
CHANCE = 0.0001  # that a column filled as often as before is empty in all rows

# Every dump's columns with those of the same unit in the year before.
_COMPARED = f"""
counted AS (
    SELECT cell.*, dump.unit_code, dump.period_end, 1 - cells_filled / rows_counted AS share
    FROM {FILLED} AS cell JOIN landed.dump AS dump USING (dump_id, look) WHERE rows_counted > 0
),
compared AS (
    SELECT *, count(*) FILTER (WHERE rows_counted >= {FEWEST_ROWS}) OVER before AS dumps_before,
        min(share) FILTER (WHERE rows_counted >= {FEWEST_ROWS}) OVER before AS least,
        max(share) FILTER (WHERE rows_counted >= {FEWEST_ROWS}) OVER before AS greatest,
        1 - sum(cells_filled) OVER before / sum(rows_counted) OVER before AS share_before
    FROM counted
    WINDOW before AS (PARTITION BY extract, unit_code, column_name ORDER BY period_end
        RANGE BETWEEN INTERVAL 366 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING)
)
"""
_FAR_FROM_BEFORE = f"""
WITH {_COMPARED}
SELECT dump_id, column_name, format('{{:.1f}} %', 100 * share) AS empty_now,
    format('{{:.1f}} %', 100 * share_before) AS empty_before
FROM compared
WHERE period_end > (SELECT as_of FROM landed.run) - INTERVAL {WATCHED_MONTHS} MONTHS
    AND rows_counted >= {FEWEST_ROWS} AND dumps_before >= {FEWEST_MONTHS}
    AND (share > greatest + {FAR} OR share < least - {FAR})
"""
_NOT_COUNTED = f"""
SELECT dump_id FROM landed.dump WHERE rows_loaded > 0
    AND extract IN (SELECT extract FROM landed.extract_column WHERE NOT required)
    AND (dump_id, look) NOT IN (SELECT (dump_id, look) FROM {FILLED})
"""


def _emptied(contracts: Iterable[ContractLike]) -> str:
    """The columns of new dumps that are empty though figures are made of them."""
    counted = ", ".join(
        f"({literal(contract.extract)}, {literal(column.name)})"
        for contract in contracts
        for column in contract.columns
        if column.is_counted
    )
    return f"""
WITH {_COMPARED}
SELECT dump_id, column_name, rows_counted, format('{{:.1f}} %', 100 * share_before) AS empty_before
FROM compared
WHERE (extract, column_name) IN ({counted})
    AND dump_id IN (SELECT dump_id FROM ({NEW_DUMPS}))
    AND rows_counted >= {FEWEST_ROWS} AND cells_filled = 0 AND pow(share_before, rows_counted) < {CHANCE}
"""


def filling_suite(contracts: Iterable[ContractLike]) -> Suite:
    """The suite of quality.filled_cell."""
    t = Table(FILLED, ("dump_id", "column_name"), SPEC_LANDING)
    return Suite(
        "quality_filled_cell",
        *say("filling.suite_quality_filled_cell"),
        (
            t.key("dump_id", "column_name"),
            t.rows(
                "filled_at_most_rows",
                CRITICAL,
                *say("filling.filled_at_most_rows"),
                "NOT coalesce(cells_filled BETWEEN 0 AND rows_counted, false)",
                subject="total",
            ),
            t.query(
                "every_dump_counted",
                CRITICAL,
                *say("filling.every_dump_counted"),
                _NOT_COUNTED,
                show=("dump_id",),
                subject="completeness",
            ),
            t.query(
                "empty_share_as_before",
                WARNING,
                *say("filling.empty_share_as_before", far=FAR),
                _FAR_FROM_BEFORE,
                show=("dump_id", "column_name", "empty_now", "empty_before"),
                subject="level",
            ),
            t.query(
                "indicator_column_not_emptied",
                CRITICAL,
                *say("filling.indicator_column_not_emptied", fewest_rows=FEWEST_ROWS),
                _emptied(contracts),
                show=("dump_id", "column_name", "rows_counted", "empty_before"),
                subject="history",
                source=SPEC_INDICATORS,
            ),
        ),
    )
