"""`make bundle`: what the lock file means for each Python, and install.sh, which installs, upgrades and goes back
without a network. The wheels here are tiny; the whole bundle is tried by hand (docs/operator.md says when)."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from functools import cache
from pathlib import Path

import pip
import pytest

from orchestration.operations.bundle import PYTHONS, SCRIPT, locked, pack, requirements, seal

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

BACKEND = """
import zipfile
from functools import cache
from pathlib import Path
def build_editable(directory, config_settings=None, metadata_directory=None):
    name = "tiny_hrss-1-py3-none-any.whl"
    with zipfile.ZipFile(Path(directory, name), "w") as wheel:
        wheel.writestr("tiny_hrss.pth", str(Path.cwd()))
        info = "tiny_hrss-1.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: tiny-hrss\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\\nhrss = tiny:main\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "tiny-hrss"
version = "1"
"""

QUICK_VENV = f"""\
#!/bin/sh
[ "$1 $2" = "-m venv" ] || exec {sys.executable} "$@"
{sys.executable} -m venv --without-pip "$3"
echo "{Path(pip.__file__).parents[1]}" >"$3/lib/python{PYTHON}/site-packages/pip.pth"
"""
"""A Python whose environments have the pip of this one: to install it into each takes seconds."""

LOCK = """\
a==1 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
    # via b
b==2 ; python_full_version < '3.12' \\
    --hash=sha256:bb
b==3 ; python_full_version >= '3.12' \\
    --hash=sha256:bc
c==4 ; sys_platform == 'win32' \\
    --hash=sha256:cc
d[x]==5 ; platform_machine == 'x86_64' \\
    --hash=sha256:dd
"""


def test_the_lock_file_is_read_for_each_python() -> None:
    assert "".join(text for _, text in locked(LOCK, "3.11")) == (
        "a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab\n"
        "b==2 \\\n    --hash=sha256:bb\nd[x]==5 \\\n    --hash=sha256:dd\n"
    )
    assert [name for name, _ in locked(LOCK, "3.13")] == ["a", "b", "d"] and "b==3" in dict(locked(LOCK, "3.13"))["b"]


@pytest.mark.parametrize("python", PYTHONS)
def test_every_requirement_is_pinned_and_has_a_checksum(python: str) -> None:
    lines = requirements(python).splitlines()
    pinned = [line for line in lines if not line.startswith(" ")]
    assert len(pinned) > 100 and len({line.partition("==")[0] for line in pinned}) == len(pinned)
    assert all("==" in line and ";" not in line and line.endswith("\\") for line in pinned)
    assert {"duckdb", "setuptools"} <= {line.partition("==")[0] for line in pinned}


def wheel(folder: Path, version: int) -> Path:
    """A package that says its version."""
    path = folder / f"tinydep-{version}-py3-none-any.whl"
    info = f"tinydep-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tinydep.py", f"VERSION = {version}\n")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tinydep\nVersion: {version}\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
    return path


def bundle(folder: Path, version: int, *, starts: bool = True) -> Path:
    """A bundle as `make bundle` makes it, of a program of three lines."""
    made = folder / f"hrss-{version}"
    (made / "wheels").mkdir(parents=True)
    digest = hashlib.sha256(wheel(made / "wheels", version).read_bytes()).hexdigest()
    (made / f"requirements-{PYTHON}.txt").write_text(f"tinydep=={version} \\\n    --hash=sha256:{digest}\n")
    program = f"import tinydep\ndef main():\n    print('source {version}, wheel', tinydep.VERSION)\n"
    sources = {"pyproject.toml": PROJECT, "backend.py": BACKEND, "tiny.py": program if starts else "import nothing\n"}
    with tarfile.open(made / "source.tar.gz", "w:gz") as tar:
        for name, text in sources.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    (made / "VERSION").write_text(f"{version}\n")
    shutil.copy(SCRIPT, made / "install.sh")
    seal(made)
    return made


WITHOUT_NETWORK = ("unshare", "--map-root-user", "--net")
"""Runs a command where there is no route."""


@cache
def can_be_without() -> bool:
    """Whether this machine allows such namespaces."""
    return bool(shutil.which("unshare")) and not subprocess.run([*WITHOUT_NETWORK, "true"], check=False).returncode


def install(made: Path, *arguments: str | Path, code: int = 0) -> str:
    python = made.parent / "python3"
    python.write_text(QUICK_VENV)
    python.chmod(0o755)
    run = subprocess.run(
        [*(WITHOUT_NETWORK if can_be_without() else ()), "bash", made / "install.sh", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHON": str(python), "PIP_INDEX_URL": "http://127.0.0.1:9"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == code, run.stdout
    return run.stdout


def said(target: Path) -> str:
    return subprocess.check_output([target / "current" / ".venv" / "bin" / "hrss"], text=True).strip()


def test_installed_upgraded_and_gone_back(tmp_path: Path) -> None:
    target = tmp_path / "place of hrss"
    one, two, broken = bundle(tmp_path, 1), bundle(tmp_path, 2), bundle(tmp_path, 3, starts=False)
    install(one, "--back", target, code=1)
    (target / "versions" / "1").mkdir(parents=True)
    (target / "versions" / "1" / "half").touch()  # an installation that was killed
    install(one, target)
    assert said(target) == "source 1, wheel 1" and not (target / "versions" / "1" / "half").exists()
    (target / "data").mkdir()
    (target / "data" / "warehouse.duckdb").write_text("kept")
    assert "systemctl restart" in install(two, target) and said(target) == "source 2, wheel 2"
    assert not list(target.glob(".current*")) and (target / "data" / "warehouse.duckdb").read_text() == "kept"
    install(broken, target, code=1)
    assert said(target) == "source 2, wheel 2", "what does not start is not switched to"
    install(two, "--back", target)
    assert said(target) == "source 1, wheel 1"
    install(two, "--back", target)
    assert said(target) == "source 2, wheel 2", "and forward again"
    install(one, target)  # is there already
    assert said(target) == "source 1, wheel 1"
    if not can_be_without():
        pytest.skip("this machine allows no network namespaces: that it asks for no network is not known")


@pytest.mark.parametrize("harm", ["changed", "more", "less", "wheel"])
def test_a_bundle_that_was_altered_installs_nothing(harm: str, tmp_path: Path) -> None:
    made = bundle(tmp_path, 1)
    if harm == "changed":
        (made / "VERSION").write_text("2\n")
    elif harm == "more":
        wheel(made / "wheels", 2)
    elif harm == "less":
        (made / "source.tar.gz").unlink()
    else:  # with checksums made anew, but not those of the lock file
        (file,) = (made / "wheels").iterdir()
        with zipfile.ZipFile(file, "a") as opened:
            opened.writestr("evil.py", "")
        (made / "SHA256SUMS").unlink()
        seal(made)
    install(made, tmp_path / "target", code=1)
    assert not (tmp_path / "target" / "current").exists()


def test_one_archive_with_its_checksum(tmp_path: Path) -> None:
    made = bundle(tmp_path, 1)
    pack(made, tmp_path / "hrss-1.tar")
    subprocess.run(["sha256sum", "--check", "--quiet", "hrss-1.tar.sha256"], cwd=tmp_path, check=True)
    (tmp_path / "there").mkdir()
    subprocess.run(["tar", "xf", "../hrss-1.tar"], cwd=tmp_path / "there", check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "there" / "hrss-1", check=True)
