"""The program runs from a checkout: installed as a wheel, which holds no contracts, SQL or dbt project, it says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

PROJECT = Path(__file__).parents[2]


def test_a_wheel_says_that_it_needs_a_checkout(tmp_path: Path) -> None:
    source, installed = tmp_path / "source", tmp_path / "installed"
    for package in ("orchestration", "raw_landing", "expectations"):
        ignored = shutil.ignore_patterns("__pycache__", "inbox")
        shutil.copytree(PROJECT / package, source / package, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, source)
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(installed)
    run = subprocess.run(
        [sys.executable, "-c", "from orchestration.cli.entry import main; main()", "--help"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1 and run.stdout == ""
    assert "runs from a checkout" in run.stderr and "检出" in run.stderr
    assert "Traceback" not in run.stderr
