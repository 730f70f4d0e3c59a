"""The list of starts that wait for a click: asked for by a member, or decided against."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.queries import visible_applications
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.reconciliation.gone import still_waiting
from goodword.roles.models import AlreadyThere, Automation

State = Finding.State


def waiting_of(connection: Connection, member: Membership) -> QuerySet[Finding]:
    """What waits on roles that the member sees, of candidates whom they see; longest in the stage first."""
    return (
        still_waiting()
        .filter(
            organisation=member.organisation,
            connection=connection,
            application__in=visible_applications(member).values("pk"),
        )
        .order_by("entered_at", "pk")
    )


def ask_start(connection: Connection, pks: Collection[int], *, member: Membership, now: datetime) -> int:
    """Ask for the starts of these entries, as far as the member sees them; returns how many were not asked for yet.

    In the caller's transaction, who defers the job. They start once Greenhouse has been asked again.
    """
    chosen = waiting_of(connection, member).filter(pk__in=pks, start_requested_at=None).values("pk")
    asked = Finding.objects.of(member.organisation).filter(pk__in=chosen, state=State.WAITING)
    ids = list(asked.select_for_update().order_by("pk").values_list("pk", flat=True))
    fresh = Finding.objects.of(member.organisation).filter(pk__in=ids, start_requested_at=None)
    count = fresh.update(start_requested_at=now, start_requested_by=member)
    if count:
        write(
            organisation=member.organisation,
            action="reconciliation.start_requested",
            member=member,
            now=now,
            details={"connection": connection.pk, "findings": ids},
        )
    return count


def dismiss(connection: Connection, pks: Collection[int], *, member: Membership, now: datetime) -> int:
    """Decide against starting these; returns how many that were.

    They are recorded as already in the stage: reconciliation leaves them alone while they remain in it.
    When they leave it and come again, the step starts as for anybody. What was asked to start stays asked.
    """
    with transaction.atomic():
        chosen = waiting_of(connection, member).filter(pk__in=pks, start_requested_at=None).values("pk")
        rows = list(
            Finding.objects.of(member.organisation)
            .select_for_update()
            .filter(pk__in=chosen, state=State.WAITING, start_requested_at=None)
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
            write(
                organisation=member.organisation,
                action="reconciliation.dismissed",
                member=member,
                now=now,
                details={"connection": connection.pk, "findings": ids},
            )
    return len(ids)
