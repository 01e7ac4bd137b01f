"""From an agency's dump to typed rows: identify, decode, clean, judge, keep. `read_dump` is the one function that
others need for a single file."""

from raw_landing.reading import Reading, read_dump

__all__ = ["Reading", "read_dump"]
