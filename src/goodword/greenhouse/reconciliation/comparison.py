from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Self

from goodword.candidates.models import Application, Candidate
from goodword.core.models import Event
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import ApplicationStatus, Forbidden, HarvestApi
from goodword.greenhouse.models import Connection, Delivery, Finding
from goodword.greenhouse.sync.applications import lacks_stage, stage_name
from goodword.greenhouse.sync.candidates import address_of, candidate_columns
from goodword.greenhouse.sync.identity import is_same_moment
from goodword.roles.models import AlreadyThere, Automation, StageRule
from goodword.workflow.domain.eligibility import BLOCKING_REASONS
from goodword.workflow.models import StepRequest

Kind, Status = Finding.Kind, Application.Status

#: each pass starts this long before the previous one, since clocks differ and changes may appear late
OVERLAP = timedelta(minutes=5)

#: how long it may take until an arrival has a StepRequest
REACTING = timedelta(hours=1)

CANDIDATES = 500

CANDIDATE_CHANGED = "Name, address or permission to e-mail changed."

Pair = tuple[int, int]
"""The id of a job or an application, and of a stage or a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    remote_id: int
    kind: str
    sentence: str
    job_id: int | None = None
    stage_id: int | None = None
    entered_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        return _to_json(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**_with_moments(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedInvitation:
    """An application in a mapped stage whose step was not requested.

    `entered_at`: when it entered the stage, if known. Otherwise it wasn't in the stage at `not_before`, and was at
    `not_after`. `in_our_copy`: our copy already has the stage, so no arrival was missed. `was_unreachable`: the step
    waited for an address or for permission to e-mail. `already_there`: it was in the stage when the mapping was
    confirmed, so it is synced but nobody is invited. `unknown_status`: it may have ended in Greenhouse.
    """

    remote_id: int
    job_id: int | None
    stage_id: int | None
    entered_at: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    in_our_copy: bool = False
    was_unreachable: bool = False
    already_there: bool = False
    unknown_status: bool = False

    def to_json(self) -> dict[str, Any]:
        return _to_json(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**_with_moments(values))


def _to_json(found: Difference | MissedInvitation) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(found).items()
    }


def _with_moments(values: dict[str, Any]) -> dict[str, Any]:
    moments = {
        name: datetime.fromisoformat(values[name])
        for name in ("entered_at", "not_before", "not_after")
        if values.get(name) is not None
    }
    return values | moments


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDifferences:
    """`deferred`: differences that are synced after the missed invitations. Their candidate was merged into another,
    and syncing any of the candidate's applications would start steps that waited for an address."""

    differences: list[Difference]
    deferred: list[Difference]
    missed: list[MissedInvitation]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalApplication:
    pk: int
    status: str
    job_id: int | None
    stage_id: int | None
    prospect: bool
    visible: bool
    candidate_remote_id: int | None
    synced_at: datetime | None
    applied_at: datetime | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class StageMapping:
    linked: dict[int, Automation]
    steps: dict[Pair, frozenset[int]]


@dataclass(frozen=True, slots=True)
class LocalState:
    """Applications by Greenhouse's id (`requested`: by our id). `waiting`: those that wait for a member's decision.
    `in_inbox`: those with an unhandled delivery. `reacting`: those that have just arrived, whose step may not be
    requested yet."""

    applications: dict[int, LocalApplication]
    requested: frozenset[Pair]
    already_there: dict[Pair, datetime]
    waiting: frozenset[Pair]
    in_inbox: frozenset[int]
    reacting: frozenset[int]


def compare_applications(
    api: HarvestApi,
    page: Sequence[remote.Application],
    *,
    connection: Connection,
    until: datetime,
    now: datetime,
) -> FoundDifferences:
    """Compare a page of applications. Skips those that were active after `until` or have a delivery in the inbox, since
    deliveries will update them, and those whose id is now another person's, until the key is set again or a delivery
    arrives. After a merge, steps that waited for an address are missed invitations. Raises HarvestError."""
    mapping = stage_mapping(connection)
    local = local_state(connection, [application.id for application in page], now=now)
    differences: list[Difference] = []
    missed: list[MissedInvitation] = []
    merged: dict[int, int] = {}  # applications, with the candidate that was merged into another
    for theirs in page:
        ours = local.applications.get(theirs.id)
        late = theirs.last_activity_at is not None and theirs.last_activity_at > until
        if late or theirs.id in local.in_inbox or (ours is not None and ours.ignored):
            continue
        if ours is not None and ours.candidate_remote_id not in {None, theirs.candidate_id}:
            merged[theirs.id] = ours.candidate_remote_id or 0
        if invitation := _missed_invitation(
            theirs, ours, mapping=mapping, local=local, connection=connection
        ):
            missed.append(invitation)
        elif ours is not None:
            if found := difference(ours, theirs):
                differences.append(found)
        elif _is_new(theirs, mapping):
            differences.append(_difference(theirs, Kind.MISSED_CHANGE, "Applied."))
    waiting, of_candidates = _waiting_for_address(connection, merged.values())
    return FoundDifferences(
        differences=[
            found_difference
            for found_difference in differences
            if merged.get(found_difference.remote_id) not in of_candidates
        ],
        deferred=[
            found_difference
            for found_difference in differences
            if merged.get(found_difference.remote_id) in of_candidates
        ],
        missed=[*waiting, *_with_entry_times(api, missed, local=local)],
    )


def difference(ours: LocalApplication, theirs: remote.Application) -> Difference | None:
    """Return the difference that `greenhouse.sync.applications` would apply, or None. Unknown statuses are ignored."""
    known = theirs.status is not ApplicationStatus.UNKNOWN
    if known and theirs.status.value != ours.status:
        kind = Kind.NOT_REPORTED if theirs.status is ApplicationStatus.ACTIVE else Kind.MISSED_END
        return _difference(theirs, kind, _ENDS.get(theirs.status, "The status changed."))
    if theirs.job_id != ours.job_id:
        return _difference(theirs, Kind.MISSED_CHANGE, "Moved to another job.")
    if theirs.stage_id != ours.stage_id and not lacks_stage(theirs):
        return _difference(theirs, Kind.MISSED_CHANGE, f"Moved to {stage_name(theirs) or 'no stage'}.")
    if theirs.candidate_id != ours.candidate_remote_id:
        return _difference(theirs, Kind.NOT_REPORTED, "Merged into another candidate.")
    if theirs.prospect != ours.prospect:
        return _difference(theirs, Kind.MISSED_CHANGE, "A prospect became an applicant, or vice versa.")
    if not ours.visible:
        return _difference(theirs, Kind.NOT_REPORTED, "Visible in Greenhouse again.")
    if (
        is_same_moment(ours.applied_at, theirs.applied_at) is False
    ):  # perhaps another person's: syncing finds out
        return _difference(theirs, Kind.NOT_REPORTED, "The date of the application changed.")
    return None


_ENDS = {
    ApplicationStatus.ACTIVE: "A rejection or a hire was undone.",
    ApplicationStatus.REJECTED: "Rejected.",
    ApplicationStatus.HIRED: "Hired.",
    ApplicationStatus.CONVERTED: "Replaced by another application.",
}


def _difference(theirs: remote.Application, kind: str, sentence: str) -> Difference:
    return Difference(
        remote_id=theirs.id, kind=kind, sentence=sentence, job_id=theirs.job_id, stage_id=theirs.stage_id
    )


def _is_new(theirs: remote.Application, mapping: StageMapping) -> bool:
    """Whether a webhook should have reported it. Earlier applications are copied when they enter a mapped stage."""
    jobs = theirs.prospective_job_ids if theirs.job_id is None else (theirs.job_id,)
    automation = next((mapping.linked[job_id] for job_id in jobs if job_id in mapping.linked), None)
    return (
        automation is not None
        and theirs.applied_at is not None
        and theirs.applied_at > automation.confirmed_at
    )


def _missed_invitation(
    theirs: remote.Application,
    ours: LocalApplication | None,
    *,
    mapping: StageMapping,
    local: LocalState,
    connection: Connection,
) -> MissedInvitation | None:
    unknown = theirs.status is ApplicationStatus.UNKNOWN and (ours is None or ours.status == Status.ACTIVE)
    if not (unknown or theirs.status is ApplicationStatus.ACTIVE) or theirs.prospect:
        return None
    if theirs.job_id is None or theirs.stage_id is None:
        return None
    steps = mapping.steps.get((theirs.job_id, theirs.stage_id), frozenset())
    if not any(ours is None or (ours.pk, step_id) not in local.requested for step_id in steps):
        return None
    in_our_copy = ours is not None and (ours.job_id, ours.stage_id) == (theirs.job_id, theirs.stage_id)
    in_stage = (theirs.id, theirs.stage_id)
    if in_our_copy and (in_stage in local.waiting or theirs.id in local.reacting):
        return None
    recorded_at, active_at = local.already_there.get(in_stage), theirs.last_activity_at
    return MissedInvitation(
        remote_id=theirs.id,
        job_id=theirs.job_id,
        stage_id=theirs.stage_id,
        entered_at=theirs.stage_entered_at,
        not_before=_not_before(theirs, ours, mapping=mapping, connection=connection),
        not_after=theirs.last_activity_at,
        in_our_copy=in_our_copy,
        already_there=recorded_at is not None and active_at is not None and active_at <= recorded_at,
        unknown_status=unknown,
    )


def _not_before(
    theirs: remote.Application,
    ours: LocalApplication | None,
    *,
    mapping: StageMapping,
    connection: Connection,
) -> datetime | None:
    """Return when the application was last known not to be in the stage: before it was made, in another stage, or not
    found by the last pass."""
    moments = [theirs.applied_at]
    if ours is not None:
        moments.append(ours.synced_at)
    last_pass, automation = connection.reconciled_at, mapping.linked.get(theirs.job_id or 0)
    if last_pass is not None and automation is not None and automation.confirmed_at < last_pass - OVERLAP:
        moments.append(last_pass - OVERLAP)
    return max((moment for moment in moments if moment is not None), default=None)


def _with_entry_times(
    api: HarvestApi, missed: Sequence[MissedInvitation], *, local: LocalState
) -> list[MissedInvitation]:
    """Add when they entered the stage. Drops those that were already there, unless our copy is out of date."""
    unknown = [
        missed_invitation.remote_id
        for missed_invitation in missed
        if missed_invitation.entered_at is None and not missed_invitation.already_there
    ]
    try:
        stages = (
            {
                application_stage.application_id: application_stage
                for application_stage in api.application_stages_of(unknown)
            }
            if unknown
            else {}
        )
    except Forbidden:  # the permission is optional
        stages = {}
    completed: list[MissedInvitation] = []
    for missed_invitation in missed:
        stage = stages.get(missed_invitation.remote_id)
        timed = missed_invitation
        if stage is not None and stage.stage_id == missed_invitation.stage_id:
            timed = replace(missed_invitation, entered_at=stage.entered_at)
        already_there = missed_invitation.already_there or _was_already_there(timed, local)
        if not already_there or (
            missed_invitation.remote_id in local.applications and not missed_invitation.in_our_copy
        ):
            completed.append(replace(timed, already_there=already_there))
    return completed


def _was_already_there(missed_invitation: MissedInvitation, local: LocalState) -> bool:
    """Whether they were in the stage when the mapping was confirmed and haven't entered it again since."""
    recorded_at = local.already_there.get((missed_invitation.remote_id, missed_invitation.stage_id or 0))
    elsewhere = missed_invitation.remote_id in local.applications and not missed_invitation.in_our_copy
    moment = missed_invitation.entered_at or (missed_invitation.not_before if elsewhere else None)
    return recorded_at is not None and (moment is None or moment <= recorded_at)


def stage_mapping(connection: Connection) -> StageMapping:
    automations = Automation.objects.across_organisations().filter(connection_id=connection.pk)
    rules = StageRule.objects.across_organisations().filter(automation__connection_id=connection.pk)
    steps: dict[Pair, set[int]] = {}
    for job_id, stage_id, step_id in rules.values_list("automation__job_id", "stage_id", "step_id"):
        steps.setdefault((job_id, stage_id), set()).add(step_id)
    return StageMapping(
        {row.job_id: row for row in automations}, {pair: frozenset(ids) for pair, ids in steps.items()}
    )


def local_state(connection: Connection, remote_ids: Collection[int], *, now: datetime) -> LocalState:
    applications = _local_applications(connection, remote_ids)
    pks = {row.pk: remote_id for remote_id, row in applications.items()}
    step_requests = StepRequest.objects.across_organisations().filter(application__in=pks)
    there = AlreadyThere.objects.across_organisations().filter(
        automation__connection_id=connection.pk, remote_application_id__in=remote_ids
    )
    waiting = Finding.objects.across_organisations().filter(
        connection=connection, state=Finding.State.WAITING, remote_application_id__in=remote_ids
    )
    inbox = Delivery.objects.across_organisations().filter(
        connection=connection, state=Delivery.State.RECEIVED, remote_application_id__in=remote_ids
    )
    reacting = Event.objects.filter(
        application_id__in=pks, name="application.entered_stage", occurred_at__gt=now - REACTING
    )
    return LocalState(
        applications=applications,
        requested=frozenset(step_requests.values_list("application_id", "step_id")),
        already_there={
            (remote_id, stage_id): at
            for remote_id, stage_id, at in there.values_list(
                "remote_application_id", "stage_id", "recorded_at"
            )
        },
        waiting=frozenset(
            (remote_id, stage_id)
            for remote_id, stage_id in waiting.values_list("remote_application_id", "stage_id")
            if remote_id is not None and stage_id is not None
        ),
        in_inbox=frozenset(
            remote_id
            for remote_id in inbox.values_list("remote_application_id", flat=True)
            if remote_id is not None
        ),
        reacting=frozenset(
            pks[pk] for pk in reacting.values_list("application_id", flat=True) if pk is not None
        ),
    )


def _local_applications(connection: Connection, remote_ids: Collection[int]) -> dict[int, LocalApplication]:
    rows = Application.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    columns = rows.values_list(
        "remote_id",
        "pk",
        "status",
        "job_id",
        "stage_id",
        "prospect",
        "not_visible_since",
        "candidate__remote_id",
        "synced_at",
        "erased_at",
        "candidate__erased_at",
        "candidate__id_taken_at",
        "erasure_requested_at",
        "applied_at",
        named=True,
    )
    return {
        row.remote_id: LocalApplication(
            pk=row.pk,
            status=row.status,
            job_id=row.job_id,
            stage_id=row.stage_id,
            prospect=row.prospect,
            visible=row.not_visible_since is None,
            candidate_remote_id=row.candidate__remote_id,
            synced_at=row.synced_at,
            applied_at=row.applied_at,
            ignored=any(
                (
                    row.erased_at,
                    row.candidate__erased_at,
                    row.candidate__id_taken_at,
                    row.erasure_requested_at,
                )
            ),
        )
        for row in columns
        if row.remote_id is not None
    }


def compare_candidates(
    candidates: Iterable[remote.Candidate], *, connection: Connection
) -> tuple[list[Difference], list[MissedInvitation]]:
    """Applications of candidates whose data changed. Those that waited for an address or for permission to e-mail are
    missed invitations if the candidate can now be e-mailed."""
    differences: list[Difference] = []
    missed: list[MissedInvitation] = []
    for page in batched(candidates, CANDIDATES):
        ours = _local_candidates(connection, [candidate.id for candidate in page])
        changed = [
            candidate
            for candidate in page
            if candidate.id in ours and _differs(ours[candidate.id], candidate)
        ]
        reachable = [
            candidate.id for candidate in changed if address_of(candidate.emails) and candidate.can_email
        ]
        waiting, of_candidates = _waiting_for_address(connection, reachable)
        missed += waiting
        differences += [
            Difference(
                remote_id=row.remote_id,
                kind=Kind.NOT_REPORTED,
                sentence=CANDIDATE_CHANGED,
                job_id=row.job_id,
                stage_id=row.stage_id,
            )
            for row in _applications_of(connection, [candidate.id for candidate in changed])
            if row.candidate__remote_id not in of_candidates
        ]
    return differences, missed


def _local_candidates(connection: Connection, remote_ids: Collection[int]) -> dict[int, Candidate]:
    rows = Candidate.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids, erased_at=None, id_taken_at=None
    )
    return {row.remote_id: row for row in rows if row.remote_id is not None}


def _differs(ours: Candidate, theirs: remote.Candidate) -> bool:
    return any(getattr(ours, name) != value for name, value in candidate_columns(theirs).items())


def _waiting_for_address(
    connection: Connection, candidate_ids: Collection[int]
) -> tuple[list[MissedInvitation], set[int]]:
    """Missed invitations of these candidates, whose steps waited for an address or for permission to e-mail, and the
    candidates who have one."""
    waiting = _waiting_applications(connection, candidate_ids) if candidate_ids else set()
    rows = [row for row in _applications_of(connection, candidate_ids) if row.remote_id in waiting]
    missed = [
        MissedInvitation(
            remote_id=row.remote_id,
            job_id=row.job_id,
            stage_id=row.stage_id,
            entered_at=row.stage_entered_at,
            was_unreachable=True,
        )
        for row in rows
    ]
    return missed, {row.candidate__remote_id for row in rows}


def _waiting_applications(connection: Connection, candidate_ids: Collection[int]) -> set[int]:
    step_requests = StepRequest.objects.across_organisations().filter(
        application__connection_id=connection.pk,
        application__candidate__remote_id__in=candidate_ids,
        application__status=Application.Status.ACTIVE,
        state=StepRequest.State.WAITING,
        waiting_reason__in=BLOCKING_REASONS,
    )
    remote_ids = step_requests.values_list("application__remote_id", flat=True)
    return {remote_id for remote_id in remote_ids if remote_id is not None}


def _applications_of(connection: Connection, candidate_ids: Collection[int]) -> Iterable[Any]:
    rows = Application.objects.across_organisations().filter(
        connection_id=connection.pk,
        candidate__remote_id__in=candidate_ids,
        remote_id__isnull=False,
        erasure_requested_at=None,
        erased_at=None,
    )
    columns = ("candidate__remote_id", "remote_id", "job_id", "stage_id", "stage_entered_at")
    return rows.order_by("pk").values_list(*columns, named=True)
