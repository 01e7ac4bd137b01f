"""Fixtures and builders that tests share."""
