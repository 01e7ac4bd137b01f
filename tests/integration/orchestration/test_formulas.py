"""A definition version promises its formula: what changes one without a new version, or a record of it, fails here."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.dbt_build.formulas import Model, deviations, digests, formula_models, recorded
from orchestration.dbt_build.manifest import compile_dbt
from orchestration.settings import Settings


@pytest.fixture(scope="module")
def compiled(models: Path) -> list[Model]:
    return formula_models(compile_dbt(Settings.of(home=models)).parent)


def test_formulas_are_those_on_record(compiled: list[Model]) -> None:
    assert deviations(digests(compiled), recorded()) == []


def test_a_formula_is_its_model_and_all_below_it(compiled: list[Model]) -> None:
    names = [model.name for model in compiled]
    for position, model in enumerate(compiled):
        assert set(model.reads) <= set(names[:position]), model.name
    assert "int_indicator__arbitration_closure_rate__v2" in names and "stg_arbitration__arbitration_case" in names
    assert not any(str(Path.home()) in model.sql or '"warehouse"' in model.sql for model in compiled)


def _models(rows: str, value: str = "select sum(n) from rows") -> list[Model]:
    return [Model("int_rows", rows, ()), Model("int_indicator__a", value, ("int_rows",), ("a", 1))]


def test_layout_and_comments_do_not_change_a_formula() -> None:
    plain = digests(_models("select n from landed where n > 0"))
    assert list(plain) == [("a", 1)]
    assert digests(_models("SELECT n  -- counted\nFROM landed\nWHERE n > 0")) == plain


@pytest.mark.parametrize(
    "changed",
    [_models("select n from landed where n > 1"), _models("select n from landed where n > 0", "select max(n)")],
)
def test_a_change_anywhere_below_an_indicator_is_a_change_of_its_formula(changed: list[Model]) -> None:
    before, after = digests(_models("select n from landed where n > 0")), digests(changed)
    (told,) = deviations(after, before)
    assert "a, version 1: its formula has changed" in told
    assert "int_indicator__a__v2" in told and "make definitions" in told


def test_another_version_is_told_from_the_first() -> None:
    second = Model("any_name", "select 1", (), ("a", 2))
    assert set(digests([second])) == {("a", 2)}
    assert "not on record" in deviations({("a", 2): "x"}, {})[0]
    assert "without a model" in deviations({}, {("a", 2): "x"})[0]
