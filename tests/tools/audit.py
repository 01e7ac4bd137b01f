"""What the program is made of and whether that is fit: a list of its packages (CycloneDX), their licences, what is
known against them. `make audit`, in an environment of its own: `python -m tests.tools.audit PYTHON` (the program's)."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
LOCK = PROJECT / "requirements.lock"
SBOM = PROJECT / "build" / "sbom.cdx.json"
ALLOWED = {
    *("0BSD", "Apache-2.0", "Artistic-1.0-Perl", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0"),
    *("MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
}
"""Licences under which a package may be used and passed on with the program, by their SPDX names."""
CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
"""How packages say it that know no SPDX names."""
REVIEWED = {
    "antlr4-python3-runtime": "BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}
"""Packages that do not say it in either way, or wrongly, and what their licence files say."""

FOUND, UNREACHABLE = 1, 69
"""Exit codes: something is wrong; what is known against packages could not be asked for (EX_UNAVAILABLE)."""


def locked(text: str) -> dict[str, set[str]]:
    """The packages of a lock file with their versions: of some another for each Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[.*?\])?==([^\s;\\]+)", text, re.M):
        found.setdefault(plain(name), set()).add(version)
    return found


def plain(name: str) -> str:
    """A package's name as names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def runtime_only(bom: Mapping[str, Any], packages: Iterable[str]) -> dict[str, Any]:
    """A list of an environment's packages without those that only develop the program."""
    wanted = set(packages)
    components = [one for one in bom["components"] if plain(one["name"]) in wanted]
    root = bom["metadata"]["component"]["bom-ref"]
    kept = {root, *(one["bom-ref"] for one in components)}
    dependencies = [
        one | ({"dependsOn": [ref for ref in one["dependsOn"] if ref in kept]} if "dependsOn" in one else {})
        for one in bom.get("dependencies", [])
        if one["ref"] in kept
    ]
    return {**bom, "components": components, "dependencies": dependencies}


def licences(component: Mapping[str, Any]) -> list[str]:
    """What a package says its licences are, as SPDX expressions; its own names for others."""
    if (reviewed := REVIEWED.get(plain(component["name"]))) is not None:
        return [reviewed]
    said = [
        one.get("expression") or one["license"].get("id") or one["license"]["name"]
        for one in component.get("licenses", [])
    ]
    spdx = [CLASSIFIERS.get(one, one) for one in said]
    if any(not one.startswith("License ::") for one in spdx):  # the classifier says the same less exactly
        spdx = [one for one in spdx if not one.startswith("License ::")]
    return sorted(set(spdx)) or ["unknown"]


def is_allowed(expression: str) -> bool:
    """Whether each part that must be kept to has a choice that is allowed."""
    parts = re.sub(r"[()]", "", expression).split(" AND ")
    return all(any(choice.strip() in ALLOWED for choice in part.split(" OR ")) for part in parts)


def main(python: str) -> int:
    """List, judge and ask; the exit code."""
    packages = locked(LOCK.read_text(encoding="utf-8"))
    bom = runtime_only(_environment(python), packages)
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(json.dumps(bom, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    there = {plain(one["name"]): one["version"] for one in bom["components"]}
    wrong = [f"{name} {version} is not locked" for name, version in there.items() if version not in packages[name]]
    absent = sorted(packages.keys() - there.keys())
    wrong += _schema_errors(SBOM.read_text(encoding="utf-8"))
    refused = {one["name"]: said for one in bom["components"] if not all(map(is_allowed, said := licences(one)))}
    wrong += [f"{name}: licence {' + '.join(said)}" for name, said in refused.items()]
    _say(f"{SBOM.relative_to(PROJECT)}: {len(there)} packages; not for this machine: {', '.join(absent) or 'none'}")
    _say(f"licences: {len(there) - len(refused)} allowed, {len(refused)} not")
    known = _known_vulnerabilities()
    if known is None:
        _say("what is known against packages could not be asked for: no network, or the registry does not answer")
    else:
        _say(f"vulnerabilities: {len(known)} known")
    for line in (*wrong, *(known or ())):
        _say(f"  {line}")
    return FOUND if wrong or known else UNREACHABLE if known is None else 0


def _environment(python: str) -> dict[str, Any]:
    command = [
        _tool("cyclonedx-py"),
        "environment",
        "--pyproject",
        str(PROJECT / "pyproject.toml"),
        "--output-reproducible",
    ]
    said = subprocess.run([*command, python], capture_output=True, text=True, check=True)
    bom: dict[str, Any] = json.loads(said.stdout)
    return bom


def _schema_errors(text: str) -> list[str]:
    """What of the list is not as CycloneDX has it."""
    version = importlib.import_module("cyclonedx.schema").SchemaVersion.V1_6
    error = importlib.import_module("cyclonedx.validation.json").JsonStrictValidator(version).validate_str(text)
    return [] if error is None else [f"{SBOM.name}: {str(error)[:300]}"]


def _known_vulnerabilities() -> list[str] | None:
    command = [_tool("pip-audit"), "--requirement", str(LOCK), "--require-hashes", "--disable-pip", "--format", "json"]
    said = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
    return vulnerabilities(said.stdout)


def vulnerabilities(said: str) -> list[str] | None:
    """By package what is known against the locked version, as pip-audit says it, and packages that the registry does
    not know; None where nothing could be asked for."""
    try:
        found = json.loads(said)["dependencies"]
    except ValueError:
        return None
    if all("skip_reason" in one for one in found):
        return None
    told = [f"{one['name']}: {one['skip_reason']}" for one in found if "skip_reason" in one]
    return told + [
        f"{one['name']} {one['version']}: {bad['id']}, mended in {', '.join(bad['fix_versions']) or 'no version yet'}"
        for one in found
        for bad in one.get("vulns", [])
    ]


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
