"""Who does something by hand, and why: what a person says that will stand on record. Knows no command."""

from __future__ import annotations

import os
import pwd
import re
import unicodedata

from expectations.rule import PERSONAL_NUMBER

LONGEST_REASON = 300


class ReasonUnfit(ValueError):
    """The reason given cannot stand on record."""


def fit_reason(reason: str) -> str:
    """The reason on one line. Raises ReasonUnfit where it is empty, too long or holds a person's number: with one, no
    release could be published any more."""
    reason = " ".join("".join(one if one.isprintable() else " " for one in reason).split())
    if not reason:
        raise ReasonUnfit("请写明原因 / say why")
    if len(reason) > LONGEST_REASON:
        raise ReasonUnfit(f"不得超过 {LONGEST_REASON} 字 / at most {LONGEST_REASON} characters")
    if re.search(PERSONAL_NUMBER, unicodedata.normalize("NFKC", reason)):
        raise ReasonUnfit("原因将公开,不得含身份证号或手机号 / it is published: no identity or mobile number")
    return reason


def login_name() -> str:
    """The user of this process as the system knows it, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
