"""Every difference from the release before is split by cause, exactly: changes of each kind and of several at once, by
a formula small enough to be reckoned by hand. What dbt itself does at such steps is proven end to end."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.attribution import attribution as changes
from orchestration.attribution.attribution import Attribution, attribute
from orchestration.files import switch_link
from orchestration.release.state import ReleaseInputs, files_in_use
from orchestration.release.vintages import write_changes, write_history, write_vintages
from orchestration.settings import Settings
from raw_landing import corrections, fingerprint
from raw_landing.contract import load_contracts
from raw_landing.database import connect, literal
from raw_landing.errors import UserError
from raw_landing.land import withdraw
from raw_landing.ledger.snapshot import Snapshot
from tests.support.inbox import World, body, name

INTAKE, STOCK = "postdoc_annual_intake", "urban_registered_unemployment_rate"
WUHAN, HUANGSHI, PROVINCE = "420100", "420200", "420000"

FORMULA = """
create schema marts;
create table marts.dim_region as from (values ('420000', 'province', null, null),
    ('420100', 'prefecture', '420000', 'G01'), ('420200', 'prefecture', '420000', 'G01'),
    ('420106', 'county', '420100', 'G01')) as t (region_code, level, parent_code, group_code);
create table marts.dim_indicator as select indicator_id, definition_version, date '1949-10-01' as in_force_from,
    source_extracts, measure_kind from (values ('postdoc_annual_intake', ['postdoc_intake'], 'flow'),
    ('urban_registered_unemployment_rate', ['urban_employed_stock'], 'stock'))
    as t (indicator_id, source_extracts, measure_kind)
    inner join read_csv('{seeds}/indicators.csv') using (indicator_id);
create table marts.fct_indicator_value as
with counted as (
    select 'postdoc_annual_intake' as indicator_id, unit_code, period_end, count(*) as n
    from landed.postdoc_intake group by all
    union all
    select 'urban_registered_unemployment_rate', unit_code, period_end, sum(employed_persons)
    from landed.urban_employed_stock group by all
),
everywhere as (from counted union all select indicator_id, '420000', period_end, sum(n) from counted group by all)
select indicator_id, unit_code as region_code, 'month' as period_type, period_end,
    case when n <> 4 then n * factor::double * {multiplied} + definition_version - 1 end::double as value,
    null::varchar as value_text, n = 4 as is_suppressed, null::double as numerator
from everywhere inner join read_csv('{seeds}/regions.csv', all_varchar = true) using (unit_code)
inner join read_csv('{seeds}/indicators.csv') using (indicator_id)
where period_end - interval 1 month < (select as_of from landed.run)
"""


def build(project: Path, warehouse: Path) -> None:
    """What dbt does, in little."""
    multiplied = (project / "multiplied").read_text()
    with connect(warehouse) as connection:
        connection.execute(FORMULA.format(seeds=project / "seeds", multiplied=multiplied))


@dataclass
class Releases:
    """A world whose deliveries are landed, computed and published, with the attribution of each release."""

    world: World
    as_of: date = date(2024, 5, 20)
    published: int = 0
    builds: list[Path] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings.of(home=self.world.home, landing=self.world.landing)

    @property
    def project(self) -> Path:
        return self.world.root / "project"

    def start(self) -> None:
        (self.project / "seeds").mkdir(parents=True)
        self.definitions(1)
        self.regions(1)
        self.formula(1)

    def definitions(self, version: int) -> None:
        rows = (f"{INTAKE},{version},{INTAKE},", f"{STOCK},1,{STOCK},")
        seed = self.project / "seeds" / "indicators.csv"
        seed.write_text("\n".join(["indicator_id,definition_version,count_family,part_of", *rows, ""]))

    def regions(self, factor: float) -> None:
        rows = [f"{code},{factor}" for code in (PROVINCE, WUHAN, HUANGSHI)]
        (self.project / "seeds" / "regions.csv").write_text("\n".join(["unit_code,factor", *rows, ""]))

    def formula(self, multiplied: float) -> None:
        (self.project / "multiplied").write_text(str(multiplied))

    def deliver(self, values: tuple[int, ...], *, period: str = "2024-03", unit: str = WUHAN, revision: int = 1) -> str:
        """A dump of postdocs, one a value; returns its path."""
        content = body("postdoc_intake", period, *values).replace(
            "420106", unit[:4] + "00" if unit != WUHAN else "420106"
        )
        path = name("postdoc_intake", period, unit, revision)
        self.world.deliver(path, content)
        return path

    def publish(self) -> tuple[Attribution, dict[tuple[str, str], dict[str, float | None]]]:
        """Land and publish. Returns the attribution and the shares by cause, by region and month of the intake."""
        settings = self.settings
        self.world.land(keep=files_in_use(settings))
        settings.warehouse.unlink(missing_ok=True)
        with connect(settings.warehouse) as connection:
            self.world.show(connection, "postdoc_intake", "urban_employed_stock", as_of=self.as_of)
        build(self.project, settings.warehouse)
        digest = {
            one: hashlib.sha256((self.project / one).read_bytes()).hexdigest()
            for one in ("multiplied", "seeds/regions.csv", "seeds/indicators.csv")
        }
        formulas = digest["multiplied"] + digest["seeds/indicators.csv"]
        now = ReleaseInputs(
            self.as_of, formulas, digest["seeds/regions.csv"], Snapshot.take(settings.home), self.project
        )
        settings.releases.mkdir(parents=True, exist_ok=True)
        workdir = self.world.root / "work"
        shutil.rmtree(workdir, ignore_errors=True)
        workdir.mkdir()
        self.builds.clear()

        def counted(project: Path, warehouse: Path) -> None:
            self.builds.append(project)
            build(project, warehouse)

        found = attribute(settings, now, workdir, counted)
        self.published += 1
        release_id = f"20240520-{self.published:02d}"
        folder = settings.releases / release_id
        building = workdir / "marts.duckdb"
        with connect() as connection:
            connection.execute(
                f"attach {literal(building)} as public; attach {literal(settings.warehouse)} as warehouse"
            )
            for table in ("fct_indicator_value", "dim_indicator", "dim_region"):
                connection.execute(f"create table public.{table} as from warehouse.marts.{table}")
            write_vintages(connection, settings, release_id)
            write_history(connection, settings, release_id, datetime(2024, 5, 20) + timedelta(minutes=self.published))
            write_changes(connection, settings, release_id, found.previous_release_id, found.changes)
            shares = self._shares(connection, release_id)
        folder.mkdir()
        building.rename(folder / "marts.duckdb")
        now.keep(settings, release_id)
        switch_link(settings.current, folder)
        return found, shares

    def _shares(
        self, connection: duckdb.DuckDBPyConnection, release_id: str
    ) -> dict[tuple[str, str], dict[str, float | None]]:
        rows = connection.execute(
            "select indicator_id, region_code, period_end::varchar, cause, delta, dumps"
            " from public.fct_indicator_change where release_id = ? order by all",
            [release_id],
        ).fetchall()
        self.dumps = {
            (region, cause): set(dumps) for indicator, region, _, cause, _, dumps in rows if indicator == INTAKE
        }
        shares: dict[tuple[str, str], dict[str, float | None]] = {}
        for indicator, region, end, cause, delta, _ in rows:
            if indicator == INTAKE:
                assert cause not in shares.setdefault((region, end[:7]), {})
                shares[region, end[:7]][cause] = delta
        self._sums(connection, release_id, shares)
        return shares

    def _sums(
        self,
        connection: duckdb.DuckDBPyConnection,
        release_id: str,
        shares: dict[tuple[str, str], dict[str, float | None]],
    ) -> None:
        """The parts sum to the difference; what does not differ has none."""
        values = connection.execute(
            "select region_code, left(period_end::varchar, 7), value, first_release_id = ? as is_new, is_suppressed"
            f" from public.fct_indicator_vintage where indicator_id = '{INTAKE}' and last_release_id is null",
            [release_id],
        ).fetchall()
        standing = {(region, month): (value, is_new) for region, month, value, is_new, _ in values}
        for cell, parts in shares.items():
            value, is_new = standing.get(cell, (0.0, True))
            assert is_new
            if None not in parts.values():
                before = self.values.get(cell) or 0.0
                assert round(sum(part or 0 for part in parts.values()), 9) == round((value or 0.0) - before, 9)
        if self.published > 1:
            assert {cell for cell, (_, is_new) in standing.items() if is_new} <= shares.keys()
        self.values = {cell: value for cell, (value, _) in standing.items()}

    values: dict[tuple[str, str], float | None] = field(default_factory=dict)
    dumps: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def dump_id(self, path: str) -> str:
        return self.world.receipts()[path].dump_id


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Releases]:
    """A first release: 10 postdocs of Wuhan and 20 of Huangshi in March."""
    register = tmp_path / "corrections"
    register.mkdir()
    monkeypatch.setattr(fingerprint, "CORRECTIONS", register)
    corrections.load_corrections.cache_clear()
    made = Releases(World(tmp_path / "world"))
    made.start()
    made.deliver(tuple(range(10)))
    made.deliver(tuple(range(100, 120)), unit=HUANGSHI)
    found, shares = made.publish()
    assert found.previous_release_id is None and shares == {}
    yield made
    corrections.load_corrections.cache_clear()


def correct(number: str, folder: Path) -> None:
    """Drop one row of March by decision."""
    entry = f"""
- id: drop-{number}
  extract: postdoc_intake
  key: {{postdoc_no: "{number}"}}
  column: region_code
  wrong: "420106"
  drop: true
  reason: 重复
  authority: 省厅
  date: 2024-05-01
"""
    with (folder / "postdoc_intake.yml").open("a") as register:
        register.write(entry)
    corrections.load_corrections.cache_clear()


def test_nothing_changed(releases: Releases) -> None:
    found, shares = releases.publish()
    assert (found.previous_release_id, found.changed_dumps, found.caveats, shares) == ("20240520-01", (), (), {})


def test_new_dumps(releases: Releases) -> None:
    path = releases.deliver((50, 51, 52), period="2024-04")
    _, shares = releases.publish()
    assert shares == {(WUHAN, "2024-04"): {"new": 3}, (PROVINCE, "2024-04"): {"new": 3}}
    assert releases.dumps == {(region, "new"): {releases.dump_id(path)} for region in (WUHAN, PROVINCE)}
    assert releases.builds == []


def test_a_revision(releases: Releases) -> None:
    path = releases.deliver(tuple(range(12)), revision=2)
    _, shares = releases.publish()
    assert shares == {(WUHAN, "2024-03"): {"revised": 2}, (PROVINCE, "2024-03"): {"revised": 2}}
    assert releases.dumps[WUHAN, "revised"] == {releases.dump_id(path)}
    assert releases.builds == []


def test_a_manifest_that_comes_later_revises(releases: Releases) -> None:
    path = name("postdoc_intake", "2024-03", WUHAN, 1)
    releases.world.manifest(path, sampling_fraction=0.5)
    found, _ = releases.publish()
    assert [(one.cause, one.dump.path) for one in found.changed_dumps] == [("revised", path)]


def test_a_withdrawal(releases: Releases) -> None:
    path = releases.deliver(tuple(range(13)), revision=2)
    releases.publish()
    withdraw(releases.world.home, releases.dump_id(path), reason="test", by="test")
    _, shares = releases.publish()
    assert shares == {(WUHAN, "2024-03"): {"withdrawn": -3}, (PROVINCE, "2024-03"): {"withdrawn": -3}}
    assert releases.dumps[WUHAN, "withdrawn"] == {releases.dump_id(path)}


def test_a_row_that_vanishes_counts_to_zero(releases: Releases) -> None:
    path = name("postdoc_intake", "2024-03", WUHAN, 1)
    withdraw(releases.world.home, releases.dump_id(path), reason="test", by="test")
    _, shares = releases.publish()
    assert shares == {(WUHAN, "2024-03"): {"withdrawn": -10}, (PROVINCE, "2024-03"): {"withdrawn": -10}}


def test_a_correction(releases: Releases) -> None:
    correct("B3", fingerprint.CORRECTIONS)
    _, shares = releases.publish()
    assert shares == {(WUHAN, "2024-03"): {"corrected": -1}, (PROVINCE, "2024-03"): {"corrected": -1}}
    path = name("postdoc_intake", "2024-03", WUHAN, 1)
    assert releases.dumps[WUHAN, "corrected"] == {releases.dump_id(path)}


def test_a_definition(releases: Releases) -> None:
    releases.definitions(2)
    found, shares = releases.publish()
    assert found.definitions == (INTAKE,)
    assert shares == {(region, "2024-03"): {"definition": 1} for region in (WUHAN, HUANGSHI, PROVINCE)}


def test_reference_data(releases: Releases) -> None:
    releases.regions(1.5)
    _, shares = releases.publish()
    assert shares[PROVINCE, "2024-03"] == {"reference": 15}
    assert releases.dumps[PROVINCE, "reference"] == set()


def test_dumps_of_denominators_are_reference_data(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    contracts = load_contracts()
    intake = contracts["postdoc_intake"].model_copy(update={"is_reference": True})
    monkeypatch.setattr(changes, "load_contracts", lambda: contracts | {"postdoc_intake": intake})
    path = releases.deliver(tuple(range(12)), revision=2)
    _, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"reference": 2}
    assert releases.dumps[WUHAN, "reference"] == {releases.dump_id(path)}


def test_code(releases: Releases) -> None:
    releases.formula(2)
    _, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"code": 10}


def test_reading_by_other_code_counts_as_code(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Snapshot.take
    path = name("postdoc_intake", "2024-03", WUHAN, 1)

    def read_otherwise(cls: type[Snapshot], home: Path) -> Snapshot:
        """As if other code had refused the dump."""
        taken = real(home)
        active = tuple(one for one in taken.active if one[0].path != path)
        return replace(taken, active=active, rules=dict(taken.rules) | {"code": "other"})

    monkeypatch.setattr(Snapshot, "take", classmethod(read_otherwise))
    found, _ = releases.publish()
    assert [(one.cause, one.dump.path) for one in found.changed_dumps] == [("code", path)]


def test_a_dump_read_again_to_the_same_rows_is_no_change(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "_REFERENCE", ("regions.csv",))  # other rules: everything is read again
    releases.world.land(keep=files_in_use(releases.settings))
    found, shares = releases.publish()
    assert found.changed_dumps == () and shares == {}


def test_a_period_that_begins_makes_its_dumps_new(releases: Releases) -> None:
    path = releases.deliver((60, 61), period="2024-08")
    _, shares = releases.publish()
    assert shares == {}
    releases.as_of = date(2024, 8, 15)
    _, shares = releases.publish()
    assert shares == {(WUHAN, "2024-08"): {"new": 2}, (PROVINCE, "2024-08"): {"new": 2}}
    assert releases.dumps[WUHAN, "new"] == {releases.dump_id(path)}


def test_all_at_once(releases: Releases) -> None:
    taken = releases.deliver(tuple(range(300, 307)), period="2024-02", revision=2)
    releases.deliver(tuple(range(300, 305)), period="2024-02", revision=1)
    releases.publish()
    assert releases.values[WUHAN, "2024-02"] == 7
    releases.deliver(tuple(range(200, 206)), unit=HUANGSHI, revision=2)  # 20 -> 6
    releases.deliver(tuple(range(12)), revision=2)  # 10 -> 12
    releases.deliver((70, 71, 72), period="2024-04")
    withdraw(releases.world.home, releases.dump_id(taken), reason="test", by="test")  # 7 -> 5
    correct("B3", fingerprint.CORRECTIONS)  # 12 -> 11
    releases.definitions(2)  # + 1
    releases.regions(1.5)
    releases.formula(2)  # comes with the definition
    found, shares = releases.publish()
    assert found.caveats == ()
    assert shares[WUHAN, "2024-03"] == {
        "revised": 2,
        "corrected": -1,
        "definition": 2 * 11 + 1 - 11,
        "reference": 1.5 * 2 * 11 + 1 - (2 * 11 + 1),
    }
    assert shares[WUHAN, "2024-02"] == {"withdrawn": -2, "definition": 2 * 5 + 1 - 5, "reference": 5}
    assert shares[WUHAN, "2024-04"] == {"new": 3, "definition": 4, "reference": 3}
    assert shares[PROVINCE, "2024-03"]["revised"] == 2 - 14
    assert len(releases.builds) == 5  # new, revised, withdrawn, corrected, definition; the last step is the release
    standing = {path.name for path in (releases.settings.home / "released").iterdir()}
    assert standing == {path.name for path in releases.settings.releases.iterdir()}


def test_code_after_reference_where_no_definition_changed(releases: Releases) -> None:
    releases.regions(1.5)
    releases.formula(2)
    releases.deliver((80,), period="2024-04")
    _, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"reference": 5, "code": 15}
    assert shares[WUHAN, "2024-04"] == {"new": 1, "reference": 0.5, "code": 1.5}


def test_causes_that_touch_different_indicators_need_no_step(releases: Releases) -> None:
    releases.world.deliver(name("urban_employed_stock", "2024-Q1"), body("urban_employed_stock", "2024-Q1", 500))
    releases.deliver(tuple(range(12)), revision=2)
    _, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"revised": 2}
    assert releases.builds == []


def test_a_suppressed_cell_has_no_share(releases: Releases) -> None:
    releases.deliver((1, 2, 3, 4), revision=2)  # four are not published
    _, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"revised": None}
    releases.deliver((1, 2, 3, 4, 5), revision=3)
    _, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"revised": None}


def test_no_share_tells_of_a_state_that_would_have_been_suppressed(releases: Releases) -> None:
    releases.deliver((1, 2, 3, 4), revision=2)
    correct("B2", fingerprint.CORRECTIONS)
    _, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"corrected": 3 - 10}
    assert shares[PROVINCE, "2024-03"] == {"revised": -6, "corrected": -1}


def test_a_step_that_cannot_be_computed_leaves_its_shares_together(releases: Releases) -> None:
    releases.deliver(tuple(range(12)), revision=2)
    releases.formula(2)
    shutil.rmtree(releases.settings.released / "20240520-01" / "project" / "seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.integration.orchestration.test_changes.build", _fails_on(build, "released"))
        found, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"code": 14}
    assert len(found.caveats) == 1 and "could not be told apart" in found.caveats[0][1]


def _fails_on(real: Callable[[Path, Path], None], part: str) -> Callable[[Path, Path], None]:
    def failing(project: Path, warehouse: Path) -> None:
        if part in str(project):
            raise UserError("dbt failed")
        real(project, warehouse)

    return failing


def test_without_what_the_release_before_left_the_dumps_answer(releases: Releases) -> None:
    shutil.rmtree(releases.settings.released)
    manifest = releases.settings.current / "manifest.json"
    manifest.write_text('{"dumps": []}')
    releases.formula(2)
    found, shares = releases.publish()
    assert shares[WUHAN, "2024-03"] == {"new": 10}
    assert len(found.caveats) == 1 and "nothing was recomputed" in found.caveats[0][1]


def test_what_the_next_release_is_compared_with_is_not_swept(releases: Releases) -> None:
    """What was read by rules that hold no longer stays as long as the current release rests on it."""
    old = files_in_use(releases.settings)
    assert old and any(path.exists() for path in old)
    correct("B3", fingerprint.CORRECTIONS)
    releases.publish()
    rows = {path for path in old if path.exists() and "corrections" not in path.name}
    assert len(rows) == 2
    releases.publish()
    assert not any(path.exists() for path in rows)
