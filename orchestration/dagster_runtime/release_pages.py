"""Pages of releases as an ASGI application: beside Dagster's own (`hrss serve`) or alone (`hrss report --serve`). Knows
no Dagster.

Dagster's page shows links as they were recorded, by a run that knows no address of the page. So they are relative, and
the pages answer below any of Dagster's: `/<token>/assets/release-pages/<release>/report/index.html`.
"""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestration.text import two_lines

_PLACE = "release-pages"
_PAGES = (".html", ".pdf", ".woff2")
"""Ends of the names of files that are looked at in a browser; a release's database is not served."""


def link_to_page(release_id: str, page: str) -> str:
    """A page of a release (`report/index.html`) as a relative link from any of Dagster's pages."""
    return f"{_PLACE}/{release_id}/{page}"


class ReleasePages:
    """Answers what is asked for of releases' pages; hands on everything else to `app`, if there is one."""

    def __init__(self, releases: Path, app: ASGIApp | None = None) -> None:
        self._releases, self._app = releases, app
        self._files = StaticFiles(directory=releases, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI's entry."""
        _, found, file = scope.get("path", "").partition(f"/{_PLACE}/")
        if self._app is not None and (scope["type"] != "http" or not found):
            await self._app(scope, receive, send)
            return
        try:
            if not file.endswith(_PAGES) or not self._releases.is_dir():
                raise HTTPException(404)
            await self._files({**scope, "path": f"/{file}", "root_path": ""}, receive, send)
        except HTTPException as error:
            text = two_lines("run.no_such_page") + "\n"
            await PlainTextResponse(text, error.status_code)(scope, receive, send)
