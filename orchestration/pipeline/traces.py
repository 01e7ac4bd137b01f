"""How long a run and its parts took, as OpenTelemetry spans, made when it is over from what it noted: the run, its
stages, dbt's nodes, the gate's tables. On request alone; nothing is loaded otherwise."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from orchestration.files import read_json
from orchestration.progress import Timed, reporter
from orchestration.run_record import RunRecord
from orchestration.settings import Settings
from orchestration.text import inline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

FILE = "file:"
SECONDS = 10
"""Longest time that a collector is waited for."""

log = logging.getLogger("hrss")


def export_run(settings: Settings, run_id: str) -> None:
    """Give the spans of the run that this process was at to whom HRSS_TRACES names: an OTLP collector (HTTP), or a
    file, one span a line. A run does not fail for it: what fails is logged, by the collector's name alone: its address
    may hold a password."""
    if settings.traces is None:
        return
    to = settings.traces.get_secret_value()
    record = read_json(settings.run_record, RunRecord)
    spans = _spans({"hrss.run": run_id, **{f"hrss.{name}": str(record.get(name)) for name in ("outcome", "as_of")}})
    try:
        if to.startswith(FILE):
            _write(to.removeprefix(FILE), spans)
        elif not _send(to, spans):
            log.warning(inline("run.traces_not_taken", to=urlsplit(to).hostname))
    except OSError as error:
        named = to if to.startswith(FILE) else urlsplit(to).hostname
        log.warning("%s: %s", inline("run.traces_not_taken", to=named), error.strerror)
    finally:
        reporter().stages.clear()  # a run that is taken up anew has spans of its own


def _spans(facts: Mapping[str, str]) -> Sequence[ReadableSpan]:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from opentelemetry.trace import Span, Status, StatusCode, set_span_in_context

    kept = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"service.name": "hrss"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("hrss")

    def add(one: Timed, kind: str, below: Span | None = None) -> None:
        context = set_span_in_context(below) if below is not None else None
        attributes = {"hrss.kind": kind, **facts}
        span = tracer.start_span(one.name, context, attributes=attributes, start_time=int(one.begin * 1e9))
        if one.is_failed:
            span.set_status(Status(StatusCode.ERROR))
        for part in one.parts:
            add(part, {"run": "stage", "dbt": "dbt node", "gate": "gate table"}.get(one.name, "step"), span)
        span.end(int(one.end * 1e9))

    add(reporter().timed, "run")
    return kept.get_finished_spans()


def _write(path: str, spans: Sequence[ReadableSpan]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.writelines(span.to_json(indent=None) + "\n" for span in spans)


def _send(endpoint: str, spans: Sequence[ReadableSpan]) -> bool:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    logging.getLogger(OTLPSpanExporter.__module__).disabled = True  # it quotes addresses
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=SECONDS)
    try:
        return exporter.export(spans) is SpanExportResult.SUCCESS
    finally:
        exporter.shutdown()  # type: ignore[no-untyped-call]
