"""One cell as the text that a person would have typed: number formats, dates, errors, a spreadsheet's escapes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

from raw_landing.parsing.xlsx_child.common import BREAK, COLUMN, ERRORS, FIELD, MARK, NO_VALUE, damaged

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_OURS = str.maketrans({FIELD: " ", BREAK: " ", COLUMN: " ", MARK: " ", "\0": " ", "\n": BREAK})
_LITERAL = re.compile(r'"[^"]*"?|\\.|[_*].')  # text in a number format
_WRITTEN = re.compile(r'"([^"]*)"?|[\\!](.)|[_*].')  # the same, what it says apart
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_THOUSANDS = re.compile(r"[0#?](,+)(?![0#?])")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]?")
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_FORMATS = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 46: "[h]:mm:ss"}
_DAYS_TO_1904 = 1462


class Format:
    """How a number format shows a number: per sign 'date', 'elapsed', 'percent' or '' (as it is), the digits after the
    point where it always shows that many, the digits of a format of zeros alone, and the words it writes after a number
    (`0.00"亿元"`), commas first where it shows thousands (`0!.0,"万"`)."""

    def __init__(self, forms: tuple[str, ...], decimals: int | None, digits: int, suffix: str = "") -> None:
        self.forms, self.decimals, self.digits, self.suffix = forms, decimals, digits, suffix

    @classmethod
    def parsed(cls, number: str, code: str | None) -> Format:
        """The format of that number, with its code where the workbook gives one."""
        if code is None:
            known = int(number) if number.isdigit() else 0
            if known in _DATE_FORMATS and known not in _FORMATS:
                return cls(("date",), None, 0)
            code = _FORMATS.get(known, "")
        has_conditions = re.search(r"\[[<>=]", code) is not None
        is_elapsed = _ELAPSED.search(code) is not None
        bare = [_BRACKETS.sub("", one) for one in _LITERAL.sub("", _ELAPSED.sub("h", code)).split(";")]
        forms = tuple("elapsed" if is_elapsed and _has_day(one) else _form(one) for one in bare)
        first = bare[0].strip()
        point = re.fullmatch(r"[^.]*[0#?]\.(0+)", first)
        decimals = len(point[1]) if point and forms[0] == "" else None
        digits = len(first) if re.fullmatch("0{2,}", first) else 0
        return cls(forms[:1] if has_conditions else forms[:3], decimals, digits, _suffix(code))

    def of(self, value: float) -> str:
        """How it shows this value."""
        if value < 0 and len(self.forms) > 1:
            return self.forms[1]
        if value == 0 and len(self.forms) > 2:
            return self.forms[2]
        return self.forms[0]


GENERAL = Format(("",), None, 0)


def _suffix(code: str) -> str:
    """The Chinese words that a number format writes, after a comma for each thousand that it divides by."""
    first = _BRACKETS.sub("", code).split(";")[0]
    digits = _WRITTEN.sub("", first)
    words = _WRITTEN.sub(lambda one: one[1] or one[2] or "", first)
    thousands = _THOUSANDS.search(digits)
    return (thousands[1] if thousands else "") + "".join(_HAN.findall(words)).removeprefix("通用格式")


def _form(code: str) -> str:
    if "%" in code:
        return "percent"
    return "date" if _has_day(code) else ""


def _has_day(code: str) -> bool:
    """Whether a number format, its literal text and brackets taken away, shows days or times."""
    bare = re.sub("general|g/通用格式|e[+-]", "", code.lower())
    return any(letter in bare for letter in "ymdhs")


def _day(value: float, is_1904: bool) -> str:
    """A serial as day, day and time, or time alone; '' where it is none."""
    days = value + (_DAYS_TO_1904 if is_1904 else 0)
    if value < 0 or days >= 2_958_466:
        return ""
    seconds = round(days * 86400)
    if value < 1 and not is_1904:
        return f"{datetime(1900, 1, 1) + timedelta(seconds=min(seconds, 86399)):%H:%M:%S}"
    start = datetime(1899, 12, 30) if days >= 60 else datetime(1899, 12, 31)  # 29 February 1900, which never was
    found = start + timedelta(seconds=seconds)
    return found.isoformat(" ", "seconds") if seconds % 86400 else found.date().isoformat()


def _plain(number: Decimal) -> str:
    """A number without exponent and without zeros at the end."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def special_text(kind: str, raw: str, is_formula: bool) -> str:
    """A boolean, a day in ISO form or an error as text."""
    if kind == "e":
        return raw if raw.upper() in ERRORS else ERRORS[2]
    if not raw:
        return NO_VALUE if is_formula else ""
    if kind == "b":
        return {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}.get(raw, tidy(raw))
    if kind == "d":
        try:
            found = datetime.fromisoformat(raw)
        except ValueError:
            return tidy(raw)
        is_day = found.time().replace(microsecond=0).isoformat() == "00:00:00"
        return found.date().isoformat() if is_day else found.replace(tzinfo=None).isoformat(" ", "seconds")
    raise damaged()


def tidy(text: str) -> str:
    """A text without a spreadsheet's escapes, without ="..." and stray quotes around, its line ends as BREAK."""
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "_x" in text and _ESCAPE.search(text):
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = text.translate(_OURS)
    if '"' in text:
        text = text[2:-1] if text.startswith('="') and text.endswith('"') else text
        text = text.strip().strip('"') if '"' in text else text
    return text


def number_text(text: str, shape: Format, *, is_1904: bool) -> str:
    """A number as a person would have typed it: to the 15 digits that a spreadsheet keeps, days in ISO form.
    Sixteen digits and more, of which it lost the last, stay in the scientific form that shows it."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return tidy(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return text
    form = shape.of(value)
    if form == "date" and (day := _day(value, is_1904)):
        return day
    if form == "elapsed":
        return str(timedelta(seconds=round(value * 86400))) if abs(value) < 1e6 else text
    plain = f"{value:.15g}"
    if form == "percent":
        return f"{_plain(Decimal(plain) * 100)}%"
    if shape.suffix:
        return f"{plain}{MARK}{plain}{shape.suffix}"
    if abs(value) >= 1e15:
        return f"{Decimal(repr(value)).normalize():E}"
    if "e" in plain or plain == "-0":
        plain = _plain(Decimal(plain))
    if 1000 <= value < 10000 and len(plain) in (6, 7):  # 2023.1: may be a month
        return f"{plain}{MARK}{f'{Decimal(plain):.2f}' if shape.decimals == 2 else ''}"
    if len(plain) < shape.digits and plain.isdigit():
        return f"{plain}{MARK}{plain.zfill(shape.digits)}"
    return plain
