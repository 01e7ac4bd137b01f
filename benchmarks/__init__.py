"""Measured comparisons; nothing here is imported by the product."""

import os

# What is measured keeps its bytecode as it does on any machine, whatever a developer's shell says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
