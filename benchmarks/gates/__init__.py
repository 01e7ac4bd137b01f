"""The gate's rules as others would run them: as dbt's tests, and by Great Expectations on pandas batches. Written from
the rules themselves, for benchmarks/gate.py, which measures them; nothing of it is used elsewhere."""
