"""The pages of a release as files. What would be written again as it was is linked from the release before: the key of
a page is what it shows."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from orchestration.exports.unchanged import link_published
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder
from orchestration.report.pages.change import change_page
from orchestration.report.pages.glance import glance_page
from orchestration.report.pages.page import ASSETS, FONTS, WEIGHTS, Frame, frame
from orchestration.report.pages.quality import quality_page
from orchestration.report.pages.systems import systems_page, systems_view
from orchestration.report.pages.tasks import tasks_page
from orchestration.report.pages.unit import unit_page
from orchestration.report.view.briefing import Briefing, briefing_path, briefings
from orchestration.report.view.change import change_view
from orchestration.report.view.glance import Glance, glance
from orchestration.report.view.indicator import IndicatorView, indicator_view
from orchestration.report.view.quality import quality_view
from orchestration.report.view.source import Source
from orchestration.report.view.tasks import tasks_view
from orchestration.report.view.unit import unit_view
from orchestration.report.words import month
from orchestration.text import CHINESE, LANGUAGES

_KEY = re.compile(r'<meta name="key" content="([0-9a-f]+)">')
_HEAD = 2000
"""Bytes in which the key of a page stands."""


@dataclass(frozen=True)
class Page:
    """A page by its path below the report, what it shows, and how that is written."""

    path: str
    view: object
    write: Callable[[Frame], str]

    def key(self, about: Frame) -> str:
        """What it shows, as a hash; the release's own name and time are no part of it."""
        return hashlib.sha256(repr((about.data_until, self.view)).encode()).hexdigest()


@dataclass(frozen=True)
class Before:
    """The release before, whose files may be linked; by name, those that were, and the release that wrote each."""

    folder: ReleaseFolder
    files: Mapping[str, Mapping[str, Any]]
    """What its manifest says of its files."""
    linked: dict[str, str] = field(default_factory=dict)

    def link(self, release: ReleaseFolder, path: Path) -> bool:
        """Make a file of the release of the one of its name. Raises OSError."""
        name = path.relative_to(release.path).as_posix()
        written_by = link_published(self.folder, self.files, name, path)
        if written_by is not None:
            self.linked[name] = written_by
        return written_by is not None


def write_report(release: ReleaseFolder, before: ReleaseFolder | None = None) -> dict[str, str]:
    """Write the pages beside the finished database of a release. Those of the release `before`, of the same program and
    settings, that would be the same are linked: by name below the release's folder, the release that wrote each. Raises
    OSError, duckdb.Error."""
    manifest = before.read_manifest() if before else {}
    with closing(open_release(release.marts)) as connection:
        source = Source(connection)
        seen = glance(source)
        about = frame(source, month(seen.standings.period_end))
        usable = before and manifest.get("is_synthetic") == about.is_synthetic  # which every page says
        kept = Before(before if usable and before else release, manifest.get("files", {}) if usable else {})
        (release.report / FONTS).mkdir(parents=True)
        for file in WEIGHTS.values():
            path = release.report / FONTS / file
            if not kept.link(release, path):
                shutil.copyfile(ASSETS / FONTS / file, path)
        for page in pages(source, seen):
            path, key = release.report / page.path, page.key(about)
            path.parent.mkdir(exist_ok=True)
            if _key_of(kept.folder.report / page.path) == key and kept.link(release, path):
                continue
            text = page.write(about).replace("<head>\n", f'<head>\n<meta name="key" content="{key}">\n', 1)
            path.write_text(text, encoding="utf-8")
        for one in briefings(source, seen):
            _write_briefing(release, one, about, kept)
    return kept.linked


def _write_briefing(release: ReleaseFolder, one: Briefing, about: Frame, kept: Before) -> None:
    """Write a briefing in the languages in which it is not there as it would be."""
    paths = {language: briefing_path(one.region.region_code, language) for language in LANGUAGES}
    (release.report / paths[CHINESE]).parent.mkdir(exist_ok=True)
    anew = [
        language
        for language, path in paths.items()
        if not (_holds(kept.folder.report / path, one.key) and kept.link(release, release.report / path))
    ]
    if anew:
        from orchestration.report.briefing import pdfs  # the libraries of charts and print are only for who sets some

        for language, made in pdfs(one, about):
            if language in anew:
                (release.report / paths[language]).write_bytes(made)


def _holds(path: Path, key: str) -> bool:
    """Whether a PDF says that it has a key."""
    try:
        return key.encode() in path.read_bytes()
    except OSError:
        return False


def pages(source: Source, seen: Glance) -> Iterator[Page]:
    """All pages of an open release."""
    yield Page("index.html", seen, partial(glance_page, seen))
    for indicator in source.indicators:
        view = indicator_view(source, seen.standings, indicator)
        yield Page(f"indicator/{indicator.indicator_id}.html", view, partial(_indicator, view))
    for region in (*source.units, *source.groups):
        of_region = unit_view(source, seen.standings, region)
        yield Page(f"unit/{region.region_code}.html", of_region, partial(unit_page, of_region))
    quality = quality_view(source, seen.standings)
    yield Page("quality.html", quality, partial(quality_page, quality))
    tasks = tasks_view(source)
    yield Page("tasks.html", tasks, partial(tasks_page, tasks))
    systems = systems_view(source)
    yield Page("systems.html", systems, partial(systems_page, systems))
    changes = change_view(source)
    yield Page("change.html", changes, partial(change_page, changes))


def _indicator(view: IndicatorView, about: Frame) -> str:
    from orchestration.report.pages.indicator import indicator_page  # the library of charts is only for who draws some

    return indicator_page(view, about)


def _key_of(path: Path) -> str | None:
    """The key that a page says it has."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            found = _KEY.search(file.read(_HEAD))
    except OSError:
        return None
    return found[1] if found else None
