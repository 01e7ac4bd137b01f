"""Whether a home is well: in the terminal and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.pipeline.health import Health
from orchestration.text import inline, words
from raw_landing.language import in_order

COLOURS = {"well": "bold green", "stale": "bold yellow"}


def show_health(console: ConsoleReporter, health: Health) -> None:
    """The state in a word, then why."""
    word = " / ".join(in_order(*words("cli.health_states")[health.state]))
    console.say(Text(inline("cli.health_state", state=word), style=COLOURS.get(health.state, "bold red")))
    for reason in health.reasons:
        console.say(Text(f"  · {' / '.join(in_order(*reason))}"))


def as_json(health: Health) -> str:
    """All that is known, for a program; its keys stay."""
    said = asdict(health) | {"reasons": [{"zh": zh, "en": en} for zh, en in health.reasons]}
    return json.dumps({**said, "exit_code": health.exit_code}, ensure_ascii=False, indent=1)
