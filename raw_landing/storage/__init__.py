"""Landed Parquet files, the archive, and the schema `landed` that shows the active ones."""
