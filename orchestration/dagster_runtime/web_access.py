"""Who may use Dagster's page, which knows no users: a layer around its ASGI application. Knows no Dagster.

The page stands below a path that nobody can guess: a path, unlike a cookie or a port of this machine, is shown by a
browser to nobody but the page itself. What is asked for elsewhere, under another host's name (DNS rebinding), or by
another page (a forged form, a WebSocket) is refused before Dagster hears of it.
"""

from __future__ import annotations

import errno
import re
import secrets
import socket
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestration.files import replace_text
from orchestration.text import inline, two_lines
from raw_landing.errors import UserError

TOKEN = "HRSS_PAGE_TOKEN"
"""The variable that hands the token down: a command line is read by every user of the machine."""

LOOPBACK = "127.0.0.1"
HOSTS = (LOOPBACK, "localhost")
READING = ("GET", "HEAD")
LIVENESS = "/server_info"
"""Dagster's own address for monitors; here it says nothing but that somebody is there."""

GRAPHQL, JSON = "/graphql", "application/json"

NOT_HERE = two_lines("run.page_address_needed") + "\n"
ONLY_JSON = inline("run.only_json") + "\n"
FOREIGN = inline("run.foreign_request") + "\n"


class NotServed(UserError):
    """A service cannot start, or a part of it has ended; the message says what to do."""


@contextmanager
def bound(port: int) -> Iterator[socket.socket]:
    """A socket of this machine's loopback address, which nobody listens on yet; 0 is any free port. Raises NotServed
    where the port is taken or not allowed."""
    with socket.socket() as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            own.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise NotServed(two_lines("run.port_unusable", port=port, strerror=error.strerror)) from error
        yield own


def new_token() -> str:
    """What makes the address unguessable: 256 bits (secrets.token_urlsafe)."""
    return secrets.token_urlsafe(32)


def kept_token(file: Path) -> str:
    """The same token at every start: the one in a file of its owner's, made where there is none that can be one."""
    with suppress(OSError, UnicodeDecodeError):
        if re.fullmatch(r"[A-Za-z0-9_-]{43,}", found := file.read_text(encoding="ascii").strip()):
            return found
    token = new_token()
    replace_text(file, f"{token}\n", mode=0o600)
    return token


class OwnPageOnly:
    """Lets through what the page itself asks for, below `/<token>`; answers everything else with a refusal. Its own
    name is this machine's, or that of the proxy before it (`Settings.public_url`)."""

    def __init__(self, app: ASGIApp, token: str, public_url: str | None = None) -> None:
        self._token = token.encode()
        self._public = (public_url or "").lower()
        named = [public_name] if (public_name := urlsplit(self._public).hostname) else []
        self._app = TrustedHostMiddleware(self._below_the_path, allowed_hosts=[*HOSTS, *named], www_redirect=False)
        self._page = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI's entry."""
        await self._app(scope, receive, send)

    async def _below_the_path(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._page(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] in READING and scope["path"] == LIVENESS:
            await JSONResponse({})(scope, receive, send)
        elif refusal := self._refusal(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})  # not accepted: answered with status 403
            else:
                status, text = refusal
                await PlainTextResponse(text, status, {"Cache-Control": "no-store"})(scope, receive, send)
        else:
            await self._page(scope, receive, _unlinked(send))

    def _refusal(self, scope: MutableMapping[str, Any]) -> tuple[int, str] | None:
        """The status and the reason, or None for what may pass."""
        _, first, *rest = f"{scope['path']}/".split("/", 2)
        if not secrets.compare_digest(first.encode(), self._token):
            return 403, NOT_HERE
        headers = Headers(scope=scope)
        is_graphql = f"/{rest[0].strip('/')}" == GRAPHQL
        if scope["type"] == "http" and scope["method"] in READING:
            return (405, ONLY_JSON) if is_graphql else None
        if headers.get("origin") != self._own(headers["host"]):
            return 403, FOREIGN
        if scope["type"] == "http" and is_graphql and headers.get("content-type", "").split(";")[0] != JSON:
            return 415, ONLY_JSON
        return None

    def _own(self, host: str) -> str:
        """The origin of the page, as it was asked for: by a name of this machine, or else by that of the proxy."""
        return f"http://{host}" if host.partition(":")[0] in HOSTS else self._public


def _unlinked(send: Send) -> Send:
    """Headers by which the browser tells no other page of the address, and lets none show the page in a frame."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Referrer-Policy"] = "same-origin"
            headers["X-Frame-Options"] = "DENY"
        await send(message)

    return sent
