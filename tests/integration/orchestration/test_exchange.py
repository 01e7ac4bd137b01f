"""Data services: a consumer gets the listed fields of each period once, what it answers is compared with what was
sent, and what was exchanged stands in the next release."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.alerts.conditions import findings
from orchestration.audit_log import audit_entries
from orchestration.errors import WrongUsage
from orchestration.files import switch_link
from orchestration.outbox.exchange import send, take_receipts
from orchestration.outbox.services import Exchange, Service, exchanges, periods, services
from orchestration.settings import PROJECT, WUHAN, Settings
from raw_landing.database import connect
from tests.support.commands import hrss

SERVICE = "employment_quarterly"
QUARTERS = ["2025-Q3", "2025-Q4"]
AS_OF = date(2026, 1, 20)

Publish = Callable[..., None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.of(home=tmp_path / "home")


@pytest.fixture
def publish(settings: Settings) -> Publish:
    """Make a release current: a value for each quarter, one of another period type, a column that nobody is given."""

    def made(number: int = 1, *values: float, as_of: date = AS_OF) -> None:
        folder = settings.releases / f"202601{19 + number}-01"
        folder.mkdir(parents=True)
        with connect(folder / "marts.duckdb") as connection:
            connection.execute(
                f"""
                create table release as select '{folder.name}' as release_id, date '{as_of}' as as_of,
                    true as is_synthetic, timestamp '2026-01-20 03:00:00' as published_at;
                create table dim_data_service as
                select * replace (string_split(fields, ';') as fields), true as is_in_force
                from read_csv('{PROJECT}/dbt_project/seeds/data_services.csv', types = {{'confirmed_by': 'VARCHAR'}});
                create table fct_indicator_value as
                select 'card' as indicator_id, '420000' as region_code, period_end, period_type, value::double as value,
                    '=1+1' as value_text, '人' as unit, 'final' as maturity, false as is_estimate,
                    false as is_suppressed, 1 as definition_version, 'not for others' as series_id
                from (values ('month', date '2025-09-30', 5), {
                    ", ".join(
                        f"('quarter', date '{last}', {value})"
                        for last, value in zip(("2025-09-30", "2025-12-31"), values or (1, 2), strict=True)
                    )
                }) as t (period_type, period_end, value);
                """
            )
        switch_link(settings.current, folder)

    return made


def lines(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def answer(file: Path, digest: str) -> None:
    """The consumer's receipt."""
    file.with_name(f"{file.name}.receipt.json").write_text(json.dumps({"sha256": digest}), encoding="utf-8")


def state(settings: Settings) -> dict[str, Exchange]:
    with connect(settings.current / "marts.duckdb", read_only=True) as connection:
        known = services(connection)
    return {one.period: one for one in exchanges(settings, known, AS_OF) if one.service_id == SERVICE}


def test_a_consumer_gets_the_listed_fields_of_each_period_and_no_others(settings: Settings, publish: Publish) -> None:
    publish()
    sent = send(settings, SERVICE)
    assert [one.period for one in sent] == QUARTERS
    header, row = lines(sent[0].file)
    with (PROJECT / "dbt_project" / "seeds" / "data_services.csv").open(encoding="utf-8", newline="") as seed:
        listed = next(one["fields"] for one in csv.DictReader(seed) if one["service_id"] == SERVICE)
    assert header == [*listed.split(";"), "is_synthetic_release"]
    assert row == ["card", "420000", "2025-09-30", "1.0", "'=1+1", "人", "final", "false", "false", "1", "true"]
    content = sent[0].file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert (sent[0].sha256, sent[0].rows) == (digest, 1)
    assert Path(f"{sent[0].file}.sha256").read_text(encoding="utf-8") == f"{digest}  {sent[0].file.name}\n"
    manifest = json.loads(Path(f"{sent[0].file}.manifest.json").read_text(encoding="utf-8"))
    assert (manifest["sha256"], manifest["rows"], manifest["release_id"]) == (digest, 1, "20260120-01")
    assert manifest["is_synthetic"] and "合成" in manifest["note"] and manifest["consumer_zh"] == "省统计局"
    for path in sent[0].file.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600 and not path.name.startswith("."), path


def test_a_second_run_sends_nothing_and_again_lays_the_same_file(settings: Settings, publish: Publish) -> None:
    publish()
    (first, second), before = send(settings, SERVICE), len(list(audit_entries(settings)))
    publish(2)
    assert send(settings, SERVICE) == [] and send(settings, SERVICE, again=True) == []
    content = first.file.read_bytes()
    first.file.unlink()  # the consumer has taken it
    assert send(settings, SERVICE) == []
    (laid,) = send(settings, SERVICE, again=True)
    assert laid.is_again and laid.file == first.file and laid.file.read_bytes() == content
    assert len(list(audit_entries(settings))) == before, "the same is not sent twice"
    assert second.file.exists()


def test_what_a_run_left_without_its_manifest_is_completed(settings: Settings, publish: Publish) -> None:
    publish()
    first, _ = send(settings, SERVICE)
    manifest = Path(f"{first.file}.manifest.json")
    said = manifest.read_bytes()
    manifest.unlink()
    (completed,) = send(settings, SERVICE)
    assert completed.is_again and manifest.read_bytes() == said


def test_revised_figures_are_sent_as_a_revision(settings: Settings, publish: Publish) -> None:
    publish()
    (first, _) = send(settings, SERVICE)
    answer(first.file, first.sha256)
    take_receipts(settings, SERVICE)
    publish(2, 7, 2)
    (revised,) = send(settings, SERVICE)
    assert (revised.period, revised.file.name) == ("2025-Q3", f"{SERVICE}__2025-Q3__r2.csv")
    assert first.file.exists() and lines(revised.file)[1][3] == "7.0"
    found = state(settings)["2025-Q3"]
    assert (found.receipt, found.release_id, found.received_at) == ("waiting", "20260121-01", None)
    publish(3)
    (back,) = send(settings, SERVICE)
    assert back.file.name.endswith("__r3.csv"), "figures that went back are news, too"


def test_a_receipt_is_compared_with_what_was_sent_and_another_one_is_an_alarm(
    settings: Settings, publish: Publish
) -> None:
    publish()
    third, fourth = send(settings, SERVICE)
    answer(third.file, third.sha256.upper())
    answer(fourth.file, "0" * 64)
    assert [(one.period, one.is_same) for one in take_receipts(settings, SERVICE)] == [
        ("2025-Q3", True),
        ("2025-Q4", False),
    ]
    assert take_receipts(settings, SERVICE) == [], "each is taken once"
    assert [one.receipt for one in state(settings).values()] == ["confirmed", "mismatch"]
    now = datetime.now(WUHAN) + timedelta(seconds=1)
    (wrong,) = (one for one in findings(settings, (), now).conditions if one.kind == "exchange_mismatch")
    assert dict(wrong.facts) == {"count": 1, "which": f"{SERVICE} 2025-Q4"}
    answer(fourth.file, fourth.sha256)
    assert [one.is_same for one in take_receipts(settings, SERVICE)] == [True]
    assert not [one for one in findings(settings, (), now).conditions if one.kind == "exchange_mismatch"]


@pytest.mark.parametrize("said", ["", "[]", '{"sha256": "abc"}', '{"sha256": null}'])
def test_a_receipt_that_says_nothing_is_named(settings: Settings, publish: Publish, said: str) -> None:
    publish()
    sent, *_ = send(settings, SERVICE)
    receipt = sent.file.with_name(f"{sent.file.name}.receipt.json")
    receipt.write_text(said, encoding="utf-8")
    with pytest.raises(WrongUsage, match="receipt"):
        take_receipts(settings, SERVICE)
    assert state(settings)["2025-Q3"].receipt == "waiting"


@pytest.mark.parametrize("put", ["pipe", "link", "folder", "long"])
def test_what_is_no_short_file_is_no_receipt(settings: Settings, publish: Publish, put: str, tmp_path: Path) -> None:
    """The consumer may write beside the files: reading it would hang, follow a link, or fill the memory."""
    publish()
    sent, _ = send(settings, SERVICE)
    receipt = sent.file.with_name(f"{sent.file.name}.receipt.json")
    right = json.dumps({"sha256": sent.sha256})
    if put == "pipe":
        os.mkfifo(receipt)
    elif put == "link":
        (tmp_path / "elsewhere.json").write_text(right, encoding="utf-8")
        receipt.symlink_to(tmp_path / "elsewhere.json")
    elif put == "folder":
        receipt.mkdir()
    else:
        receipt.write_text(right + " " * (1 << 16), encoding="utf-8")
    with pytest.raises(WrongUsage, match="receipt"):
        take_receipts(settings, SERVICE)
    assert state(settings)["2025-Q3"].receipt == "waiting"


def test_a_late_receipt_of_what_was_replaced_is_no_alarm(settings: Settings, publish: Publish) -> None:
    publish()
    first, _ = send(settings, SERVICE)
    publish(2, 7, 2)
    (second,) = send(settings, SERVICE)
    answer(first.file, first.sha256)
    assert [one.is_same for one in take_receipts(settings, SERVICE)] == [True]
    assert state(settings)["2025-Q3"].receipt == "waiting"
    answer(second.file, first.sha256)
    assert [one.is_same for one in take_receipts(settings, SERVICE)] == [False]
    assert state(settings)["2025-Q3"].receipt == "mismatch"


def test_nothing_is_written_through_a_link_that_the_consumer_laid(
    settings: Settings, publish: Publish, tmp_path: Path
) -> None:
    publish()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept", encoding="utf-8")
    folder = settings.exchange / SERVICE
    folder.mkdir(parents=True)
    (folder / f".{SERVICE}__2025-Q3.tmp").symlink_to(elsewhere)
    send(settings, SERVICE)
    assert elsewhere.read_text(encoding="utf-8") == "kept"


def test_what_is_not_shared_is_not_sent(settings: Settings, publish: Publish) -> None:
    publish()
    with pytest.raises(WrongUsage, match="不予共享"):
        send(settings, "landing_receipts")
    assert not (settings.exchange / "landing_receipts").exists()
    assert "landing_receipts" not in {entry["facts"].get("service") for entry in audit_entries(settings)}


def test_a_period_that_is_not_over_is_not_sent(settings: Settings, publish: Publish) -> None:
    publish(as_of=date(2025, 12, 31))
    assert [one.period for one in send(settings, SERVICE)] == ["2025-Q3"]
    with pytest.raises(WrongUsage, match="2025-Q3"):
        send(settings, SERVICE, "2025-Q4")


def test_the_command_lists_sends_and_ends_by_what_came_back(settings: Settings, publish: Publish) -> None:
    publish()
    home = ("--home", settings.home)
    listed = hrss("exchange", *home)
    assert SERVICE in listed and "2025-Q4" in listed and "不予共享" in listed and "not shared" in listed
    said = hrss("exchange", "--service", "就业和社会保障主要指标(季度)", "--period", "2025-q4".upper(), *home)
    assert f"{SERVICE}__2025-Q4.csv" in said and "rows laid out" in said
    answer(settings.exchange / SERVICE / f"{SERVICE}__2025-Q4.csv", "0" * 64)
    said = hrss("exchange", "--service", SERVICE, "--period", "2025-Q4", *home, code=1)
    assert "another content" in said
    assert "data service" in hrss("exchange", "--service", "nobody", *home, code=64)
    hrss("exchange", "--again", *home, code=64)


def version(number: int, in_force_from: date, *fields: str) -> Service:
    """A monthly service by its version."""
    return Service(
        service_id="a",
        version=number,
        in_force_from=in_force_from,
        name_zh="",
        name_en="",
        provider_zh="",
        provider_en="",
        consumer_zh="",
        consumer_en="",
        table_name="t",
        fields=fields,
        period_type=None,
        share_kind="unconditional",
        frequency="monthly",
        due_days=20,
        legal_basis_zh="",
        legal_basis_en="",
    )


def test_periods_follow_the_version_in_force_at_their_end() -> None:
    first, second = version(1, date(2025, 11, 15), "x"), version(2, date(2026, 1, 1), "x", "y")
    assert [(one.version, begins, ends) for one, begins, ends in periods([first, second], date(2026, 2, 1))] == [
        (1, date(2025, 11, 1), date(2025, 11, 30)),
        (1, date(2025, 12, 1), date(2025, 12, 31)),
        (2, date(2026, 1, 1), date(2026, 1, 31)),
    ]
    assert len(list(periods([first, second], date(2026, 1, 31)))) == 2, "the month is not over on its last day"
