"""The floor: the 24 indicators from the agencies' clean dumps by one hand-written DuckDB script, for comparison."""
