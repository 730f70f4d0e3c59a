"""Where Greenhouse and our copy of an application differ: pure, no rows and no network."""

from dataclasses import dataclass
from datetime import datetime

from goodword.candidates.models import Application
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import ApplicationStatus
from goodword.greenhouse.models import Finding
from goodword.greenhouse.sync.changes import lacks_stage

Status, Kind = Application.Status, Finding.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Our copy of an application, as far as it is compared."""

    pk: int
    status: str
    job_id: int | None
    stage_id: int | None
    prospect: bool
    visible: bool
    candidate_remote_id: int | None
    synced_at: datetime | None
    #: erased or deleted here: nothing is followed any more
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A difference. `sentence` says what it is, without names of people."""

    remote_id: int
    kind: str
    sentence: str
    job_id: int | None = None
    stage_id: int | None = None
    entered_at: datetime | None = None


def difference(ours: Ours, theirs: remote.Application) -> Found | None:
    """What our copy does not know yet; None if it says the same.

    What is compared is what `greenhouse.sync.apply` would write, so that nothing is found twice. A status that is
    new to us tells nothing.
    """
    known = theirs.status is not ApplicationStatus.UNKNOWN
    if known and theirs.status.value != ours.status:
        return _found(theirs, Kind.MISSED_END, _ENDS.get(theirs.status, "The status changed."))
    if theirs.job_id != ours.job_id:
        return _found(theirs, Kind.MISSED_CHANGE, "Moved to another job.")
    if theirs.stage_id != ours.stage_id and not lacks_stage(theirs):
        return _found(theirs, Kind.MISSED_CHANGE, f"Moved to {theirs.stage_name or 'no stage'}.")
    if theirs.candidate_id != ours.candidate_remote_id:
        return _found(theirs, Kind.MISSED_CHANGE, "Belongs to another person: two were merged.")
    if theirs.prospect != ours.prospect:
        return _found(theirs, Kind.MISSED_CHANGE, "A prospect became an applicant, or the reverse.")
    if not ours.visible:
        return _found(theirs, Kind.MISSED_CHANGE, "Visible in Greenhouse again.")
    return None


def applied(theirs: remote.Application) -> Found:
    """An application of which we had not heard at all."""
    return _found(theirs, Kind.MISSED_CHANGE, "Applied.")


_ENDS = {
    ApplicationStatus.ACTIVE: "A rejection or a hire was taken back.",
    ApplicationStatus.REJECTED: "Rejected.",
    ApplicationStatus.HIRED: "Hired.",
    ApplicationStatus.CONVERTED: "Another application took its place.",
}


def _found(theirs: remote.Application, kind: str, sentence: str) -> Found:
    return Found(
        remote_id=theirs.id, kind=kind, sentence=sentence, job_id=theirs.job_id, stage_id=theirs.stage_id
    )
