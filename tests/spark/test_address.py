"""What Spark's Python processes read at an address is what Spark reads of the same files. Run by `make test-spark`."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import duckdb
import fsspec

from orchestration.dbt_build.spark_ready import ON_SPARK, PYTHON, lines_from
from orchestration.gate.on_spark import _session
from orchestration.settings import PROJECT

TYPES = (
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL(4,1)",
    "DECIMAL(38,2)",
    "VARCHAR",
)
DAYS = {"DATE": "2024-02-29", "TIMESTAMP": "2024-02-29 23:30:00.123456", "TIMESTAMPTZ": "2024-02-29 23:30:00+08"}

ASKED = """
import json, os
from pyspark.sql import SparkSession
builder = SparkSession.builder
for name, value in json.load(open("session.json")).items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sql("create database landed")
spark.sql(f"create table landed.here using parquet location '{os.getcwd()}/here'")
spark.sql("create table landed.laid using address options (files 'laid/files.json')")
here, laid = spark.table("landed.here"), spark.table("landed.laid")
said = {"same types": here.dtypes == laid.dtypes, "nullable": all(field.nullable for field in laid.schema)}
rows = laid.collect()
said["rows"], said["same rows"] = len(rows), rows == here.collect()
spark.sql("create table landed.lacking using address options (files 'lacking/files.json')")
try:
    spark.table("landed.lacking").collect()
except Exception as error:
    said["lacking"] = str(error)
print("said " + json.dumps(said))
"""


def test_types_and_rows_are_those_of_sparks_own_reader(spark: None, s3: str, tmp_path: Path) -> None:
    for folder in ("here", "laid", "lacking"):
        (tmp_path / folder).mkdir()
    columns = [f"cast(1 as {kind})" for kind in TYPES] + [f"cast('{day}' as {kind})" for kind, day in DAYS.items()]
    rows = f"select {', '.join(columns)} union all by name select null::integer as last"
    for file, query in {"here/rows": f"from ({rows})", "laid/columns": f"from ({rows}) limit 0"}.items():
        duckdb.sql(f"copy ({query}) to '{tmp_path}/{file}.parquet' (format parquet)")
    shutil.copy(tmp_path / "laid" / "columns.parquet", tmp_path / "lacking")
    system, root = fsspec.url_to_fs(s3)
    system.put_file(str(tmp_path / "here" / "rows.parquet"), f"{root}/types/rows.parquet")
    system.put_file(str(tmp_path / "laid" / "columns.parquet"), f"{root}/types/none.parquet")
    tasks = [[f"{s3}/types/none.parquet", f"{s3}/types/rows.parquet"]]
    for file, content in {
        "laid/files": tasks,
        "lacking/files": [*tasks, [f"{s3}/types/gone.parquet"]],
        "session": _session(),
    }.items():
        (tmp_path / f"{file}.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "asked.py").write_text(ASKED, encoding="utf-8")
    (said,) = lines_from(
        "asked",
        marks=["said "],
        folder=tmp_path,
        log=tmp_path / "log",
        environment=os.environ | {"PYSPARK_PYTHON": str(PYTHON)},
        python_path=(tmp_path, PROJECT, ON_SPARK),
    )
    answers = json.loads(said.removeprefix("said "))
    assert "types/gone.parquet" in answers.pop("lacking")
    assert answers == {"same types": True, "nullable": True, "rows": 2, "same rows": True}
