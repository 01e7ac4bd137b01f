"""Which rules Spark is asked: those that read tables that Spark wrote and nothing else. Asks them, in a process of the
environment that has Spark."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import yaml

from expectations import RuleResult, Suite
from expectations.rule import Rule
from orchestration.dbt_build.process import PARENT_PID_ENV
from orchestration.dbt_build.spark_increments import folders
from orchestration.dbt_build.spark_ready import lines_from, require_spark, target
from orchestration.gate.spark_process import ANSWERS, QUESTION, STEP, Answers, Question
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.text import two_lines
from raw_landing.database import DatabaseUnusable, connect, literal
from raw_landing.errors import UserError

PROCESS = "orchestration.gate.spark_process"
_EVIDENCE = {
    "landed.dump": "select dump_id, rows_loaded, sampling_fraction from landed.dump",
    "quality.landing_receipt": "select dump_id, path from quality.landing_receipt",
}
"""What a breach is told with besides the rows: small tables of DuckDB's, of which Spark reads a copy."""


class SparkFailed(UserError):
    """Spark, asked rules of the gate, ended without answers."""


def rules_on_spark(settings: Settings, suites: Iterable[Suite]) -> frozenset[str]:
    """The rules that Spark is asked, by full name: none where it builds nothing, or is reached by statements alone
    (Thrift)."""
    if settings.engine != "spark" or target() != "spark":
        return frozenset()
    tables = _tables(settings).keys()
    return frozenset(
        f"{suite.name}.{rule.name}" for suite in suites for rule in suite.rules if rule.relations <= tables
    )


def _tables(settings: Settings) -> dict[str, Path]:
    """By name, the folder of each table that Spark wrote; none where that cannot be read: DuckDB, which then is asked
    everything, says why."""
    try:
        return {folder.name: folder for folder in folders(settings).values()}
    except (DatabaseUnusable, duckdb.Error):
        return {}


def judge_on_spark(
    settings: Settings, suites: Sequence[Suite], words: Collection[str], step: Callable[[int, int, str], None]
) -> tuple[RuleResult, ...]:
    """The results of rules of `rules_on_spark`, in order; `words` and `step` as in run_suites. Raises SparkMissing,
    SparkFailed, OSError, duckdb.Error."""
    require_spark()
    log = settings.dbt_target.with_name("spark") / "gate.log"
    rules: list[Rule] = [rule for suite in suites for rule in suite.rules]
    read = frozenset[str]().union(*(rule.relations for rule in rules))
    tables = {name: folder for name, folder in _tables(settings).items() if name in read}
    with TemporaryDirectory(dir=settings.spark_tables, prefix="gate-") as name:  # where every executor reads
        folder = Path(name)
        question = Question(
            suites=tuple(suites), tables=tables | _evidence(settings, folder), session=_session(), words=sorted(words)
        )
        (folder / QUESTION).write_text(question.model_dump_json(), encoding="utf-8")
        environment = os.environ | {PARENT_PID_ENV: str(os.getpid())}
        try:
            for line in lines_from(PROCESS, marks=[STEP], folder=folder, log=log, environment=environment):
                step(*json.loads(line)["step"])
            answers = (folder / ANSWERS).read_text(encoding="utf-8")
        except (subprocess.CalledProcessError, FileNotFoundError):
            raise SparkFailed(two_lines("spark.gate_failed", log=log)) from None
        return Answers.model_validate_json(answers).results


def _session() -> dict[str, str]:
    """The settings by which dbt's Spark computes figures."""
    profiles: dict[str, Any] = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    settings: dict[str, str] = profiles["hrss"]["outputs"]["spark"]["server_side_parameters"]
    return settings


def _evidence(settings: Settings, folder: Path) -> dict[str, Path]:
    """By name, folders with a Parquet file of each table of _EVIDENCE."""
    with connect(settings.warehouse, read_only=True) as connection:
        for name, rows in _EVIDENCE.items():
            (folder / name).mkdir()
            connection.execute(f"copy ({rows}) to {literal(str(folder / name / 'rows.parquet'))} (format parquet)")
    return {name: folder / name for name in _EVIDENCE}
