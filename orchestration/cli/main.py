"""The `hrss` command: its commands in the order of the help, and what becomes of an error. Importing it must stay
cheap: each command imports what is heavy when it runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from orchestration.cli import (
    alerts,
    audit,
    backups,
    definitions,
    doctor,
    dumps,
    exchange,
    figures,
    install,
    notice,
    purge,
    quarantine,
    record_checks,
    refresh,
    release,
    scrub,
)
from orchestration.cli.help import HELP_OPTIONS, add_help
from orchestration.cli.options import EXIT_FAILED, EXIT_USAGE, error_log
from orchestration.interruption import is_noted, leave
from orchestration.startup import tune_gc

UsageError: type[typer.BadParameter] = typer.BadParameter.__mro__[1]  # what typer raises for all wrong usage

app = typer.Typer(
    name="hrss",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": HELP_OPTIONS},
)
for command in (
    refresh.refresh,
    figures.progress,
    figures.assess,
    figures.calendar,
    refresh.judge,
    refresh.sample,
    dumps.check,
    dumps.withdraw,
    dumps.receipts,
    exchange.exchange,
    release.report,
    release.verify,
    release.gate,
    release.rollback,
    release.approve,
    release.reject,
    release.diff,
    release.status,
    figures.query,
    figures.shell,
    figures.warehouse,
    audit.audit,
    figures.explain,
    refresh.serve,
    install.install,
    backups.backup,
    backups.restore,
    scrub.scrub,
    doctor.doctor,
    purge.purge,
):
    app.command()(command)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(record_checks.app, name="doubts")
app.add_typer(definitions.app, name="definitions")
app.add_typer(notice.app, name="notice")
app.add_typer(alerts.app, name="alerts")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Entry point of the command `hrss`. Wrong usage ends with 64 (EX_USAGE of sysexits.h); no failure ends with a
    traceback: it is told in a sentence, or written to <home>/error.log."""
    tune_gc()
    try:
        command = add_help(typer.main.get_command(app))
        code = command.main(list(arguments) if arguments is not None else None, prog_name="hrss", standalone_mode=False)
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # the help was shown
            sys.exit(EXIT_USAGE)
        from orchestration.cli.usage import usage_message

        typer.echo(usage_message(error), err=True)
        sys.exit(EXIT_USAGE)
    except (typer.Abort, KeyboardInterrupt):
        leave()
    except Exception as error:
        if is_noted():  # what fails now fails because of it
            leave()
        sys.exit(_explained(error))
    sys.exit(code if isinstance(code, int) else 0)


def _explained(error: Exception) -> int:
    """Say what went wrong; return the exit code."""
    from orchestration.errors import log_traceback, user_message

    message, code = user_message(error) or (
        log_traceback(error, error_log.get()),
        EXIT_FAILED,
    )
    typer.echo(message, err=True)
    return code


if __name__ == "__main__":
    main()
