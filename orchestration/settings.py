"""The one settings object: where things live and what may be chosen. No behaviour beyond names of places."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from orchestration.places import Places, kept_settings_of
from raw_landing import limits as memory

PROJECT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT / "dbt_project"
WUHAN = ZoneInfo("Asia/Shanghai")


PLACES = ("outbox", "alerts_file", "releases_at", "store_at")
KEPT = (
    *("sign_off", "suppression_threshold", "published_access", "outbox_access", "lease_seconds", *PLACES),
    *("keep_releases", "keep_runs", "keep_results"),
    *("keep_originals_months", "keep_quarantine_days", "keep_restricted_days"),
)
"""Settings that stay with the home (orchestration.kept_settings): a process whose environment does not name them has
what was noted there. Places hold as long as the home stands where it stood: a copy of it writes to nobody's share."""

KEPT_EVENT = "settings_kept"
"""What the audit log calls the noting."""


def today() -> date:
    """Today's date in Hubei, whatever the machine's clock is set to."""
    return datetime.now(WUHAN).date()


class Settings(Places, BaseSettings):
    """Read from HRSS_* variables of the environment; what the command line says wins. What neither names is as the home
    keeps it (KEPT), or has its default."""

    model_config = SettingsConfigDict(env_prefix="HRSS_", extra="ignore")

    landing: Path = Field(default=PROJECT / "raw_landing", description="the folder that holds inbox/")
    home: Path = Field(default=PROJECT / "data", description="everything the program writes")
    port: int = Field(default=3000, ge=1, le=65535, description="of the web server, on the loopback address")
    public_url: str | None = Field(
        default=None,
        pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?$",
        description="what the page is called behind a proxy that asks for a login (https://…); without it, by none",
    )
    keep_releases: int = Field(default=30, ge=0, description="so many of the newest release folders are kept; 0: all")
    keep_runs: int = Field(default=30, ge=0, description="so many of the newest runs stay on Dagster's record; 0: all")
    keep_results: int = Field(
        default=30,
        ge=1,
        description="of so many of the newest releases a release holds each rule's result, of others counts",
    )
    memory: str = Field(
        default=memory.DEFAULT,
        pattern=r"^[0-9]+(\.[0-9]+)? ?[KMGT]i?B$",
        description="what a database may take in memory before it puts things down on disk",
    )
    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb", description="what builds the models that grow with persons and cases"
    )
    landing_workers: int = Field(
        default=1,
        ge=0,
        description="so many processes judge dumps; 1: the run itself; 0: it and any `hrss judge`",
    )
    landing_executor: Path | None = Field(
        default=None, description="a YAML file that names Dagster's executor for them and its configuration"
    )
    published_access: Literal["owner", "group", "world"] = Field(
        default="owner", description="who may read the releases on this machine: the home's owner, its group, everybody"
    )
    sign_off: bool = Field(
        default=False, description="whether a release waits for `hrss approve` before readers are sent to it"
    )
    releases_at: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9+.-]+://.+$",
        description="an address (s3://bucket/folder, file:///folder, …) where releases are laid for readers as well",
    )
    store_at: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9+.-]+://.+$",
        description="such an address where originals, landed files and the ledger's journal are laid as well",
    )
    outbox: Path | None = Field(
        default=None,
        description="where receipts for units and files for other departments are laid; else outbox/ in the home",
    )
    outbox_access: Literal["owner", "group"] = Field(
        default="owner", description="who may read the outbox: the home's owner, its group"
    )
    keep_originals_months: int = Field(
        default=0, ge=0, description="originals that no longer count are purged after so many months; 0: never"
    )
    keep_quarantine_days: int = Field(
        default=0, ge=0, description="refused rows are purged after so many days; 0: never"
    )
    keep_restricted_days: int = Field(
        default=0, ge=0, description="lists for restricted use are purged after so many days; 0: never"
    )
    pages: bool = Field(default=True, description="whether a release carries pages and briefings beside its tables")
    max_run_hours: float = Field(default=6, gt=0, description="a nightly run longer than this is ended")

    tries: int = Field(
        default=5, ge=1, description="so often is tried what may pass: a share not mounted, a database in use"
    )
    retry_seconds: float = Field(
        default=10, ge=0, description="between the first try and the second; each pause after it is twice as long"
    )
    lease_seconds: float = Field(
        default=120, gt=0, description="so long a run of another machine must give no sign of life to count as gone"
    )
    stale_hours: float = Field(
        default=36, gt=0, description="`hrss status` calls a home stale if no run has ended well for longer"
    )

    release_hours: float = Field(
        default=32 * 24, ge=0, description="a current release older than this is told (a month brings one); 0: none is"
    )
    scrub_days: float = Field(
        default=14, ge=0, description="it is told if kept files were compared with nothing for longer; 0: it is not"
    )
    metrics_file: Path | None = Field(
        default=None, description="numbers for Prometheus, written with each look for incidents; for all to read"
    )

    alerts_to: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), description="who is told of incidents: addresses as apprise writes them, parted by blanks"
    )
    alerts_file: Path | None = Field(
        default=None, description="a file of such addresses, one a line, that nobody but its owner may read"
    )
    alerts_remind_hours: float = Field(default=24, gt=0, description="an incident still open is told again so often")
    alerts_remind_late_hours: float = Field(
        default=168, gt=0, description="the same of late deliveries, unless there are more of them than told"
    )
    low_disk_gib: float = Field(default=10, ge=0, description="less free than this on the disk of the home is told")
    heartbeat_url: SecretStr | None = Field(
        default=None, description="asked for (GET) after each night that ended well or found nothing to do"
    )

    suppression_threshold: int = Field(
        default=5, ge=2, le=100, description="county counts of persons from 1 to below this are not published"
    )

    log_format: Literal["text", "json"] = Field(default="text", description="of the lines of the log")
    log_file: Path | None = Field(default=None, description="where the log goes besides warnings, which are shown")
    traces: SecretStr | None = Field(
        default=None,
        description="who gets the run's spans: an OTLP collector's address (HTTP), or file:<path>",
    )

    @field_validator(
        "outbox",
        "log_file",
        "alerts_file",
        "metrics_file",
        "landing_executor",
        "releases_at",
        "store_at",
        mode="before",
    )
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return value or None

    @field_validator("landing", "home", "outbox", "log_file", "alerts_file", "metrics_file", "landing_executor")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().absolute()

    @field_validator("landing", "home", "outbox", "log_file", "alerts_file", "metrics_file", mode="before")
    @classmethod
    def _is_a_path(cls, value: object) -> object:
        if value is not None and re.match(r"[a-z][a-z0-9+.-]+:/", str(value)):
            raise ValueError("a path, not an address (HRSS_RELEASES_AT, HRSS_STORE_AT: what is laid at one besides)")
        return value

    @field_validator("traces")
    @classmethod
    def _takes_spans(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("http://", "https://", "file:")):
            raise ValueError("http://…, https://… or file:…")  # not what was given: it may hold a password
        return value

    @field_validator("alerts_to", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Any, env_settings: Any, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """From the first to the last that is asked."""
        return init_settings, env_settings, _OfTheHome(settings_cls)

    @classmethod
    def of(cls, *, landing: Path | str | None = None, home: Path | str | None = None) -> Self:
        """The settings with the places that are named here; the others as the environment says."""
        named = {"landing": landing, "home": home}
        return cls.model_validate({key: value for key, value in named.items() if value is not None})

    def environment(self) -> dict[str, str]:
        """These settings as variables, for a child process."""
        return {
            "HRSS_LANDING": str(self.landing),
            "HRSS_HOME": str(self.home),
            "HRSS_WAREHOUSE": str(self.warehouse),
            "DBT_TARGET_PATH": str(self.dbt_target),
            "DBT_LOG_PATH": str(self.home / "dbt" / "logs"),
            "DAGSTER_HOME": str(self.dagster_home),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "DO_NOT_TRACK": "1",
            "GX_ANALYTICS_ENABLED": "false",
        }


def kept_by(home: Path) -> dict[str, Any]:
    """The settings that a home keeps, as they are written; none for whoever may not read them. Where their file is lost
    or damaged, the audit log has them."""
    noted: dict[str, Any] = {}
    for read in (_on_record, _last_audited):
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            found = read(home)
            is_here = os.path.realpath(found["home"]) == os.path.realpath(home)
            noted = {name: value for name, value in found["settings"].items() if is_here or name not in PLACES}
            break
    return {name: noted[name] for name in KEPT if name in noted}


def _on_record(home: Path) -> Any:
    return json.loads(kept_settings_of(home).read_text(encoding="utf-8"))


def _last_audited(home: Path) -> Any:
    for line in reversed((home / "audit.jsonl").read_bytes().split(b"\n")):
        if f'"{KEPT_EVENT}"'.encode() in line:
            with suppress(ValueError, RecursionError):  # torn
                return json.loads(line)["facts"]
    return {}


class _OfTheHome(PydanticBaseSettingsSource):
    """What the home keeps, for what nobody names."""

    def get_field_value(self, *_: Any) -> tuple[Any, str, bool]:
        """Nothing field by field."""
        return None, "", False

    def __call__(self) -> dict[str, Any]:
        named = self.current_state.get("home") or Settings.model_fields["home"].default
        return kept_by(Path(named).expanduser().absolute())
