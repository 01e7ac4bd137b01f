"""`hrss approve` and `hrss reject`: a person decides on the release that waits, on record. Makes no release."""

from __future__ import annotations

from orchestration.gate.acceptance import validate_name, validate_reason
from orchestration.lock import writer_lock
from orchestration.pipeline.triggers import finish_approval
from orchestration.release import candidates
from orchestration.release.at_address import follow
from orchestration.release.candidates import is_current_after, known_candidate, publish_signed
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id
from orchestration.release.publish import enter
from orchestration.release.verify import Verification, verify_folder
from orchestration.settings import Settings
from orchestration.text import inline, two_lines
from raw_landing.errors import UserError


class ApprovalRefused(UserError):
    """The candidate is not what the gate let pass, or another release is current than it was compared with."""


def approve(settings: Settings, asked: str, by: str, note: str) -> Verification:
    """Publish the release that waits, if it is untouched and follows the current one; return what `verify` says of it.

    Raises InvalidReason, Busy, WrongUsage, ApprovalRefused, HistoryDamaged, OSError; AddressUnusable, after it is done
    here.
    """
    by, note = validate_name(by), validate_reason(settings, note)
    with writer_lock(settings, "hrss approve"):
        enter(settings)
        folder = known_candidate(settings, asked)
        verdict = verify_folder(settings, folder)
        if not verdict.is_intact:
            raise ApprovalRefused(verdict.text)
        current = current_id(settings)
        if not is_current_after(folder, current):
            named = current or inline("release.none")
            raise ApprovalRefused(two_lines("release.candidate_not_next", release_id=folder.release_id, current=named))
        publish_signed(settings, folder, by, note)
        finish_approval(settings, folder.release_id)
        follow(settings)
    return verdict


def reject(settings: Settings, asked: str, by: str, reason: str) -> ReleaseFolder:
    """Decide against the release that waits; what readers have stays. Raises InvalidReason, Busy, WrongUsage,
    HistoryDamaged, OSError."""
    by, reason = validate_name(by), validate_reason(settings, reason)
    with writer_lock(settings, "hrss reject"):
        enter(settings)
        folder = known_candidate(settings, asked)
        candidates.reject(settings, folder, by, reason)
    return folder
