"""What a refresh is made from besides dumps: code, formulas, contracts, reference data, locked packages, settings."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from orchestration.settings import PROJECT, Settings

PARTS = ("raw_landing", "dbt_project", "expectations", "orchestration")
KINDS = {".py", ".sql", ".yml", ".csv", ".html", ".css", ".js", ".typ", ".ttf", ".woff2"}
NOT_INPUTS = {"inbox", "target", "logs", "__pycache__"}


def code_sha256() -> str:
    """One checksum over every file that a published figure may depend on; it changes when any of them does."""
    return _sha256_of(PARTS)


def build_fingerprint(settings: Settings) -> str:
    """What decides the figures besides dumps: the code's checksum and the settings that are no mere place or time."""
    return f"{code_sha256()} suppression_threshold={settings.suppression_threshold}"


def dbt_sha256() -> str:
    """The same over the dbt project alone, with the functions that its models call."""
    return _sha256_of(("dbt_project", "orchestration/statistics"))


def _sha256_of(parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    paths = [PROJECT / "requirements.lock"]
    for part in parts:
        for folder, folders, files in os.walk(PROJECT / part):  # Path.walk needs Python 3.12
            folders[:] = sorted(set(folders) - NOT_INPUTS)
            paths += [Path(folder, name) for name in sorted(files) if Path(name).suffix in KINDS]
    for path in paths:
        digest.update(f"{path.relative_to(PROJECT).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def git_revision() -> str:
    """The commit of the code, with `+` when tracked files differ from it; `unknown` outside a checkout."""

    def git(*arguments: str) -> str:
        run = subprocess.run(["git", "-C", PROJECT, *arguments], capture_output=True, text=True, check=True, timeout=20)
        return run.stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
