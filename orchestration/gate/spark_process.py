"""The process that asks Spark rules, of the environment that has pyspark: started by orchestration/gate/on_spark.py in
a folder with the question, it leaves the answers there and says on standard output which table it has come to."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from expectations import RuleResult, Suite
from expectations.runner import run_on_spark
from orchestration.dbt_build.process import die_with_parent

QUESTION, ANSWERS = "question.json", "answers.json"
STEP = '{"step"'
"""How a line begins that tells of progress; all others are Spark's log."""


class Question(BaseModel):
    """What is asked: rules; by the name of each table that they read the folder of its Parquet files; the settings of
    the session; the words that examples may repeat."""

    suites: tuple[Suite, ...]
    tables: dict[str, Path]
    session: dict[str, str]
    words: list[str]


class Answers(BaseModel):
    """A result per rule, in order."""

    results: tuple[RuleResult, ...]


def main() -> None:
    """Answer the question in this folder."""
    die_with_parent()
    from pyspark.sql import SparkSession

    question = Question.model_validate_json(Path(QUESTION).read_text(encoding="utf-8"))
    builder = SparkSession.builder
    for name, value in question.session.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    for schema in sorted({table.split(".")[0] for table in question.tables}):
        session.sql(f"create database if not exists {schema}")
    for table, folder in question.tables.items():  # as dbt's build names them: macros/spark/tables.sql
        session.sql(f"drop table if exists {table}")
        session.sql(f"create table {table} using parquet location '{folder}'")
    results = run_on_spark(question.suites, words=frozenset(question.words), step=_tell)
    Path(ANSWERS).write_text(Answers(results=results).model_dump_json(), encoding="utf-8")
    session.stop()


def _tell(*step: int | str) -> None:
    sys.stdout.write(json.dumps({"step": step}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
