"""What the pages show, read from a release: frozen dataclasses. SQL stands here only, and states are decided here; no
words and no colours."""
