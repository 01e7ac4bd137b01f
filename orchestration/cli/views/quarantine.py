"""What `hrss quarantine` says in the terminal. Which rows those are, and what is written, stands in raw_landing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.table import Table
from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.settings import WUHAN, Settings
from orchestration.text import inline, two_lines
from raw_landing.messages.problems import printable
from raw_landing.quarantine import MARK, Exported, Refusals, refusals, refused_rows, register


def show_refusals(console: ConsoleReporter, settings: Settings) -> None:
    """The dumps with refused rows, one a line of a table; then the rows that were set aside by hand."""
    found = refusals(settings.home)
    if not found:
        console.say(inline("cli.nothing_refused"))
    else:
        _show_dumps(console, found)
    _show_set_aside(console, settings)


def _show_set_aside(console: ConsoleReporter, settings: Settings) -> None:
    rows = register(settings.home)
    if not rows:
        return
    table = Table(title=inline("cli.rows_set_aside"), title_justify="left")
    for heading in (
        two_lines("cli.dump_id"),
        two_lines("cli.line"),
        two_lines("cli.set_aside"),
        two_lines("cli.taken_back"),
    ):
        table.add_column(heading, justify="right" if heading.endswith("line") else "left", overflow="fold")
    for one in rows:
        back = _decision(one.taken_back_at, one.taken_back_by, one.taken_back_reason)
        table.add_row(one.dump_id, str(one.line_number), _decision(one.at, one.by, one.reason), back)
    console.show(table)


def _decision(at: str | None, by: str | None, reason: str | None) -> Text:
    """When, by whom and why."""
    return (
        Text("–") if at is None else _plain(f"{datetime.fromisoformat(at).astimezone(WUHAN):%Y-%m-%d} {by}: {reason}")
    )


def _show_dumps(console: ConsoleReporter, found: Sequence[Refusals]) -> None:
    table = Table(title=inline("cli.refused_rows"), title_justify="left")
    for heading in (
        two_lines("cli.dump_id"),
        two_lines("cli.path"),
        two_lines("cli.status"),
        two_lines("cli.rows"),
        two_lines("cli.reasons"),
    ):
        table.add_column(heading, justify="right" if heading.endswith("rows") else "left", overflow="fold")
    for one in found:
        reasons = "\n".join(f"{reason} {count:,}" for reason, count in one.reasons.items())
        table.add_row(one.dump_id, _plain(one.path), one.status, f"{one.rows:,}", reasons)
    console.show(table)


def show_refused_rows(console: ConsoleReporter, settings: Settings, dump_id: str, *, reveal: bool) -> None:
    """The refused rows of a dump. Raises LandingError."""
    contract, rows = refused_rows(settings.home, dump_id)
    console.say(Text(f"{dump_id}: {contract.zh} / {contract.extract}, {len(rows):,} 行 rows"))
    for row in rows:
        zh, en = row.words(contract)
        text = row.original.replace("\n", "\n      ") if reveal else row.masked(contract)
        console.say(
            _plain(two_lines("cli.refused_line", line_number=row.line_number, zh_part=zh, en_part=en, text=text))
        )
    if not reveal:
        console.say(inline("cli.personal_data_masked"))


def exported(file: Exported) -> str:
    """What was written and how it comes back, in both languages."""
    zh = [f"已写入 {file.file}:{file.rows} 行,其中被退回 {file.refused} 行(含个人信息,请妥善保管)。"]
    en = [f"Written: {file.file}, {file.rows} rows, {file.refused} of them refused (personal data: keep it safe)."]
    zh.append("修订件整体替代原文件,须含全部数据行。")
    en.append("A revision replaces the whole dump, so it must hold every row.")
    if file.is_whole:
        zh.append(f"请改正“{MARK}”一列有说明的行,以此文件名报送:{file.delivery}")
        en.append(f"Mend the rows that column {MARK} speaks of and deliver the file as: {file.delivery}")
    else:
        zh.append(f"本文件只有被退回的行,不能单独报送;用 --whole 写出全部行,以 {file.delivery} 报送。")
        en.append(f"This file has the refused rows only; write all with --whole, to be delivered as {file.delivery}")
    if file.manifest is not None:
        zh.append(f"清单文件 {file.manifest.name} 须随同报送(文件名为数据文件名加 .manifest.json)。")
        en.append(f"Deliver {file.manifest.name} along with it (named as the file, with .manifest.json).")
    return "\n".join(zh) + "\n\n" + "\n".join(en)


def _plain(text: str) -> Text:
    return Text("\n".join(printable(line) for line in text.split("\n")))
