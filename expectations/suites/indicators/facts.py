"""Which indicators a rule is about."""

from __future__ import annotations

from expectations.registry import indicators, registered
from expectations.sql import sql_list

SMALLEST_SHOWN = "(SELECT suppression_threshold FROM landed.run)"
"""SQL: county counts of persons from 1 to below this are not published."""

# Which indicators a sentence is about, as the registry of indicators says it (dim_indicator).
_REGISTERED = "SELECT indicator_id FROM marts.dim_indicator WHERE "
FLOWS = f"{_REGISTERED} is_additive_in_time"
PERSONAL = f"{_REGISTERED} is_person_based"
MONTHLY_STOCKS = f"{_REGISTERED} measure_kind IN ('stock', 'stock_rate') AND list_contains(period_types, 'month')"
QUARTERLY = f"{_REGISTERED} list_contains(period_types, 'quarter') AND NOT list_contains(period_types, 'month')"
FLOWS_BY_REGION = sql_list(indicators(is_additive_in_time="true", is_additive_in_space="true"))
_PARTS = [
    (row["indicator_id"], row["part_of"])
    for row in registered()
    if row["part_of"] and row["is_additive_in_time"] == "true" and row["is_additive_in_space"] == "true"
]
PARTS_AND_WHOLES = ", ".join(f"({sql_list(pair)}), ({sql_list(pair[::-1])})" for pair in _PARTS)
"""SQL: rows of an indicator and its whole, and of a whole and a part of it, for counts that add up."""
NET = sql_list(indicators(may_be_negative="true"))
REPORTED_LATER = sql_list(indicators(is_reported_in_month="false"))
SCALED = "numerator / CASE unit WHEN '人' THEN 1 ELSE 10000 END"
SURVEYED = "urban_surveyed_unemployment_rate"
WITHIN_100 = sql_list(indicators(within_100="always"))
# Not bounded by their formula: a case closed before it was accepted, people insured outside the population counted.
USUALLY_WITHIN_100 = sql_list(indicators(within_100="usually"))
