"""`python -m orchestration.dictionary`: write docs/dictionary anew."""

from __future__ import annotations

import tempfile

from orchestration.dbt_build.catalogue import own_tables, tables_of
from orchestration.dbt_build.lineage import lineage_of
from orchestration.dbt_build.manifest import compile_dbt
from orchestration.dictionary.generate import sections, write_pages
from orchestration.settings import PROJECT, Settings


def main() -> None:
    """Compile the dbt project on nothing and write the pages."""
    with tempfile.TemporaryDirectory(prefix="dictionary-") as home:
        manifest = compile_dbt(Settings.of(home=home))
        tables = (*tables_of(manifest), *own_tables())
        write_pages(sections(tables, lineage_of(manifest)), PROJECT / "docs" / "dictionary")


if __name__ == "__main__":
    main()
