"""What befalls units in the default sample, as the dumps show it, held against the truth beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.slow.sample.samples import Sample
from tests.support.durations import durations


def test_every_scenario_leaves_records(default: Sample) -> None:
    query = "SELECT DISTINCT scenario, extract FROM truth_{} ORDER BY ALL"
    planned, told = (default.rows.execute(query.format(name)).fetchall() for name in ("scenarios", "records"))
    assert planned == told
    assert {scenario for scenario, _ in told} == {
        "plant_closure",
        "arrears_wave",
        "slow_office",
        "silent_unit",
        "definition_break",
        "complete_unit",
        "fund_cases",
    }


def test_a_plant_closes(default: Sample) -> None:
    """2.8 times as many register as without it, and the insurance of some employees ends."""
    registered = """
        SELECT count(*) / count(*) FILTER (registration_no NOT IN (SELECT key FROM truth_records))
        FROM unemployment_registration
        WHERE left(region_code, 4) = '4202' AND registered_on BETWEEN '2025-03-01' AND '2025-05-31'
    """
    assert default.figure(registered) == pytest.approx(2.8, abs=0.02)
    ended = """
        SELECT count(*) FROM insurance_enrolment
        WHERE insurance_type = '110' AND enrolment_status = '4' AND dump_period = '2025-06' AND person_no IN (
            SELECT key FROM truth_records WHERE scenario = 'plant_closure' AND month = '2025-06-01'
        )
    """
    assert default.figure(ended) == 8
    cut = "SELECT sum(staff_cut::INT) FROM layoff_report WHERE enterprise_uscc IN (SELECT key FROM truth_records)"
    assert default.figure(f"{cut} AND left(region_code, 4) = '4202' AND dump_period = '2025-03'") == 900
    others = (
        "SELECT max(staff_cut::INT) FROM layoff_report WHERE enterprise_uscc NOT IN (SELECT key FROM truth_records)"
    )
    assert default.figure(others) <= 50
    ended = "SELECT count(*) FROM job_monitoring WHERE reduction_kind = '1'"
    assert default.figure(ended) == 1
    lost = "SELECT sum(separations::INT) FROM job_monitoring WHERE enterprise_uscc IN (SELECT key FROM truth_records)"
    assert default.figure(f"{lost} AND left(region_code, 4) = '4202' AND dump_period = '2025-03'") == 900
    assert default.figure(lost) == 900


def test_monitored_jobs_are_those_of_the_month_before_and_what_came_and_went(default: Sample) -> None:
    broken = """
        SELECT count(*) FROM job_monitoring AS now INNER JOIN job_monitoring AS before
            ON now.enterprise_uscc = before.enterprise_uscc
            AND before.dump_period = strftime((now.dump_period || '-01')::DATE - INTERVAL 1 MONTH, '%Y-%m')
        WHERE now.jobs_end::INT <> before.jobs_end::INT + now.hires::INT - now.separations::INT
    """
    assert default.figure(broken) == 0
    assert default.figure("SELECT count(DISTINCT enterprise_uscc) FROM job_monitoring") == 17 * 12 + 1
    assert default.figure("SELECT count(*) FROM job_monitoring") == 12 * (17 * 12 + 1)


def test_the_warnings_of_the_closure_are_answered(default: Sample) -> None:
    """The first within days and for good; the second late and not yet."""
    told = default.rows.execute(
        """
        SELECT warning_month, region_code, opened_on::DATE - last_day((warning_month || '-01')::DATE), closed_on
        FROM warning_response WHERE response_no IN (SELECT key FROM truth_records) ORDER BY ALL
        """
    ).fetchall()
    assert told == [("2025-03", "420200", 3, "2025-06-02"), ("2025-04", "420200", 40, None)]
    assert default.figure("SELECT count(*) FROM warning_response") == 2


def test_builders_owe_wages(default: Sample) -> None:
    collective = "SELECT count(*) FROM arbitration_case WHERE claimant_count::INT >= 10"
    assert default.figure(f"{collective} AND case_no IN (SELECT key FROM truth_records)") == 18
    assert default.figure(f"{collective} AND case_no NOT IN (SELECT key FROM truth_records)") == 0
    owed = (
        "SELECT count(*) FROM inspection_case WHERE case_no IN (SELECT key FROM truth_records) AND violation_kind = '1'"
    )
    assert default.figure(owed) == 180


def test_an_office_is_slow(default: Sample) -> None:
    slow = """
        SELECT avg((closed_on::DATE - accepted_on::DATE > 60)::INT) FROM arbitration_case
        WHERE left(region_code, 4) = '4209' AND accepted_on BETWEEN '2024-01-01' AND '2025-09-30'
    """
    assert default.figure(slow) == pytest.approx(0.2, abs=0.02)


def test_the_slow_office_has_most_cases_open_after_60_days(default: Sample, models: Path) -> None:
    cases = default.rows.execute(
        """
        SELECT 'arbitration', left(region_code, 4) || '00', 1 / f, dispute_kind, accepted_on::DATE, closed_on::DATE
        FROM arbitration_case WHERE left(region_code, 4) <> '4290' AND coalesce(closed_on >= accepted_on, true)
        """
    ).fetchall()
    found = durations(models, cases, date(2025, 12, 31))
    worst = "SELECT max_by(region_code, s_60), max(s_60) FROM durations WHERE kind = '*' AND cohort_year = ?"
    for year, share in ((2024, 0.2), (2025, 0.16)):
        (unit, after_60_days), *_ = found.execute(worst, [year]).fetchall()
        assert unit == "420900"
        assert after_60_days == pytest.approx(share, abs=0.02)


def test_settled_cases_are_counted_apart(default: Sample) -> None:
    apart = "SELECT count(*) FROM mediation_case WHERE outcome = '4'"
    told = default.figure("SELECT count(*) FROM truth_records WHERE scenario = 'definition_break'")
    assert default.figure(apart) == told > 0
    assert default.figure(f"{apart} AND (left(region_code, 4) <> '4210' OR closed_on < '2025-01-01')") == 0


def test_a_unit_with_complete_dumps_stands_for_nobody_else_and_for_as_many_as_before(default: Sample) -> None:
    """Each row is one person's; the figures are those of a sample of the same unit."""
    for extract, month, since in (
        ("employment_registration", "registered_on", "2025-04"),
        ("training_record", "completed_on", "2025-04"),
        ("insurance_enrolment", "dump_period", "2025-11"),
    ):
        of_the_unit = f"FROM {extract} WHERE region_code = '429021' AND left({month}, 7) >= '{since}'"
        assert default.figure(f"SELECT count(*) {of_the_unit} AND f < 1") == 0, extract
    insured = "SELECT sum(1 / f) FROM insurance_enrolment WHERE region_code = '429021' AND insurance_type = '410'"
    before, after = (default.figure(f"{insured} AND dump_period = '{month}'") for month in ("2025-10", "2025-11"))
    assert after == pytest.approx(before, rel=0.05)


def test_whoever_is_employed_and_not_insured_is_planted(default: Sample) -> None:
    """Employed somewhere, and not in the complete snapshot of the month after; their number mistaken, or insured under
    none."""
    told = {
        key
        for (key,) in default.rows.execute(
            "SELECT key FROM truth_records WHERE scenario = 'complete_unit' AND extract = 'employment_registration'"
        ).fetchall()
    }
    found = {
        key
        for (key,) in default.rows.execute(
            """
            SELECT registration_no FROM employment_registration AS row
            WHERE region_code = '429021' AND left(registered_on, 7) IN ('2025-10', '2025-11') AND employment_form = '1'
                AND NOT EXISTS (
                    FROM insurance_enrolment AS insured
                    WHERE insured.id_number = row.id_number AND insurance_type = '410' AND enrolment_status = '1'
                        AND region_code = '429021'
                        AND dump_period = strftime(registered_on::DATE + INTERVAL 1 MONTH, '%Y-%m')
                )
            """
        ).fetchall()
    }
    assert found == told and len(told) == 25
