"""Dagster's view of the house: assets, gates, job, schedule, sensor. Thin shells over orchestration.pipeline.stages."""
