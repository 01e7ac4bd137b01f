"""Redacts personal numbers, names and row values from examples and error messages. A database error may quote a row:
only those that name tables and columns pass."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from expectations.personal_numbers import CARD, PERSONAL_NUMBER

_PERSONAL = re.compile(PERSONAL_NUMBER)
_CARD = re.compile(CARD)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")  # dump, region, indicator, release, column …
_LINES = re.compile(r"[0-9]+(,[0-9]+)*(,… \([0-9]+\))?")
_HAN = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U000323af·]+")
_FOREIGN = re.compile(r"[^\W\u3007\u3400-\u9fff\U00020000-\U000323af]")  # letters of other scripts, digits
WRITTEN = ("item",)
"""Key columns that hold free text."""
_HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
_DISK_FULL = re.compile(r"No space left on device|Disk quota exceeded|max_temp_directory_size", re.IGNORECASE)
_NAMES_ONLY = re.compile(
    r"(?:Catalog|Binder|Parser|IO) Error: [^\n]*"  # DuckDB's
    r"|\[(?:UNRESOLVED_[A-Z_.]+|TABLE_OR_VIEW_NOT_FOUND)\] [^\n]*"  # Spark's
)


def holds_personal_number(text: str) -> bool:
    """Whether the text holds an identity, mobile or bank card number, by the same patterns as the gate's SQL."""
    plain = unicodedata.normalize("NFKC", text)
    return _PERSONAL.search(plain) is not None or any(map(_ends_in_check_digit, _CARD.findall(plain)))


def _ends_in_check_digit(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdigit()][::-1]
    doubled = (2 * digit - 9 * (digit > 4) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def position(value: object, column: str, words: Collection[str]) -> str:
    """A locator, redacted: numbers, days, our codes and text made of `words` (those in every release) are shown. Other
    text in a key was typed by somebody, may name a person, and becomes ***."""
    if value is None:
        return "–"
    if isinstance(value, list):
        return ",".join(position(one, column, words) for one in value)
    text = str(value)
    if isinstance(value, str):
        is_code = column not in WRITTEN and (_CODE.fullmatch(text) or _LINES.fullmatch(text))
        if not is_code and (_FOREIGN.search(text) or not all(one in words for one in _HAN.findall(text))):
            return "***"
    return mask_personal_numbers(text)


def mask_personal_numbers(text: str) -> str:
    """The text with personal numbers replaced by ***."""
    return _PERSONAL.sub(r"\1***\2", text.translate(_HALF_WIDTH))


def safe_error_text(message: str, kind: str) -> str:
    """A database error reduced to the sentence that names tables and columns; any other error to its `kind`."""
    if full := _DISK_FULL.search(message):
        return f"IO Error: No space left on device ({full.group()})"
    sentence = _NAMES_ONLY.search(message)
    return (
        mask_personal_numbers(sentence.group()) if sentence else f"{kind} (its text is kept back: it may quote a row)"
    )
