"""What must be true of typed, landed rows (landed.<extract>): whatever the contract promises. Derived from the
contracts, so that a column is written down once. Facts are not judged here, nor is any value shown: a row is named by
its dump and line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from expectations.rule import CONTRACT, CRITICAL, REGION_STANDARD, SPEC_LANDING, WARNING, Rule, Suite, Table
from expectations.sql import sql_list
from expectations.suites import continuity as history
from expectations.suites.continuity import MANY, SHRUNK_REVISIONS, SHRUNK_SNAPSHOTS, sent_for_another_period
from expectations.suites.contract_like import ColumnLike, ContractLike
from expectations.suites.outliers import WATCHED_MONTHS
from expectations.suites.weights import BEYOND_HISTORY, FRACTION_CHANGED, beyond_population
from expectations.suites.weights import TIMES_MEDIAN as TIMES
from expectations.text import say
from expectations.vocabulary import NATION
from raw_landing.database import literal

LINE = ("dump_id", "line_number")
INDUSTRY_SECTIONS = "ABCDEFGHIJKLMNOPQRST"
METADATA = ("dump_id", "line_number", "unit_code", "period_start", "period_end", "revision", "sampling_fraction")


# A column that others fill in nearly every row and one dump in less than half of them was lost on the way.
USUALLY_FILLED, HARDLY_FILLED, FEWEST_ROWS = 0.95, 0.5, 20


def landed_suite(contract: ContractLike, regions: Collection[str]) -> Suite:
    """The suite of one extract. `regions`: the codes in force; the nation's counts only where it may stand."""
    table = Table(f"landed.{contract.extract}", LINE, CONTRACT, called=contract.zh)
    return Suite(
        f"landed_{contract.extract}",
        *say("landed.suite_landed", contract_zh=contract.zh, extract=contract.extract),
        tuple(_rules(table, contract, regions)),
    )


def _rules(table: Table, contract: ContractLike, regions: Collection[str]) -> Iterator[Rule]:
    yield table.required(*METADATA, name="metadata_present")
    for column in contract.columns:
        yield from _column_rules(table, column, regions)
    if contract.period_column is not None:
        yield table.rows(
            "within_period",
            CRITICAL,
            *say("landed.within_period", contract_zh=contract.zh, period_column=contract.period_column),
            f"{contract.period_column} NOT BETWEEN period_start AND period_end",
            source=SPEC_LANDING,
        )
    key = ", ".join(("dump_id", *contract.key))
    yield table.query(
        "one_row_per_key",
        CRITICAL,
        *say(
            "landed.one_row_per_key",
            contract_zh=contract.zh,
            key_zh="、".join(contract.key),
            key_en=", ".join(contract.key),
        ),
        f"SELECT dump_id, min(line_number) AS line_number FROM {table.name} GROUP BY {key} HAVING count(*) > 1",
        subject="key",
    )
    yield table.query(
        "loaded_wholly",
        CRITICAL,
        *say("landed.loaded_wholly", contract_zh=contract.zh),
        f"SELECT dump_id FROM (SELECT dump_id, count(*) AS rows_found FROM {table.name} GROUP BY dump_id) AS found"
        " FULL JOIN (SELECT dump_id, rows_loaded FROM landed.dump"
        f" WHERE extract = {literal(contract.extract)}) AS dump"
        " USING (dump_id) WHERE coalesce(rows_found, 0) <> coalesce(rows_loaded, -1)",
        show=("dump_id",),
        subject="total",
        source=SPEC_LANDING,
    )
    optional = [column.name for column in contract.columns if not column.required]
    if optional:
        yield table.query(
            "usually_filled",
            WARNING,
            *say("landed.usually_filled", contract_zh=contract.zh),
            _emptied(contract.extract, optional),
            show=("dump_id", "column_name"),
            subject="level",
        )


def _emptied(extract: str, columns: Collection[str]) -> str:
    """Recent dumps in which an optional column is mostly empty although it is filled in the other recent dumps, and in
    those of its own period: last month's cases have no day of closing yet, whoever reports them."""
    counts = ", ".join(f"count({column})" for column in columns)
    return f"""
WITH counted AS (
    SELECT dump_id, period_end, count(*) AS rows_found, [{sql_list(columns)}] AS names, [{counts}] AS counts
    FROM landed.{extract}
    WHERE period_end > (SELECT as_of FROM landed.run) - INTERVAL {WATCHED_MONTHS} MONTHS
    GROUP BY dump_id, period_end
),
filled AS (SELECT dump_id, period_end, rows_found, unnest(names) AS column_name, unnest(counts) AS filled FROM counted),
compared AS (
    SELECT *, sum(rows_found) OVER others - rows_found AS rows_elsewhere, sum(filled) OVER others - filled AS elsewhere,
        sum(rows_found) OVER peers - rows_found AS rows_beside, sum(filled) OVER peers - filled AS beside
    FROM filled WINDOW others AS (PARTITION BY column_name), peers AS (PARTITION BY column_name, period_end)
)
SELECT dump_id, column_name FROM compared
WHERE rows_found >= {FEWEST_ROWS} AND filled < {HARDLY_FILLED} * rows_found
    AND elsewhere >= {USUALLY_FILLED} * rows_elsewhere
    AND rows_beside > 0 AND beside >= {HARDLY_FILLED} * rows_beside
"""


def _column_rules(table: Table, column: ColumnLike, regions: Collection[str]) -> Iterator[Rule]:
    name = column.name
    if column.required:
        yield table.rows(
            f"{name}_present", CRITICAL, *say("landed.present", column_zh=column.zh, name=name), f"{name} IS NULL"
        )
    if column.values:
        yield table.rows(
            f"{name}_in_list",
            CRITICAL,
            *say("landed.in_list", column_zh=column.zh, name=name),
            f"{name} NOT IN ({sql_list(column.values)})",
        )
    if column.min is not None:
        yield table.rows(
            f"{name}_at_least_{column.min:g}",
            CRITICAL,
            *say("landed.at_least", column_zh=column.zh, min=column.min, name=name),
            f"{name} < {column.min:g}",
        )
    if column.check in ("region", "region_or_nation"):
        known = [code for code in regions if code != NATION or column.check == "region_or_nation"]
        yield table.rows(
            f"{name}_known",
            CRITICAL,
            *say("landed.known", column_zh=column.zh, name=name),
            f"{name} NOT IN ({sql_list(known)})",
            subject="reference",
            source=REGION_STANDARD,
        )
    if column.check == "industry_section":
        yield table.rows(
            f"{name}_in_list",
            CRITICAL,
            *say("landed.table_in_list", column_zh=column.zh, name=name),
            f"{name} NOT IN ({sql_list(INDUSTRY_SECTIONS)})",
            source="GB/T 4754",
        )


# A period is due when its days of grace are over before the as-of date.
_STALE = f"""
SELECT registry.extract FROM landed.extract AS registry
JOIN landed.dump AS dump ON dump.extract = registry.extract AND dump.unit_code <> '{NATION}'
CROSS JOIN landed.run AS run
GROUP BY ALL HAVING max(dump.period_end) < any_value(date_trunc(
    CASE registry.cadence WHEN 'monthly' THEN 'month' WHEN 'quarterly' THEN 'quarter' ELSE 'year' END,
    run.as_of - registry.due_days)) - INTERVAL 1 DAY
"""


def registry_suites(contracts: Iterable[ContractLike]) -> Iterator[Suite]:
    """The suites of what landing says about itself: the active dumps, the registry, the run."""
    contracts = tuple(contracts)
    dump = Table("landed.dump", ("dump_id",), SPEC_LANDING)
    yield Suite(
        "landed_dump",
        *say("landed.suite_landed_dump"),
        (
            dump.key("dump_id"),
            dump.key("extract", "period_start", "unit_code", name="one_active_dump_per_delivery"),
            dump.required("dump_id", "source", "extract", "period_start", "period_end", "unit_code", "revision"),
            dump.reference("extract", "landed.extract", "extract", what="extract"),
            dump.rows(
                "period_in_order",
                CRITICAL,
                *say("landed.period_in_order"),
                "period_start > period_end",
            ),
            dump.rows(
                "sampling_fraction_in_range",
                CRITICAL,
                *say("landed.sampling_fraction_in_range"),
                "NOT coalesce(sampling_fraction > 0 AND sampling_fraction <= 1, false)",
            ),
            dump.rows(
                "zero_is_zero",
                CRITICAL,
                *say("landed.zero_is_zero"),
                "is_zero IS DISTINCT FROM (rows_loaded = 0)",
            ),
            dump.query(
                "revision_not_halved",
                CRITICAL,
                *say("landed.revision_not_halved", many=MANY),
                SHRUNK_REVISIONS,
                subject="history",
            ),
            dump.query(
                "snapshot_not_halved",
                CRITICAL,
                *say("landed.snapshot_not_halved", many=MANY),
                SHRUNK_SNAPSHOTS,
                subject="history",
            ),
            dump.query(
                "weight_within_history",
                CRITICAL,
                *say("landed.weight_within_history", times=TIMES),
                BEYOND_HISTORY,
                subject="history",
            ),
            dump.query(
                "weight_within_population",
                CRITICAL,
                *say("landed.weight_within_population"),
                beyond_population(contracts),
                subject="history",
            ),
            dump.query(
                "sampling_fraction_unchanged",
                WARNING,
                *say("landed.sampling_fraction_unchanged"),
                FRACTION_CHANGED,
                subject="level",
            ),
            dump.query(
                "content_of_one_period",
                CRITICAL,
                *say("landed.content_of_one_period", fewest_rows=history.FEWEST_ROWS),
                sent_for_another_period(is_stopped=True),
                show=("dump_id", "same_as"),
                subject="history",
            ),
            dump.query(
                "content_of_one_period_otherwise",
                WARNING,
                *say("landed.content_of_one_period_otherwise", fewest_rows=history.FEWEST_ROWS),
                sent_for_another_period(is_stopped=False),
                show=("dump_id", "same_as"),
                subject="history",
            ),
        ),
    )
    extract = Table("landed.extract", ("extract",), CONTRACT)
    listed = ", ".join(
        f"({literal(contract.source)}, {literal(contract.extract)}, {literal(contract.load)})" for contract in contracts
    )
    yield Suite(
        "landed_registry",
        *say("landed.suite_landed_registry"),
        (
            extract.key("extract"),
            extract.query(
                "equals_contracts",
                CRITICAL,
                *say("landed.equals_contracts"),
                f"SELECT extract FROM (VALUES {listed}) AS contract (source, extract, load)"
                " FULL JOIN landed.extract AS registered USING (source, extract, load)"
                " WHERE registered.due_days IS NULL OR contract.extract IS NULL",
            ),
            extract.rows(
                "ever_delivered",
                WARNING,
                *say("landed.ever_delivered"),
                f"extract NOT IN (SELECT extract FROM landed.dump WHERE unit_code <> '{NATION}')",
                subject="completeness",
                source=SPEC_LANDING,
            ),
            extract.query(
                "fresh",
                WARNING,
                *say("landed.fresh"),
                _STALE,
                subject="completeness",
                source=SPEC_LANDING,
            ),
            Table("landed.run", (), SPEC_LANDING).query(
                "one_run",
                CRITICAL,
                *say("landed.one_run"),
                "SELECT 1 FROM landed.run HAVING count(*) <> 1 OR count(as_of) <> 1 OR count(is_synthetic) <> 1",
            ),
        ),
    )
