"""The words that several suites use of the table of figures: its name, its cells, when two figures differ. No rule."""

from __future__ import annotations

VALUES = "marts.fct_indicator_value"
CELL = ("indicator_id", "region_code", "period_type", "period_end")
PROVINCE, NATION = "420000", "000000"
MATURITIES = ("final", "provisional")


def differs(left: str, right: str) -> str:
    """Two figures that ought to be equal are not (the order of a sum leaves a trace in the last digits)."""
    return f"abs({left} - {right}) > 1e-9 * greatest(1, abs({left}), abs({right}))"
