"""A small warehouse, refreshed once a session from synthetic dumps, for tests from end to end."""

from __future__ import annotations

import gc
import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filelock import FileLock
from hypothesis import settings

from orchestration.dbt_build import manifest
from orchestration.dbt_build.manifest import compile_dbt
from orchestration.figure.query import open_release
from orchestration.settings import Settings
from orchestration.startup import tune_gc
from tests.support.commands import hrss, hrss_on_terminal
from tests.support.inbox import revise_contracts
from tests.support.publishing import give_models, make_gated_home, make_small_home
from tests.support.valid_warehouse import make_good_warehouse

AS_OF = "2026-01-20"

os.environ["HRSS_PAGES"] = "0"  # sixty pages and PDFs a publication: for tests that look at them, see `good_home`
os.environ["HRSS_RETRY_SECONDS"] = "0"  # what may pass is tried again at once
os.environ["LC_ALL"] = "C.UTF-8"  # whatever the shell of the developer speaks: Chinese comes first

Shared = Callable[[str, Callable[[Path], object]], Path]

MEMORY = Path("/dev/shm")
"""Where it is there: thousands of syncs then wait for no disk."""
PLENTY = 12 << 30

# In CI a test draws the same examples each time, so that a failure belongs to the change that it is seen at;
# `pytest --hypothesis-profile random` draws others each time, there as elsewhere.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("random", derandomize=False)
settings.load_profile("repeatable" if os.environ.get("CI") else "random")


def pytest_configure() -> None:
    """What tests write lies in memory where there is plenty (a run needs about 3 GB): a thousand syncs then wait for no
    disk. `--basetemp` and PYTEST_DEBUG_TEMPROOT count all the same."""
    if MEMORY.is_dir() and min(shutil.disk_usage(MEMORY).free, _memory_available()) > PLENTY:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def _memory_available() -> int:
    """Bytes that programs can still have, by the kernel's estimate (proc(5)); 0 where it does not say."""
    try:
        told = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in told.splitlines() if line.startswith("MemAvailable:")), 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files are run in this order: one worker makes the good home while another starts where none is needed; the quick
    tests come last and even out the end."""
    folders = ("e2e/test_refresh.py", "integration", "e2e", "slow", "")

    def place(item: pytest.Item) -> int:
        path = item.nodeid.removeprefix("tests/")
        return next(number for number, folder in enumerate(folders) if path.startswith(folder))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: nobody looks through it for garbage again."""
    tune_gc()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Shared:
    """`shared(name, make)` is a folder that `make(folder)` has made once for all workers. Not to be changed."""
    base = tmp_path_factory.getbasetemp()
    root = base if worker_id == "master" else base.parent

    def once(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = root / f"shared-{name}", root / f"shared-{name}.done"
        with FileLock(root / f"shared-{name}.lock"):
            if not done.exists():
                assert not folder.exists(), "making it has failed in another worker"
                make(folder)
                done.touch()
        return folder

    return once


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one, for small homes that are synced thousands of times."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def small_landing(shared: Shared) -> Path:
    """A landing folder with the small sample in its inbox. Not to be changed."""
    return shared("landing", lambda folder: hrss("sample", "--scale", "small", "--landing", folder))


@pytest.fixture(scope="session")
def models(shared: Shared) -> Path:
    """A home in which dbt has read the models and nothing else has happened. Not to be changed: see `give_models`."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(manifest, "INSTALLED", folder / "none")  # what an installation read is not what is tested
            compile_dbt(Settings.of(home=folder))

    return shared("models", make)


@pytest.fixture(scope="session")
def code_location(models: Path) -> None:
    """Dagster's definitions, loaded in this process, by a home in which the models are read."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in Settings.of(home=models).environment().items():
            patched.setenv(name, value)
        importlib.import_module("orchestration.definitions")


@pytest.fixture(scope="session")
def good_home(small_landing: Path, models: Path, shared: Shared) -> Path:
    """The home of a refresh of the small sample that published. Not to be changed: see `home`."""

    def make(folder: Path) -> None:
        give_models(models, folder)
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("HRSS_PAGES", "1")
            hrss("refresh", "--landing", small_landing, "--as-of", AS_OF, "--home", folder)

    return shared("home", make)


@pytest.fixture(scope="session")
def second_night(small_landing: Path, good_home: Path, shared: Shared) -> Path:
    """A folder with the home a night later, when Wuhan's labour contracts have come again, a tenth fewer; its landing
    folder; `said`, what the refresh said on its terminal, its log and its spans. Its environment named another home.
    Not to be changed."""

    def make(folder: Path) -> None:
        home, elsewhere = shutil.copytree(good_home, folder / "home", symlinks=True), folder / "elsewhere"
        landing = Path(shutil.copytree(small_landing, folder / "landing"))
        revise_contracts(landing, "420100", 9, 0.9)
        with open_release(home / "published/current/marts.duckdb") as reader, pytest.MonkeyPatch.context() as patched:
            first = reader.execute("select release_id from release").fetchall()
            patched.setenv("HRSS_HOME", str(elsewhere))
            patched.setenv("HRSS_PAGES", "1")
            patched.setenv("HRSS_LOG_FORMAT", "json")
            patched.setenv("HRSS_LOG_FILE", str(folder / "hrss.log"))
            patched.setenv("HRSS_TRACES", f"file:{folder / 'spans.jsonl'}")
            said = hrss_on_terminal("refresh", "--landing", landing, "--home", home, "--as-of", AS_OF)
            assert reader.execute("select release_id from release").fetchall() == first, "a reader keeps its release"
        assert not elsewhere.exists(), "--home counts everywhere"
        (folder / "said").write_text(said, encoding="utf-8")

    return shared("second", make)


@pytest.fixture(scope="session")
def good_warehouse(shared: Shared) -> Path:
    """The file that every rule of the gate holds of. Not to be changed."""

    def make(folder: Path) -> None:
        folder.mkdir()
        make_good_warehouse(folder / "warehouse.duckdb")

    return shared("warehouse", make) / "warehouse.duckdb"


@pytest.fixture(scope="session")
def gated_home(good_warehouse: Path, models: Path, shared: Shared) -> Path:
    """A home whose good warehouse the gate has let pass, its landing folder beside it. Not to be changed: see
    `gated`."""
    return shared("gated", lambda folder: make_gated_home(folder / "home", good_warehouse, models)) / "home"


@pytest.fixture(scope="session")
def small_home(good_warehouse: Path, shared: Shared) -> Path:
    """A home with the least that can be published. Not to be changed."""
    return shared("small", lambda folder: make_small_home(folder / "home", good_warehouse)) / "home"


@pytest.fixture
def gated(gated_home: Path, tmp_path: Path) -> Settings:
    """A copy of the gated home, to be broken or published from."""
    home = shutil.copytree(gated_home, tmp_path / "home", symlinks=True)
    return Settings.of(home=home, landing=gated_home.parent / "landing")


@pytest.fixture
def home(good_home: Path, tmp_path: Path) -> Callable[[], Path]:
    """Makes copies of the good home, to be broken. Landed files are shared by path: they are immutable."""

    def copy() -> Path:
        return Path(shutil.copytree(good_home, tmp_path / "home", symlinks=True))

    return copy
