"""Addresses that tests lay files at: of an S3-compatible server on the loopback address, of the local disk, and of a
store that replaces no file (fsspec's memory, as HDFS); what stands there as readers see it."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from orchestration.settings import PROJECT

NUMBERED = re.compile(r"(.+)\.[0-9]{10}\.([0-9a-f]{16})")
"""What a small file is called where none can be replaced: a number, the first digits of its checksum."""


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """The endpoint of a server; its log lies in the folder. Skips where it is not installed."""
    pytest.importorskip("moto")
    pytest.importorskip("s3fs")
    said = folder / "said"
    with said.open("w") as log:
        code = "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"
        child = subprocess.Popen([sys.executable, "-c", code], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while " on http://127.0.0.1:" not in said.read_text():
            assert child.poll() is None and time.monotonic() < until, said.read_text()
            time.sleep(0.05)
        yield "http://127.0.0.1:" + said.read_text().split(" on http://127.0.0.1:")[1].split()[0]
    finally:
        child.kill()
        child.wait()


def s3_address(endpoint: str, bucket: str, patched: pytest.MonkeyPatch) -> str:
    """A folder of a new bucket of that server, which the environment names from then on."""
    patched.setenv("AWS_ACCESS_KEY_ID", "testing")
    patched.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
    patched.setenv("AWS_ENDPOINT_URL", endpoint)
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir(bucket)
    return f"s3://{bucket}/hrss"


def there(address: str | None) -> dict[str, bytes]:
    """All files at an address; of those that are replaced, by their plain names, the ones that count."""
    system, root = fsspec.url_to_fs(address, skip_instance_cache=True)
    found, numbers = dict[str, bytes](), dict[str, int]()
    for path in sorted(system.find(root)):  # the highest number last
        name, content = path.removeprefix(f"{root}/"), system.cat_file(path)
        if numbered := NUMBERED.fullmatch(name):
            name, digits = numbered.groups()
            if not hashlib.sha256(content).hexdigest().startswith(digits):
                continue
            numbers[name] = numbers.get(name, 0) + 1
        found[name] = content
    assert all(count <= 2 for count in numbers.values()), "the one that counts, and the one before"
    return found


def change(address: str | None, name: str, content: bytes | None) -> None:
    """Something happens to a file at an address; to one that is replaced, whatever it is called."""
    system, root = fsspec.url_to_fs(address, skip_instance_cache=True)
    if content is None:
        system.rm(f"{root}/{name}")
        return
    if system.protocol == "memory" and "/" not in name:
        name += f".{10**9}.{hashlib.sha256(content).hexdigest()[:16]}"
    system.pipe_file(f"{root}/{name}", content)


def half_written(patched: pytest.MonkeyPatch, name: str) -> None:
    """The store that replaces no file breaks off in the middle of a small file."""
    whole = MemoryFileSystem.pipe_file

    def half(system: MemoryFileSystem, path: str, content: bytes) -> None:
        if f"/{name}." in path:
            whole(system, path, content[: len(content) // 2])
            raise ConnectionError("broken off")
        whole(system, path, content)

    patched.setattr(MemoryFileSystem, "pipe_file", half)


def documented(file: str, address: str | None, replaced: tuple[str, str] = ("", "")) -> dict[str, Any]:
    """What the operator's manual's Python that reads this file at an address leaves when it is run, with this address,
    and with the second of `replaced` for the first."""
    text = (PROJECT / "docs" / "operator.md").read_text(encoding="utf-8")
    (recipe,) = (code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if file in code)
    names: dict[str, Any] = {}
    exec(re.sub(r'(?<=address = ").*?(?=")', address or "", dedent(recipe)).replace(*replaced), names)
    return names
