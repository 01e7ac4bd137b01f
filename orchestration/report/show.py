"""The pages of a release for whoever asks on this machine: opened from disk, or served on the loopback address."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uvicorn import Server


def open_in_browser(index: Path) -> bool:
    """Open the page in the browser of whoever works here; False where there is none."""
    return webbrowser.open(index.resolve().as_uri())


def server(releases: Path) -> Server:
    """A server of the pages of releases, not yet running: `run` takes the sockets. It answers by this machine's own
    names alone: by another name for it a page of another site would ask (DNS rebinding)."""
    import uvicorn
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from orchestration.dagster_runtime.release_pages import ReleasePages
    from orchestration.dagster_runtime.web_access import HOSTS

    pages = TrustedHostMiddleware(ReleasePages(releases), allowed_hosts=HOSTS, www_redirect=False)
    return uvicorn.Server(uvicorn.Config(pages, log_level="warning", server_header=False, lifespan="off"))
