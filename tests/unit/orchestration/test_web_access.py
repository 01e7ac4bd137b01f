"""Dagster's page answers what it asks for itself, and nobody else: whoever asks, by whatever way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from orchestration.dagster_runtime.web_access import OwnPageOnly, kept_token, new_token
from orchestration.settings import Settings

TOKEN = "a-token-of-a-test"
HOST = "127.0.0.1:3000"
OWN = f"http://{HOST}"
FORGED = b"query=mutation+%7B+stopRunningSchedule+%7D"


@dataclass
class Answer:
    """What the layer sent, and whether the page heard of it."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    types: list[str] = field(default_factory=list)
    reached: bool = False


def ask(
    method: str, path: str, kind: str = "http", host: str = HOST, public_url: str | None = None, **headers: str
) -> Answer:
    """One request (`method` is of no account for a WebSocket); headers with _ for -."""
    answer = Answer()

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        """In the place of Dagster."""
        answer.reached = True
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            text = f"page {HTTPConnection(scope).url.path}"
            await PlainTextResponse(text, headers={"Referrer-Policy": "unsafe-url"})(scope, receive, send)

    async def send(message: Message) -> None:
        answer.types.append(message["type"])
        answer.status = message.get("status", answer.status)
        answer.headers |= dict(message.get("headers", ()))
        answer.body += message.get("body", b"")

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    given = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "root_path": "",
        "scheme": "http" if kind == "http" else "ws",
        "query_string": FORGED,
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "extensions": {"websocket.http.response": {}},
    }
    asyncio.run(OwnPageOnly(page, TOKEN, public_url)(scope, receive, send))
    return answer


def test_the_page_reads_and_changes() -> None:
    for path in (f"/{TOKEN}", f"/{TOKEN}/", f"/{TOKEN}/runs/1", f"/{TOKEN}/_next/x.js", f"/{TOKEN}/logs/1/compute.err"):
        answer = ask("GET", path)
        assert (answer.status, answer.body.decode()) == (200, f"page {path}")
        assert answer.headers[b"referrer-policy"] == b"same-origin" and answer.headers[b"x-frame-options"] == b"DENY"
    change = {"path": f"/{TOKEN}/graphql", "content_type": "application/json; charset=utf-8"}
    assert ask("POST", origin=OWN, **change).status == 200
    tunnel = "localhost:4000"  # ssh -L 4000:127.0.0.1:3000
    assert ask("POST", origin=f"http://{tunnel}", host=tunnel, **change).status == 200


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/",
            "//",
            "/graphql",
            "/server_info/",
            "/dagit_info",
            "/logs/1/compute.err",
            "/download_debug/1",
            "/notebook",
        ),
        *(f"/{TOKEN[:-1]}/graphql", f"/{TOKEN}x/graphql", f"//{TOKEN}/graphql", f"/x/{TOKEN}/graphql", "/令牌/graphql"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_who_has_no_token_gets_nothing(path: str, method: str) -> None:
    answer = ask(method, path, origin=OWN, content_type="application/json")
    assert answer.status == 403 and not answer.reached and TOKEN not in answer.body.decode()


def test_a_monitor_learns_that_somebody_is_there_and_nothing_else() -> None:
    answer = ask("GET", "/server_info")
    assert (answer.status, answer.body, answer.reached) == (200, b"{}", False)
    assert ask("GET", "/server_info", host="evil.example").status == 400
    assert ask("POST", "/server_info", origin=OWN).status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3000", "127.0.0.1.evil.example", "[::1]:3000", "", "@"])
def test_another_hosts_name_is_refused_although_it_leads_here(host: str) -> None:
    for method in ("GET", "POST"):
        path = f"/{TOKEN}/graphql"
        answer = ask(method, path, host=host, origin=f"http://{host}", content_type="application/json")
        assert answer.status == 400 and not answer.reached


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8080"},
        {"origin": "http://localhost:3000"},
        {"origin": "https://127.0.0.1:3000"},
        {"origin": "http://evil.example"},
        {"referer": f"{OWN}/{TOKEN}/"},
    ],
)
def test_what_another_page_asks_for_is_refused(headers: dict[str, str]) -> None:
    for path in ("graphql", "report_asset_materialization/release", "report_asset_check/release"):
        answer = ask("POST", f"/{TOKEN}/{path}", content_type="application/json", **headers)
        assert answer.status == 403 and not answer.reached


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_changes_nothing(kind: str) -> None:
    for path in (f"/{TOKEN}/graphql", f"/{TOKEN}/graphql/"):
        answer = ask("POST", path, origin=OWN, content_type=kind)
        assert answer.status == 415 and not answer.reached


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_changes_nothing(method: str) -> None:
    for path in (f"/{TOKEN}/graphql", f"/{TOKEN}/graphql/"):
        answer = ask(method, path, origin=OWN)
        assert answer.status == 405 and not answer.reached


@pytest.mark.parametrize(
    ("path", "host", "origin", "may"),
    [
        (f"/{TOKEN}/graphql", HOST, OWN, True),
        (f"/{TOKEN}/graphql", HOST, "http://127.0.0.1:8080", False),
        (f"/{TOKEN}/graphql", HOST, "", False),
        (f"/{TOKEN}/graphql", "evil.example", "http://evil.example", False),
        ("/graphql", HOST, OWN, False),
        ("/x/graphql", HOST, OWN, False),
    ],
)
def test_a_websocket_needs_the_same(path: str, host: str, origin: str, may: bool) -> None:
    answer = ask("GET", path, kind="websocket", host=host, origin=origin)
    assert answer.reached == may and ("websocket.accept" in answer.types) == may


PUBLIC = "https://hrss.example.gov.cn"


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("public_url", "host", "origin", "may"),
    [
        (PUBLIC, "hrss.example.gov.cn", PUBLIC, True),
        (PUBLIC, "HRSS.example.gov.cn", PUBLIC, True),
        (f"{PUBLIC}:8443", "hrss.example.gov.cn:8443", f"{PUBLIC}:8443", True),
        (PUBLIC, HOST, OWN, True),  # on the machine itself, as ever
        (None, "hrss.example.gov.cn", PUBLIC, False),  # by default
        (PUBLIC, "hrss.example.gov.cn", "http://hrss.example.gov.cn", False),
        (PUBLIC, "hrss.example.gov.cn", OWN, False),
        (PUBLIC, "hrss.example.gov.cn", "https://evil.example", False),
        (PUBLIC, "hrss.example.gov.cn", "", False),
        (PUBLIC, "hrss.example.gov.cn:8443", f"{PUBLIC}:8443", False),
        (PUBLIC, "evil.example", "https://evil.example", False),
        (PUBLIC, "evil.example", PUBLIC, False),
        (PUBLIC, "sub.hrss.example.gov.cn", "https://sub.hrss.example.gov.cn", False),
        (PUBLIC, HOST, PUBLIC, False),
    ],
)
def test_behind_a_proxy_its_name_is_the_pages_own(
    kind: str, public_url: str | None, host: str, origin: str, may: bool
) -> None:
    asked = {"host": host, "public_url": public_url, "origin": origin, "content_type": "application/json"}
    assert ask("POST", f"/{TOKEN}/graphql", kind, **asked).reached == may
    assert not ask("POST", "/graphql", kind, **asked).reached, "the token is asked for there, too"


@pytest.mark.parametrize("url", ["http://hrss.example", "https://", "https://a b", "https://x/y", "https://u@x", "x"])
def test_a_public_name_is_a_name_and_no_more(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"public_url": url})


def test_behind_a_proxy_the_address_stays(tmp_path: Path) -> None:
    file = tmp_path / "page_token"
    token = kept_token(file)
    assert len(token) >= 43 and kept_token(file) == token and file.stat().st_mode & 0o777 == 0o600
    for damaged in (b"", b"short", b"\xff" * 50, token.encode()[:20], b"../" * 20):
        file.write_bytes(damaged)
        anew = kept_token(file)
        assert len(anew) >= 43 and anew != token and kept_token(file) == anew


def test_a_token_is_long_and_new() -> None:
    assert len(new_token()) >= 43 and new_token() != new_token()
