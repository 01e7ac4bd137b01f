"""What `hrss doctor` looks at around the home: machine, clock, packages, settings, inbox, units of systemd. Repairs
nothing: the machine is the administrator's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version

from orchestration.files import read_json
from orchestration.operations.finding import Finding
from orchestration.operations.units import BOOTED, STARTED, SYSTEM_ENVIRONMENT, SYSTEM_UNITS, Place
from orchestration.pipeline.triggers import last_heartbeat
from orchestration.release.log import HistoryDamaged, history
from orchestration.run_record import RunRecord
from orchestration.settings import PROJECT, WUHAN, Settings
from orchestration.startup import PLAIN
from orchestration.text import pair

LOCK = PROJECT / "requirements.lock"
AHEAD = timedelta(minutes=10)
"""So far may a moment on record lie ahead of the clock."""

_OWN = {PLAIN, "HRSS_WAREHOUSE"}
"""Variables that are no settings: a switch, and what children are told."""
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]*))?")


def look_around(settings: Settings) -> Iterator[Finding]:
    """Everything around the home that is not as it should be. Raises OSError."""
    yield from _disk(settings)
    yield from _clock(settings)
    yield from _variables()
    yield from _memory(settings)
    yield from _packages()
    yield from _inbox(settings)
    yield from _units()


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(one for one in (settings.home, *settings.home.parents) if one.exists())
    free, least = shutil.disk_usage(folder).free / 1024**3, settings.low_disk_gib
    if free < least:
        said = pair("doctor.disk_scarce", home=settings.home, free=f"{free:.1f}", least=f"{least:g}")
        yield Finding("disk_scarce", said)


def _clock(settings: Settings) -> Iterator[Finding]:
    now = datetime.now(WUHAN)
    known = [last_heartbeat(settings)]
    with suppress(HistoryDamaged):
        known += [datetime.fromisoformat(event["at"]) for event in history(settings)[-1:] if event["at"]]
    last = read_json(settings.run_record, RunRecord).get("finished_at")
    known += [datetime.fromisoformat(last)] if last else []
    moments = [one if one.tzinfo else one.replace(tzinfo=WUHAN) for one in known if one]
    if moments and max(moments) > now + AHEAD:
        said = pair("doctor.clock_behind", now=f"{now:%Y-%m-%d %H:%M}", known=f"{max(moments):%Y-%m-%d %H:%M}")
        yield Finding("clock_behind", said)


def _variables() -> Iterator[Finding]:
    known = {f"HRSS_{name.upper()}" for name in Settings.model_fields} | _OWN
    for name in sorted(os.environ):
        if name.startswith("HRSS_") and name not in known:
            near = ", ".join(get_close_matches(name, known, n=1)) or "–"
            said = pair("doctor.variable_unknown", name=name, near=near)
            yield Finding("variable_unknown", said, name, is_hint=True)


def _memory(settings: Settings) -> Iterator[Finding]:
    amount = re.fullmatch(r"([0-9.]+) ?([KMGT])i?B", settings.memory)
    assert amount  # as the settings demand
    bytes_ = float(amount[1]) * 1024 ** ("KMGT".index(amount[2]) + 1)
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if bytes_ > 0.8 * total:
        said = pair("doctor.memory_beyond", memory=settings.memory, total=f"{total / 1024**3:.1f} GiB")
        yield Finding("memory_beyond", said)


def _packages() -> Iterator[Finding]:
    from packaging.markers import Marker

    others = []
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        pinned = _PINNED.match(line)
        if not pinned or (pinned[3] and not Marker(pinned[3].strip()).evaluate()):
            continue
        try:
            found = version(pinned[1])
        except PackageNotFoundError:
            found = "–"
        if found != pinned[2]:
            others.append(f"{pinned[1]} {found} ({pinned[2]})")
    if others:
        yield Finding("packages_differ", pair("doctor.packages_differ", packages=", ".join(others)))


def _inbox(settings: Settings) -> Iterator[Finding]:
    if not (settings.inbox.is_dir() and os.access(settings.inbox, os.R_OK | os.X_OK)):
        yield Finding("inbox_unreadable", pair("doctor.inbox_unreadable", inbox=settings.inbox))


def _units() -> Iterator[Finding]:
    if not BOOTED.is_dir():
        return
    for place in (Place.of_user(), Place(SYSTEM_UNITS, SYSTEM_ENVIRONMENT, "root")):
        for names in STARTED:
            for name in names:
                if not (place.units / name).is_file():
                    continue
                asked = [*place.systemctl("is-failed", name).split()]
                if subprocess.run(asked, capture_output=True, check=False, timeout=30).returncode == 0:
                    command = place.systemctl("status", name)
                    yield Finding("unit_failed", pair("doctor.unit_failed", name=name, command=command), name)
