"""Group robots of WeCom, DingTalk and Feishu, as plugins of apprise in the place of its own.

Its own take an answer with HTTP 200 for success, though these services refuse with 200 and an error code; they quote
DingTalk's signature twice, so that it never matches; they cannot sign for Feishu; they know the vendors' hosts alone,
which a closed network reaches through a gateway of its own (`?gateway=https://host/prefix` in an address).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import urlencode

import requests
from apprise import NotificationManager, NotifyType
from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

SECONDS_BETWEEN = 0.5
"""Between two messages to the same robot: each takes at least five a second, and twenty a minute."""


def signature(key: str, text: str) -> str:
    """HMAC-SHA256 in Base64."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


class Robot(NotifyBase, ABC):  # type: ignore[misc]  # apprise is typed in part
    """What the three have in common. `refusal` says how the last message was refused: never the answer's own words,
    which may repeat what was sent."""

    vendor = ""
    code = "errcode"
    """Where the answer says whether it took the message: 0."""
    request_rate_per_sec = SECONDS_BETWEEN

    def __init__(self, gateway: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if gateway and not gateway.startswith(("http://", "https://")):
            raise AppriseImproperlyConfigured("gateway: http:// or https://")
        self.origin = (gateway or self.vendor).rstrip("/")
        self.refusal = ""

    @abstractmethod
    def path(self) -> str:
        """Where the robot is at its host, what tells it from others included."""

    @abstractmethod
    def payload(self, text: str) -> dict[str, Any]:
        """The message as the service has it."""

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **_: Any) -> bool:
        """Send it; as apprise calls it."""
        self.throttle()
        try:
            answer = requests.post(
                self.origin + self.path(),
                json=self.payload(f"{title}\n{body}" if title else body),
                headers={"User-Agent": self.app_id},
                verify=self.verify_certificate,
                timeout=self.request_timeout,
                allow_redirects=False,
            )
            self.refusal = f"HTTP {answer.status_code}"
            if answer.status_code != requests.codes.ok:
                return False
            said = answer.json()
        except requests.RequestException as error:  # of which a malformed answer is one
            self.refusal = type(error).__name__
            return False
        code = said.get(self.code) if isinstance(said, dict) else None
        self.refusal = "" if code == 0 else f"{self.code} {code}" if isinstance(code, int) else f"no {self.code}"
        return code == 0

    @classmethod
    def with_gateway(cls, parsed: dict[str, Any] | None) -> dict[str, Any] | None:
        """The parts of an address, the gateway in it included."""
        if parsed and (gateway := parsed["qsd"].get("gateway")):
            parsed["gateway"] = cls.unquote(gateway)
        return parsed


class WeCom(Robot, NotifyWeComBot):  # type: ignore[misc]  # apprise is typed in part
    """企业微信群机器人: `wecombot://KEY`. At most 2048 bytes of text."""

    vendor = "https://qyapi.weixin.qq.com"

    def path(self) -> str:
        """The key is its only credential."""
        return f"/cgi-bin/webhook/send?{urlencode({'key': self.key})}"

    def payload(self, text: str) -> dict[str, Any]:
        """A text message."""
        return {"msgtype": "text", "text": {"content": text}}

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        """The parts of an address."""
        return WeCom.with_gateway(NotifyWeComBot.parse_url(url))


class DingTalk(Robot, NotifyDingTalk):  # type: ignore[misc]  # apprise is typed in part
    """钉钉自定义机器人: `dingtalk://SECRET@TOKEN`, or without a secret where it does not sign (加签)."""

    vendor = "https://oapi.dingtalk.com"

    def path(self) -> str:
        """The token, and where there is a secret the moment in milliseconds and its signature, each quoted once."""
        asked = {"access_token": self.token}
        if self.secret:
            timestamp = str(round(time.time() * 1000))
            asked |= {"timestamp": timestamp, "sign": signature(self.secret, f"{timestamp}\n{self.secret}")}
        return f"/robot/send?{urlencode(asked)}"

    def payload(self, text: str) -> dict[str, Any]:
        """A text message; who is named in the address is notified (@)."""
        return {
            "msgtype": "text",
            "text": {"content": text},
            "at": {"atMobiles": self.targets, "isAtAll": False},
        }

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        """The parts of an address."""
        return DingTalk.with_gateway(NotifyDingTalk.parse_url(url))


class Feishu(Robot, NotifyFeishu):  # type: ignore[misc]  # apprise is typed in part
    """飞书自定义机器人: `feishu://SECRET@TOKEN`, or without a secret where it does not sign (签名校验)."""

    vendor = "https://open.feishu.cn"
    code = "code"

    def __init__(self, secret: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.secret = secret

    def path(self) -> str:
        """The token is a part of the path."""
        return f"/open-apis/bot/v2/hook/{self.token}"

    def payload(self, text: str) -> dict[str, Any]:
        """A text message; where there is a secret, with the moment in seconds and its signature, of nothing: moment
        and secret together are the key."""
        message: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if self.secret:
            timestamp = str(int(time.time()))
            message |= {"timestamp": timestamp, "sign": signature(f"{timestamp}\n{self.secret}", "")}
        return message

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        """The parts of an address."""
        parsed = Feishu.with_gateway(NotifyFeishu.parse_url(url))
        if parsed and (secret := parsed["qsd"].get("secret") or parsed.get("user")):
            parsed["secret"] = Feishu.unquote(secret)
        return parsed


def register() -> None:
    """Let apprise know them, under the names that its own have."""
    known = NotificationManager()
    for robot in (WeCom, DingTalk, Feishu):
        if known[robot.secure_protocol] is not robot:
            known.add(robot, force=True)
