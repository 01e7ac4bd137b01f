"""dbt's manifest of the project, parsed and with the SQL of every model: where what is kept is not of the project as it
stands, taken up from the installation or made by a child process in the background, waited for by whoever needs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import msgpack

from expectations.redaction import mask_personal_numbers
from orchestration.dbt_build.process import PARENT_PID_ENV
from orchestration.dbt_build.runner import BuildFailed
from orchestration.files import read_json, sha256, write_json
from orchestration.home_access import make_home
from orchestration.progress import reporter
from orchestration.provenance import dbt_sha256
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.text import pair

READER = "orchestration.dbt_build.read_models"

INSTALLED = Path(sys.prefix, "share", "hrss")
"""A home without data, for which the models were read when the program was installed."""


@dataclass
class _Reader:
    """The child: its standard output is a line for each manifest that is made, the rest is what it and dbt say."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]


_readers: dict[Path, _Reader] = {}
"""The children of this process that read the models, by home."""


def begin_reading(settings: Settings) -> None:
    """Let a child process make what is missing of the two manifests, the parsed one first. It ends with this
    process."""
    _discard_torn(settings.dbt_target / "partial_parse.msgpack")
    there = [_is_there(settings, target) for target in (settings.dbt_target, settings.dbt_compiled)]
    if not all(there):
        _reader(settings)


def parse_dbt(settings: Settings) -> Path:
    """The manifest of the project as it stands, made if there is none. Raises BuildFailed."""
    _discard_torn(settings.dbt_target / "partial_parse.msgpack")
    return _manifest(settings, settings.dbt_target)


def compile_dbt(settings: Settings) -> Path:
    """The same with the SQL of every model as a full build runs it, whatever the warehouse holds. Raises
    BuildFailed."""
    return _manifest(settings, settings.dbt_compiled)


def is_kept(target: Path, *, note: bool = False) -> bool:
    """Whether `target` has a manifest of the project as it stands. `note`: say so where there was one that is
    damaged."""
    manifest, marked = target / "manifest.json", read_json(_mark(target))
    if not manifest.exists() or marked.get("dbt_project") != dbt_sha256():
        return False
    if marked.get("manifest") == sha256(manifest):
        return True
    if note and "manifest" in marked:  # earlier versions left no checksum
        _note_torn(manifest)
    return False


def keep(made: Path, target: Path) -> None:
    """Put what dbt has made beside its goal in its place, and mark it with the project's and its own checksum: what dbt
    writes is not synced, and a power cut may leave half a file."""
    target.mkdir(exist_ok=True)
    inputs = {"dbt_project": dbt_sha256(), "manifest": sha256(made / "manifest.json")}
    for file in made.iterdir():
        if file.is_file():
            file.replace(target / file.name)
    write_json(_mark(target), inputs)


def _is_there(settings: Settings, target: Path) -> bool:
    """Whether `target` has the manifest of the project as it stands, or has been given what the installation read."""
    if is_kept(target, note=True):
        return True
    read = INSTALLED / target.relative_to(settings.home)
    if not is_kept(read):
        return False
    _make_folder(settings)
    with TemporaryDirectory(dir=target.parent, prefix=f"parsing-{os.getpid()}-") as folder:
        keep(Path(shutil.copytree(read, Path(folder, target.name))), target)
    return True


def _make_folder(settings: Settings) -> None:
    make_home(settings)
    settings.dbt_target.parent.mkdir(mode=0o700, exist_ok=True)


def _manifest(settings: Settings, target: Path) -> Path:
    if not _is_there(settings, target):
        with reporter().stage("models", *pair("run.stage_models")):
            _wait(_reader(settings), target)
    return target / "manifest.json"


def _reader(settings: Settings) -> _Reader:
    """The child that reads for this home, or one that is started now."""
    reader = _readers.get(settings.home)
    if reader is None or reader.process.poll() is not None:
        _make_folder(settings)
        said = TemporaryFile()  # noqa: SIM115 - as long as the child is
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", READER, DBT_PROJECT],
            env=os.environ | settings.environment() | {PARENT_PID_ENV: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        reader = _readers[settings.home] = _Reader(process, said)
    return reader


def _wait(reader: _Reader, target: Path) -> None:
    assert reader.process.stdout is not None
    while not is_kept(target):
        if not reader.process.stdout.readline() and not is_kept(target):  # it has ended
            reader.process.wait()
            reader.said.seek(0)
            raise BuildFailed(mask_personal_numbers(reader.said.read().decode(errors="replace")))


def _mark(target: Path) -> Path:
    return target / "parsed.json"


def _discard_torn(file: Path) -> None:
    """Remove dbt's copy of what it has read, if it is no copy: dbt then reads its project anew."""
    if not file.is_file():
        return
    try:
        if isinstance(msgpack.unpackb(file.read_bytes(), strict_map_key=False), dict):
            return
    except (ValueError, msgpack.UnpackException, RecursionError):
        pass
    file.unlink(missing_ok=True)
    _note_torn(file)


def _note_torn(file: Path) -> None:
    reporter().note(*pair("run.manifest_damaged", file=file))
