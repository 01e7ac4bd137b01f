"""`make audit`: which packages are listed, which licences are let pass, how what the registry says is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.tools.audit import LOCK, is_allowed, licences, locked, runtime_only, vulnerabilities


def component(name: str, *said: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1", "bom-ref": name, "licenses": list(said)}


def test_every_package_of_the_lock_file_is_known() -> None:
    found = locked(LOCK.read_text(encoding="utf-8"))
    assert len(found) > 100 and found["duckdb"] and found["opentelemetry-sdk"]
    lines = ("A.b_c[x]==1.0 ; python_version < '3' \\", "    --hash=sha256:0", "d==2", "A-b-c==1.1", "")
    assert locked("\n".join(lines)) == {"a-b-c": {"1.0", "1.1"}, "d": {"2"}}


def test_what_only_develops_is_not_listed() -> None:
    bom = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [component("DuckDB"), component("pytest")],
        "dependencies": [{"ref": "root", "dependsOn": ["DuckDB", "pytest"]}, {"ref": "DuckDB"}, {"ref": "pytest"}],
    }
    kept = runtime_only(bom, ["duckdb"])
    assert [one["name"] for one in kept["components"]] == ["DuckDB"]
    assert kept["dependencies"] == [{"ref": "root", "dependsOn": ["DuckDB"]}, {"ref": "DuckDB"}]


@pytest.mark.parametrize(
    ("said", "read", "passes"),
    [
        ([{"license": {"id": "MIT"}}], ["MIT"], True),
        ([{"expression": "MPL-2.0 AND (GPL-3.0-only OR MIT)"}], ["MPL-2.0 AND (GPL-3.0-only OR MIT)"], True),
        ([{"expression": "MIT AND GPL-3.0-only"}], ["MIT AND GPL-3.0-only"], False),
        ([{"license": {"name": "License :: OSI Approved :: BSD License"}}], ["BSD-3-Clause"], True),
        (
            [{"license": {"id": "MIT"}}, {"license": {"name": "License :: OSI Approved :: Some License"}}],
            ["MIT"],
            True,
        ),
        ([{"license": {"id": "MIT"}}, {"license": {"id": "AGPL-3.0-only"}}], ["AGPL-3.0-only", "MIT"], False),
        ([{"license": {"name": "free for friends"}}], ["free for friends"], False),
        ([], ["unknown"], False),
    ],
)
def test_a_licence_passes_if_the_list_has_it(said: list[dict[str, Any]], read: list[str], passes: bool) -> None:
    found = licences(component("x", *said))
    assert found == read and all(map(is_allowed, found)) == passes


def test_what_is_known_against_a_package_is_told_and_that_nobody_could_be_asked() -> None:
    skipped = {"name": "a", "skip_reason": "not found"}
    bad = {"name": "b", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
    good = {"name": "c", "version": "1", "vulns": []}
    assert vulnerabilities(json.dumps({"dependencies": [good]})) == []
    assert vulnerabilities(json.dumps({"dependencies": [skipped, bad, good]})) == [
        "a: not found",
        "b 1: CVE-1, mended in 2",
    ]
    assert vulnerabilities(json.dumps({"dependencies": [skipped]})) is None
    assert vulnerabilities("") is None
