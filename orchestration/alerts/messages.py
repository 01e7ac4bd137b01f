"""What a message says, in Chinese and then in English: what is wrong, since when, what to do; its id, its runbook."""

from __future__ import annotations

from socket import gethostname

from orchestration.alerts.channels import Message
from orchestration.alerts.incidents import Event, Incident
from orchestration.settings import WUHAN
from orchestration.text import LANGUAGES, Pair, pair, words

TEST = "test"
"""The id of the message that only tries a channel."""

GRAVITY = {"opened": "failure", "still_open": "warning", "closed": "success"}


def message_of(incident: Incident, event: Event) -> Message:
    """The message that an incident has been opened, is still open or is closed."""
    since, until = (f"{moment:%Y-%m-%d %H:%M}" for moment in _moments(incident))
    if event == "closed":
        when, to_do = pair("alerts.lasted", since=since, until=until), pair("alerts.nothing_to_do")
    else:
        when, to_do = pair("alerts.lasts", since=since), words("alerts.to_do")[incident.kind]
    halves = []
    for language in LANGUAGES:
        what = language.of(words("alerts.what")[incident.kind]).format(**incident.facts)
        halves.append("\n".join((what, language.of(when), language.of(to_do))))
    return _message(incident.kind, event, halves, incident.id, GRAVITY[event])


def trial() -> Message:
    """A message that says that it is none."""
    return _message(TEST, TEST, list(pair("alerts.this_is_a_test")), TEST, "info")


def title_of(incident: Incident) -> Pair:
    """What is wrong, in a few words."""
    return words("alerts.titles")[incident.kind]


def _message(kind: str, event: str, halves: list[str], ident: str, gravity: str) -> Message:
    titles, events = words("alerts.titles")[kind], words("alerts.events")[event]
    title = " / ".join(f"[{event}] {title}" for event, title in zip(events, titles, strict=True))
    reference = "\n".join(pair("alerts.reference", ident=ident, host=gethostname(), kind=kind))
    return Message(title, "\n\n".join((*halves, reference)), gravity)


def _moments(incident: Incident) -> tuple[object, object]:
    until = incident.closed_at or incident.since
    return incident.since.astimezone(WUHAN), until.astimezone(WUHAN)
