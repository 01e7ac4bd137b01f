"""The register of errors that were published: numbered, and only ever added to. Neither the ordinary revisions, which
stand in fct_indicator_change, nor the corrections of delivered records (raw_landing/corrections). Judges no figure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

import duckdb
from pydantic import BaseModel, ConfigDict

from orchestration.audit_log import audit
from orchestration.dbt_build.catalogue import CORRECTIONS
from orchestration.errors import WrongUsage
from orchestration.files import replace_text
from orchestration.gate.acceptance import validate_reason
from orchestration.home_access import login_name
from orchestration.lock import writer_lock
from orchestration.release.folder import schema_of
from orchestration.release.log import PUBLISHED, among_releases, current_id, history
from orchestration.settings import WUHAN, Settings
from orchestration.text import two_lines
from raw_landing.errors import UserError

TABLE = CORRECTIONS.name


class NoticesDamaged(UserError):
    """The register cannot be read, or does not say what a release says of it: nothing may be added to it."""


class Notice(BaseModel):
    """One published error: what was wrong, since when, in which releases, and the right value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    noted_at: datetime  # in Asia/Shanghai, without a zone
    what: str
    wrong_value: str | None
    right_value: str
    wrong_since: datetime
    releases: list[str]
    noted_by: str


def notices(settings: Settings) -> list[Notice]:
    """The register, by number. Raises NoticesDamaged, OSError."""
    try:
        lines = settings.notices.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    try:
        found = [Notice.model_validate_json(line) for line in lines]
    except ValueError as error:
        raise NoticesDamaged(two_lines("release.notices_damaged", notices=settings.notices)) from error
    if [one.number for one in found] != list(range(1, len(found) + 1)):
        raise NoticesDamaged(two_lines("release.notices_damaged", notices=settings.notices))
    return found


def add_notice(
    settings: Settings, *, what: str, right: str, first: str, last: str | None = None, wrong: str | None = None
) -> Notice:
    """Enter an error that stood in the releases from `first` to `last` (the current one unless named), in the name of
    the user of this process; the next publication carries it. Raises WrongUsage, InvalidReason, Busy, NoticesDamaged,
    HistoryDamaged, OSError."""
    texts = [None if one is None else validate_reason(settings, one) for one in (what, right, wrong)]
    with writer_lock(settings, "hrss notice"):
        published = {event["to"]: event["at"] for event in history(settings) if event["event"] == PUBLISHED}
        known = [release_id for release_id in published if release_id]
        current = current_id(settings)
        start = among_releases(first, known, current)
        end = among_releases(last or current or first, known, current)
        if known.index(end) < known.index(start):
            raise WrongUsage(two_lines("release.notice_ends_before", first=start, last=end))
        register = notices(settings)
        notice = Notice(
            number=len(register) + 1,
            noted_at=datetime.now(WUHAN).replace(microsecond=0, tzinfo=None),
            what=str(texts[0]),
            wrong_value=texts[2],
            right_value=str(texts[1]),
            wrong_since=datetime.fromisoformat(published[start]).replace(tzinfo=None),
            releases=known[known.index(start) : known.index(end) + 1],
            noted_by=login_name(),
        )
        audit(settings, "notice_added", number=notice.number, releases=notice.releases)
        _write(settings, [*register, notice])
    return notice


def write_notices(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Write the register into the release under way, attached as `public`. What the release before it, attached as
    `before`, says of it must still stand; where the register itself is lost, it goes on from there. Raises
    NoticesDamaged, OSError."""
    register, before = notices(settings), _said_before(connection)
    if not register and before:
        register = before
        _write(settings, register)
    if register[: len(before)] != before:
        raise NoticesDamaged(two_lines("release.notices_altered", notices=settings.notices))
    connection.execute(
        f"create table public.{TABLE} (number integer, noted_at timestamp, what varchar, wrong_value varchar,"
        " right_value varchar, wrong_since timestamp, releases varchar[], noted_by varchar)"
    )
    for one in register:
        connection.execute(
            f"insert into public.{TABLE} values (?, ?, ?, ?, ?, ?, ?, ?)", list(one.model_dump().values())
        )


def _said_before(connection: duckdb.DuckDBPyConnection) -> list[Notice]:
    """The register as the release before has it; nothing where there is none or it is older."""
    there = connection.execute(
        "select 1 from duckdb_tables() where database_name = 'before' and table_name = ?", [TABLE]
    ).fetchone()
    if there is None:
        return []
    columns = tuple(Notice.model_fields)
    rows = connection.execute(
        f"select {', '.join(columns)} from {schema_of(connection, 'before')}.{TABLE} order by number"
    ).fetchall()
    return [Notice(**dict(zip(columns, row, strict=True))) for row in rows]


def _write(settings: Settings, register: Iterable[Notice]) -> None:
    lines = (json.dumps(one.model_dump(mode="json"), ensure_ascii=False) + "\n" for one in register)
    replace_text(settings.notices, "".join(lines))
