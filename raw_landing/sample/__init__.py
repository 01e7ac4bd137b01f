"""The maker of synthetic dumps: what `hrss sample` writes. No real person, no real figure beyond the plan's own outcomes."""

from raw_landing.sample.maker import SampleSummary, UnknownScaleError, write_sample

__all__ = ["SampleSummary", "UnknownScaleError", "write_sample"]
