"""What of a text may be repeated where people read it. An error of the database may quote a row, and a row may say who
somebody is: only errors that name tables and columns pass, and no personal number does."""

from __future__ import annotations

import re
import unicodedata

from expectations.rule import CARD, PERSONAL_NUMBER

_PERSONAL = re.compile(PERSONAL_NUMBER)
_CARD = re.compile(CARD)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
_NAMES_ONLY = re.compile(r"(?:Catalog|Binder|Parser|IO) Error: [^\n]*")


def holds_personal_number(text: str) -> bool:
    """Whether an identity number, a mobile number or a bank card's stands in the text, as the gate looks for them."""
    plain = unicodedata.normalize("NFKC", text)
    return _PERSONAL.search(plain) is not None or any(map(_ends_in_check_digit, _CARD.findall(plain)))


def _ends_in_check_digit(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdigit()][::-1]
    doubled = (2 * digit - 9 * (digit > 4) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def masked(text: str) -> str:
    """The text without the numbers of persons that stand in it."""
    return _PERSONAL.sub(r"\1***\2", text.translate(_HALF_WIDTH))


def speakable(message: str, kind: str) -> str:
    """Of an error of the database, the sentence that names tables and columns only; else just its `kind`."""
    sentence = _NAMES_ONLY.search(message)
    return masked(sentence.group()) if sentence else f"{kind} (its text is kept back: it may quote a row)"
