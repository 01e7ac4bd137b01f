"""The program `hrss`: watches for interruptions, then loads the command line and runs it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

from orchestration.interruption import is_noted, is_over, leave, watch

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
NEEDS_CHECKOUT = (
    "本程序须从检出的代码目录运行(数据契约、SQL 与 dbt 项目不在安装包内),请用 git clone 取得代码后执行 make setup。\n"
    "This program runs from a checkout (contracts, SQL and the dbt project are not in the package): clone the "
    "repository and run make setup."
)


def main() -> NoReturn:
    """Entry point of the command."""
    if not (DBT_PROJECT / "dbt_project.yml").is_file():
        sys.exit(NEEDS_CHECKOUT)
    watch()
    try:
        try:
            from orchestration.cli.main import main as command

            command()
        finally:
            is_over()
    except BaseException:
        if is_noted():
            leave()
        raise
