"""Log lines and spans: off unless asked for, with the ids they belong to, no number of a person, the owner's alone."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import SecretStr

from orchestration import logs
from orchestration.cli.main import main
from orchestration.logs import bound, start_logging
from orchestration.pipeline.traces import export_run
from orchestration.progress import LogReporter, Timed, report_to, reporter
from orchestration.settings import Settings

log = logging.getLogger("hrss")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    start_logging(Settings())
    report_to(LogReporter())


def settings(folder: Path, **values: object) -> Settings:
    return Settings.of(home=folder / "home").model_copy(update=values)


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_lines_carry_what_they_belong_to_and_no_number_of_a_person(tmp_path: Path) -> None:
    file = tmp_path / "hrss.log"
    start_logging(settings(tmp_path, log_format="json", log_file=file))
    with bound(run="r1"):
        with reporter().stage("landing", "入库", "landing"), bound(dump="d1"):
            log.info("dump %s", "loaded", extra={"rows_loaded": 3})
        log.warning("号码 420106199001011234 出错")
    log.info("after")
    begins, dump, ends, warning, after = lines(file)
    assert (begins["event"], begins["run"], begins["stage"]) == ("stage begins", "r1", "landing")
    assert (dump["event"], dump["rows_loaded"], dump["dump"], dump["stage"]) == ("dump loaded", 3, "d1", "landing")
    assert ends["event"] == "stage ends" and "dump" not in ends and isinstance(ends["seconds"], float)
    assert warning["level"] == "warning" and "420106199001011234" not in str(warning["event"])
    assert not {"run", "stage", "dump"} & after.keys()
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_fails_is_told_as_that(tmp_path: Path) -> None:
    file = tmp_path / "hrss.log"
    start_logging(settings(tmp_path, log_file=file))
    with pytest.raises(ValueError), reporter().stage("dbt", "计算", "building"):
        raise ValueError
    assert 'event="stage failed"' in file.read_text(encoding="utf-8").splitlines()[-1]
    assert reporter().stages[-1].is_failed


def test_a_large_file_is_renamed_and_so_many_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 2000)
    start_logging(settings(tmp_path, log_file=tmp_path / "hrss.log"))
    for _ in range(200):
        log.info("x" * 100)
    files = sorted(tmp_path.glob("hrss.log*"))
    assert [file.name for file in files] == ["hrss.log", *(f"hrss.log.{number}" for number in range(1, 6))]
    assert all(file.stat().st_size <= 2000 and file.stat().st_mode & 0o777 == 0o600 for file in files)


def test_warnings_are_shown_as_ever_whether_they_are_written_or_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(settings(tmp_path, log_file=tmp_path / "hrss.log"))
    log.warning("something")
    log.info("nothing")
    assert capsys.readouterr().err == "something\n"


def test_what_nobody_asked_for_is_not_loaded(tmp_path: Path) -> None:
    script = """
import sys
from orchestration.logs import start_logging
from orchestration.pipeline.traces import export_run
from orchestration.progress import reporter
from orchestration.settings import Settings
settings = Settings()
start_logging(settings)
with reporter().stage("landing", "入库", "landing"):
    pass
export_run(settings, "r1")
sys.exit(any(name.split(".")[0] in ("structlog", "opentelemetry") for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def a_run() -> None:
    report_to(LogReporter())
    with reporter().stage("gate", "质量门", "gate") as stage:
        stage.step(0, 2, "marts.one")
        stage.step(1, 2, "marts.two")
    with reporter().stage("dbt", "计算", "building") as stage:
        begin = reporter().stages[0].end
        stage.parts.append(Timed("fct_one", begin, begin, is_failed=True))


def test_an_otlp_collector_gets_the_run_its_stages_and_their_parts(tmp_path: Path) -> None:
    taken: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    a_run()
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        export_run(settings(tmp_path, traces=SecretStr(f"http://127.0.0.1:{server.server_port}/v1/traces")), "r1")
        server.shutdown()
    (request,) = taken
    (resource,) = request.resource_spans
    assert resource.resource.attributes[0].value.string_value == "hrss"
    spans = {span.name: span for span in resource.scope_spans[0].spans}
    assert set(spans) == {"run", "gate", "dbt", "marts.one", "marts.two", "fct_one"}
    assert spans["marts.one"].parent_span_id == spans["gate"].span_id
    assert spans["gate"].parent_span_id == spans["run"].span_id and not spans["run"].parent_span_id
    assert spans["marts.one"].end_time_unix_nano == spans["marts.two"].start_time_unix_nano
    assert spans["fct_one"].status.code == 2 and spans["gate"].status.code == 0
    assert not reporter().stages, "the next run has spans of its own"
    facts = {one.key: one.value.string_value for one in spans["run"].attributes}
    assert facts["hrss.run"] == "r1"


@pytest.mark.parametrize("to", ["file:{}/no/folder/spans.jsonl", "http://of-us:pass-w0rd@127.0.0.1:9/key-0f-us"])
def test_a_run_does_not_fail_where_nobody_takes_its_spans(
    tmp_path: Path, to: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.pipeline.traces.SECONDS", 1)
    a_run()
    ours = settings(tmp_path, traces=SecretStr(to.format(tmp_path)))
    export_run(ours, "r1")
    assert "could not be handed to" in caplog.text
    assert not [secret for secret in ("of-us", "pass-w0rd", "key-0f-us") if secret in caplog.text + repr(ours)]


def test_a_wrong_address_is_not_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HRSS_TRACES", "ftp://of-us:pass-w0rd@collector")
    with pytest.raises(SystemExit):
        main(["audit", "--home", str(tmp_path)])
    said = "".join(capsys.readouterr())
    assert "HRSS_TRACES" in said and "pass-w0rd" not in said
