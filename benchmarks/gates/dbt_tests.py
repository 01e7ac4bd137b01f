"""The gate's rules as a dbt project of singular tests: one file a rule, which selects the unexpected rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from expectations import Rule, Suite

PROJECT = """\
name: gate
version: "1.0.0"
config-version: 2
profile: gate
test-paths: [tests]
flags:
  send_anonymous_usage_stats: false
"""

PROFILE = """\
gate:
  target: warehouse
  outputs:
    warehouse:
      type: duckdb
      path: "{{ env_var('HRSS_WAREHOUSE') }}"
      threads: 2
      config_options:
        access_mode: READ_ONLY
      settings:
        autoinstall_known_extensions: false
        autoload_known_extensions: false
        TimeZone: Asia/Shanghai
        preserve_insertion_order: false
"""


def as_test(rule: Rule) -> str:
    """A rule as the text of a singular test. Raises ValueError for one of Great Expectations' own."""
    rows = rule.unexpected_rows or rule.query
    if rows is None and rule.where is not None:
        rows = f"SELECT * FROM {rule.table} WHERE {rule.where}"
    if rows is None:
        raise ValueError(f"{rule.table}: {rule.name}: Great Expectations' own, no SQL is known")
    severity = "error" if rule.severity == "critical" else "warn"
    return f"{{{{ config(severity='{severity}') }}}}\n{{% raw %}}\n{rows.strip()}\n{{% endraw %}}\n"


def write_project(folder: Path, suites: Iterable[Suite], shared: Iterable[str]) -> int:
    """Write the project, those of `shared` (suite.rule) tagged so; returns its lines."""
    shared = set(shared)
    for group in ("shared", "other"):
        (folder / "tests" / group).mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    for suite in suites:
        for rule in suite.rules:
            group = "shared" if f"{suite.name}.{rule.name}" in shared else "other"
            file = folder / "tests" / group / f"{suite.name}__{rule.name}.sql"
            file.write_text(as_test(rule), encoding="utf-8")
    written = (*folder.glob("*.yml"), *folder.glob("tests/*/*.sql"))
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in written)


def unexpected_rows(folder: Path, suites: Iterable[Suite]) -> dict[str, int]:
    """How many rows each test that ran last found (suite.rule: rows). Raises RuntimeError where one could not run."""
    names = {
        f"test.gate.{suite.name}__{rule.name}": f"{suite.name}.{rule.name}" for suite in suites for rule in suite.rules
    }
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    if broken := [f"{one['unique_id']}: {one['message']}" for one in results if one["failures"] is None]:
        raise RuntimeError("\n".join(broken))
    return {names[one["unique_id"]]: int(one["failures"]) for one in results}
