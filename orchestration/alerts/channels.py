"""Who is told, and the telling: the addresses of the settings, and messages sent to them through apprise. What an
address holds (keys, secrets, passwords) leaves this module only to where it leads."""

from __future__ import annotations

import hashlib
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from os import getuid

from orchestration.alerts.quiet import run_quietly
from orchestration.settings import Settings
from orchestration.text import two_lines
from raw_landing.errors import UserError

TO_ANSWER, TO_SEND = 5, 40
"""Seconds that a server has to answer, and that all messages together may take; then the night goes on."""


class AddressesUnsafe(UserError):
    """The file of addresses is not there, not its owner's alone, or not to be read."""


@dataclass(frozen=True)
class Message:
    """What is sent, and how grave it is in apprise's terms (info, success, warning, failure)."""

    title: str
    body: str
    gravity: str


@dataclass(frozen=True)
class Channel:
    """An address under a name that may be shown: its kind, and which of its kind it is."""

    name: str
    address: str = field(repr=False)

    @property
    def key(self) -> str:
        """Under what it is remembered who was told: of the address, so that another in its place is told anew. Two
        bytes of a checksum tell the few addresses of a home apart, and give no address and no password away."""
        digest = hashlib.blake2b(self.address.encode(), digest_size=2).hexdigest()
        return f"{self.name.partition('-')[0]}-{digest}"


def named_channels(settings: Settings) -> list[Channel]:
    """Those of HRSS_ALERTS_TO, in their order."""
    return _named(address.get_secret_value() for address in settings.alerts_to)


def channels(settings: Settings) -> list[Channel]:
    """The same, and those of HRSS_ALERTS_FILE. Raises AddressesUnsafe."""
    return _named([*(address.get_secret_value() for address in settings.alerts_to), *_of_file(settings)])


def _named(addresses: Iterable[str]) -> list[Channel]:
    counted: Counter[str] = Counter()
    found = []
    for address in addresses:
        scheme, parted, _ = address.partition("://")
        kind = scheme.lower() if parted and scheme.isalnum() else "unknown"
        counted[kind] += 1
        found.append(Channel(f"{kind}-{counted[kind]}", address))
    return found


def _of_file(settings: Settings) -> list[str]:
    """The lines of HRSS_ALERTS_FILE; not the empty ones, nor comments (#)."""
    file = settings.alerts_file
    if file is None:
        return []
    try:
        with file.open(encoding="utf-8") as opened:
            of = file.stat()
            if of.st_uid != getuid() or stat.S_IMODE(of.st_mode) & 0o077:
                raise AddressesUnsafe(two_lines("alerts.file_open_to_others", file=file))
            lines = [line.strip() for line in opened]
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise AddressesUnsafe(two_lines("alerts.file_unreadable", file=file, why=why)) from None
    return [line for line in lines if line and not line.startswith("#")]


@dataclass
class _Sending:
    """What one channel is sent, and what came of it so far: as many reasons as were tried, empty where it was taken."""

    channel: Channel
    messages: Sequence[Message]
    reasons: list[str] = field(default_factory=list)


def send(messages: Mapping[Channel, Sequence[Message]], seconds: float = TO_SEND) -> dict[Channel, list[str]]:
    """Send each channel its messages, the channels side by side, and wait so long at most. Returns why each message
    was not taken, empty where it was. Never raises for what a server or an address does.

    What is still under way after that counts as not sent; should it arrive all the same, it arrives twice.
    """
    sent = [_Sending(channel, of) for channel, of in messages.items() if of]
    if sent:
        from orchestration.alerts.robots import register  # it loads apprise, which takes two seconds

        register()
    run_quietly([partial(_send, one) for one in sent], seconds)
    results = {}
    for one in sent:
        reasons = list(one.reasons)
        results[one.channel] = reasons + ["timeout"] * (len(one.messages) - len(reasons))
    return results


def _send(sending: _Sending) -> None:
    """In a thread of its own: connect, send one after the other; after the first that fails the rest is not tried."""
    try:
        from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

        asset = AppriseAsset(app_id="hrss", app_desc="hrss", app_url="", storage_mode="memory", http_redirects=False)
        plugin = Apprise.instantiate(_plain(sending.channel.address), asset=asset)
        if plugin is None:
            raise ValueError("not an address")
        plugin.socket_connect_timeout = plugin.socket_read_timeout = TO_ANSWER
        for message in sending.messages:
            taken = plugin.notify(
                title=message.title,
                body=message.body,
                notify_type=NotifyType(message.gravity),
                body_format=NotifyFormat.TEXT,
            )
            sending.reasons.append("" if taken else getattr(plugin, "refusal", "") or "not taken")
            if not taken:
                break
    except Exception as error:  # of whatever library: its text may quote the address
        sending.reasons.append(type(error).__name__)
    sending.reasons.extend(["not tried"] * (len(sending.messages) - len(sending.reasons)))


def _plain(address: str) -> str:
    """The address, asking for plain text, unless it asks for a format of its own."""
    return address if "format=" in address else f"{address}{'&' if '?' in address else '?'}format=text"
