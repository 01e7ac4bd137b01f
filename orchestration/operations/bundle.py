"""`make bundle`: one archive from which a machine without a network installs and upgrades. Needs a network itself, to
fetch the wheels of the lock file."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

from orchestration.settings import PROJECT

PYTHONS = ("3.11", "3.12", "3.13")
GLIBC = (17, 24, 26, 27, 28)
"""Wheels for glibc 2.17 to 2.28: what the oldest server distributions that are still maintained have."""

BUILDER = "setuptools"
"""What the project itself is installed with; of the lock file of development."""

SCRIPT = Path(__file__).with_name("bundle_install.sh")


def locked(text: str, python: str) -> Iterator[tuple[str, str]]:
    """Of a lock file, the requirements that hold for a Python on x86-64 Linux: name, and the lines without a marker."""
    environment = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }
    for entry in re.findall(r"^[A-Za-z0-9].*(?:\n +--hash=.*)*", text, re.MULTILINE):
        pinned, *hashes = re.split(r" *\\\n *", entry)
        requirement = Requirement(pinned)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            requirement.marker = None
            yield requirement.name, " \\\n    ".join([str(requirement), *hashes]) + "\n"


def requirements(python: str) -> str:
    """What is installed under a Python, with its checksums."""
    chosen = dict(locked((PROJECT / "requirements.lock").read_text(encoding="utf-8"), python))
    builder = dict(locked((PROJECT / "requirements-dev.lock").read_text(encoding="utf-8"), python))[BUILDER]
    return "".join(({BUILDER: builder} | chosen).values())


def fetch(python: str, listed: Path, wheels: Path) -> None:
    """Fetch the wheels of a list of requirements; none is built. Raises CalledProcessError."""
    platforms = (f"--platform=manylinux_2_{minor}_x86_64" for minor in GLIBC)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--only-binary=:all:", "--require-hashes", f"--python-version={python}", "--implementation=cp"),
            *(*platforms, "--platform=manylinux2014_x86_64", "--dest", str(wheels), "--requirement", str(listed)),
        ],
        check=True,
    )


def seal(folder: Path) -> None:
    """Write the checksums of all that the archive holds."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files)
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def pack(folder: Path, archive: Path) -> None:
    """One archive of a folder, and its checksum beside it."""
    with tarfile.open(archive, "w") as tar:  # what is in it is compressed already
        tar.add(folder, folder.name)
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n", encoding="utf-8")


def main(target: Path) -> None:
    """Make the archive of the commit that is checked out, in a folder."""
    revision = subprocess.check_output(["git", "rev-parse", "--short=12", "HEAD"], cwd=PROJECT, text=True)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = f"{project['version']}-{revision.strip()}"
    target.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=target) as temporary:
        folder = Path(temporary, f"hrss-{version}")
        folder.mkdir()
        source = ["git", "archive", "--format=tar.gz", f"--output={folder / 'source.tar.gz'}", "HEAD"]
        subprocess.run(source, cwd=PROJECT, check=True)
        shutil.copy(SCRIPT, folder / "install.sh")
        (folder / "VERSION").write_text(f"{version}\n", encoding="utf-8")
        for python in PYTHONS:
            listed = folder / f"requirements-{python}.txt"
            listed.write_text(requirements(python), encoding="utf-8")
            fetch(python, listed, folder / "wheels")
        seal(folder)
        pack(folder, target / f"{folder.name}.tar")
    print(target / f"hrss-{version}.tar")  # noqa: T201 - the answer to the command


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
