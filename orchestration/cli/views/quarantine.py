"""What `hrss quarantine` says in the terminal. Which rows those are, and what is written, stands in raw_landing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.settings import WUHAN, Settings
from orchestration.text import inline, pair, two_lines
from raw_landing.contract import Contract
from raw_landing.messages.problems import printable
from raw_landing.quarantine import MARK, Exported, Refusals, RefusedRow, refusals, register


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
    console.show(
        [
            two_lines("cli.dump_id"),
            two_lines("cli.line"),
            two_lines("cli.set_aside"),
            two_lines("cli.taken_back"),
        ],
        [
            (
                one.dump_id,
                str(one.line_number),
                _decision(one.at, one.by, one.reason),
                _decision(one.taken_back_at, one.taken_back_by, one.taken_back_reason),
            )
            for one in rows
        ],
        title=inline("cli.rows_set_aside"),
        numbers=(1,),
    )


def _decision(at: str | None, by: str | None, reason: str | None) -> Text:
    """When, by whom and why."""
    return (
        Text("–") if at is None else _plain(f"{datetime.fromisoformat(at).astimezone(WUHAN):%Y-%m-%d} {by}: {reason}")
    )


def _show_dumps(console: ConsoleReporter, found: Sequence[Refusals]) -> None:
    console.show(
        [
            two_lines("cli.dump_id"),
            two_lines("cli.path"),
            two_lines("cli.status"),
            two_lines("cli.rows"),
            two_lines("cli.reasons"),
        ],
        [
            (
                one.dump_id,
                _plain(one.path),
                one.status,
                f"{one.rows:,}",
                "\n".join(f"{reason} {count:,}" for reason, count in one.reasons.items()),
            )
            for one in found
        ],
        title=inline("cli.refused_rows"),
        numbers=(3,),
    )


def show_refused_rows(
    console: ConsoleReporter, dump_id: str, contract: Contract, rows: Sequence[RefusedRow], *, reveal: bool
) -> None:
    """The refused rows of a dump."""
    heading = inline("cli.refused_heading", zh=contract.zh, extract=contract.extract, rows=len(rows))
    console.say(Text(f"{dump_id}: {heading}"))
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
    said = [
        pair("cli.export_written", file=file.file, rows=file.rows, refused=file.refused),
        pair("cli.export_replaces"),
        pair("cli.export_to_mend", mark=MARK, delivery=file.delivery)
        if file.is_whole
        else pair("cli.export_of_refused", delivery=file.delivery),
    ]
    if file.manifest is not None:
        said.append(pair("cli.export_manifest", manifest=file.manifest.name))
    return "\n\n".join(map("\n".join, zip(*said, strict=True)))


def _plain(text: str) -> Text:
    return Text("\n".join(printable(line) for line in text.split("\n")))
