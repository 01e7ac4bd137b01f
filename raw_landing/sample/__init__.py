"""The maker of synthetic dumps: what `hrss sample` writes. No real person; no figure is real but the plan's own."""

from raw_landing.sample.generate import Planted, SampleSummary, UnknownScaleError, planted, write_sample

__all__ = ["Planted", "SampleSummary", "UnknownScaleError", "planted", "write_sample"]
