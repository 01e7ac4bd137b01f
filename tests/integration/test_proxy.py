"""The recipe of docs/security.md, with a real nginx before the layer that guards Dagster's page: who has no login gets
nothing; who has one gets pages, posts and WebSockets, and only under the page's own name."""

from __future__ import annotations

import base64
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from orchestration.dagster_runtime.web_access import OwnPageOnly

pytestmark = pytest.mark.skipif(
    shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin") is None, reason="needs nginx (.ci/run installs it)"
)

NAME, TOKEN = "hrss.example.gov.cn", "a-token-of-a-test"
READER, OPERATOR = ("reader", "of pages"), ("operator", "of all")


async def page(request: Request) -> PlainTextResponse:
    """In the place of Dagster: says how it was asked."""
    known = request.headers.get("authorization", "nobody")
    return PlainTextResponse(f"{request.method} {request.url.scheme} {known}")


async def agree(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


PATIENCE = 60
"""Seconds for an answer on a machine with much to do."""


@dataclass
class Proxy:
    """nginx, as a browser on another computer sees it."""

    port: int
    tls: ssl.SSLContext
    folder: Path

    @property
    def origin(self) -> str:
        return f"https://{NAME}:{self.port}"

    def headers(self, login: tuple[str, str] | None) -> dict[str, str]:
        key = "" if login is None else base64.b64encode(":".join(login).encode()).decode()
        return {"Host": f"{NAME}:{self.port}"} | ({"Authorization": f"Basic {key}"} if login else {})

    def ask(
        self, path: str, login: tuple[str, str] | None = None, method: str = "GET", **headers: str
    ) -> tuple[int, str]:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=PATIENCE)
        try:
            connection.request(method, path, "{}" if method == "POST" else None, self.headers(login) | headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode() or answer.headers.get("Location", "")
        finally:
            connection.close()

    def opens_socket(self, login: tuple[str, str] | None, origin: str) -> bool:
        """Whether the page agrees to a WebSocket (RFC 6455, section 4.1)."""
        key = base64.b64encode(bytes(16)).decode()
        asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        return self.ask(f"/{TOKEN}/graphql", login, **asked, **{"Sec-WebSocket-Key": key}, Origin=origin)[0] == 101


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as first, socket.socket() as second:
        for one in (first, second):
            one.bind(("127.0.0.1", 0))
        upstream, port = first.getsockname()[1], second.getsockname()[1]
    routes = [Route("/{rest:path}", page, methods=["GET", "POST"]), WebSocketRoute("/{rest:path}", agree)]
    app = OwnPageOnly(Starlette(routes=routes), TOKEN, f"https://{NAME}:{port}")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=upstream, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    nginx = subprocess.Popen(
        ["/usr/sbin/nginx", "-p", folder, "-c", configuration(folder, port, upstream)], stderr=subprocess.DEVNULL
    )
    tls = ssl.create_default_context(cafile=folder / "hrss.crt")
    try:
        wait_for(port, nginx)
        yield Proxy(port, tls, folder)
    finally:
        nginx.terminate()
        nginx.wait(timeout=20)
        server.should_exit = True
        thread.join(timeout=20)


def configuration(folder: Path, port: int, upstream: int) -> Path:
    """That of the recipe, with this machine's places; certificate, passwords and a release for it."""
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")
    (recipe,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "http://127.0.0.1:3000": f"http://127.0.0.1:{upstream}",
        "/etc/nginx/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/logs/",
        "/srv/hrss/data/published/current/": f"{folder}/current/",
    }
    for said, meant in changes.items():
        assert said in recipe
        recipe = recipe.replace(said, meant)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "logs").mkdir()
    main = f"daemon off;\nuser root;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    file = folder / "nginx.conf"
    file.write_text(f"{main}http {{\naccess_log {folder}/access.log;\n{places}{recipe}}}\n", encoding="utf-8")
    names = f"subjectAltName=DNS:{NAME},IP:127.0.0.1"
    subject = ["-subj", f"/CN={NAME}", "-addext", names, "-keyout", f"{folder}/hrss.key", "-out", f"{folder}/hrss.crt"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject], check=True, stderr=subprocess.DEVNULL
    )
    for name, (login, password) in (("hrss.readers", READER), ("hrss.operators", OPERATOR)):
        coded = subprocess.check_output(["openssl", "passwd", "-apr1", password], text=True).strip()
        (folder / name).write_text(f"{login}:{coded}\n")
    report = folder / "current" / "report"
    report.mkdir(parents=True)
    (report / "index.html").write_text("the plan at a glance")
    return file


def wait_for(port: int, nginx: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert nginx.poll() is None, "nginx takes the configuration"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


@pytest.mark.parametrize("login", [None, ("reader", "guessed"), ("nobody", "of pages")])
def test_without_a_login_nothing(proxy: Proxy, login: tuple[str, str] | None) -> None:
    for path in ("/release/report/index.html", f"/{TOKEN}/", f"/{TOKEN}/graphql", "/server_info"):
        assert proxy.ask(path, login)[0] == 401
    assert proxy.ask(f"/{TOKEN}/graphql", login, "POST", Origin=proxy.origin)[0] == 401
    assert not proxy.opens_socket(login, proxy.origin)
    assert without_tls(proxy.port) == 400


def test_no_log_of_nginx_names_the_address(proxy: Proxy) -> None:
    """At the usual level its error log has each request whose login failed or whose upstream did not answer."""
    assert proxy.ask(f"/{TOKEN}/", ("reader", "guessed"))[0] == 401
    assert proxy.ask("/release/none.html", ("reader", "guessed"))[0] == 401, "which is no secret, and logged"
    until = time.monotonic() + 10
    while "/release/none.html" not in "".join((said := logs_of(proxy)).values()):
        assert time.monotonic() < until, "nginx writes its logs once it has answered"
        time.sleep(0.05)
    assert not [name for name, text in said.items() if TOKEN in text]


def logs_of(proxy: Proxy) -> dict[str, str]:
    return {log.name: log.read_text("utf-8") for log in proxy.folder.rglob("*.log")}


def without_tls(port: int) -> int:
    """Of a request without TLS: nginx says 400 and nothing else."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/release/report/index.html")
    return connection.getresponse().status


def test_readers_read_and_do_not_operate(proxy: Proxy) -> None:
    assert proxy.ask("/", READER)[0] == 302
    assert proxy.ask("/release/report/index.html", READER) == (200, "the plan at a glance")
    assert proxy.ask("/release/../nginx.conf", READER)[0] != 200
    assert proxy.ask(f"/{TOKEN}/", READER)[0] == 401 and not proxy.opens_socket(READER, proxy.origin)


def test_operators_see_and_change_through_the_proxy(proxy: Proxy) -> None:
    assert proxy.ask(f"/{TOKEN}/runs", OPERATOR) == (200, "GET https nobody"), "passwords stay with the proxy"
    asked = {"Origin": proxy.origin, "Content-Type": "application/json"}
    assert proxy.ask(f"/{TOKEN}/graphql", OPERATOR, "POST", **asked) == (200, "POST https nobody")
    assert proxy.opens_socket(OPERATOR, proxy.origin)


def test_what_is_forged_is_refused_there_too(proxy: Proxy) -> None:
    for origin in ("https://evil.example", "null", f"http://{NAME}:{proxy.port}", "http://127.0.0.1:3000"):
        asked = {"Origin": origin, "Content-Type": "application/json"}
        assert proxy.ask(f"/{TOKEN}/graphql", OPERATOR, "POST", **asked)[0] == 403
        assert not proxy.opens_socket(OPERATOR, origin)
    assert proxy.ask("/graphql", OPERATOR, "POST", Origin=proxy.origin)[0] == 403, "the token is asked for as well"
    assert proxy.ask(f"/{TOKEN}/", OPERATOR, Host="evil.example")[0] == 400
