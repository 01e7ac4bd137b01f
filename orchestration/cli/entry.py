"""The program `hrss`: watches for interruptions, then loads the command line and runs it."""

from __future__ import annotations

from typing import NoReturn

from orchestration.interruption import is_noted, is_over, leave, watch


def main() -> NoReturn:
    """Entry point of the command."""
    watch()
    try:
        try:
            from orchestration.cli.main import main as command

            command()
        finally:
            is_over()
    except BaseException:
        if is_noted():
            leave()
        raise
