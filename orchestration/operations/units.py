"""The systemd units that run this program without a person: their text, where they stand, writing and removing them."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from orchestration.errors import WrongUsage
from orchestration.files import replace_text
from orchestration.home_access import make_home
from orchestration.operations.scrub import MOST_HOURS
from orchestration.pipeline.traces import FILE
from orchestration.rendering.render import render
from orchestration.settings import PROJECT, Settings
from orchestration.text import two_lines, written
from raw_landing.errors import UserError

LOOK = ("hrss-alerts.service", "hrss-alerts.timer")
"""A look for incidents every quarter of an hour, also where no run begins."""

SCRUB = ("hrss-scrub.service", "hrss-scrub.timer")
"""A seventh of what is stored compared with its checksums every day; under the server Dagster's schedule does it."""

SERVER = ("hrss.service", *LOOK)
NIGHTLY = ("hrss-refresh.service", "hrss-refresh.timer", *LOOK, *SCRUB)
"""Page, schedule and sensor; or a plain timer. Each is the name of a template, too."""

STARTED = {SERVER: "hrss.service hrss-alerts.timer", NIGHTLY: "hrss-refresh.timer hrss-alerts.timer hrss-scrub.timer"}
"""Which units of each are enabled."""

SYSTEM_UNITS, SYSTEM_ENVIRONMENT = Path("/etc/systemd/system"), Path("/etc/hrss/hrss.env")
BOOTED = Path("/run/systemd/system")
"""There while systemd runs the machine (sd_booted(3))."""

WAIT_MINUTES = 120
"""So long the nightly run of a timer waits for what may pass."""

SECONDS_BEYOND = 1800
"""So much longer than a run may take, and wait, the unit waits for it."""

MARK = "# hrss install: "
"""How the first line of every file of ours begins."""


class NotInstalled(UserError):
    """Units cannot be written or removed; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where units stand and in whose name they run."""

    units: Path
    environment: Path
    """The file of settings and secrets that systemd hands to the program."""
    account: str | None
    """Whom the system's units run as; None: units of the user who installs them."""

    @classmethod
    def of_user(cls) -> Self:
        """Of the user of this process (XDG base directories)."""
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config").absolute()
        return cls(config / "systemd" / "user", config / "hrss" / "hrss.env", None)

    @classmethod
    def of_system(cls, account: str | None) -> Self:
        """Of the machine. Raises WrongUsage, NotInstalled."""
        if account is None:
            raise WrongUsage(two_lines("install.account_needed"))
        try:
            uid = pwd.getpwnam(account).pw_uid
        except KeyError as error:
            raise WrongUsage(two_lines("install.account_unknown", account=account)) from error
        if uid == 0:
            raise WrongUsage(two_lines("install.account_root"))
        return cls(SYSTEM_UNITS, SYSTEM_ENVIRONMENT, account)

    @property
    def is_system(self) -> bool:
        """Whether they are the machine's."""
        return self.account is not None

    def systemctl(self, *words: str) -> str:
        """The command line of systemctl for them."""
        return " ".join(["systemctl", *([] if self.is_system else ["--user"]), *words])


def unit_texts(settings: Settings, place: Place, kind: tuple[str, ...]) -> dict[str, str]:
    """The units by name."""
    program = program_path()
    seen = (program, Path(sys.base_prefix), settings.home, settings.landing)
    content = {
        "mark": MARK + written("install.mark"),
        "operators_page": quoted(PROJECT / "docs" / "operator.md", bare=True),
        "program": quoted(program),
        "home": quoted(settings.home),
        "landing": quoted(settings.landing),
        "elsewhere": [quoted(path) for path in _written_elsewhere(settings)],
        "environment": quoted(place.environment, bare=True),
        "account": place.account,
        "is_system": place.is_system,
        "protect_home": "read-only" if any(map(_is_of_a_person, seen)) else "yes",
        "wait_minutes": WAIT_MINUTES,
        "scrub_hours": MOST_HOURS,
        "most_seconds": int(settings.max_run_hours * 3600) + 60 * WAIT_MINUTES + SECONDS_BEYOND,
    }
    return {name: render(name, **content) for name in kind}


def _written_elsewhere(settings: Settings) -> list[Path]:
    """The folders outside the home that settings have the program write to."""
    traces = settings.traces.get_secret_value() if settings.traces else ""
    spans = Path(traces.removeprefix(FILE)).absolute() if traces.startswith(FILE) else None
    files = (settings.log_file, settings.metrics_file, spans)
    folders = dict.fromkeys([settings.outbox, *(file and file.parent for file in files)])
    return [folder for folder in folders if folder and not folder.is_relative_to(settings.home)]


def program_path() -> Path:
    """How this program was called; a link that an upgrade switches is kept as such."""
    called = Path(sys.argv[0]).absolute()
    return called if called.name == "hrss" and called.is_file() else Path(sys.prefix, "bin", "hrss")


def _is_of_a_person(path: Path) -> bool:
    return any(path.is_relative_to(one) for one in ("/home", "/root", "/run/user"))


def quoted(path: Path, *, bare: bool = False) -> str:
    """A path as systemd reads it (systemd.syntax(7)): specifiers doubled, and in quotes unless it is the `bare` value
    of its line. Raises WrongUsage for one that cannot be written on a line."""
    text = str(path)
    if not text.isprintable():
        raise WrongUsage(two_lines("install.path_unprintable", path=ascii(text)))
    text = text.replace("%", "%%")
    if bare:
        return text
    text = re.sub(r'(["\\])', r"\\\1", text).replace("$", "$$")
    return f'"{text}"' if re.search(r"[\s\"'\\;]", text) else text


def install(settings: Settings, place: Place, kind: tuple[str, ...], environ: Mapping[str, str]) -> list[str] | None:
    """Write the units, remove those of the other kind, let systemd start them where it runs, and a service that runs
    start anew where its unit has changed.

    A file of settings is written with the HRSS_ variables of `environ`, for its owner only, where there is none yet;
    return which these are, or None where the file was there. Raises NotInstalled, with nothing changed, where a unit of
    that name is not ours; HomeNotOurs, OSError.
    """
    texts = unit_texts(settings, place, kind)
    for name in texts:
        _refuse_foreign(place.units / name)
    _make_home(settings, place)
    remove(place, NIGHTLY if kind == SERVER else SERVER)
    place.units.mkdir(parents=True, exist_ok=True)
    place.environment.parent.mkdir(parents=True, exist_ok=True)
    taken = None if place.environment.exists() else _chosen(environ)
    if taken is not None:
        replace_text(place.environment, _environment_text(taken), mode=0o600)
    place.environment.chmod(0o600)  # also where somebody else wrote it: it may hold secrets
    changed = [name for name, text in texts.items() if _read(place.units / name) not in (None, text)]
    for name, text in texts.items():
        replace_text(place.units / name, text, mode=0o644)
    _tell_systemd(place, "daemon-reload")
    _tell_systemd(place, "enable", "--now", *STARTED[kind].split())
    if SERVER[0] in changed:  # a timer starts its own anew each time
        _tell_systemd(place, "try-restart", SERVER[0])
    return None if taken is None else list(taken)


def remove(place: Place, *kinds: tuple[str, ...]) -> list[Path]:
    """Stop and remove those of our units that are there; return their files. Home and settings stay. Raises
    NotInstalled where one is not ours, OSError."""
    names = dict.fromkeys(name for kind in kinds for name in kind)
    files = [file for name in names if (file := place.units / name).exists()]
    for file in files:
        _refuse_foreign(file)
    if files:
        _tell_systemd(place, "disable", "--now", *(file.name for file in files))
    for file in files:
        file.unlink()
    if files:
        _tell_systemd(place, "daemon-reload")
    return files


def is_booted() -> bool:
    """Whether systemd runs this machine."""
    return BOOTED.is_dir()


def _refuse_foreign(file: Path) -> None:
    if file.is_symlink() or (file.exists() and not file.read_text(encoding="utf-8", errors="replace").startswith(MARK)):
        raise NotInstalled(two_lines("install.unit_foreign", file=file))


def _make_home(settings: Settings, place: Place) -> None:
    """Of the account that the units run as: systemd gives way to a folder that is there."""
    account = None if place.account is None else pwd.getpwnam(place.account)
    if not settings.home.exists():
        make_home(settings)
        if account is not None:
            os.chown(settings.home, account.pw_uid, account.pw_gid)
    owner = settings.home.stat().st_uid
    if owner != (os.geteuid() if account is None else account.pw_uid):
        raise NotInstalled(two_lines("install.home_of_another", home=settings.home, account=place.account, owner=owner))


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


def _chosen(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings that are made by the environment now, but for the places, which stand in the units."""
    names = (f"HRSS_{name.upper()}" for name in sorted(Settings.model_fields.keys() - {"landing", "home"}))
    return {name: environ[name] for name in names if name in environ}


def _environment_text(chosen: Mapping[str, str]) -> str:
    lines = [f'{name}="' + re.sub(r'(["\\$`])', r"\\\1", value) + '"' for name, value in chosen.items()]
    return "\n".join([MARK + written("install.environment"), *lines]) + "\n"


def _tell_systemd(place: Place, *words: str) -> None:
    if not is_booted():
        return
    command = place.systemctl(*words)
    run = subprocess.run(command.split(), stderr=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        raise NotInstalled(two_lines("install.systemctl_failed", command=command, said=run.stderr.strip()))
