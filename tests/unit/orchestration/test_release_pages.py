"""Releases' pages beside Dagster's: what is served, what is handed on, what is not there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from orchestration.dagster_runtime.release_pages import ReleasePages, link_to_page


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    (tmp_path / "releases" / "1" / "report").mkdir(parents=True)
    (tmp_path / "releases" / "1" / "report" / "index.html").write_text("glance")
    (tmp_path / "releases" / "1" / "marts.duckdb").write_text("figures")
    (tmp_path / "secret.html").write_text("secret")
    return tmp_path / "releases"


def ask(releases: Path, path: str) -> tuple[int, str]:
    """Status and body of what a browser is answered."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"spec_version": "2.4"},
        "method": "GET",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(ReleasePages(releases, PlainTextResponse("Dagster"))(scope, receive, send))
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent).decode()


@pytest.mark.parametrize("place", ["/token/", "/token/assets/", "/token/runs/", "/token/locations/x/"])
def test_a_page_is_served_below_any_of_dagsters(releases: Path, place: str) -> None:
    assert ask(releases, place + link_to_page("1", "report/index.html")) == (200, "glance")


@pytest.mark.parametrize(
    "asked",
    ["1/marts.duckdb", "1/report/", "1/report", "2/report/index.html", "../secret.html", "1/../../secret.html", ""],
)
def test_nothing_else_of_a_release_is_served(releases: Path, asked: str) -> None:
    status, text = ask(releases, f"/token/release-pages/{asked}")
    assert status == 404 and "There is no such page" in text


def test_nothing_is_served_before_anything_is_published(tmp_path: Path) -> None:
    assert ask(tmp_path / "releases", "/token/release-pages/1/report/index.html")[0] == 404


def test_what_is_dagsters_is_handed_on(releases: Path) -> None:
    assert ask(releases, "/token/assets/release") == (200, "Dagster")
