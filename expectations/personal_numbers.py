"""Patterns and SQL that find identity, mobile and bank card numbers in text."""

from __future__ import annotations

from raw_landing.database import literal

# Numbers of persons, standing alone: not inside a longer number, a hash or a fraction. Groups may be parted by a blank
# or a hyphen; a figure column writes .0 behind them, and one of more than 16 digits in powers of ten.
_ALONE = (r"(^|[^0-9A-Za-z.]|[^0-9]\.)", r"($|[^0-9A-Za-z.]|\.(?:0?(?:$|[^0-9])))")
_BIRTH = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
# An identity number (18 digits with a plausible date of birth, or 15) or a mobile number.
PERSONAL_NUMBER = (
    _ALONE[0] + r"(?:"
    rf"[1-9][0-9]{{5}}[ -]?(?:18|19|20)[0-9]{{2}}{_BIRTH}[ -]?[0-9]{{3}}[0-9Xx]"
    rf"|[1-9][0-9]{{7}}{_BIRTH}[0-9]{{3}}"
    r"|(?:\+?86[ -]?)?1[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -][0-9]{4})"
    r"|[1-9]\.[0-9]{10,}e\+1[4-9]"
    r")" + _ALONE[1]
)
# What may be a bank card: 16 to 19 digits; it is one if they end in their check digit (Luhn, ISO/IEC 7812).
CARD = r"(?:^|[^0-9A-Za-z.])([0-9]{16,19}|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?)(?:\.0)?(?:$|[^0-9A-Za-z.])"
LONG_NUMBER = r"(?:^|[^0-9.])[0-9０-９][0-9０-９ -]{9}[0-9０-９]|e\+1[4-9]"
SMALLEST = 10_000_000_000
"""A mobile number has eleven digits, all others more."""
# Sums of money over a province, and bytes, have as many digits as a mobile number; these columns hold nothing but
# numbers. A hash of 16 hex digits may have no letter; release ids, long enough to be looked into on every row, are held
# to their form by rules of their own.
AMOUNTS = ("amount", "subsidy")
BYTES = ("bytes", "bytes_read", "bytes_written")
RELEASE_IDS = ("release_id", "previous_release_id", "first_release_id", "last_release_id")
NOT_NUMBERS = (*AMOUNTS, *BYTES, *RELEASE_IDS, "dump_id")


def half_width(text: str) -> str:
    """SQL: full-width digits as plain ones."""
    return f"translate({text}, '０１２３４５６７８９Ｘ', '0123456789X')"


def holds_personal_number(text: str) -> str:
    """SQL: whether a text holds a personal number. Few do, so a cheap pattern is tried first."""
    plain = half_width(text)
    return (
        f"CASE WHEN regexp_matches({text}, {literal(LONG_NUMBER)})"
        f" THEN regexp_matches({plain}, {literal(PERSONAL_NUMBER)}) OR {holds_card(plain)} ELSE false END"
    )


def holds_card(text: str) -> str:
    """SQL: whether a text holds a bank card's number (Luhn: from the right, every second digit is doubled)."""
    digit = "CAST(substr(number, length(number) - place, 1) AS INTEGER)"
    doubled = f"CASE WHEN place % 2 = 1 THEN 2 * {digit} - CASE WHEN {digit} > 4 THEN 9 ELSE 0 END ELSE {digit} END"
    total = f"list_sum(list_transform(range(length(number)), lambda place: {doubled}))"
    found = f"regexp_extract_all({text}, {literal(CARD)}, 1)"
    numbers = f"list_transform({found}, lambda one: regexp_replace(one, '[ -]', '', 'g'))"
    return (
        f"CASE WHEN regexp_matches({text}, {literal(CARD)})"
        f" THEN len(list_filter({numbers}, lambda number: {total} % 10 = 0)) > 0 ELSE false END"
    )
