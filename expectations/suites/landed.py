"""What must be true of typed, landed rows (landed.<extract>): whatever the contract promises. Derived from the
contracts, so that a column is written down once. Facts are not judged here, nor is any value shown: a row is named by
its dump and line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from expectations.rule import CONTRACT, CRITICAL, REGION_STANDARD, SPEC_LANDING, Rule, Suite, Table, sql_list, sql_text


class ColumnLike(Protocol):
    """What the suites need to know of a contract's column."""

    @property
    def name(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def required(self) -> bool: ...
    @property
    def min(self) -> float | None: ...
    @property
    def check(self) -> str | None: ...


class ContractLike(Protocol):
    """What the suites need to know of a contract."""

    @property
    def source(self) -> str: ...
    @property
    def extract(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def load(self) -> str: ...
    @property
    def period_column(self) -> str | None: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def columns(self) -> Collection[ColumnLike]: ...


LINE = ("dump_id", "line_number")
NATION = "000000"
INDUSTRY_SECTIONS = "ABCDEFGHIJKLMNOPQRST"
METADATA = ("dump_id", "line_number", "unit_code", "period_start", "period_end", "revision", "sampling_fraction")


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
        f" WHERE extract = {sql_text(contract.extract)}) AS dump"
        " USING (dump_id) WHERE coalesce(rows_found, 0) <> coalesce(rows_loaded, -1)",
        show=("dump_id",),
        subject="total",
        source=SPEC_LANDING,
    )


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


def registry_suites(contracts: Iterable[ContractLike]) -> Iterator[Suite]:
    """The suites of what landing says about itself: the active dumps, the registry, the run."""
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
        ),
    )
    extract = Table("landed.extract", "数据集登记", ("extract",), CONTRACT)
    listed = ", ".join(
        f"({sql_text(contract.source)}, {sql_text(contract.extract)}, {sql_text(contract.load)})"
        for contract in contracts
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
            Table("landed.run", "本次运行", (), SPEC_LANDING).query(
                "one_run",
                CRITICAL,
                "本次运行恰有一行,并写明截止日期",
                "there is one run, and it has an as-of date",
                "SELECT 1 FROM landed.run HAVING count(*) <> 1 OR count(as_of) <> 1 OR count(is_synthetic) <> 1",
            ),
        ),
    )
