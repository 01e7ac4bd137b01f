"""Releases: publish, verify, log, roll back, withdraw, vintages."""
