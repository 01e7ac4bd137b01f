"""From dumps to typed rows in Polars, judged as the contracts say: what every row is refused for, a receipt a dump.
No indicators here."""

import hashlib
import json
from pathlib import Path

import polars as pl
import yaml

PROVINCE, NATION = "420000", "000000"
PLANS = ["135", "145"]
NULLS = ["", "-", "--", "—", "…", "/", "无", "NULL"]
TRUE_FALSE = {"1": True, "0": False, "是": True, "否": False, "Y": True, "N": False, "TRUE": True, "FALSE": False}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
MAX_REFUSED, FROM_ROWS = 0.05, 20


def read_contracts(folder: Path) -> dict:
    """The contracts by extract."""
    contracts = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*/*.yml")))
    return {contract["extract"]: contract for contract in contracts}


def read_regions(path: str) -> pl.DataFrame:
    """Regions with their units; the nation is a region of statistics alone."""
    unit = pl.when(level="county").then("parent_code").otherwise("region_code").alias("unit_of")
    return pl.read_csv(path, infer_schema=False).with_columns(unit)


def read_dumps(inbox: Path) -> pl.DataFrame:
    """One row per dump: what its manifest says, and whether its bytes are those that were sent."""
    found = []
    for manifest in sorted(inbox.glob("*/*/*.manifest.json")):
        path = Path(str(manifest).removesuffix(".manifest.json"))
        with path.open("rb") as file:
            facts = {"path": str(path), "sha256_found": hashlib.file_digest(file, "sha256").hexdigest()}
        found.append(json.loads(manifest.read_bytes()) | facts)
    texts = ["path", "extract", "period", "unit", "sha256", "sha256_found"]
    schema = dict.fromkeys(texts, pl.String) | {"rows": pl.Int64, "sampling_fraction": pl.Float64}
    year = pl.col("period").str.slice(0, 4)
    month = (
        pl.when(pl.col("period").str.contains("Q"))
        .then(pl.col("period").str.slice(6, 1).cast(pl.Int64, strict=False) * 3)
        .otherwise(pl.col("period").str.slice(5, 2).cast(pl.Int64, strict=False))
    )
    months = pl.when(pl.col("period").str.contains("Q")).then(2).when(month.is_null()).then(11).otherwise(0)
    last = pl.date(year.cast(pl.Int32), month.fill_null(12), 1)
    return (
        pl.DataFrame(found, schema=schema)
        .lazy()
        .with_columns(
            period_start=last.dt.offset_by(pl.format("-{}mo", months)),
            period_end=last.dt.month_end(),
            weight=1 / pl.col("sampling_fraction").fill_null(1.0),
        )
        .collect()
    )


def read_rows(paths: list[str], columns: dict) -> pl.LazyFrame:
    """The texts of dumps with a number for each row; a column that a dump does not have is empty."""
    by_header: dict[bytes, list[str]] = {}
    for path in paths:
        with Path(path).open("rb") as file:
            by_header.setdefault(file.readline(), []).append(path)
    read = [pl.scan_csv(alike, infer_schema=False, include_file_paths="path") for alike in by_header.values()]
    found = pl.concat(read, how="diagonal").with_row_index("row")
    absent = columns.keys() - set(found.collect_schema().names())
    return found.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def clean(name: str) -> pl.Expr:
    """A cell without what spreadsheets add; null for the ways to write nothing."""
    text = pl.col(name).str.normalize("NFKC").str.strip_chars(" \t\"'=")
    return pl.when(text.is_in(NULLS)).then(None).otherwise(text).alias(name)


def typed(column: dict, text: pl.Expr, regions: dict[str, str]) -> pl.Expr:
    """A cleaned cell as its type; null if it is not of that type or code."""
    if column.get("check", "").startswith("region"):
        return pl.when(text.str.len_bytes() == 12).then(text.str.head(6)).otherwise(text).replace(regions)
    match column["type"]:
        case "date":
            day = text.str.replace_many(["年", "月", "日", "/", "."], ["-", "-", "", "-", "-"])
            return pl.coalesce(day.str.to_date("%Y-%m-%d", strict=False), day.str.to_date("%Y%m%d", strict=False))
        case "month":
            month = text.str.replace_many(["年", "月", "/", "."], ["-", "", "-", "-"])
            return (month + "-01").str.to_date("%Y-%m-%d", strict=False)
        case "integer" | "decimal" as kind:
            number = text.str.replace_all(",", "", literal=True)
            return number.cast(pl.Int64 if kind == "integer" else pl.Float64, strict=False)
        case "boolean":
            return text.replace_strict(TRUE_FALSE, default=None, return_dtype=pl.Boolean)
        case "code" if column.get("check") == "industry_section":
            return text.str.head(1)
        case "code":
            return text.replace({label: code for code, label in column.get("values", {}).items()})
    return text


def faults(contract: dict, known: list[str]) -> dict[str, pl.Expr]:
    """What a row can be refused for, by reason; a cleaned text stands beside its value as `<name>__text`."""
    found: dict[str, list[pl.Expr]] = {}
    for name, column in contract["columns"].items():
        value, given = pl.col(name), pl.col(f"{name}__text").is_not_null()
        if column.get("required"):
            found.setdefault("missing_required", []).append(~given)
        if column.get("check", "").startswith("region"):
            allowed = [*known, NATION] if column["check"] == "region_or_nation" else known
            found.setdefault("unknown_region", []).append(given & ~value.is_in(allowed))
            foreign = ~pl.col("dump_unit").is_in([PROVINCE, NATION]) & (pl.col("unit_of") != pl.col("dump_unit"))
            found.setdefault("foreign_region", []).append(foreign.fill_null(False))
        elif column["type"] == "code":
            codes = PLANS if column.get("check") == "plan" else list(column.get("values", "ABCDEFGHIJKLMNOPQRST"))
            found.setdefault("unknown_code", []).append(given & ~value.is_in(codes))
        elif column["type"] != "string":
            found.setdefault("bad_type", []).append(given & value.is_null())
        if "min" in column:
            found.setdefault("out_of_range", []).append((value < column["min"]).fill_null(False))
        if column.get("check") == "id_number":
            found.setdefault("damaged_id", []).append(value.str.contains(r"^\d(\.\d+)?[eE]\+\d+$").fill_null(False))
        if name == contract.get("period_column"):
            inside = value.is_between(pl.col("period_start"), pl.col("period_end"))
            found.setdefault("out_of_period", []).append(~inside.fill_null(True))
    return {reason: pl.any_horizontal(tests) for reason, tests in found.items()}


def rounded_ids(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Rows whose identity number was rounded by a spreadsheet: 18 digits, ending in 000, a wrong check digit."""
    ending = frame.filter(pl.col(name).str.contains(r"^\d{15}000$"))
    digits = [pl.col(name).str.slice(at, 1).cast(pl.Int32) * weight for at, weight in enumerate(WEIGHTS)]
    return ending.filter(pl.sum_horizontal(digits) % 11 != 1).select("row")


def land(contract: dict, dumps: pl.DataFrame, regions: pl.DataFrame, aliases: pl.DataFrame, out: Path) -> pl.DataFrame:
    """Write the accepted and the refused rows of an extract; returns its receipts."""
    extract, columns, key = contract["extract"], contract["columns"], ["path", *contract["key"]]
    codes = dict(zip(aliases["alias_code"], aliases["region_code"], strict=True))
    codes |= dict(zip(regions["name_zh"], regions["region_code"], strict=True))
    known = regions.filter(pl.col("level") != "nation")["region_code"].to_list()
    mine = dumps.filter(extract=extract)
    tests = faults(contract, known)
    facts = mine.lazy().select("path", "period_start", "period_end", "weight", dump_unit="unit")
    raw = read_rows(mine["path"].to_list(), columns)
    checked = (
        raw.with_columns(clean(name).alias(f"{name}__text") for name in columns)
        .with_columns(typed(column, pl.col(f"{name}__text"), codes).alias(name) for name, column in columns.items())
        .join(facts, on="path", how="left")
    )
    if "region_code" in columns:
        checked = checked.join(regions.lazy().select("region_code", "unit_of"), on="region_code", how="left")
    frame = (
        checked.with_columns(test.alias(f"!{reason}") for reason, test in tests.items())
        .drop(f"{name}__text" for name in columns)
        .collect(engine="streaming")
    )
    rounded = [rounded_ids(frame, name) for name, column in columns.items() if column.get("check") == "id_number"]
    if rounded:
        damaged = pl.col("!damaged_id") | pl.col("row").is_in(pl.concat(rounded)["row"].implode())
        frame = frame.with_columns(damaged.alias("!damaged_id"))
    sound = ~pl.any_horizontal(f"!{reason}" for reason in tests)
    twice = frame.filter(sound).filter(pl.struct(key).is_duplicated())
    again = twice.filter(~pl.struct("path", *columns).is_first_distinct())["row"]
    different = twice.filter(~pl.col("row").is_in(again.implode())).filter(pl.struct(key).is_duplicated())
    in_conflict = twice.join(different, on=key, how="semi", nulls_equal=True)["row"]
    repeated = again.filter(~again.is_in(in_conflict.implode()))
    frame = frame.with_columns(pl.col("row").is_in(in_conflict.implode()).alias("!conflicting_key"))
    tests["conflicting_key"] = pl.lit(False)
    frame = frame.with_columns(
        refused=pl.any_horizontal(f"!{reason}" for reason in tests), repeated=pl.col("row").is_in(repeated.implode())
    )
    counts = frame.group_by("path").agg(
        rows_read=pl.len(), rows_refused=pl.col("refused").sum(), rows_repeated=pl.col("repeated").sum()
    )
    receipts = judged(mine.join(counts, on="path", how="left"))
    rejected = receipts.filter(pl.col("reason").is_not_null())["path"]
    accepted = frame.filter(~pl.col("refused") & ~pl.col("repeated") & ~pl.col("path").is_in(rejected.implode()))
    accepted.select(*columns, "dump_unit", "period_end", "weight").write_parquet(out / f"{extract}.parquet")
    reasons = pl.concat_list(pl.when(f"!{reason}").then(pl.lit(reason)) for reason in tests).list.drop_nulls()
    line = (pl.col("row") - pl.col("row").min().over("path") + 2).alias("line")
    frame.select("path", line, "refused", reasons.alias("reasons"), *columns).filter("refused").drop(
        "refused"
    ).write_parquet(out / f"{extract}.quarantine.parquet")
    return receipts


def judged(receipts: pl.DataFrame) -> pl.DataFrame:
    """Receipts with the reason for which a dump is rejected whole; null where it stands."""
    read, refused = (pl.col(name).fill_null(0) for name in ("rows_read", "rows_refused"))
    reason = (
        pl.when((pl.col("sha256") != pl.col("sha256_found")) | (pl.col("rows") != read))
        .then(pl.lit("manifest_mismatch"))
        .when((read == 0) & (pl.col("rows") != 0).fill_null(True))
        .then(pl.lit("no_rows"))
        .when((read > 0) & (refused == read) | (read >= FROM_ROWS) & (refused > MAX_REFUSED * read))
        .then(pl.lit("too_many_refused"))
    )
    return receipts.with_columns(reason=reason)
