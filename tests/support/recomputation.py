"""The indicators over again in plain Python, row by row as the definitions are worded, to hold the models against;
other versions of a definition than the first as `<indicator>__v<version>`.
Slow and simple by intention; it shares no code with the models and knows nothing of dbt or DuckDB."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from orchestration.settings import DBT_PROJECT
from raw_landing.contract import Contract, load_contracts
from raw_landing.regions import PROVINCE, SEEDS, Regions, load_regions

Row = dict[str, Any]
Period = tuple[date, date]
ROLLING = ("mediation_case", "arbitration_case", "inspection_case")
"""The extracts whose rates have the twelve months that end with a month."""


@dataclass(frozen=True)
class Dump:
    """One active dump: `start` to `end` is its period; rows hold the contract's columns only."""

    extract: str
    start: date
    end: date
    unit: str
    rows: tuple[Row, ...]
    revision: int = 1
    sampling_fraction: float = 1.0


@dataclass(frozen=True)
class Value:
    """One indicator's value for one region and period."""

    period_start: date
    numerator: float | None
    denominator: float | None
    value: float | None
    value_text: str | None
    observations: int | None
    units_received: int
    units_expected: int
    is_incomplete: bool
    is_estimate: bool


Key = tuple[str, str, str, date]  # indicator, region, period type, period end


@dataclass
class Count:
    """What is counted: weighted, unweighted, and whether any of it was sampled."""

    weighted: float = 0.0
    rows: int = 0
    is_estimate: bool = False


@dataclass
class Recomputation:
    """All indicators of a set of active dumps, as of a day."""

    dumps: list[Dump]
    as_of: date
    regions: Regions = field(default_factory=load_regions)
    values: dict[Key, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.contracts = load_contracts()
        with (DBT_PROJECT / "seeds" / "calendar_days.csv").open(encoding="utf-8", newline="") as file:
            self.calendar = {
                date.fromisoformat(row["day"]): row["is_working"] == "true" for row in csv.DictReader(file)
            }
        self.rows = {extract: self._active_rows(contract) for extract, contract in self.contracts.items()}
        self.delivered = {extract: self._delivered(extract) for extract in self.contracts}
        self.units_of = {PROVINCE: set(self.regions.units), **_groups()}

    # What is there

    def _active_rows(self, contract: Contract) -> list[Row]:
        rows = [
            {
                **row,
                "unit_code": dump.unit,
                "start": dump.start,
                "end": dump.end,
                "weight": 1 / dump.sampling_fraction,
                "order": (dump.end, dump.revision if contract.load == "events" else 0, -int(dump.unit)),
                "person": person(row.get("id_number")),
            }
            for dump in self.dumps
            if dump.extract == contract.extract
            for row in dump.rows
        ]
        if contract.load in ("snapshot", "report"):
            return rows
        newest: dict[tuple[Any, ...], Row] = {}
        for row in sorted(rows, key=lambda row: row["order"]):
            newest[tuple(row[column] for column in contract.key)] = row
        return list(newest.values())

    def _delivered(self, extract: str) -> dict[str, dict[date, tuple[int, int]]]:
        """By region and end of a delivered period: units received, units expected."""
        units = set(self.regions.units)
        by_end: dict[date, list[Dump]] = defaultdict(list)
        for dump in self.dumps:
            if dump.extract == extract:
                by_end[dump.end].append(dump)
        delivered: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
        for end, dumps in by_end.items():
            covered: set[str] = set()
            for dump in dumps:
                if dump.unit != PROVINCE:
                    covered.add(dump.unit)
                elif not dump.rows:
                    covered |= units
                else:
                    covered |= {unit for row in dump.rows if (unit := self._unit(row["region_code"])) is not None}
            for region in self.regions.by_code:
                if self._unit(region) in covered:
                    delivered[region][end] = (1, 1)
            in_one_dump = any(dump.unit == PROVINCE for dump in dumps)
            delivered[PROVINCE][end] = (1, 1) if in_one_dump else (len(covered), len(units))
            for group, members in _groups().items():
                if covered & members:
                    delivered[group][end] = (len(covered & members), len(members))
        return delivered

    def _unit(self, region: str) -> str | None:
        entry = self.regions.by_code[region]
        return {"prefecture": region, "county": entry.parent}.get(entry.level)

    def _in(self, region: str, extract: str) -> list[Row]:
        """The rows that belong to a region."""
        return [
            row
            for row in self.rows[extract]
            if region in (PROVINCE, row["region_code"], unit := self._unit(row["region_code"]))
            or unit in self.units_of.get(region, ())
        ]

    # Periods

    def _flow_periods(self, extract: str, region: str) -> Iterable[tuple[str, date, date, date]]:
        """Type, first day, last day and t of every period in which the region was delivered."""
        ends = set(self.delivered[extract].get(region, {}))
        periods = {(kind, *period) for end in ends for kind, period in _periods_of(end).items()}
        if extract in ROLLING:
            starts = {end: date(end.year - (end.month < 12), end.month % 12 + 1, 1) for end in ends}
            rolling = ((start, end) for end, start in starts.items() if ends.issuperset(_month_ends(start, end)))
            periods |= {("r12", *period) for period in rolling}
        for kind, start, end in periods:
            if start > self.as_of:
                continue
            if kind in ("ytd", "r12") and _month_start(end) > self.as_of:
                continue
            yield kind, start, end, self._last_month(extract, start, end) if end >= self.as_of else end

    def _last_month(self, extract: str, start: date, end: date) -> date:
        """The last month within a period that anybody delivered."""
        return max(dump.end for dump in self.dumps if dump.extract == extract and start <= dump.end <= end)

    def _stock_periods(self, extract: str, region: str) -> Iterable[tuple[str, date, date]]:
        for kind, start, end, _ in self._flow_periods(extract, region):
            if kind != "ytd" and end in self.delivered[extract][region] and _month_start(end) <= self.as_of:
                yield kind, start, end

    def _share(self, extract: str, region: str, start: date, end: date) -> tuple[int, int]:
        """The smallest share among the months of a period; a month that was not delivered is none."""
        expected = len(self.units_of.get(region, "1"))
        delivered = self.delivered[extract].get(region, {})
        return smallest([delivered.get(month, (0, expected)) for month in _month_ends(start, end)])

    # Reports

    def _own(self, extract: str, region: str, end: date) -> Row | None:
        rows = [row for row in self.rows[extract] if row["region_code"] == region and row["end"] == end]
        return min(rows, key=lambda row: row["unit_code"] == PROVINCE, default=None)

    def _figure(self, extract: str, region: str, end: date, column: str) -> tuple[float, bool, bool] | None:
        """A reported figure, whether it is an estimate, and whether it is the region's own."""
        own = self._own(extract, region, end)
        if own is not None:
            return own[column] * own["weight"], own["weight"] != 1, True
        below = self.units_of.get(region) or {
            code for code, entry in self.regions.by_code.items() if entry.parent == region
        }
        parts = [part for code in below if (part := self._figure(extract, code, end, column)) is not None]
        if not parts:
            return None
        return sum(part[0] for part in parts), any(part[1] for part in parts), False

    def _lacks_a_unit(
        self, region: str, report: str, report_end: date, column: str, extract: str, start: date, end: date
    ) -> bool:
        """Whether a unit of the province or group, covered by the numerator's extract within [start, end], has no
        figure."""
        return any(
            any(start <= month <= end for month in self.delivered[extract].get(unit, {}))
            and self._figure(report, unit, report_end, column) is None
            for unit in self.units_of.get(region, ())
        )

    # Indicators

    def run(self) -> dict[Key, Value]:
        """Compute everything."""
        for region in (*self.regions.by_code, *_groups()):
            if region == "000000":
                continue
            self._urban_new_employment(region)
            self._urban_new_employment(region, "urban_new_employment__v2", reasons="12")
            self._surveyed(region)
            self._registered(region)
            self._events(region)
            self._qualifications(region)
            self._stocks(region)
            self._entrusted(region)
            self._cases(region)
            self._reports(region)
        return self.values

    def _put(
        self,
        indicator: str,
        region: str,
        period: tuple[str, date, date],
        share: tuple[int, int],
        *,
        numerator: float | None = None,
        denominator: float | None = None,
        value: float | None = None,
        text: str | None = None,
        observations: int | None = None,
        is_incomplete: bool = False,
        is_estimate: bool = False,
    ) -> None:
        kind, start, end = period
        self.values[indicator, region, kind, end] = Value(
            start, numerator, denominator, value, text, observations, *share, is_incomplete, is_estimate
        )

    def _urban_new_employment(self, region: str, name: str = "urban_new_employment", reasons: str = "129") -> None:
        for kind, start, end, t in self._flow_periods("employment_registration", region):
            added = count(
                row
                for row in self._in(region, "employment_registration")
                if row["is_urban_new"] and start <= row["registered_on"] <= t
            )
            removed = count(
                row
                for row in self._in(region, "employment_attrition")
                if start <= row["occurred_on"] <= t and row["reason"] in reasons
            )
            n = added.weighted - removed.weighted
            registration = self.delivered["employment_registration"][region]
            attrition = self.delivered["employment_attrition"].get(region, {})
            self._put(
                name,
                region,
                (kind, start, end),
                smallest(
                    [
                        self._share(extract, region, start, end)
                        for extract in ("employment_registration", "employment_attrition")
                    ]
                ),
                numerator=n,
                value=n / 10000,
                observations=min([rows for rows in (added.rows, removed.rows) if rows], default=0),
                is_incomplete=any(start <= month <= t and month not in attrition for month in registration),
                is_estimate=added.is_estimate or removed.is_estimate,
            )

    def _surveyed(self, region: str) -> None:
        rates: dict[date, tuple[float, float, bool]] = {}
        for end in self.delivered["labour_force_survey"].get(region, {}):
            own = self._own("labour_force_survey", region, end)
            if own is not None and _month_start(end) <= self.as_of:
                unemployed = own["unemployed_weighted"] * own["weight"]
                force = unemployed + own["employed_weighted"] * own["weight"]
                if force:
                    rates[end] = (unemployed, force, own["weight"] != 1)
        for kind, start, end, _ in self._flow_periods("labour_force_survey", region):
            months = [rates.get(month) for month in _month_ends(start, end)]
            there = [rate for rate in months if rate is not None]
            if there:
                self._put(
                    "urban_surveyed_unemployment_rate",
                    region,
                    (kind, start, end),
                    self._share("labour_force_survey", region, start, end),
                    numerator=there[0][0] if kind == "month" else None,
                    denominator=there[0][1] if kind == "month" else None,
                    value=sum(100 * n / d for n, d, _ in there) / len(there),
                    is_incomplete=len(there) < len(months),
                    is_estimate=any(rate[2] for rate in there),
                )

    def _registered(self, region: str) -> None:
        for kind, start, end, t in self._flow_periods("unemployment_registration", region):
            if kind != "quarter":
                continue
            employed = self._figure("urban_employed_stock", region, end, "employed_persons")
            registered = count(
                row for row in self._in(region, "unemployment_registration") if stands(row, "registered_on", t)
            )
            if employed is None or registered.weighted + employed[0] == 0:
                continue
            d = registered.weighted + employed[0]
            is_incomplete = not employed[2] and self._lacks_a_unit(
                region, "urban_employed_stock", end, "employed_persons", "unemployment_registration", start, end
            )
            periods = [("quarter", start, end)]
            if end.month == 12:
                periods.append(("year", date(end.year, 1, 1), end))
            for period in periods:
                self._put(
                    "urban_registered_unemployment_rate",
                    region,
                    period,
                    smallest(
                        [
                            self._share("unemployment_registration", region, start, end),
                            self.delivered["urban_employed_stock"][region][end],
                        ]
                    ),
                    numerator=registered.weighted,
                    denominator=d,
                    value=100 * registered.weighted / d,
                    observations=registered.rows,
                    is_incomplete=is_incomplete,
                    is_estimate=registered.is_estimate or employed[1],
                )

    def _events(self, region: str) -> None:
        counted: list[tuple[str, str, str, Callable[[Row], bool], int]] = [
            ("subsidised_training", "training_record", "completed_on", lambda row: row["subsidy_amount"] > 0, 10000),
            (
                "migrant_worker_training",
                "training_record",
                "completed_on",
                lambda row: row["subsidy_amount"] > 0 and row["trainee_category"] == "1",
                10000,
            ),
            ("postdoc_annual_intake", "postdoc_intake", "entered_on", lambda row: True, 1),
            ("skill_certificates", "skill_certificate", "issued_on", lambda row: True, 10000),
            (
                "senior_skill_certificates",
                "skill_certificate",
                "issued_on",
                lambda row: row["skill_level"] in "ST123",
                10000,
            ),
            ("third_generation_cards", "social_card", "issued_on", lambda row: row["generation"] == "3", 10000),
        ]
        for indicator, extract, day, matches, per in counted:
            for kind, start, end, t in self._flow_periods(extract, region):
                n = count(row for row in self._in(region, extract) if start <= row[day] <= t and matches(row))
                self._put(
                    indicator,
                    region,
                    (kind, start, end),
                    self._share(extract, region, start, end),
                    numerator=n.weighted,
                    value=n.weighted / per,
                    observations=n.rows,
                    is_estimate=n.is_estimate,
                )

    def _qualifications(self, region: str) -> None:
        extract = "professional_qualification"
        for kind, start, end, t in self._flow_periods(extract, region):
            of_year = [row for row in self._in(region, extract) if row["issued_on"].year == end.year]
            first = {
                who: min(row["issued_on"] for row in of_year if row["person"] == who)
                for who in {row["person"] for row in of_year}
            }
            n = count_persons(row for row in of_year if start <= first[row["person"]] == row["issued_on"] <= t)
            self._put(
                "professional_qualification_certificates",
                region,
                (kind, start, end),
                self._share(extract, region, start, end),
                numerator=n.weighted,
                value=n.weighted / 10000,
                observations=n.rows,
                is_estimate=n.is_estimate,
            )

    def _population(self, region: str, year: int, column: str) -> tuple[float, bool, bool, date] | None:
        for back in range(3):
            end = date(year - back, 12, 31)
            figure = self._figure("population_denominator", region, end, column)
            if figure is not None:
                return (*figure, end)
        return None

    def _stocks(self, region: str) -> None:
        for scheme, types, statuses in (
            ("basic_pension_coverage_rate", ("110", "120", "170"), "12"),
            ("unemployment_insurance_enrolment", ("210",), "12"),
            ("unemployment_insurance_enrolment__v2", ("210",), "1"),
            ("work_injury_insurance_enrolment", ("410",), "12"),
            ("work_injury_insurance_enrolment__v2", ("410",), "1"),
        ):
            for period in self._stock_periods("insurance_enrolment", region):
                n = count_persons(
                    row
                    for row in self._in(region, "insurance_enrolment")
                    if row["end"] == period[2]
                    and row["insurance_type"] in types
                    and row["enrolment_status"] in statuses
                )
                column = "statutory_pension_population" if scheme == "basic_pension_coverage_rate" else None
                self._put_stock(scheme, region, "insurance_enrolment", period, n, column)
        for period in self._stock_periods("social_card", region):
            t = period[2]
            valid = [row for row in self._in(region, "social_card") if stands(row, "issued_on", t)]
            claimed = [row for row in valid if row["e_card_claimed_on"] and row["e_card_claimed_on"] <= t]
            holders = count_persons(valid)
            self._put_stock("social_card_holders", region, "social_card", period, holders, None)
            for indicator, n in (
                ("social_card_population_coverage_rate", holders),
                ("e_social_card_coverage_rate", count_persons(claimed)),
            ):
                self._put_stock(indicator, region, "social_card", period, n, "registered_population")

    def _put_stock(
        self,
        indicator: str,
        region: str,
        extract: str,
        period: tuple[str, date, date],
        n: Count,
        population_column: str | None,
    ) -> None:
        share = self.delivered[extract][region][period[2]]
        if population_column is None:
            self._put(
                indicator,
                region,
                period,
                share,
                numerator=n.weighted,
                value=n.weighted / 10000,
                observations=n.rows,
                is_estimate=n.is_estimate,
            )
            return
        population = self._population(region, period[2].year, population_column)
        if population is None:
            return
        figure, is_estimate, is_direct, end = population
        self._put(
            indicator,
            region,
            period,
            smallest([share, self.delivered["population_denominator"][region][end]]),
            numerator=n.weighted,
            denominator=figure,
            value=100 * n.weighted / figure,
            observations=n.rows,
            is_incomplete=not is_direct
            and self._lacks_a_unit(
                region, "population_denominator", end, population_column, extract, period[2], period[2]
            ),
            is_estimate=n.is_estimate or is_estimate,
        )

    def _entrusted(self, region: str) -> None:
        for period in self._stock_periods("fund_entrustment", region):
            rows = [row for row in self._in(region, "fund_entrustment") if row["moved_on"] <= period[2]]
            n = math.fsum((1 if row["movement"] == "1" else -1) * row["amount_wan"] * row["weight"] for row in rows)
            self._put(
                "resident_pension_entrusted_investment",
                region,
                period,
                self.delivered["fund_entrustment"][region][period[2]],
                numerator=n,
                value=n / 10000,
                is_estimate=any(row["weight"] != 1 for row in rows),
            )

    def _cases(self, region: str) -> None:
        for kind, start, end, t in self._flow_periods("mediation_case", region):
            closed = [
                row
                for row in self._in(region, "mediation_case")
                if row["closed_on"] is not None and start <= row["closed_on"] <= t
            ]
            self._put_rate(
                "mediation_success_rate",
                region,
                "mediation_case",
                (kind, start, end),
                count(row for row in closed if row["outcome"] == "1"),
                count(closed),
            )
        for indicator, extract, days, working in (
            ("arbitration_closure_rate", "arbitration_case", None, False),
            ("inspection_closure_rate", "inspection_case", 84, False),
            ("inspection_closure_rate__v2", "inspection_case", None, False),
            ("inspection_closure_rate__v3", "inspection_case", 60, True),
        ):
            for kind, start, end, t in self._flow_periods(extract, region):
                cases = self._in(region, extract)
                to_close = [
                    row
                    for row in cases
                    if start <= row["accepted_on"] <= t
                    or (row["accepted_on"] < start and (row["closed_on"] is None or row["closed_on"] >= start))
                ]
                if days is not None:
                    still_open = [row for row in to_close if row["closed_on"] is None or row["closed_on"] > t]
                    terms = [(row, self._is_within(row["accepted_on"], t, days, working)) for row in still_open]
                    if any(is_within is None for _, is_within in terms):
                        continue
                    within = [id(row) for row, is_within in terms if is_within]
                    to_close = [row for row in to_close if id(row) not in within]
                closed = [row for row in cases if row["closed_on"] is not None and start <= row["closed_on"] <= t]
                self._put_rate(indicator, region, extract, (kind, start, end), count(closed), count(to_close))
        for kind, start, end, t in self._flow_periods("arbitration_case", region):
            closed = [
                row
                for row in self._in(region, "arbitration_case")
                if row["closed_on"] is not None and start <= row["closed_on"] <= t
            ]
            ended = [
                row
                for row in closed
                if row["close_mode"] in ("2", "3")
                or (row["close_mode"] == "1" and (row["is_final_award"] or row["is_litigated"] is False))
            ]
            self._put_rate(
                "arbitration_termination_rate",
                region,
                "arbitration_case",
                (kind, start, end),
                count(ended),
                count(closed),
            )

    def _is_within(self, accepted: date, t: date, days: int, working: bool) -> bool | None:
        """Whether a term that began on the day after `accepted` still runs at the end of t; None where the calendar
        does not tell."""
        if not working:
            return accepted + timedelta(days=days) > t
        gone = [day for day, is_working in self.calendar.items() if is_working and accepted < day <= t]
        if accepted < min(self.calendar):
            return False if len(gone) >= days else None
        known = [day for day, is_working in self.calendar.items() if is_working and day > accepted]
        return len(gone) < days if len(known) >= days else None

    def _put_rate(
        self, indicator: str, region: str, extract: str, period: tuple[str, date, date], n: Count, d: Count
    ) -> None:
        if d.weighted:
            self._put(
                indicator,
                region,
                period,
                self._share(extract, region, period[1], period[2]),
                numerator=n.weighted,
                denominator=d.weighted,
                value=100 * n.weighted / d.weighted,
                is_estimate=n.is_estimate or d.is_estimate,
            )

    def _reports(self, region: str) -> None:
        for kind, start, end in self._report_periods("labour_contract_report", region):
            signed = self._figure("labour_contract_report", region, end, "employees_signed")
            required = self._figure("labour_contract_report", region, end, "employees_required")
            if signed is not None and required is not None and required[0]:
                self._put(
                    "labour_contract_signing_rate",
                    region,
                    (kind, start, end),
                    self.delivered["labour_contract_report"][region][end],
                    numerator=signed[0],
                    denominator=required[0],
                    value=100 * signed[0] / required[0],
                    is_incomplete=not signed[2]
                    and self._lacks_a_unit(
                        region, "labour_contract_report", end, "employees_signed", "labour_contract_report", end, end
                    ),
                    is_estimate=signed[1],
                )
        for kind, start, end in self._report_periods("talent_stock_report", region):
            names = ("professional_senior", "professional_intermediate", "professional_junior", "high_skilled_total")
            figures = [self._figure("talent_stock_report", region, end, name) for name in names]
            if any(figure is None for figure in figures):
                continue
            senior, intermediate, junior, skilled = (figure[0] for figure in figures if figure is not None)
            first = figures[0]
            assert first is not None
            shared: dict[str, Any] = {
                "is_estimate": first[1],
                "is_incomplete": not first[2]
                and self._lacks_a_unit(region, "talent_stock_report", end, names[0], "talent_stock_report", end, end),
            }
            share = self.delivered["talent_stock_report"][region][end]
            period = (kind, start, end)
            total = senior + intermediate + junior
            self._put(
                "professional_talent_total", region, period, share, numerator=total, value=total / 10000, **shared
            )
            self._put(
                "high_skilled_talent_total", region, period, share, numerator=skilled, value=skilled / 10000, **shared
            )
            if senior > 0:
                text = ":".join(["1", *(str(math.floor(part / senior + 0.5)) for part in (intermediate, junior))])
                self._put("professional_talent_grade_ratio", region, period, share, text=text, **shared)

    def _report_periods(self, extract: str, region: str) -> Iterable[tuple[str, date, date]]:
        quarterly = self.contracts[extract].cadence == "quarterly"
        for end in self.delivered[extract].get(region, {}):
            period_start = _periods_of(end)["quarter" if quarterly else "year"][0]
            for kind, (start, last) in _periods_of(end).items():
                wanted = (kind == "quarter" and quarterly) or (kind == "year" and last == end)
                if wanted and period_start <= self.as_of:
                    yield kind, start, end


@cache
def _groups() -> dict[str, set[str]]:
    """The units of each city group."""
    groups: dict[str, set[str]] = defaultdict(set)
    with (SEEDS / "region_groups.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups[row["group_id"]].add(row["region_code"])
    return groups


def person(id_number: str | None) -> str | None:
    """An identity number in one form."""
    if id_number is None:
        return None
    plain = id_number.strip().upper()
    if len(plain) == 15 and plain.isdigit():
        body = plain[:6] + "19" + plain[6:]
        total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
        return body + "10X98765432"[total % 11]
    return plain


def stands(row: Row, since: str, t: date) -> bool:
    """Whether what began on a day still stands at t."""
    return row[since] <= t and (row["cancelled_on"] is None or row["cancelled_on"] > t)


def count(rows: Iterable[Row]) -> Count:
    """Rows, weighted and not."""
    weights = [row["weight"] for row in rows]
    return Count(math.fsum(weights), len(weights), any(weight != 1 for weight in weights))


def count_persons(rows: Iterable[Row]) -> Count:
    """Distinct persons; each weighs the smallest weight of its rows."""
    weights: dict[str, float] = {}
    for row in rows:
        weights[row["person"]] = min(row["weight"], weights.get(row["person"], row["weight"]))
    return Count(math.fsum(weights.values()), len(weights), any(weight != 1 for weight in weights.values()))


def smallest(shares: list[tuple[int, int]]) -> tuple[int, int]:
    """The smallest share; of equal ones that which expects more."""
    return min(shares, key=lambda share: (share[0] / share[1], -share[1]))


def _month_start(day: date) -> date:
    return day.replace(day=1)


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _month_ends(start: date, end: date) -> list[date]:
    months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
    return [_month_end(month // 12, month % 12 + 1) for month in months]


def _periods_of(end: date) -> dict[str, Period]:
    """The month, quarter, year to date and year of a month's end."""
    quarter = (end.month - 1) // 3 * 3 + 1
    return {
        "month": (_month_start(end), end),
        "quarter": (date(end.year, quarter, 1), _month_end(end.year, quarter + 2)),
        "ytd": (date(end.year, 1, 1), end),
        "year": (date(end.year, 1, 1), date(end.year, 12, 31)),
    }
