"""Whether a home is well, as numbers for a monitoring system."""

from __future__ import annotations

from pathlib import Path

from orchestration.files import replace_text
from orchestration.pipeline.health import EXIT_CODES, Health


def write_metrics(health: Health, path: Path) -> None:
    """The numbers in Prometheus' text format (version 0.0.4), for the textfile collector of node_exporter: written
    beside and renamed, so that it never reads half of them; it is another account. Raises OSError."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

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
        "hrss_red_warnings": ("Regions whose early warning is red.", "red_warnings"),
        "hrss_scrub_age_seconds": ("Since the file unread for longest was compared.", "scrub_age_seconds"),
        "hrss_damaged_files": ("Found damaged by hrss scrub and not put right since.", "damaged_files"),
        "hrss_disk_free_bytes": ("Free on the disk of the home.", "disk_free_bytes"),
    }
    for name, (said, field) in numbers.items():
        if (value := getattr(health, field)) is not None:
            Gauge(name, said, registry=registry).set(value)
    replace_text(path, generate_latest(registry).decode(), mode=0o644)
