"""Releases at an address (HRSS_RELEASES_AT): the folders that are kept, as they are in the home, and `current.json`,
which sends readers to one of them. A store without links and renames has no other way to publish in one step."""

from __future__ import annotations

import logging

from orchestration.address import AddressUnusable, Store
from orchestration.files import sha256
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id, release_ids
from orchestration.settings import Settings

RELEASE = r"[0-9]{8}-[0-9]{2,}"
"""The name of a release's folder."""

log = logging.getLogger("hrss")


def follow(settings: Settings) -> None:
    """Bring the address up to the home: releases that it lacks, each read back after it was sent, its manifest last;
    then `current.json`; then the removal of releases that are kept no longer. Whatever breaks it off, readers have a
    whole release, and the next call does the rest. Raises AddressUnusable, OSError."""
    if settings.releases_at is None:
        return
    store, kept = Store.at(settings.releases_at), release_ids(settings)
    for release_id in kept:
        _send(store, ReleaseFolder.of(settings, release_id))
    name, current = settings.pointer.name, current_id(settings)
    if current is None:
        store.drop(name)
    elif store.read(name) != (wanted := settings.pointer.read_bytes()):
        store.replace(name, wanted)
    for left in store.names(settings.releases.name, RELEASE) - {*kept}:
        manifest = ReleaseFolder.of(settings, left).manifest.relative_to(settings.published)
        store.remove(manifest.as_posix())  # first: what is being removed is no release
        store.remove(manifest.parent.as_posix())


def follow_if_it_answers(settings: Settings) -> None:
    """The same, where what is to be done besides does not rest on it: the log says why not."""
    try:
        follow(settings)
    except AddressUnusable as error:
        log.warning("%s", error)


def _send(store: Store, folder: ReleaseFolder) -> None:
    """Send a release unless it is there; one that is damaged in the home stays as it is there."""
    below = f"{folder.path.parent.name}/{folder.path.name}"
    listed = folder.read_manifest().get("files", {})
    if not listed or store.sha256(at := f"{below}/{folder.manifest.name}") == (digest := sha256(folder.manifest)):
        return
    for name, said in listed.items():
        store.put(f"{below}/{name}", folder.path / name, said["sha256"])
    store.put(at, folder.manifest, digest)
