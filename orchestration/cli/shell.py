"""`hrss shell`: a published file in an interactive session. Statements are read here; what they give is shown as `hrss
query` shows it."""

from __future__ import annotations

import cmd
import sys
from contextlib import closing

import duckdb
import typer

from orchestration.cli.views.rows import limits, write_results
from orchestration.errors import WrongUsage
from orchestration.figure.query import CLOSED, QueryFailed, open_release, query
from orchestration.release.folder import ReleaseFolder
from orchestration.text import two_lines

PROMPT, MORE = "hrss> ", "  ... "
QUIT = (".quit", ".exit", "quit", "exit", "EOF")


def run_shell(folder: ReleaseFolder) -> None:
    """Read statements from standard input until it ends. Raises DatabaseUnusable."""
    with closing(open_release(folder.marts)) as connection:
        connection.execute(CLOSED)
        release_id = folder.path.resolve().name
        session = _Session(connection)
        if sys.stdin.isatty():
            typer.echo(two_lines("cli.shell_intro", version=duckdb.__version__, release=release_id))
        session.cmdloop()


class _Session(cmd.Cmd):
    """Lines become statements, which end with a semicolon."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__()
        self.connection = connection
        self.begun: list[str] = []
        self.prompt = PROMPT if sys.stdin.isatty() else ""
        rows = connection.execute(
            "select table_name from duckdb_columns() where not internal"
            " union select column_name from duckdb_columns() where not internal"
        ).fetchall()
        self.names_known = sorted(str(name) for (name,) in rows)

    def onecmd(self, line: str) -> bool:
        """Take a line; whether the session is over."""
        text = line.strip()
        if text in QUIT:
            self._run("\n".join(self.begun))
            return True
        self.begun += [line] if text else []
        if text.endswith(";"):
            self._run("\n".join(self.begun))
            self.begun = []
        if sys.stdin.isatty():
            self.prompt = MORE if self.begun else PROMPT
        return False

    def completenames(self, text: str, *ignored: object) -> list[str]:
        """The tables and columns that begin so."""
        return [name for name in self.names_known if name.startswith(text)]

    def completedefault(self, *ignored: object) -> list[str]:
        """The same after the first word."""
        return self.completenames(str(ignored[0]))

    def _run(self, sql: str) -> None:
        if not sql.strip():
            return
        shown, read = limits(None, "table", sys.stdout)
        try:
            write_results(query(self.connection, sql, read), "table", sys.stdout, shown)
        except (QueryFailed, WrongUsage) as error:  # the next statement may be right
            typer.echo(error, err=True)
