"""What is really sent to those who are told of incidents, and what of an address can be seen by others: nothing."""

from __future__ import annotations

import email
import email.policy
import io
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from orchestration.alerts.channels import AddressesUnsafe, Channel, Message, channels, send
from orchestration.alerts.heartbeat import send_heartbeat
from orchestration.cli.main import main
from orchestration.settings import Settings
from tests.support.messaging import (
    MailServer,
    Request,
    Server,
    certified,
    dingtalk,
    feishu,
    mail_served,
    served,
    webhook,
    wecom,
)

KEY, TOKEN, SECRET = "planted-key-693a91f6", "plantedtoken5d1c", "SECplantedsecret77e0"
FEISHU_TOKEN, FEISHU_SECRET = "planted-feishu-0f31", "PlantedFeishuSecret"
USER, PASSWORD = "hrss", "planted!pass/word"
QUOTED = "planted%21pass%2Fword"
SECRETS = (KEY, TOKEN, SECRET, FEISHU_TOKEN, FEISHU_SECRET, PASSWORD, QUOTED, "planted")

MESSAGE = Message(
    "[新发生] 质量门未放行 / [new] the gate refused", "自 2026-11-29 02:41 起。\n\nSince 02:41 & <b>.", "failure"
)


@dataclass
class Services:
    """One of each, and the addresses that lead to them."""

    wecom: Server
    dingtalk: Server
    feishu: Server
    webhook: Server
    mail: MailServer

    def addresses(self) -> list[str]:
        return [
            f"wecombot://{KEY}?gateway={self.wecom.origin}",
            f"dingtalk://{SECRET}@{TOKEN}?gateway={self.dingtalk.origin}/",
            f"feishu://{FEISHU_SECRET}@{FEISHU_TOKEN}?gateway={self.feishu.origin}",
            f"json://{USER}:{QUOTED}@127.0.0.1:{self.webhook.port}/alerts",
            f"mailto://{USER}:{QUOTED}@127.0.0.1:{self.mail.port}?mode=insecure&from=hrss@example.org&to=duty@example.org",
        ]


@pytest.fixture
def services() -> Iterator[Services]:
    with ExitStack() as stack:
        yield Services(
            stack.enter_context(served(wecom(KEY))),
            stack.enter_context(served(dingtalk(TOKEN, SECRET))),
            stack.enter_context(served(feishu(FEISHU_TOKEN, FEISHU_SECRET))),
            stack.enter_context(served(webhook(USER, PASSWORD))),
            stack.enter_context(mail_served(USER, PASSWORD)),
        )


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a server."""
    monkeypatch.setattr("orchestration.alerts.channels.TO_ANSWER", 1)
    monkeypatch.setattr("orchestration.alerts.heartbeat.LONGEST_PAUSE", 0.1)


def sent(*addresses: str, messages: int = 1, seconds: float = 20) -> list[list[str]]:
    """Why each address did not take the message, in their order."""
    told = [Channel(f"channel-{number}", address) for number, address in enumerate(addresses)]
    return list(send({channel: [MESSAGE] * messages for channel in told}, seconds).values())


def test_each_service_takes_what_it_is_sent(services: Services) -> None:
    assert sent(*services.addresses()) == [[""]] * 5
    whole = f"{MESSAGE.title}\n{MESSAGE.body}"
    assert services.dingtalk.taken[0].json["text"]["content"] == whole
    assert services.feishu.taken[0].json["content"]["text"] == whole
    assert services.wecom.taken[0].json["text"]["content"].split() == whole.split()
    of_webhook = services.webhook.taken[0].json
    assert (of_webhook["title"], of_webhook["message"]) == (MESSAGE.title, MESSAGE.body)
    assert of_webhook["type"] == "failure" and services.webhook.taken[0].path == "/alerts"
    sender, recipients, text = services.mail.letters[0]
    letter = email.message_from_string(text, policy=email.policy.default)
    assert (sender, recipients) == ("<hrss@example.org>", ["<duty@example.org>"])
    assert (letter["Subject"], letter.get_content_type()) == (MESSAGE.title, "text/plain")
    assert letter.get_content().strip() == MESSAGE.body


def test_a_password_goes_only_to_a_mail_server_that_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, trusted = certified(tmp_path)
    with mail_served(USER, PASSWORD, tls) as mail:
        to = f"mailtos://{USER}:{QUOTED}@127.0.0.1:{mail.port}?mode=starttls&from=a@example.org&to=b@example.org"
        assert sent(to) == [["not taken"]] and not mail.letters
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert sent(to) == [[""]] and len(mail.letters) == 1


def test_who_does_not_take_a_message_says_why(services: Services) -> None:
    wrong = [address.replace("planted", "wrong") for address in services.addresses()]
    assert sent(*wrong) == [
        ["errcode 93000"],
        ["errcode 300005"],
        ["code 19001"],
        ["not taken"],
        ["not taken"],
    ]
    unsigned = f"dingtalk://{TOKEN}?gateway={services.dingtalk.origin}"
    other_secret = f"feishu://another@{FEISHU_TOKEN}?gateway={services.feishu.origin}"
    assert sent(unsigned, other_secret) == [["errcode 310000"], ["code 19021"]]


def test_the_vendors_hosts_are_used_where_no_gateway_is_named() -> None:
    from apprise import Apprise

    from orchestration.alerts.robots import register

    register()
    addresses = [f"wecombot://{KEY}", f"dingtalk://{TOKEN}", f"feishu://{FEISHU_TOKEN}"]
    assert [robot.origin + robot.path() for robot in map(Apprise.instantiate, addresses)] == [
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
        f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
        f"https://open.feishu.cn/open-apis/bot/v2/hook/{FEISHU_TOKEN}",
    ]
    assert Apprise.instantiate(f"wecombot://{KEY}?gateway=file:///etc") is None


def test_a_server_that_never_ends_holds_up_no_night() -> None:
    over = Event()

    def never(_: Request) -> tuple[int, dict[str, object]]:
        over.wait(10)
        return 200, {}

    with served(never) as slow, served(wecom(KEY)) as quick:
        to = f"json://127.0.0.1:{slow.port}", f"wecombot://{KEY}?gateway={quick.origin}"
        began = time.monotonic()
        reasons = sent(*to, messages=2, seconds=0.8)
        assert time.monotonic() - began < 8
        over.set()
    assert reasons == [["timeout", "timeout"], ["", ""]]


def test_no_message_follows_a_redirection_elsewhere() -> None:
    with served(wecom(KEY)) as other, served(lambda _: (307, {"to": other.origin})) as gateway:
        assert sent(f"wecombot://{KEY}?gateway={gateway.origin}", f"json://127.0.0.1:{gateway.port}") == [
            ["HTTP 307"],
            ["not taken"],
        ]
        assert not other.requests


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[io.StringIO]:
    """All that anybody logs, at whatever level."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    level = root.level
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3", "hrss", "requests")]
    before = [one.level for one in loggers]
    root.addHandler(handler)
    root.setLevel(1)
    for one in loggers:
        one.setLevel(1)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)
    for one, was in zip(loggers, before, strict=True):
        one.setLevel(was)


def repeat(asked: Request) -> tuple[int, dict[str, object]]:
    """An answer that repeats all that it was asked."""
    return 500, {"errcode": 1, "errmsg": f"{asked.path} {asked.query} {asked.headers} {asked.content!r}"}


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_what_an_address_holds_is_in_no_log_and_no_answer(
    services: Services,
    said: io.StringIO,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    gone = closed_port()
    with served(repeat) as failing, served(lambda asked: (200, repeat(asked)[1])) as refusing:
        addresses = services.addresses()
        for port in (failing.port, refusing.port, gone):
            origin = f"http://127.0.0.1:{port}"
            addresses += [
                f"wecombot://{KEY}?gateway={origin}/{TOKEN}",
                f"dingtalk://{SECRET}@{TOKEN}?gateway={origin}",
                f"feishu://{FEISHU_SECRET}@{FEISHU_TOKEN}?gateway={origin}",
                f"json://{USER}:{QUOTED}@127.0.0.1:{port}/{KEY}",
                f"mailto://{USER}:{QUOTED}@127.0.0.1:{port}?mode=insecure&from=a@example.org&to=b@example.org",
            ]
        addresses += [  # that apprise cannot make anything of
            f"wecombot://{KEY}!%21",
            f"dingtalk://{SECRET}@{TOKEN}-_",
            f"feishu://{FEISHU_TOKEN}%21",
            f"nothing://{KEY}",
            KEY,
        ]
        file = tmp_path / "addresses"
        file.touch(mode=0o600)
        file.write_text("\n".join(["# who is told", "", *addresses]), encoding="utf-8")
        monkeypatch.setenv("HRSS_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HRSS_ALERTS_FILE", str(file))
        monkeypatch.setenv("HRSS_HEARTBEAT_URL", f"http://127.0.0.1:{failing.port}/ping/{KEY}")
        with pytest.raises(SystemExit) as ended:
            main(["alerts", "test"])
        assert not send_heartbeat(Settings())
        monkeypatch.setenv("HRSS_HEARTBEAT_URL", f"http://127.0.0.1:{gone}/ping/{KEY}")
        assert not send_heartbeat(Settings())
    assert ended.value.code == 1
    out, err = capfd.readouterr()
    assert out.count("✓") == 6, "the five, and a webhook that answers 200"
    assert err.count("✗") == len(addresses) - 6
    assert "wecombot-1" in out and "mailto-4" in err and "unknown-1" in err
    assert "HTTP 500" in said.getvalue(), "what is logged is seen here"
    everything = said.getvalue() + out + err + repr(Settings()) + repr(channels(Settings()))
    assert [secret for secret in SECRETS if secret in everything] == []


def test_addresses_are_read_of_both_settings_and_named_by_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "addresses"
    file.touch(mode=0o600)
    file.write_text("wecombot://b\n", encoding="utf-8")
    monkeypatch.setenv("HRSS_ALERTS_TO", "wecombot://a json://c")
    monkeypatch.setenv("HRSS_ALERTS_FILE", str(file))
    assert [one.name for one in channels(Settings())] == ["wecombot-1", "json-1", "wecombot-2"]


@pytest.mark.parametrize(("mode", "told"), [(0o640, "chmod 600"), (0o604, "chmod 600"), (None, "No such file")])
def test_a_file_that_others_may_read_is_not_used(tmp_path: Path, mode: int | None, told: str) -> None:
    file = tmp_path / "addresses"
    if mode is not None:
        file.write_text(f"wecombot://{KEY}\n", encoding="utf-8")
        file.chmod(mode)
    with pytest.raises(AddressesUnsafe, match=told) as refused:
        channels(Settings(alerts_file=file))
    assert KEY not in str(refused.value) and str(file) in str(refused.value)


def test_the_sign_of_life_is_tried_again_and_then_let_go() -> None:
    answers = iter([(500, {}), (200, {})])
    with served(lambda _: next(answers, (503, {}))) as switch:
        settings = Settings.model_validate({"heartbeat_url": f"{switch.origin}/ping"})
        assert send_heartbeat(settings) and len(switch.requests) == 2
        assert not send_heartbeat(settings) and len(switch.requests) == 5
    assert not send_heartbeat(Settings())
