"""docs/mutants.md: what happens when the models' SQL is wrong. `python -m tests.tools.mutants` edits it in a copy of
the dbt project, one small edit (tests/tools/mutation.py) at a time, and asks the unit tests, then the build's data
tests and the gate on a small warehouse, who notices. With files of the dbt project as arguments, only their mutants
are judged anew."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestration.dbt_build.runner import DBT_BUILD
from orchestration.pipeline.stages import LandOptions, land
from orchestration.settings import PROJECT, Settings
from tests.conftest import AS_OF
from tests.support.commands import hrss
from tests.support.warehouse import DBT_PROJECT
from tests.tools.mutation import SEED, Mutant, picked

PAGE = PROJECT / "docs" / "mutants.md"
DRIFT = Path("tests", "unit", "test_dbt_drift.py")  # the models against the contracts
BAR = "|", r"\|"  # in a table, a bar parts cells wherever it stands
UNIT_TEST, DATA_TEST, RULE = "单元测试 unit test", "数据测试 data test", "质量门 rule"
EQUAL, SURVIVED = "等价 equivalent", "**存活 survived**"
HEAD = """\
# 模型的变异测试 / Mutation of the models

由 `make mutants` 生成,请勿手改。以固定种子({seed})在 `dbt_project` 的模型与宏中每次只改一处(边界、正负号、筛选、连接、\
去重、聚合、空值、常数等),在项目的副本中检验谁能查获:先是所涉模型的 dbt 单元测试,以及模型与契约是否一致的测试;\
未查获的,再以小样本全量重建,由 dbt 数据测试与质量门判断(出现原样模型所没有的未通过规则,才算查获)。\
不能运行的改动不计({stillborn} 处)。行以原文标明。

Made by `make mutants`; not to be edited. A fixed seed ({seed}) picks small edits of the models and macros of
`dbt_project`: a boundary, a sign, a filter, a join, a distinct, an aggregate, a null, a constant. Each is made alone,
in a copy of the project. First it is judged by the dbt unit tests of the models that it reaches and by the tests that
hold models and contracts against each other; what they let pass is built on the small sample and judged by dbt's data
tests and by the gate, where caught means that a rule fails which holds of the models as they are. Edits that do not
run are not counted ({stillborn}). A line is named by its text.

| | |
|---|---|
{figures}

改动不影响任何结果的为等价,理由附后;其余存活者如实列出。/ Equivalent is an edit that changes no result, with the reason;
every other survivor is named as such.

| 文件 file | 原文 line | 改为 edited | 查获 caught by |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Judged:
    """A row of the page: an edit (`after` is empty where the line went), and who noticed it."""

    file: str
    before: str
    after: str
    verdict: str

    def line(self) -> str:
        """The row as it stands on the page."""
        cells = (f"`{self.file}`", f"`{self.before}`", f"`{self.after}`" if self.after else "–", self.verdict)
        return f"| {' | '.join(cell.replace(*BAR) for cell in cells)} |"


def recorded() -> list[Judged]:
    """The rows that stand on the page."""
    rows = re.findall(r"^\| (`m.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE) if PAGE.exists() else []
    cells = ([cell.replace(*reversed(BAR)) for cell in row.split(" | ")] for row in rows)
    return [
        Judged(file.strip("`"), before.strip("`"), after.strip("`–"), verdict) for file, before, after, verdict in cells
    ]


def page(judged: Iterable[Judged], stillborn: int) -> str:
    """The page's text."""
    rows = sorted(judged, key=lambda one: one.file)  # within a file as its lines stand
    figures = {"计入的变异 mutants counted": len(rows)}
    for verdict in (UNIT_TEST, DATA_TEST, RULE, EQUAL, SURVIVED):
        figures[verdict] = sum(one.verdict.startswith(verdict) for one in rows)
    table = "\n".join(f"| {name} | {number} |" for name, number in figures.items())
    return HEAD.format(seed=SEED, stillborn=stillborn, figures=table) + "".join(f"{one.line()}\n" for one in rows)


class Judges:
    """Who may notice an edit: the tests of a copy of the project in `folder`, and the gate on a small warehouse."""

    def __init__(self, folder: Path) -> None:
        settings = Settings.of(landing=folder / "landing", home=folder / "home")
        self._folder, self._project = folder, folder / DBT_PROJECT.name
        self._good, self._warehouse = folder / "good.duckdb", settings.warehouse
        hrss("sample", "--scale", "small", "--landing", settings.landing)
        land(settings, date.fromisoformat(AS_OF), LandOptions())
        for name in (DBT_PROJECT.name, "tests"):
            shutil.copytree(PROJECT / name, folder / name)
        shutil.copy(PROJECT / "pyproject.toml", folder)
        os.environ |= {
            "HRSS_WAREHOUSE": str(self._warehouse),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        }
        self._manifest = self._dbt("parse").result
        if not self._dbt("build").success or self._drifted():
            raise RuntimeError("the models as they are do not pass their tests: nothing can be said of others")
        shutil.copy(self._warehouse, self._good)
        self._failing = self._failing_rules()

    def judge(self, mutant: Mutant) -> Judged | None:
        """Who notices; None of an edit that does not run."""
        path = self._project / mutant.file
        text = path.read_text(encoding="utf-8")
        path.write_text(mutant.apply(text), encoding="utf-8")
        try:
            verdict = self._verdict(mutant, self._reached(mutant, text))
        finally:
            path.write_text(text, encoding="utf-8")
        return Judged(mutant.file, mutant.before, mutant.after, verdict) if verdict else None

    def _verdict(self, mutant: Mutant, models: list[str]) -> str | None:
        asked = ["--threads", "1", "--fail-fast", "--select", *(f"test_type:unit,{model}" for model in models)]
        failed, has_run = self._said(self._dbt("test", *asked))
        if failed or not has_run:
            return f"{UNIT_TEST} `{failed}`" if failed else None
        if failed := self._drifted():
            return f"{UNIT_TEST} `{failed}`"
        built = [*DBT_BUILD, "--full-refresh", "--select", *(f"{model}+" for model in models)]
        failed, has_run = self._said(self._dbt(*built))
        try:
            if failed or not has_run:
                return f"{DATA_TEST} `{failed}`" if failed else None
            if told := sorted(self._failing_rules() - self._failing):
                return f"{RULE} `{told[0]}`"
        finally:
            shutil.copy(self._good, self._warehouse)
        return f"{EQUAL}: {mutant.equivalent}" if mutant.equivalent else SURVIVED

    def _reached(self, mutant: Mutant, text: str) -> list[str]:
        """The models that an edit may change."""
        if mutant.file.startswith("models/"):
            return [Path(mutant.file).stem]
        (name,) = re.findall(r"\{%-? macro (\w+)", text[: mutant.start])[-1:]
        callers, found = self._manifest.macros.values(), {f"macro.hrss.{name}"}
        while more := {one.unique_id for one in callers if found & {*one.depends_on.macros}} - found:
            found |= more
        models = (node for node in self._manifest.nodes.values() if node.resource_type == "model")
        return sorted(model.name for model in models if found & {*model.depends_on.macros})

    def _dbt(self, *arguments: str) -> Any:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        told = ["--log-level", "none", "--log-level-file", "none", "--no-write-json"]  # half of what a call costs
        places = ["--project-dir", str(self._project), "--profiles-dir", str(self._project)]
        try:
            return dbtRunner().invoke([*told, *arguments, *places])
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt's

    @staticmethod
    def _said(run: Any) -> tuple[str | None, bool]:
        """The first test that failed, and whether all could run."""
        results = run.result or []
        failed = sorted(one.node.name for one in results if one.status == "fail")
        return (failed or [None])[0], run.result is not None and not any(one.status == "error" for one in results)

    def _drifted(self) -> str | None:
        """The first test that finds models and contracts apart."""
        command = [sys.executable, "-m", "pytest", "--quiet", "--exitfirst", str(DRIFT)]
        run = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        failed = re.search(rf"^FAILED {DRIFT.as_posix()}::(\w+)", run.stdout, re.MULTILINE)
        return failed[1] if failed else None

    def _failing_rules(self) -> set[str]:
        from expectations import run_suites
        from orchestration.gate.run import suites_on_marts

        return {failure.name for failure in run_suites(self._warehouse, suites_on_marts()).failures}


def main(named: Iterable[str]) -> None:
    """Judge all mutants, or those of the files named (by their path in the dbt project), and write the page."""
    chosen = {Path(name).as_posix().removeprefix("dbt_project/") for name in named}
    mutants = picked()
    asked = [mutant for mutant in mutants if not chosen or mutant.file in chosen]
    rows = [one for one in recorded() if chosen and one.file in {mutant.file for mutant in mutants} - chosen]
    with TemporaryDirectory() as folder:
        judges = Judges(Path(folder))
        for number, mutant in enumerate(asked, start=1):
            one = judges.judge(mutant)
            sys.stderr.write(f"{number}/{len(asked)} {one.line() if one else f'does not run: {mutant.after}'}\n")
            rows += [one] if one else []
    PAGE.write_text(page(rows, len(mutants) - len(rows)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
