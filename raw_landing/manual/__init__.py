"""The manual for agencies, docs/landing.md with a page for each extract: made from the contracts, from words.yml and
from what landing really says of the examples. Reads no other dump, and nothing that lands a dump depends on it."""

from raw_landing.manual.generate import DOCS, pages

__all__ = ["DOCS", "pages"]
