"""The sample comes to the 13th plan's outcomes, to the printed digits, and to a mixed end of the 14th."""

from __future__ import annotations

import csv

import pytest

from raw_landing.regions import SEEDS
from tests.slow.sample.samples import Sample

with (SEEDS / "plan_indicators.csv").open(encoding="utf-8", newline="") as file:
    PLAN = list(csv.DictReader(file))

PUBLISHED = [
    (row["indicator_id"], row["published_outcome"])
    for row in PLAN
    if row["plan_id"] == "135" and row["published_outcome"]
]
TARGETS = {row["indicator_id"]: row for row in PLAN if row["plan_id"] == "145"}


@pytest.mark.parametrize(("indicator", "printed"), PUBLISHED)
def test_2020_is_as_published(default: Sample, indicator: str, printed: str) -> None:
    digits = len(printed.partition(".")[2])
    assert round(default.indicators(2016, 2020)[indicator], digits) == float(printed)


def test_flows_of_2016_to_2020_add_up_exactly(default: Sample) -> None:
    assert default.indicators(2016, 2020)["urban_new_employment"] == 442.0


def test_baselines_of_the_14th_plan_are_the_values_of_2020(default: Sample) -> None:
    """Of levels and ceilings; flows and annual levels of 2020 are in no extract of the sample."""
    values = default.indicators(2020, 2020)
    for indicator, row in TARGETS.items():
        if row["baseline"] and row["target_kind"] in ("level", "ceiling"):
            digits = len(row["baseline"].partition(".")[2])
            assert round(values[indicator], digits) == float(row["baseline"]), indicator


def standing(row: dict[str, str], value: float) -> str:
    """The status on the plan's last day (spec: plan progress, elapsed share 1)."""
    target, baseline = float(row["target"]), float(row["baseline"] or "nan")
    lower = row["target_kind"] == "ceiling"
    if value <= target if lower else value >= target:
        return "met"
    if row["target_kind"] == "cumulative":
        return "at_risk" if value / target >= 0.9 else "off_track"
    if baseline < target and not lower:
        return "at_risk" if (value - baseline) / (target - baseline) >= 0.9 else "off_track"
    return "at_risk" if abs(value - target) / target <= 0.05 else "off_track"


def test_the_14th_plan_ends_mixed(default: Sample) -> None:
    values = default.indicators(2021, 2025)
    found = {indicator: standing(row, values[indicator]) for indicator, row in TARGETS.items()}
    assert {name for name, status in found.items() if status == "off_track"} == {
        "resident_pension_entrusted_investment",
        "third_generation_cards",
    }
    assert {name for name, status in found.items() if status == "at_risk"} == {
        "migrant_worker_training",
        "basic_pension_coverage_rate",
        "postdoc_annual_intake",
        "inspection_closure_rate",
        "social_card_holders",
    }
    assert values["urban_new_employment"] == pytest.approx(421.2)


def test_flash_figures_agree_with_the_rows(default: Sample) -> None:
    """To the hundredth of 万 that is printed, for the province and for a unit."""
    for region, where in (("420000", "true"), ("420600", "region_code LIKE '4206%'")):
        reported = default.figure(
            "SELECT value::DOUBLE FROM statistical_report WHERE dump_period = '2025-11' AND item = '城镇新增就业人数' "
            f"AND region_code = '{region}'"
        )
        counted = default.figure(
            f"""
            SELECT sum(n) / 1e4 FROM (
                SELECT 1 / f AS n, registered_on AS day, region_code
                FROM employment_registration WHERE is_urban_new = '1'
                UNION ALL
                SELECT -1 / f, occurred_on, region_code FROM employment_attrition
            ) WHERE day BETWEEN '2025-01-01' AND '2025-11-30' AND {where}
            """
        )
        assert reported == pytest.approx(counted, abs=0.0051), region
