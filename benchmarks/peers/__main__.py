"""`python -m benchmarks.peers [RUNS]`: our landing and dbt beside what people would use instead, from the same dumps to
the same figures, and what speed does not show. `make bench` runs it and appends to benchmarks/RESULTS.md.

Each contestant's environment is made where it is missing (the time is not counted). Runs are interleaved and pinned to
two cores; all figures that the hand-written script (benchmarks/floor/) computes must agree in every run.
"""

from __future__ import annotations

import shutil
import signal
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import benchmarks.floor.__main__ as floor
from benchmarks.peers import damage
from benchmarks.peers.contestants import OURS, PEERS, TO_THE_FIGURES, Contestant, python_version
from benchmarks.peers.measure import CORES, Run, pin, run
from benchmarks.ratios import note
from benchmarks.refresh import RESULTS, runs_asked_for
from benchmarks.sample import write_sound
from benchmarks.whole import DISAGREEING, FIVE_MILLION
from raw_landing.database import connect, literal
from raw_landing.sample.generate import SCALES

ALL = (OURS, *PEERS)
RACING = (TO_THE_FIGURES, *ALL)

AT_MOST = {"dlt + dbt-duckdb": 1.4, "Polars, same checks": 1.4}
"""How many times as long as these our path to the figures may take: they too type or judge every column."""

GATE_REFUSED = 3
KILLED_AT = (0.4, 0.6, 0.8, 0.95)
"""Shares of an undisturbed night after which it is killed."""

COUNTED = """
    select coalesce(sum(numerator), 0)::bigint from {figures}
    where indicator_id = 'subsidised_training' and region_code in (?, ?) and period_type = 'month' and period_end = ?
"""


def say(what: str) -> None:
    """Progress."""
    sys.stderr.write(f"peers: {what}\n")


def differing(one: Path, other: Path) -> int:
    """How many figures two Parquet files do not agree on."""
    with connect() as connection:
        query = DISAGREEING.format(floor=literal(one), ours=literal(other))
        found = connection.execute(query).fetchone()
        assert found is not None
        return int(found[0])


class Field:
    """Folders of one comparison."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.landing = folder / "landing"
        self.sound = folder / "sound.parquet"
        self.rows = 0

    def once(self, who: Contestant, landing: Path, home: Path, kill: float | Path | None = None) -> Run:
        """One run of a contestant."""
        command, environment = who.command(landing, home)
        return run(command, environment, self.folder / "said.log", kill)

    def figures(self, who: Contestant, home: Path, name: str) -> Path:
        """What it computed, as a Parquet file. Raises RuntimeError where there is nothing."""
        goal = self.folder / f"{name}.parquet"
        if not who.keep(home, goal, (who.output, who.figures)):
            raise RuntimeError(f"{who.name}: no figures")
        return goal

    def floor(self, inbox: Path, goal: Path) -> Path:
        """The hand-written script's figures, as a Parquet file."""
        database = self.folder / "floor.duckdb"
        floor.main(str(inbox), str(database))
        with connect(database, read_only=True) as connection:
            connection.execute(f"copy indicator to {literal(goal)} (format parquet)")
        database.unlink()
        return goal

    def race(self, runs: int) -> dict[str, list[Run]]:
        """All contestants, one after the other, run by run, each from nothing."""
        self.rows = write_sound(self.landing / "inbox", FIVE_MILLION)
        truth = self.floor(self.landing / "inbox", self.folder / "truth.parquet")
        measured: dict[str, list[Run]] = defaultdict(list)
        for number in range(runs):
            for who in RACING:
                home = self.folder / "home"
                made = self.once(who, self.landing, home)
                if made.code:
                    raise RuntimeError(f"{who.name} ended with {made.code}: {made.said}")
                if wrong := differing(truth, self.figures(who, home, "found")):
                    raise RuntimeError(f"{who.name} and the floor disagree on {wrong} figures")
                measured[who.name].append(made)
                shutil.rmtree(home)
                say(f"run {number + 1} of {runs}: {who.name}, {made.seconds:.1f} s")
        shutil.rmtree(self.landing)
        return measured

    def damaged(self) -> dict[str, dict[str, str]]:
        """What became of each damaged dump, by contestant. All at once; where that fails, one by one."""
        found: dict[str, dict[str, str]] = {}
        dumps = damage.damaged()
        write_sound(self.folder / "sound", SCALES["small"])
        self.floor(self.folder / "sound", self.sound)
        for who in ALL:
            found[who.name] = self._became(who, dumps) or {
                dump.damage.name: next(iter((self._became(who, [dump]) or {"": "run fails"}).values()))
                for dump in dumps
            }
            say(f"damaged dumps: {who.name}")
        return found

    def _became(self, who: Contestant, dumps: list[damage.Damaged]) -> dict[str, str] | None:
        landing, home = self.folder / "damaged", self.folder / "home"
        write_sound(landing / "inbox", SCALES["small"])
        damage.write(landing / "inbox", dumps)
        ended = self.once(who, landing, home).code
        verdicts = None
        if ended == 0 or (who is OURS and ended == GATE_REFUSED):
            told, found = who.told(home), self.figures(who, home, "found")
            verdicts = {}
            for dump in dumps:
                counted = self._counted(found, dump.unit, dump.damage.elsewhere)
                counted -= self._counted(self.sound, dump.damage.elsewhere)
                verdicts[dump.damage.name] = verdict(dump, counted, dump.file_name in told)
        shutil.rmtree(landing)
        shutil.rmtree(home, ignore_errors=True)
        return verdicts

    def _counted(self, figures: Path, *regions: str) -> int:
        """Subsidised trainings of one or two regions in the month of the damaged dumps."""
        one, other = (*regions, "")[:2]
        with connect() as connection:
            query = COUNTED.format(figures=literal(figures))
            found = connection.execute(query, [one, other, damage.PERIOD_END]).fetchone()
            assert found is not None
            return int(found[0])

    def nights(self) -> dict[str, tuple[str, str]]:
        """By contestant: what readers see of a second night that is killed, and whether a rerun gives the same."""
        seen = {}
        for who in ALL:
            landing, home = self.folder / "nights", self.folder / "home"
            write_sound(landing / "inbox", SCALES["small"])
            old = self.folder / "old.parquet"
            self._published(who, self.once(who, landing, home), home, old)
            again = self.once(who, landing, home)
            rerun = self.folder / "rerun.parquet"
            same = not again.code and who.keep(home, rerun) and not differing(old, rerun)
            before = self.folder / "before"
            home.rename(before)
            sound = [dump for dump in damage.damaged() if dump.damage.name == damage.HARMLESS]
            damage.write(landing / "inbox", sound)
            shutil.copytree(before, home, symlinks=True)
            whole = self.once(who, landing, home)
            new = self.folder / "new.parquet"
            self._published(who, whole, home, new)
            views = []
            moments: list[float | Path] = [share * whole.seconds for share in KILLED_AT]
            for kill in (*moments, home / who.published[0]):
                shutil.rmtree(home)
                shutil.copytree(before, home, symlinks=True)
                ended = self.once(who, landing, home, kill).code
                view = self.folder / "view.parquet"
                if ended != -signal.SIGKILL:
                    views.append("(ended before)")
                elif not who.keep(home, view):
                    views.append("nothing")
                elif not differing(old, view):
                    views.append("old")
                else:
                    views.append("new" if not differing(new, view) else "neither old nor new")
            for one in (landing, home, before):
                shutil.rmtree(one)
            seen[who.name] = (", ".join(views), "the same" if same else f"differs or fails ({again.code})")
            say(f"killed and rerun: {who.name}: {seen[who.name]}")
        return seen

    @staticmethod
    def _published(who: Contestant, ended: Run, home: Path, goal: Path) -> None:
        """Keep what a night that nobody disturbed published. Raises RuntimeError where it did not."""
        if ended.code or not who.keep(home, goal):
            raise RuntimeError(f"{who.name} ended with {ended.code} and left no figures: {ended.said}")


def verdict(dump: damage.Damaged, counted: int, told: bool) -> str:
    """A damaged dump in the words of the table."""
    true = len(dump.true)
    if counted == true:
        return "right, and told" if dump.damage.refused and told else "right"
    amount = f"{true - counted} of {true} lost" if counted < true else f"{counted - true} too many"
    return f"{amount}, told" if told else f"**{amount}, silently**"


def table(measured: dict[str, list[Run]]) -> list[str]:
    """The race."""
    ours = statistics.median(one.seconds for one in measured[TO_THE_FIGURES.name])
    lines = [
        "| | seconds | from – to | ours takes | at most | CPU seconds | memory | written | lines |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for who in RACING:
        runs = measured[who.name]
        walls = [one.seconds for one in runs]
        wall = statistics.median(walls)
        processor, memory, written = (
            statistics.median(getattr(one, what) for one in runs) for what in ("processor", "memory", "written")
        )
        name = "ours: the whole refresh, gated and published" if who is OURS else who.name
        times = ""
        if who in PEERS:
            times = f"{ours / wall:.2f} times"
            note(f"to the figures, beside {who.name}", ours / wall)
        lines.append(
            f"| {name} | {wall:.1f} | {min(walls):.1f} – {max(walls):.1f} | {times} | {AT_MOST.get(who.name, '')} "
            f"| {processor:.1f} | {memory:,.0f} | {written:,.0f} | {'' if who is OURS else f'{who.lines():,}'} |"
        )
    return lines


def main() -> None:
    """Measure and append to the page."""
    runs = runs_asked_for()
    pin()
    for who in PEERS:
        who.prepare()
    with tempfile.TemporaryDirectory() as folder:
        field = Field(Path(folder))
        measured = field.race(runs)
        became = field.damaged()
        nights = field.nights()
    names = [who.name for who in ALL]
    lines = [
        "",
        "## Beside what people would use instead",
        "",
        f"Medians of {runs} interleaved runs from nothing, {field.rows:,} rows over all extracts, Python "
        f"{python_version()}, the same {CORES} cores, bytecode compiled, environments made before; in every run all "
        "figures that the hand-written script computes agreed with all contestants'. To the figures: start-up, landing "
        "with all its judging and receipts, `dbt build` of what fct_indicator_value rests on, with its tests. The jobs "
        "stand in benchmarks/peers/. Only we and Polars judge rows and write receipts; dlt loads every column of every "
        "extract, SQLMesh and pandas read only what the indicators need; dbt works in two threads, ours and dlt's, "
        "SQLMesh in one, as it comes. Memory is that of all processes at once, pages they share counted for each; "
        "memory and written in MiB. Lines are of code without blank and comment lines; ours are landing with its "
        "contracts and the whole dbt project.",
        "",
        *table(measured),
        "",
        f"What became of {damage.RECORDS} records in each damaged dump, by what the subsidised trainings count "
        "afterwards. All damaged dumps lay in one inbox; who failed on it was given one after the other.",
        "",
        f"| damage | {' | '.join(names)} |",
        f"|---|{'---|' * len(names)}",
        *(f"| {kind.name} | {' | '.join(became[name][kind.name] for name in names)} |" for kind in damage.KINDS),
        "",
        f"A second night with one new dump, killed after {', '.join(f'{share:.0%}' for share in KILLED_AT)} of its "
        "time, and in the moment in which the file that readers open is first "
        "touched: what a reader then sees; and whether the first night run again gives the same figures.",
        "",
        "| | a reader sees | a rerun gives |",
        "|---|---|---|",
        *(f"| {name} | {nights[name][0]} | {nights[name][1]} |" for name in names),
    ]
    with RESULTS.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
