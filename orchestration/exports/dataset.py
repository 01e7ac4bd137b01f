"""dataset.jsonld: the release as a schema.org Dataset, for catalogues and search engines."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from orchestration.exports.facts import SYNTHETIC, Facts
from orchestration.files import sha256
from orchestration.text import Pair, pair, words
from raw_landing.contract import load_contracts

# Every name is schema.org's; written, since a context named by its address is fetched by every reader.
CONTEXT = {
    "@vocab": "https://schema.org/",
    "datePublished": {"@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
    "license": {"@type": "@id"},
    "contentUrl": {"@type": "@id"},  # relative to where this file is read
}
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".duckdb": "application/vnd.duckdb",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/vnd.sdmx.structure+xml; version=3.0.0",
}


def write(connection: duckdb.DuckDBPyConnection, facts: Facts, folder: Path, release_file: Path) -> None:
    """Describe the release's file and everything that already stands in the folder."""
    files = [release_file, *sorted(path for path in folder.rglob("*") if path.is_file())]
    synthetic = SYNTHETIC if facts.is_synthetic else ()
    content = {
        "@context": CONTEXT,
        "@type": "Dataset",
        "identifier": facts.release_id,
        "name": _both(facts.title),
        "description": _both(_description(facts)),
        "version": facts.release_id,
        "datePublished": facts.published_at_iso,
        "inLanguage": ["zh-CN", "en"],
        "keywords": [*chain(*zip(*words("exports.dataset_keywords").values(), strict=True)), *synthetic],
        "creativeWorkStatus": "Synthetic" if facts.is_synthetic else "Published",
        "creditText": _both(_credit(facts, release_file)),
        "license": facts.licence.path or {"@type": "CreativeWork", "name": " / ".join(facts.licence.title)},
        "temporalCoverage": _coverage(connection),
        "spatialCoverage": {
            "@type": "Place",
            "name": _both(pair("exports.dataset_place")),
            "identifier": {"@type": "PropertyValue", "propertyID": "GB/T 2260", "value": "420000"},
        },
        "variableMeasured": _variables(connection),
        "isBasedOn": _sources(connection),
        "distribution": [_download(path, folder) for path in files],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / "dataset.jsonld").write_text(text + "\n", encoding="utf-8")


def _credit(facts: Facts, release_file: Path) -> Pair:
    """How to cite the release as a whole; a single figure's line stands in its view v_citation."""
    title_zh, title_en = facts.title
    release_id, checksum = facts.release_id, sha256(release_file)
    return pair("exports.credit", title_zh=title_zh, title_en=title_en, release_id=release_id, sha256=checksum)


def _both(words: Pair) -> list[dict[str, str]]:
    return [{"@language": tag, "@value": text} for tag, text in zip(("zh-CN", "en"), words, strict=True)]


def _description(facts: Facts) -> Pair:
    zh, en = pair("exports.dataset_description", dumps=facts.dumps, as_of=facts.as_of)
    return (f"{zh}{SYNTHETIC[0]}。", f"{en} {SYNTHETIC[1]}.") if facts.is_synthetic else (zh, en)


def _coverage(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("select min(period_start), max(period_end) from fct_indicator_value").fetchone()
    assert row is not None
    return f"{row[0]}/{row[1]}" if row[0] else ".."


def _variables(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    rows = connection.execute(
        """
        select distinct on (indicator_id) indicator_id, name_zh, name_en, unit, formula_zh, formula_en
        from dim_indicator order by indicator_id, is_in_force desc, definition_version desc
        """
    ).fetchall()
    return [
        {
            "@type": "PropertyValue",
            "propertyID": indicator_id,
            "name": _both((name_zh, name_en)),
            "unitText": unit,
            "description": _both((formula_zh, formula_en)),
        }
        for indicator_id, name_zh, name_en, unit, formula_zh, formula_en in rows
    ]


def _sources(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The extracts that were loaded; each dump with its checksum is a row of fct_landing_receipt."""
    rows = connection.execute(
        "select extract, count(*) from fct_landing_receipt where status = 'loaded' group by all order by all"
    ).fetchall()
    return [
        {
            "@type": "Dataset",
            "identifier": f"{load_contracts()[extract].source}/{extract}",
            "name": _both((load_contracts()[extract].zh, extract.replace("_", " "))),
            "description": _both(pair("exports.dumps_in_force", dumps=dumps)),
        }
        for extract, dumps in rows
    ]


def _download(path: Path, folder: Path) -> dict[str, Any]:
    inside = path.is_relative_to(folder)
    return {
        "@type": "DataDownload",
        "name": path.name,
        "contentUrl": path.relative_to(folder).as_posix() if inside else f"../{path.name}",
        "encodingFormat": MEDIA_TYPES[path.suffix],
        "contentSize": f"{path.stat().st_size} B",
        "sha256": sha256(path),
    }
