"""The `hrss` command: one module per group of commands."""
