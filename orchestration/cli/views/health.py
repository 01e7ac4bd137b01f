"""Whether a home is well: in the terminal, as JSON, as numbers for Prometheus."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.pipeline.health import EXIT_CODES, Health
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


def write_metrics(health: Health, path: Path) -> None:
    """The numbers in Prometheus' text format (version 0.0.4), for the textfile collector of node_exporter: written
    beside and renamed, so that it never reads half of them. Raises OSError."""
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()
    state = Gauge("hrss_state", "1 for the state that the home is in.", ["state"], registry=registry)
    for one in EXIT_CODES:
        state.labels(one).set(one == health.state)
    seconds = Gauge("hrss_stage_seconds", "Seconds of each stage of the last run.", ["stage"], registry=registry)
    for stage, spent in health.stage_seconds.items():
        seconds.labels(stage).set(spent)
    numbers = {
        "hrss_heartbeat_age_seconds": (
            "Since a run ended well or found nothing to do.",
            "seconds_since_heartbeat",
        ),
        "hrss_release_age_seconds": ("Since the current release was published.", "release_age_seconds"),
        "hrss_candidate_age_seconds": ("Since the release that waits for approval was made.", "candidate_age_seconds"),
        "hrss_release_rows": ("Rows landed that the current release rests on.", "rows"),
        "hrss_refused_dumps": ("Dumps that the current release does without.", "refused_dumps"),
        "hrss_late_deliveries": ("Deliveries that are overdue.", "late_deliveries"),
        "hrss_damaged_files": ("Found damaged by hrss scrub and not put right since.", "damaged_files"),
        "hrss_disk_free_bytes": ("Free on the disk of the home.", "disk_free_bytes"),
    }
    for name, (said, field) in numbers.items():
        if (value := getattr(health, field)) is not None:
            Gauge(name, said, registry=registry).set(value)
    write_to_textfile(str(path), registry)
