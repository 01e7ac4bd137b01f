"""The data dictionary: every published column with what it is made of, down to the headers that agencies write; every
extract's column with what it is used for. Made from the contracts, the dbt project and its lineage; as Markdown for
docs/dictionary and as one page for a release."""

from orchestration.dictionary.generate import Section, page, pages, sections

__all__ = ["Section", "page", "pages", "sections"]
