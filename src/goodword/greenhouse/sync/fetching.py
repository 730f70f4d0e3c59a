"""Reads applications and their recruiters from Harvest, outside of any transaction. Writes nothing."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import QuerySet

from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application, Candidate
from goodword.core.addresses import normalised, without_invisible
from goodword.core.compiled_queries import compiled
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import Forbidden, HarvestApi, OwnerKind, User
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.candidates import is_address
from goodword.greenhouse.sync.harvest import BRIEFLY, CachedReads, harvest
from goodword.greenhouse.sync.identity import is_anonymous, taken_from
from goodword.roles.models import Automation, automation_of, rules_of_stage

#: after this time we look a recruiter up again, since they may have been deactivated
RECRUITER_TTL = timedelta(days=1)

type Version = datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookUser:
    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Parts of a signed delivery that fill gaps in Harvest's data. `restored`: a rejection or a hire was undone."""

    stage_id: int | None = None
    arrived: bool = False
    restored: bool = False
    received_at: datetime | None = None
    reason: str = ""
    users: tuple[WebhookUser, ...] = ()


NO_HINT = Hint()


@dataclass(frozen=True, slots=True)
class Prefetched:
    """Records read together, by Greenhouse's ids. Valid while the version of our row (`synced_at`) stays the same."""

    applications: Mapping[int, tuple[remote.Application, Version]] = field(default_factory=dict)
    candidates: Mapping[int, tuple[remote.Candidate, Version]] = field(default_factory=dict)

    def application(self, remote_id: int, *, as_of: Version) -> remote.Application | None:
        return _fresh(self.applications.get(remote_id), as_of)

    def candidate(self, remote_id: int, *, as_of: Version) -> remote.Candidate | None:
        return _fresh(self.candidates.get(remote_id), as_of)


NOTHING_PREFETCHED = Prefetched()


def _fresh[T](read: tuple[T, Version] | None, as_of: Version) -> T | None:
    return read[0] if read is not None and read[1] == as_of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRecruiter:
    remote_id: int | None = None
    name: str = ""
    email: str = ""


NOBODY = RemoteRecruiter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationReading:
    """An application as read, and the versions (`synced_at`) that our rows had before.

    `application` or `candidate` is None: not visible. `unlinked`: it belongs to no role, and the candidate wasn't read.
    `taken_from`: our candidate whose id Greenhouse now gives to somebody else, so nothing may be written.
    `merged_from`: our candidate who has the application, if Greenhouse shows it as another one's. `recruiter` is None:
    unchanged. `restored`: the delivery undoes a rejection or a hire.
    """

    remote_id: int
    application: remote.Application | None
    candidate: remote.Candidate | None = None
    unlinked: bool = False
    taken_from: int | None = None
    merged_from: int | None = None
    recruiter: RemoteRecruiter | None = None
    entered_at: datetime | None = None
    reason: str = ""
    restored: bool = False
    application_as_of: Version = None
    candidate_as_of: Version = None


def read_application(
    api: HarvestApi,
    *,
    connection: Connection,
    remote_id: int,
    hint: Hint,
    now: datetime,
    prefetched: Prefetched = NOTHING_PREFETCHED,
    ours: Application | None = None,
) -> ApplicationReading:
    """Read an application. Makes two calls in v3, or up to four if the stage or recruiter is new. `ours`: our copy, if
    it has just been read. Raises HarvestError."""
    ours = ours or our_application(connection.pk, remote_id)
    as_of = ours.synced_at if ours else None
    application = prefetched.application(remote_id, as_of=as_of) or api.application(remote_id)
    reading = ApplicationReading(remote_id=remote_id, application=application, application_as_of=as_of)
    if application is None:
        return reading
    automation = None
    if ours is None or application.job_id is None:
        automation = automation_for(connection, application)
    if ours is None and automation is None:
        return replace(reading, unlinked=True)
    known = _our_candidate(connection, application.candidate_id, ours=ours)
    candidate_as_of = known.synced_at if known else None
    candidate = prefetched.candidate(application.candidate_id, as_of=candidate_as_of)
    candidate = candidate or api.candidate(application.candidate_id)
    reading = replace(
        reading,
        candidate=candidate,
        candidate_as_of=candidate_as_of,
        merged_from=ours.candidate_id if ours is not None and ours.candidate != known else None,
    )
    if candidate is None:
        return reading
    if taken := taken_from(application, candidate, ours=ours, known=known):
        if is_anonymous(candidate):  # ours or somebody else's: either way, there is nothing to copy
            return replace(reading, candidate=None)
        return replace(reading, taken_from=taken.pk)
    return add_details(
        reading, api=api, ours=ours, automation=automation, connection=connection, hint=hint, now=now
    )


def our_application(connection_id: int, remote_id: int) -> Application | None:
    found = _our_application(connection_id, remote_id)
    return found[0] if found else None


@compiled
def _our_application(connection_id: int, remote_id: int) -> QuerySet[Application]:
    rows = Application.objects.across_organisations().select_related("candidate")
    return rows.filter(connection_id=connection_id, remote_id=remote_id)[:1]


def _our_candidate(connection: Connection, remote_id: int, *, ours: Application | None) -> Candidate | None:
    if ours is not None:
        candidate = ours.candidate
        if (candidate.connection_id, candidate.remote_id) == (connection.pk, remote_id):
            return candidate
    return our_candidate(connection.pk, remote_id)


def our_candidate(connection_id: int | None, remote_id: int) -> Candidate | None:
    rows = Candidate.objects.across_organisations()
    return rows.filter(connection_id=connection_id, remote_id=remote_id).first()


def is_mapped(*, connection_id: int, job_id: int | None, stage_id: int | None) -> bool:
    return bool(rules_of_stage(connection_id=connection_id, job_id=job_id, stage_id=stage_id))


def automation_for(connection: Connection, application: remote.Application) -> Automation | None:
    """Return the automation of the application's job. For a prospect, use the first of the prospective jobs that has
    one."""
    jobs = application.prospective_job_ids if application.job_id is None else (application.job_id,)
    for job_id in jobs:
        if found := automation_of(connection_id=connection.pk, job_id=job_id):
            return found
    return None


def add_details(
    reading: ApplicationReading,
    *,
    api: HarvestApi,
    ours: Application | None,
    automation: Automation | None,
    connection: Connection,
    hint: Hint,
    now: datetime,
    is_mapped: Callable[..., bool] = is_mapped,
) -> ApplicationReading:
    application = reading.application
    assert application is not None
    cached = CachedReads(api, connection=connection, now=now)
    return replace(
        reading,
        reason=application.rejection_reason_name or hint.reason,
        restored=hint.restored,
        entered_at=_entered_at(
            cached, application, ours=ours, connection=connection, hint=hint, is_mapped=is_mapped
        ),
        recruiter=_recruiter(
            cached, application, ours=ours, automation=automation, connection=connection, hint=hint, now=now
        ),
    )


def _entered_at(
    api: CachedReads,
    application: remote.Application,
    *,
    ours: Application | None,
    connection: Connection,
    hint: Hint,
    is_mapped: Callable[..., bool],
) -> datetime | None:
    """Return when the application entered the stage. This is read only if the stage is new and starts a step; otherwise
    the time when a delivery reported it is used."""
    if application.stage_id is None or (ours is not None and ours.stage_id == application.stage_id):
        return None
    if application.stage_entered_at is not None:
        return application.stage_entered_at
    entered_at = None
    if connection.api == Connection.Api.V3 and is_mapped(
        connection_id=connection.pk, job_id=application.job_id, stage_id=application.stage_id
    ):
        with suppress(Forbidden):
            entered_at = api.stage_entered_at(application.id)
    reported = hint.arrived and hint.stage_id == application.stage_id
    return entered_at or (hint.received_at if reported else None)


def _recruiter(
    api: CachedReads,
    application: remote.Application,
    *,
    ours: Application | None,
    automation: Automation | None,
    connection: Connection,
    hint: Hint,
    now: datetime,
) -> RemoteRecruiter | None:
    known = (
        ours is not None
        and ours.recruiter_email
        and application.recruiter_id in {None, ours.recruiter_remote_id}
        and ours.synced_at is not None
        and ours.synced_at > now - RECRUITER_TTL
    )
    if known:
        return None
    found = find_recruiter(
        api,
        recruiter_id=application.recruiter_id,
        job_id=application.job_id or (automation.job_id if automation else None),
        webhook_users=hint.users,
        organisation=connection.organisation,
    )
    if ours is not None and not found.email and found.remote_id == ours.recruiter_remote_id is not None:
        return None  # no address this time, so keep the stored one
    return found


def find_recruiter(
    api: CachedReads,
    *,
    recruiter_id: int | None,
    job_id: int | None,
    webhook_users: Collection[WebhookUser],
    organisation: Organisation,
) -> RemoteRecruiter:
    """The application's recruiter, else the job's responsible one. The address comes from Greenhouse's users, else from
    a signed body if its domain is the organisation's."""
    own_domains = organisation.own_domains
    for user_id in possible_recruiters(api, recruiter_id=recruiter_id, job_id=job_id):
        try:
            user = api.user(user_id)
        except Forbidden:
            return _from_webhook(user_id, webhook_users, own_domains)
        if user is None or user.disabled:
            continue
        email = _address_of(user, organisation) or _from_webhook(user_id, webhook_users, own_domains).email
        return RemoteRecruiter(remote_id=user_id, name=user.name, email=email)
    return NOBODY


def _address_of(user: User, organisation: Organisation) -> str:
    """The user's first address, unless they are a member with another one: members find their candidates by the address
    they sign in with, and deactivated members get no mail."""
    addresses = [address for email in user.emails if (address := _valid_address(email))]
    if len(addresses) > 1:
        members = Membership.objects.of(organisation)
        for rows in (members.filter(deactivated_at=None), members):
            for address in addresses:
                if rows.filter(user__email__same_address=address).exists():
                    return address
    return addresses[0] if addresses else ""


def possible_recruiters(
    api: HarvestApi | CachedReads, *, recruiter_id: int | None, job_id: int | None
) -> Iterator[int]:
    """User ids, best first. The hiring team is read only if the first one isn't used."""
    if recruiter_id is not None:
        yield recruiter_id
    if job_id is None:
        return
    try:
        owners = list(api.job_owners([job_id]))
    except Forbidden:
        return
    for owner in owners:
        if owner.kind is OwnerKind.RECRUITER and owner.responsible and owner.user_id != recruiter_id:
            yield owner.user_id


def _from_webhook(
    user_id: int, webhook_users: Collection[WebhookUser], own_domains: Collection[str]
) -> RemoteRecruiter:
    own = {domain.strip().lower().removeprefix("@") for domain in own_domains}
    for user in webhook_users:
        if user.id == user_id:
            trusted = normalised(user.email).rpartition("@")[2] in own
            email = _valid_address(user.email) if trusted else ""
            return RemoteRecruiter(remote_id=user_id, name=user.name, email=email)
    return RemoteRecruiter(remote_id=user_id)


def _valid_address(address: str) -> str:
    return without_invisible(address) if is_address(address) else ""


def prefetch(connection: Connection, wanted: Mapping[int, int | None], *, now: datetime) -> Prefetched:
    """Read several applications at once: fifty take two or three calls. `wanted`: application ids with candidate ids.
    Raises HarvestError."""
    ours = our_applications(connection, wanted)
    known = {
        remote_id: wanted[remote_id] or (ours[remote_id].candidate.remote_id if remote_id in ours else None)
        for remote_id in wanted
    }
    versions = _candidate_versions(
        connection, {candidate_id for candidate_id in known.values() if candidate_id is not None}
    )
    with harvest(connection, retry=BRIEFLY) as api:
        found = list(api.people_of(known))
        stages = _new_stages(
            api, [application for application, _ in found], ours=ours, connection=connection, now=now
        )
    return Prefetched(
        {
            application.id: (
                _with_stage(application, stages),
                ours[application.id].synced_at if application.id in ours else None,
            )
            for application, _ in found
        },
        {person.id: (person, versions[person.id]) for _, person in found if person.id in versions},
    )


def our_applications(connection: Connection, remote_ids: Collection[int]) -> dict[int, Application]:
    rows = Application.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    return {row.remote_id: row for row in rows.select_related("candidate") if row.remote_id is not None}


def _candidate_versions(connection: Connection, remote_ids: Collection[int]) -> dict[int, Version]:
    rows = Candidate.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    found = dict(rows.values_list("remote_id", "synced_at"))
    return {remote_id: found.get(remote_id) for remote_id in remote_ids}


def _new_stages(
    api: HarvestApi,
    applications: Collection[remote.Application],
    *,
    ours: Mapping[int, Application],
    connection: Connection,
    now: datetime,
) -> dict[int, remote.ApplicationStage]:
    new = [
        application
        for application in applications
        if application.stage_entered_at is None
        and (application.id not in ours or ours[application.id].stage_id != application.stage_id)
    ]
    mapped = {
        (job_id, stage_id)
        for job_id, stage_id in {(application.job_id, application.stage_id) for application in new}
        if is_mapped(connection_id=connection.pk, job_id=job_id, stage_id=stage_id)
    }
    wanted = [application.id for application in new if (application.job_id, application.stage_id) in mapped]
    try:
        with CachedReads(api, connection=connection, now=now).refusals("stages"):
            return {stage.application_id: stage for stage in api.application_stages_of(wanted)}
    except Forbidden:
        return {}


def _with_stage(
    application: remote.Application, stages: Mapping[int, remote.ApplicationStage]
) -> remote.Application:
    stage = stages.get(application.id)
    if stage is None or stage.stage_id != application.stage_id:
        return application
    return replace(application, stage_entered_at=stage.entered_at)
