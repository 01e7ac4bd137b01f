"""What `hrss quarantine` says in the terminal. Which rows those are, and what is written, stands in raw_landing."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.settings import Settings
from raw_landing.messages.problems import printable
from raw_landing.quarantine import MARK, Exported, refusals, refused_rows


def show_refusals(console: ConsoleReporter, settings: Settings) -> None:
    """The dumps with refused rows, one a line of a table."""
    found = refusals(settings.home)
    if not found:
        console.say("没有被退回的行 / no row was refused")
        return
    table = Table(title="被退回的行 / refused rows", title_justify="left")
    for heading in ("文件编号\ndump_id", "文件\npath", "状态\nstatus", "行\nrows", "原因\nreasons"):
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
        console.say(_plain(f"第 {row.line_number} 行: {zh}\nline {row.line_number}: {en}\n      {text}"))
    if not reveal:
        console.say("个人信息已遮盖;--reveal 显示原文 / personal data are masked; --reveal shows the original")


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
