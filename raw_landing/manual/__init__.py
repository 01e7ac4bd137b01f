"""The manual for agencies: docs/landing.md and a page for each extract, made from contracts, words.yml and what landing
really says of the examples. Landing does not depend on it."""

from raw_landing.manual.generate import DOCS, pages

__all__ = ["DOCS", "pages"]
