"""`hrss rollback`: readers are sent to another release, on record. Makes no release."""

from __future__ import annotations

from orchestration.errors import WrongUsage
from orchestration.files import switch_link
from orchestration.gate.acceptance import validate_reason
from orchestration.lock import writer_lock
from orchestration.release.at_address import follow
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import ROLLED_BACK, current_id, known_release, reconcile, record
from orchestration.release.pointer import write_pointer
from orchestration.release.verify import Verification, verify
from orchestration.settings import Settings
from orchestration.text import inline
from raw_landing.errors import UserError


class RollbackRefused(UserError):
    """The release is not what was published: readers are not sent there."""


def roll_back(settings: Settings, release_id: str, reason: str) -> Verification:
    """Make a release that is kept the current one, if it is untouched; return what `verify` says of it.

    The record is written first: a crash leaves the link as it was, or as recorded, and what does not agree is noted by
    the next run. Raises InvalidReason, Busy, WrongUsage, RollbackRefused, OSError; AddressUnusable, after
    it is done here.
    """
    reason = validate_reason(settings, reason)
    release_id = known_release(settings, release_id)
    with writer_lock(settings, "hrss rollback"):
        reconcile(settings)
        before = current_id(settings)
        if release_id == before:
            raise WrongUsage(inline("release.already_current", release_id=release_id))
        verdict = verify(settings, release_id)
        if not verdict.is_intact:
            raise RollbackRefused(verdict.text)
        record(settings, ROLLED_BACK, before=before, after=release_id, reason=reason)
        switch_link(settings.current, ReleaseFolder.of(settings, release_id).path)
        write_pointer(settings, release_id)
        follow(settings)
    return verdict
