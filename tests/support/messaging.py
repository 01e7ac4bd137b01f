"""Servers on the loopback address that speak as those who are told of incidents do, and believe nothing: group robots
of WeCom, DingTalk and Feishu with their signatures, a webhook, a mail server. No assertions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOUR = 3600
WECOM_BYTES = 2048


@dataclass
class Request:
    """What a server was asked."""

    path: str
    query: dict[str, str]
    """Each value decoded once."""
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> dict[str, Any]:
        """Its content."""
        said: dict[str, Any] = json.loads(self.content.decode("utf-8"))
        return said


Answer = Callable[[Request], tuple[int, dict[str, Any]]]


@dataclass
class Server:
    """One that runs, and what it was asked so far."""

    port: int
    requests: list[Request] = field(default_factory=list)
    taken: list[Request] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def served(answer: Answer) -> Iterator[Server]:
    """Run a server that answers in JSON; what it answers with 200 and the code 0 it has taken."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            pairs = (pair.partition("=") for pair in query.split("&") if pair)
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Request(path, {name: unquote(value) for name, _, value in pairs}, dict(self.headers), content)
            server.requests.append(asked)
            status, said = answer(asked)
            if status == 200 and not said.get("errcode") and not said.get("code"):
                server.taken.append(asked)
            body = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            if status == 307:
                self.send_header("Location", f"{said['to']}{self.path}")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        server = Server(running.server_port)
        Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            running.shutdown()


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def wecom(key: str) -> Answer:
    """企业微信: knows its key, takes 2048 bytes of text."""

    def answer(asked: Request) -> tuple[int, dict[str, Any]]:
        if asked.path != "/cgi-bin/webhook/send" or asked.query.get("key") != key:
            return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}
        if asked.json["msgtype"] != "text" or len(asked.json["text"]["content"].encode()) > WECOM_BYTES:
            return 200, {"errcode": 40058, "errmsg": "invalid Request Parameter"}
        return 200, {"errcode": 0, "errmsg": "ok"}

    return answer


def dingtalk(token: str, secret: str) -> Answer:
    """钉钉: the signature is Base64(HmacSHA256(key = secret, timestamp in ms + "\\n" + secret)), quoted once for the
    query; an hour is allowed."""

    def answer(asked: Request) -> tuple[int, dict[str, Any]]:
        if asked.path != "/robot/send" or asked.query.get("access_token") != token:
            return 200, {"errcode": 300005, "errmsg": "token is not exist"}
        timestamp = asked.query.get("timestamp", "0")
        if abs(time.time() - int(timestamp) / 1000) > HOUR:
            return 200, {"errcode": 310000, "errmsg": "invalid timestamp"}
        if asked.query.get("sign") != _hmac(secret, f"{timestamp}\n{secret}"):
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
        if not asked.json["text"]["content"]:
            return 200, {"errcode": 40035, "errmsg": "invalid parameter"}
        return 200, {"errcode": 0, "errmsg": "ok"}

    return answer


def feishu(token: str, secret: str) -> Answer:
    """飞书: the signature is Base64(HmacSHA256(key = timestamp in s + "\\n" + secret, nothing)), in the content beside
    the timestamp; an hour is allowed."""

    def answer(asked: Request) -> tuple[int, dict[str, Any]]:
        if asked.path != f"/open-apis/bot/v2/hook/{token}":
            return 200, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        said = asked.json
        timestamp = str(said.get("timestamp", "0"))
        recent = abs(time.time() - int(timestamp)) < HOUR
        if not recent or said.get("sign") != _hmac(f"{timestamp}\n{secret}", ""):
            return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
        if said["msg_type"] != "text" or not said["content"]["text"]:
            return 200, {"code": 9499, "msg": "Bad Request"}
        return 200, {"code": 0, "data": {}, "msg": "success"}

    return answer


def webhook(user: str, password: str) -> Answer:
    """Any program of one's own that asks for a password."""
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def answer(asked: Request) -> tuple[int, dict[str, Any]]:
        return (200, {}) if asked.headers.get("Authorization") == expected else (401, {"why": "who are you"})

    return answer


@dataclass
class MailServer:
    """A mail server that runs, and the letters that it took."""

    port: int
    letters: list[tuple[str, list[str], str]] = field(default_factory=list)
    """From whom, to whom, the text with its headers."""


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server shows that it is the loopback address, and the file that whoever trusts it needs."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    trusted, secret = folder / "certificate.pem", folder / "key.pem"
    trusted.write_bytes(certificate.public_bytes(pem))
    secret.write_bytes(key.private_bytes(pem, pkcs8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, secret)
    return context, trusted


@contextmanager
def mail_served(user: str, password: str, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Run a mail server (SMTP, RFC 5321) that takes letters of one user (AUTH PLAIN, RFC 4954), where it can only once
    the connection is encrypted (STARTTLS, RFC 3207)."""
    expected = base64.b64encode(f"\0{user}\0{password}".encode()).decode()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 loopback")
            is_open, is_known, sender, recipients = tls is None, False, "", list[str]()
            for line in iter(self.hear, None):
                verb = line.split(" ")[0].upper()
                if verb in ("EHLO", "HELO"):
                    self.say("250-loopback\r\n250 " + ("AUTH PLAIN" if is_open else "STARTTLS"))
                elif verb == "STARTTLS" and tls is not None:
                    self.say("220 go on")
                    try:
                        self.connection = tls.wrap_socket(self.connection, server_side=True)
                    except OSError:  # whoever called trusts somebody else
                        return
                    self.rfile, is_open = self.connection.makefile("rb"), True
                elif verb == "AUTH" and is_open:
                    is_known = line.split(" ")[2:] == [expected]
                    self.say("235 welcome" if is_known else "535 no")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                elif not is_known:
                    self.say("530 who are you")
                elif verb == "MAIL":
                    sender = line.partition(":")[2]
                    self.say("250 ok")
                elif verb == "RCPT":
                    recipients.append(line.partition(":")[2])
                    self.say("250 ok")
                elif verb == "DATA":
                    self.say("354 go on")
                    text = "\n".join(map(str, iter(self.hear, ".")))
                    server.letters.append((sender, recipients, text))
                    self.say("250 taken")
                else:
                    self.say("250 ok")

        def hear(self) -> str | None:
            line = self.rfile.readline().decode()
            return line.rstrip("\r\n") if line else None

        def say(self, line: str) -> None:
            self.connection.sendall(f"{line}\r\n".encode())

    class Running(ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Running(("127.0.0.1", 0), Handler) as running:
        server = MailServer(running.server_address[1])
        Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            running.shutdown()
