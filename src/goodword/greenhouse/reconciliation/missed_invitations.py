"""Missed invitations: candidates in a mapped stage whose arrival no webhook reported.

A pass invites only a few of them, and only after recent moves (`decide`): webhooks may have been off for weeks, and
candidates and recruiters would be surprised by an invitation for last month's move. All others wait for a member's
decision.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db import connection as db
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.candidates.models import Application, visible_applications
from goodword.core import crypto, database, process
from goodword.greenhouse.client import CONNECTION_ERRORS, UnexpectedShape
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation.comparison import Difference, MissedInvitation
from goodword.greenhouse.reconciliation.passes import Pass
from goodword.greenhouse.sync.applications import TooBusy, start_stage_steps, sync_applications
from goodword.greenhouse.sync.fetching import prefetch
from goodword.roles.models import AlreadyThere, Automation, StageRule
from goodword.workflow.domain.eligibility import BLOCKING_REASONS
from goodword.workflow.models import StepRequest

log = logging.getLogger(__name__)

Kind, State = Finding.Kind, Finding.State

AT_ONCE = 20
#: older moves wait for a member's decision
RECENT = timedelta(hours=48)

BATCH = 20

#: delays before trying again after an unreadable response of Greenhouse; then a member must decide again
UNREADABLE_WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 40))

#: first half of the advisory lock's key
_LOCK = 0x6865616C

TOO_MANY = (
    f"More than {AT_ONCE} invitations were missed: {AT_ONCE} were sent, the rest are waiting for a decision."
)
TOO_OLD = "In this stage for more than 48 hours."
UNKNOWN = "Greenhouse doesn't say how long they have been in this stage."
UNKNOWN_STATUS = "Greenhouse shows a status that Goodword doesn't know."
NO_ARRIVAL = (
    "In this stage without an invitation: they may have left and returned, or a rejection was undone."
)
REACHABLE = "Can be e-mailed now, but may have been in this stage for more than 48 hours."

NOT_INVITED = "Invitation failed (unexpected error). Try again, or invite them from their page."

ALREADY_THERE = "Already in this stage when the mapping was confirmed: not invited."
INVITED = "Entered a stage with a step, and no webhook reported it."


def decide(
    missed: Iterable[MissedInvitation], *, now: datetime, budget: int = AT_ONCE
) -> tuple[list[MissedInvitation], list[tuple[MissedInvitation, str]]]:
    """Return those to invite now, longest in the stage first, and those that wait for a decision, with the reason."""
    recent: list[MissedInvitation] = []
    waiting: list[tuple[MissedInvitation, str]] = []
    for missed_invitation in missed:
        if missed_invitation.unknown_status:
            waiting.append((missed_invitation, UNKNOWN_STATUS))
        elif missed_invitation.in_our_copy:
            waiting.append((missed_invitation, NO_ARRIVAL))
        elif _is_recent(missed_invitation, now):
            recent.append(missed_invitation)
        elif missed_invitation.was_unreachable:
            waiting.append((missed_invitation, REACHABLE))
        else:
            waiting.append((missed_invitation, TOO_OLD if _is_old(missed_invitation, now) else UNKNOWN))
    recent.sort(
        key=lambda missed_invitation: (missed_invitation.entered_at or now, missed_invitation.remote_id)
    )
    budget = max(budget, 0)
    waiting += [(missed_invitation, TOO_MANY) for missed_invitation in recent[budget:]]
    return recent[:budget], waiting


def _is_recent(missed_invitation: MissedInvitation, now: datetime) -> bool:
    moment = missed_invitation.entered_at or missed_invitation.not_before
    return moment is not None and moment > now - RECENT


def _is_old(missed_invitation: MissedInvitation, now: datetime) -> bool:
    moment = missed_invitation.entered_at or missed_invitation.not_after
    return moment is not None and moment <= now - RECENT


def settle_missed_invitations(work: Pass) -> None:
    """Decide who is invited. Sync the others first, without recording an arrival, so that they aren't invited. Sync
    deferred differences last: their candidates are merged by then, which starts no further step."""
    now = work.tick()
    ended = [
        missed_invitation for missed_invitation in work.missed.values() if _has_ended(missed_invitation, work)
    ]
    undecided = [
        missed_invitation
        for missed_invitation in work.missed.values()
        if not _has_ended(missed_invitation, work)
    ]
    already_there = [missed_invitation for missed_invitation in undecided if missed_invitation.already_there]
    others = [missed_invitation for missed_invitation in undecided if not missed_invitation.already_there]
    invited, waiting = decide(others, now=now, budget=_budget(work))
    suppressed = {
        missed_invitation.remote_id: missed_invitation.stage_id
        for missed_invitation in (*ended, *already_there, *(waiting_one for waiting_one, _ in waiting))
    }
    synced = {missed_invitation.remote_id for missed_invitation in undecided}
    deferred = [difference for difference in work.deferred.values() if difference.remote_id not in synced]
    work.expect(len(undecided) + len(deferred))
    work.sync(
        [
            _difference(missed_invitation, ALREADY_THERE, kind=Kind.MISSED_CHANGE)
            for missed_invitation in already_there
        ],
        suppressed=suppressed,
        decided=True,
    )
    work.sync(
        [_difference(missed_invitation, why) for missed_invitation, why in waiting],
        wait=True,
        suppressed=suppressed,
        decided=True,
    )
    work.sync(
        [_difference(missed_invitation, INVITED) for missed_invitation in invited],
        suppressed=suppressed,
        decided=True,
    )
    work.sync(deferred, suppressed=suppressed, decided=True)
    work.missed.clear()
    work.deferred.clear()
    work.step(len(undecided) + len(deferred))


def _has_ended(missed_invitation: MissedInvitation, work: Pass) -> bool:
    """Whether it waited for an address here, and was rejected or hired unseen."""
    found = work.deferred.get(missed_invitation.remote_id)
    return found is not None and found.kind == Kind.MISSED_END


def _budget(work: Pass) -> int:
    """Return how many invitations may still be sent. Those of failed passes count too, so that repeated failures don't
    add up to inviting everybody."""
    passes = Reconciliation.objects.across_organisations().filter(connection=work.connection)
    done = passes.filter(state=Reconciliation.State.DONE).order_by("-started_at").first()
    since = passes.filter(pk__gt=done.pk) if done else passes
    invited = Finding.objects.across_organisations().filter(
        found_in__in=since, kind=Kind.MISSED_INVITATION, state=State.SYNCED, settled_by=None
    )
    return AT_ONCE - invited.count()


def _difference(
    missed_invitation: MissedInvitation, sentence: str, *, kind: str = Kind.MISSED_INVITATION
) -> Difference:
    return Difference(
        remote_id=missed_invitation.remote_id,
        kind=kind,
        sentence=sentence,
        job_id=missed_invitation.job_id,
        stage_id=missed_invitation.stage_id,
        entered_at=missed_invitation.entered_at,
    )


def still_waiting() -> QuerySet[Finding]:
    """Findings that wait for a decision, while the application is in the stage and a step of it hasn't started."""
    step_requests = StepRequest.objects.across_organisations().filter(
        application=OuterRef(OuterRef("application_id")), step=OuterRef("step_id")
    )
    begun = step_requests.exclude(state=StepRequest.State.WAITING, waiting_reason__in=BLOCKING_REASONS)
    rules = StageRule.objects.across_organisations().filter(
        automation__connection_id=OuterRef("connection_id"),
        automation__job_id=OuterRef("job_id"),
        stage_id=OuterRef("stage_id"),
    )
    return Finding.objects.across_organisations().filter(
        Exists(rules.filter(~Exists(begun))),
        state=State.WAITING,
        application__status=Application.Status.ACTIVE,
        application__stage_id=F("stage_id"),
        application__job_id=F("job_id"),
        application__not_visible_since=None,
        application__erased_at=None,
        application__candidate__erased_at=None,
        application__erasure_requested_at=None,
    )


def waiting_for(member: Membership, connection: Connection) -> QuerySet[Finding]:
    return (
        still_waiting()
        .filter(
            organisation=member.organisation,
            connection=connection,
            application__in=visible_applications(member).values("pk"),
        )
        .order_by("entered_at", "pk")
    )


def end_obsolete(connection: Connection, *, now: datetime) -> int:
    waiting = Finding.objects.across_organisations().filter(Q(state=State.WAITING), connection=connection)
    obsolete = waiting.exclude(pk__in=still_waiting().filter(connection=connection).values("pk"))
    return obsolete.update(state=State.OBSOLETE, settled_at=now)


def request_invitations(
    connection: Connection, pks: Collection[int], *, member: Membership, now: datetime
) -> int:
    """Mark findings that the member may see. Returns how many. The caller's transaction must also defer the job."""
    chosen = waiting_for(member, connection).filter(pk__in=pks, invite_requested_at=None).values("pk")
    findings = Finding.objects.of(member.organisation)
    waiting = findings.filter(pk__in=chosen, state=State.WAITING)
    ids = list(waiting.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    unmarked = findings.filter(pk__in=ids, invite_requested_at=None)
    count = unmarked.update(invite_requested_at=now, invite_requested_by=member)
    if count:
        write_by(
            member,
            "reconciliation.invite_requested",
            now=now,
            details={"connection": connection.pk, "findings": ids},
        )
    return count


def dismiss(connection: Connection, pks: Collection[int], *, member: Membership, now: datetime) -> int:
    """Dismiss findings, except those marked for inviting. Candidates count as already there, so only a return to the
    stage invites them."""
    with transaction.atomic():
        chosen = waiting_for(member, connection).filter(pk__in=pks, invite_requested_at=None).values("pk")
        rows = list(
            Finding.objects.of(member.organisation)
            .select_for_update(no_key=True)
            .filter(pk__in=chosen, state=State.WAITING, invite_requested_at=None)
            .order_by("pk")
        )
        automations = {
            row.job_id: row
            for row in Automation.objects.of(member.organisation).filter(connection_id=connection.pk)
        }
        AlreadyThere.objects.across_organisations().bulk_create(
            [
                AlreadyThere(
                    organisation=member.organisation,
                    automation=automations[row.job_id],
                    remote_application_id=row.remote_application_id,
                    stage_id=row.stage_id,
                    recorded_at=now,
                )
                for row in rows
                if row.job_id in automations and row.remote_application_id and row.stage_id
            ],
            update_conflicts=True,
            unique_fields=["automation", "remote_application_id", "stage_id"],
            update_fields=["recorded_at"],
        )
        ids = [row.pk for row in rows]
        Finding.objects.of(member.organisation).filter(pk__in=ids).update(
            state=State.DISMISSED, settled_at=now, settled_by=member
        )
        if ids:
            write_by(
                member,
                "reconciliation.dismissed",
                now=now,
                details={"connection": connection.pk, "findings": ids},
            )
    return len(ids)


def send_requested(connection_id: int, *, tick: Callable[[], datetime]) -> int:
    """Invite the candidates that members chose, oldest first, in one worker per connection. Returns how many were
    settled."""
    connection = (
        Connection.objects.across_organisations()
        .select_related("organisation")
        .exclude(state=Connection.State.DISCONNECTED)
        .filter(pk=connection_id)
        .first()
    )
    if connection is None:
        return 0
    settled, last = 0, 0
    while batch := _next_requested(connection, after=last, now=tick()):
        process.check_stop()
        last = batch[-1].pk
        try:
            settled += _send(batch, connection=connection, now=tick())
        except (*CONNECTION_ERRORS, crypto.CannotOpen) as error:
            log.warning("Missed invitations of %s wait: %s", connection, error)
            return settled
        except Exception as error:  # one candidate's error must not stop the others
            if database.is_outage(error):
                raise
            alone = sum(_send_alone(finding, connection=connection, now=tick()) for finding in batch)
            settled += alone
            if not alone:  # probably not because of these candidates; the next sweep goes on with the others
                return settled
    return settled


@contextmanager
def exclusively(connection_id: int) -> Iterator[bool]:
    """Yield whether this worker alone may invite for the connection, until the block or database session ends."""
    key = (_LOCK << 32) | (connection_id & 0x7FFFFFFF)
    with db.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with db.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def invites_requested(*, now: datetime) -> QuerySet[Finding]:
    """Findings to invite now."""
    return Finding.objects.across_organisations().filter(
        Q(try_again_at=None) | Q(try_again_at__lte=now),
        state=State.WAITING,
        invite_requested_at__isnull=False,
    )


def _next_requested(connection: Connection, *, after: int, now: datetime) -> list[Finding]:
    requested = invites_requested(now=now).filter(connection=connection, pk__gt=after)
    return list(requested.order_by("pk")[:BATCH])


def _send_alone(finding: Finding, *, connection: Connection, now: datetime) -> int:
    try:
        return _send([finding], connection=connection, now=now)
    except (*CONNECTION_ERRORS, TooBusy, OperationalError) as error:
        if database.is_outage(error):
            raise
        log.warning("%s waits: %s", finding, error)
    except UnexpectedShape as error:
        if finding.attempts < len(UNREADABLE_WAITS):
            log.warning("%s waits: %s", finding, error)
            at = now + UNREADABLE_WAITS[finding.attempts]
            _still_requested(finding).update(attempts=finding.attempts + 1, try_again_at=at)
        else:
            log.error("Missed invitation of application %s failed: %s", finding.application_id, error)
            _hand_back(finding)
    except Exception as error:  # must not stop the others
        if database.is_outage(error):
            raise
        log.exception("Missed invitation of application %s failed", finding.application_id)
        _hand_back(finding)
    return 0


def _hand_back(finding: Finding) -> None:
    """Return the finding to the list of missed invitations, since another automatic retry wouldn't help."""
    _still_requested(finding).update(
        invite_requested_at=None,
        invite_requested_by=None,
        attempts=0,
        try_again_at=None,
        sentence=NOT_INVITED,
    )


def _still_requested(finding: Finding) -> QuerySet[Finding]:
    return Finding.objects.across_organisations().filter(
        pk=finding.pk, state=State.WAITING, invite_requested_at=finding.invite_requested_at
    )


def _send(batch: Sequence[Finding], *, connection: Connection, now: datetime) -> int:
    remote_ids = [
        finding.remote_application_id for finding in batch if finding.remote_application_id is not None
    ]
    prefetched = prefetch(connection, dict.fromkeys(remote_ids), now=now)
    sync_applications(connection, remote_ids, now=now, prefetched=prefetched)
    return sum(_settle(finding.pk, now=now) for finding in batch)


def _settle(pk: int, *, now: datetime) -> bool:
    """Request the steps and settle the finding in one transaction, so that a second run finds nothing to do."""
    with transaction.atomic():
        row = (
            Finding.objects.across_organisations()
            .select_for_update(of=("self",), no_key=True)
            .filter(pk=pk, state=State.WAITING, invite_requested_at__isnull=False)
            .first()
        )
        if row is None:
            return False
        by = f"member:{row.invite_requested_by_id}" if row.invite_requested_by_id else "goodword"
        step_requests = row.application_id is not None and start_stage_steps(
            row.application_id, job_id=row.job_id, stage_id=row.stage_id, by=by, at=now
        )
        row.state = State.SYNCED if step_requests else State.OBSOLETE
        row.settled_at, row.settled_by_id = now, row.invite_requested_by_id
        row.save(update_fields=["state", "settled_at", "settled_by"])
        return True
