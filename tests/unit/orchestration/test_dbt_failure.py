"""What dbt says of a failed build may quote a row: people are told where it failed and why, never what a cell holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.dbt_build.runner import build_failed

NUMBER, NAME = "420106199001011234", "张三"

SAID = f"""The dbt CLI process with command

`dbt build` failed with exit code `1`.

Errors parsed from dbt logs:

2 of 7 ERROR creating sql table model staging.stg_talent__card ......... [ERROR in 0.11s]
Failure in model stg_talent__card (models/staging/talent/stg_talent__card.sql)
  Runtime Error in model stg_talent__card (models/staging/talent/stg_talent__card.sql)
  Conversion Error: Could not convert string '{NAME}{NUMBER}' to INT32

  LINE 4:     '{NUMBER}'::integer
  Runtime Error in model fct_a (models/marts/fct_a.sql)
  Binder Error: Referenced column "nothing" was not found because the FROM clause is missing
  Runtime Error in model fct_b (models/marts/fct_b.sql)
  Parser Error: syntax error at or near "１３８００１３８０００"
Failure in test not_null_fct_a_value (models/marts/marts.yml)
  Got 3 results, configured to fail if != 0
"""


@pytest.fixture
def message() -> str:
    return str(build_failed(SAID, Path("/home/dbt.log")))


@pytest.mark.parametrize(
    "told",
    [
        "Runtime Error in model stg_talent__card (models/staging/talent/stg_talent__card.sql)",
        "Conversion Error (its text is kept back",
        'Binder Error: Referenced column "nothing" was not found',
        "Failure in test not_null_fct_a_value (models/marts/marts.yml)",
        "Got 3 results",
        "/home/dbt.log",
        "当前发布版未变",
    ],
)
def test_place_and_cause_are_told(message: str, told: str) -> None:
    assert told in message


@pytest.mark.parametrize("kept_back", [NUMBER, NAME, "13800138000", "１３８００１３８０００", "LINE 4"])
def test_no_cell_is_quoted(message: str, kept_back: str) -> None:
    assert kept_back not in message
