"""What a run leaves is closed: another user reads at most the releases, and outside of the places for rows of persons
nothing names one, nor an employer. The sample's dumps are full of them, refused and rejected ones too."""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.home_access import close_home
from orchestration.settings import Settings
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.sample.invalid_dumps import PERSON
from tests.support.commands import hrss
from tests.support.second_user import as_nobody, by_root_only, open_folder_of_module

__all__ = ["open_folder_of_module"]

ROWS = ("landed", "archive", "quarantine", "restricted", "warehouse.duckdb")
"""Where rows of persons stand, below the home."""
NAME = re.compile("合成[甲乙丙丁戊己庚辛壬癸][0-9]{3}|合成企业[0-9]{4}")
"""How the sample calls persons and employers."""
NUMBER = re.compile(rb"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|[0-9]{8}[0-9A-Z]{10})(?![0-9A-Za-z])")

READ = """
import sys
for path in open(sys.argv[1]).read().splitlines():
    try:
        open(path, "rb").read(1)
        print(path)
    except OSError:
        pass
"""


class Persons:
    """The persons and employers of a warehouse: their numbers; their names are told by their form."""

    def __init__(self, warehouse: Path) -> None:
        self.numbers = {PERSON.encode()}
        with connect(warehouse, read_only=True) as connection:
            for contract in load_contracts().values():
                for column in contract.columns:
                    if column.pii == "number" or column.check == "uscc":
                        query = f'select distinct "{column.name}"::varchar from landed.{contract.extract}'
                        self.numbers |= {str(number).encode() for (number,) in connection.execute(query).fetchall()}

    def told(self, content: bytes) -> set[str]:
        """Those whom a content names."""
        numbers = {number.decode() for number in set(NUMBER.findall(content)) & self.numbers}
        return numbers | set(NAME.findall(content.decode("utf-8", "ignore")))


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder but those that may hold rows; what is packed, unpacked."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or name.startswith(ROWS):
            continue
        yield name, path.read_bytes()
        if path.suffix in (".xlsx", ".zip"):
            with zipfile.ZipFile(path) as packed:
                yield from ((f"{name}/{member}", packed.read(member)) for member in packed.namelist())
        elif path.suffix == ".gz":
            yield f"{name}/unpacked", gzip.decompress(path.read_bytes())


@pytest.fixture(scope="module")
def persons(good_home: Path) -> Persons:
    return Persons(Settings.of(home=good_home).warehouse)


def test_the_search_finds_whom_it_looks_for(good_home: Path, persons: Persons) -> None:
    assert len(persons.numbers) > 1000
    delivered = b"".join(gzip.decompress(path.read_bytes()) for path in (good_home / "archive").glob("*/*.gz"))
    found = persons.told(delivered)
    assert PERSON in found and len(found) > 1000 and sum(one.startswith("合成") for one in found) > 1000


def test_nothing_names_a_person_but_the_rows_themselves(
    good_home: Path, second_night: Path, small_landing: Path, persons: Persons
) -> None:
    looked = {"said": (second_night / "said").read_bytes(), "log": (second_night / "hrss.log").read_bytes()}
    looked["spans"] = (second_night / "spans.jsonl").read_bytes()
    for command in ("audit", "doubts list", "quarantine list"):
        looked[f"hrss {command}"] = hrss(*command.split(), "--home", good_home).encode()
    looked["hrss status"] = hrss("status", "--home", good_home, "--landing", small_landing).encode()
    looked |= {f"first/{name}": content for name, content in contents(good_home)}
    looked |= {f"second/{name}": content for name, content in contents(second_night / "home")}
    with connect(Settings.of(home=good_home).warehouse, read_only=True) as connection:
        found = connection.execute("select count(distinct employer_uscc) from restricted.employer_risk").fetchall()
        assert found[0][0] > 10, "there are employers to be told"
    for kind in ("dagster/history/runs.db", "gate.json", "quality.html", "audit.jsonl", "dbt/target/dbt.log"):
        assert f"first/{kind}" in looked, "it is looked at"
    assert any("/report/" in name for name in looked) and any("/xl/worksheets/" in name for name in looked)
    telling = {name: sorted(told)[:3] for name, content in looked.items() if (told := persons.told(content))}
    assert not telling


@by_root_only
def test_another_user_reads_the_releases_and_nothing_else(good_home: Path, open_folder_of_module: Path) -> None:
    home = Path(shutil.copytree(good_home, open_folder_of_module / "home", symlinks=True))
    settings = Settings.of(home=home).model_copy(update={"published_access": "world"})
    (home / "error.log").touch(mode=0o600)
    close_home(settings)
    files = {path for path in home.rglob("*") if path.is_file()}
    listed = open_folder_of_module / "files"
    listed.write_text("\n".join(map(str, sorted(files))), encoding="utf-8")
    listed.chmod(0o644)
    releases = {path for path in files if path.is_relative_to(settings.releases)} | {settings.pointer}
    assert {path.name for path in files - releases} > {"audit.jsonl", "doubts.duckdb", "ledger.sqlite", "runs.db"}
    assert set(map(Path, as_nobody(READ, listed).splitlines())) == releases
    close_home(settings.model_copy(update={"published_access": "owner"}))
    assert as_nobody(READ, listed) == ""
