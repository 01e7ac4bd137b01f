"""Names shared by suites on fct_indicator_value: the table, its key, region codes, comparison of figures. No rules."""

from __future__ import annotations

VALUES = "marts.fct_indicator_value"
CELL = ("indicator_id", "region_code", "period_type", "period_end")
PROVINCE, NATION = "420000", "000000"
MATURITIES = ("final", "provisional")


def differs(left: str, right: str) -> str:
    """SQL: two figures that should be equal differ by more than the rounding of a sum."""
    return f"abs({left} - {right}) > 1e-9 * greatest(1, abs({left}), abs({right}))"
