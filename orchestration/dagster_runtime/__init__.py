"""Dagster's instance and server on this machine, and what makes their start faster."""
