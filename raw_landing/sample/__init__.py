"""Makes synthetic dumps for `hrss sample`: no real person, and no real figure but the plan's own."""

from raw_landing.sample.generate import (
    Planted,
    SampleSummary,
    UnknownScaleError,
    UnknownScenarioError,
    planted,
    schedule,
    write_sample,
)

__all__ = [
    "Planted",
    "SampleSummary",
    "UnknownScaleError",
    "UnknownScenarioError",
    "planted",
    "schedule",
    "write_sample",
]
