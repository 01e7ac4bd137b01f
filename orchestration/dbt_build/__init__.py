"""dbt as a child process, and what its project says: tables, lineage, formulas."""
