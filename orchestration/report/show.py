"""The pages of a release for whoever asks on this machine: opened from disk, or served on the loopback address."""

from __future__ import annotations

import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from orchestration.files import PAGES

LOOPBACK = "127.0.0.1"


def open_in_browser(index: Path) -> bool:
    """Open the page in the browser of whoever works here; False where there is none."""
    return webbrowser.open(index.resolve().as_uri())


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the pages below a folder on the loopback address, not yet running. `port` 0: any that is free. Raises
    OSError where the port is taken."""
    return ThreadingHTTPServer((LOOPBACK, port), partial(_Pages, directory=str(folder)))


class _Pages(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self._is_served():
            super().do_GET()

    def do_HEAD(self) -> None:
        if self._is_served():
            super().do_HEAD()

    def _is_served(self) -> bool:
        """Whether a page is asked for, by this address: another name for it would be another site's (DNS rebinding)."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        served = host in (LOOPBACK, "localhost") and urlsplit(self.path).path.endswith(PAGES)
        if not served:
            self.send_error(404)
        return served

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: who looks at a page need not read that he did."""
