"""Why a figure differs from an earlier release: differences split by cause."""
