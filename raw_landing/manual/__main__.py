"""Writes the manual: `python -m raw_landing.manual`."""

from __future__ import annotations

import sys

from raw_landing.manual.generate import DOCS, pages, unwritten


def main() -> None:
    """Write every page that differs, and remove pages of extracts that are no more. Say what is left out."""
    made = pages()
    for name, text in made.items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (path.is_file() and path.read_bytes() == text.encode()):
            path.write_bytes(text.encode())
    for path in DOCS.glob("landing/*.md"):
        if path.relative_to(DOCS).as_posix() not in made:
            path.unlink()
    if unwritten():
        sys.stdout.write(f"manual: nothing is written yet of {', '.join(unwritten())}\n")


if __name__ == "__main__":
    main()
