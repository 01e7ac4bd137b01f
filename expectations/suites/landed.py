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
from expectations.vocabulary import NATION
from raw_landing.database import literal

LINE = ("dump_id", "line_number")
INDUSTRY_SECTIONS = "ABCDEFGHIJKLMNOPQRST"
METADATA = ("dump_id", "line_number", "unit_code", "period_start", "period_end", "revision", "sampling_fraction")


# A column that others fill in nearly every row and one dump in less than half of them was lost on the way.
USUALLY_FILLED, HARDLY_FILLED, FEWEST_ROWS = 0.95, 0.5, 20


def landed_suite(contract: ContractLike, regions: Collection[str]) -> Suite:
    """The suite of one extract. `regions`: the codes in force; the nation's counts only where it may stand."""
    table = Table(f"landed.{contract.extract}", contract.zh, LINE, CONTRACT)
    return Suite(
        f"landed_{contract.extract}",
        f"入库:{contract.zh}",
        f"landed: {contract.extract}",
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
            f"{contract.zh}:{contract.period_column} 落在报送期内",
            f"{contract.period_column} lies in the dump's period",
            f"{contract.period_column} NOT BETWEEN period_start AND period_end",
            source=SPEC_LANDING,
        )
    key = ", ".join(("dump_id", *contract.key))
    yield table.query(
        "one_row_per_key",
        CRITICAL,
        f"{contract.zh}:同一份数据中每个主键({'、'.join(contract.key)})只有一行",
        f"one row per key ({', '.join(contract.key)}) in a dump",
        f"SELECT dump_id, min(line_number) AS line_number FROM {table.name} GROUP BY {key} HAVING count(*) > 1",
        subject="key",
    )
    yield table.query(
        "loaded_wholly",
        CRITICAL,
        f"{contract.zh}:每份生效数据的行数等于登记的入库行数,不多不少",
        "every active dump holds exactly the rows that were recorded, and no other dump holds any",
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
            f"{contract.zh}:其他报送都填写的选填列,没有哪份数据大半为空",
            "no dump leaves a column mostly empty that the other dumps of these months fill",
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
            f"{name}_present", CRITICAL, f"必填列 {column.zh} 不为空", f"{name} is filled", f"{name} IS NULL"
        )
    if column.values:
        yield table.rows(
            f"{name}_in_list",
            CRITICAL,
            f"{column.zh} 在代码表内",
            f"{name} is a code of its list",
            f"{name} NOT IN ({sql_list(column.values)})",
        )
    if column.min is not None:
        yield table.rows(
            f"{name}_at_least_{column.min:g}",
            CRITICAL,
            f"{column.zh} 不小于 {column.min:g}",
            f"{name} is at least {column.min:g}",
            f"{name} < {column.min:g}",
        )
    if column.check in ("region", "region_or_nation"):
        known = [code for code in regions if code != NATION or column.check == "region_or_nation"]
        yield table.rows(
            f"{name}_known",
            CRITICAL,
            f"{column.zh} 是现行行政区划代码",
            f"{name} is a region code in force",
            f"{name} NOT IN ({sql_list(known)})",
            subject="reference",
            source=REGION_STANDARD,
        )
    if column.check == "industry_section":
        yield table.rows(
            f"{name}_in_list",
            CRITICAL,
            f"{column.zh} 是国民经济行业门类(A-T)",
            f"{name} is a section of the industry classification (A-T)",
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
    dump = Table("landed.dump", "生效数据", ("dump_id",), SPEC_LANDING)
    yield Suite(
        "landed_dump",
        "入库:生效数据登记",
        "landed: register of active dumps",
        (
            dump.key("dump_id"),
            dump.key("extract", "period_start", "unit_code", name="one_active_dump_per_delivery"),
            dump.required("dump_id", "source", "extract", "period_start", "period_end", "unit_code", "revision"),
            dump.reference("extract", "landed.extract", "extract", what_zh="数据集"),
            dump.rows(
                "period_in_order",
                CRITICAL,
                "报送期的起日不晚于止日",
                "a period begins before it ends",
                "period_start > period_end",
            ),
            dump.rows(
                "sampling_fraction_in_range",
                CRITICAL,
                "抽样比例大于 0 且不超过 1",
                "the sampling fraction is above 0 and at most 1",
                "NOT coalesce(sampling_fraction > 0 AND sampling_fraction <= 1, false)",
            ),
            dump.rows(
                "zero_is_zero",
                CRITICAL,
                "零报送的数据没有行,有行的数据不是零报送",
                "a dump is a declared zero exactly if it has no row",
                "is_zero IS DISTINCT FROM (rows_loaded = 0)",
            ),
            dump.query(
                "revision_not_halved",
                CRITICAL,
                f"新到的修订件行数不少于所替代报送的一半(后者有 {MANY} 行以上时)",
                f"a new revision has at least half the rows of the one it replaces, where that had {MANY} or more",
                SHRUNK_REVISIONS,
                subject="history",
            ),
            dump.query(
                "snapshot_not_halved",
                CRITICAL,
                f"单位新到的期末全量数据行数不少于上一期的一半(上一期有 {MANY} 行以上时)",
                f"a unit's new snapshot has at least half the rows of the one before, where that had {MANY} or more",
                SHRUNK_SNAPSHOTS,
                subject="history",
            ),
            dump.query(
                "weight_within_history",
                CRITICAL,
                f"单位新到的数据按抽样比推算的行数,不超过其此前各期中位数的 {TIMES} 倍且远超最大值;否则抽样比多半有误",
                f"what a unit's new dump stands for (rows over sampling fraction) is not {TIMES} times the median of"
                " its deliveries before and far more than the greatest; else the fraction is most likely wrong",
                BEYOND_HISTORY,
                subject="history",
            ),
            dump.query(
                "weight_within_population",
                CRITICAL,
                "单位新到的数据按抽样比推算的行数,不超过其人口(一人可有多条记录的,按其倍数)",
                "what a unit's new dump stands for (rows over sampling fraction) is not more than its population, or "
                "the multiple of it where a person may have several records",
                beyond_population(contracts),
                subject="history",
            ),
            dump.query(
                "sampling_fraction_unchanged",
                WARNING,
                "抽样比与同一单位、同一数据集上一期相同",
                "the sampling fraction is that of the unit's dump of the same extract before",
                FRACTION_CHANGED,
                subject="level",
            ),
            dump.query(
                "content_of_one_period",
                CRITICAL,
                f"新到的 {history.FEWEST_ROWS} 行以上的数据,内容不与另一期的报送逐字节相同(疑为旧文件改名重报)",
                f"a new dump of {history.FEWEST_ROWS} rows or more is not byte for byte that of another period",
                sent_for_another_period(is_stopped=True),
                show=("dump_id", "same_as"),
                subject="history",
            ),
            dump.query(
                "content_of_one_period_otherwise",
                WARNING,
                f"其他有行的数据(不足 {history.FEWEST_ROWS} 行,或已发布),内容不与另一期的报送逐字节相同",
                f"other dumps with rows (fewer than {history.FEWEST_ROWS}, or published already) are not byte for byte"
                " those of another period either",
                sent_for_another_period(is_stopped=False),
                show=("dump_id", "same_as"),
                subject="history",
            ),
        ),
    )
    extract = Table("landed.extract", "数据集登记", ("extract",), CONTRACT)
    listed = ", ".join(
        f"({literal(contract.source)}, {literal(contract.extract)}, {literal(contract.load)})" for contract in contracts
    )
    yield Suite(
        "landed_registry",
        "入库:数据集与本次运行",
        "landed: registry and run",
        (
            extract.key("extract"),
            extract.query(
                "equals_contracts",
                CRITICAL,
                "数据集登记与数据契约一致",
                "the registry equals the contracts",
                f"SELECT extract FROM (VALUES {listed}) AS contract (source, extract, load)"
                " FULL JOIN landed.extract AS registered USING (source, extract, load)"
                " WHERE registered.due_days IS NULL OR contract.extract IS NULL",
            ),
            extract.rows(
                "ever_delivered",
                WARNING,
                "每个数据集都有报送",
                "every extract has been delivered by somebody",
                f"extract NOT IN (SELECT extract FROM landed.dump WHERE unit_code <> '{NATION}')",
                subject="completeness",
                source=SPEC_LANDING,
            ),
            extract.query(
                "fresh",
                WARNING,
                "每个数据集最新的报送期不早于最近一个到期的报送期",
                "the newest period of every extract is not older than the last one that is due",
                _STALE,
                subject="completeness",
                source=SPEC_LANDING,
            ),
            Table("landed.run", "本次运行", (), SPEC_LANDING).query(
                "one_run",
                CRITICAL,
                "本次运行恰有一行,并写明截止日期",
                "there is one run, and it has an as-of date",
                "SELECT 1 FROM landed.run HAVING count(*) <> 1 OR count(as_of) <> 1 OR count(is_synthetic) <> 1",
            ),
        ),
    )
