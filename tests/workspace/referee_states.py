"""A reference check with a referee in each state."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from goodword.candidates.models import Application
from goodword.core import clock
from goodword.references.domain.sending import send_request
from goodword.references.domain.slot_changes import cannot_provide
from goodword.references.models import Check, Referee, Reference, ReferenceRequest
from goodword.roles.models import Role
from goodword.roles.slots import SlotSetting, stored
from tests.support import factories
from tests.workspace.applications import checked

State = ReferenceRequest.State
SLOTS = [
    SlotSetting(relationship="manager", count=2, needed=True, hint="One of them from your last job"),
    SlotSetting(relationship="peer", count=3),
    SlotSetting(relationship="client", count=2),
]


def asks_for_seven(role: Role) -> None:
    """Make the role ask for seven referees and a self-assessment."""
    step = factories.step(role, "reference_check")
    step.slots, step.least, step.self_reference = stored(SLOTS), 6, "needed"
    step.save()


def check_with_all_states(application: Application) -> Check:
    """Answered, begun, bounced, on hold for an offer, declined, free and not available."""
    check = checked(application)
    now = clock.now()
    Check.objects.of(check.organisation).filter(pk=check.pk).update(
        opened_at=now - timedelta(days=3), deadline_at=now + timedelta(days=6)
    )
    check.refresh_from_db()
    _asked(check, 1, "Maria Schmidt", "manager", state=State.ANSWERED)
    _asked(check, 2, "Oluwaseun Adeyemi-Featherstonehaugh", "manager", undelivered_at=now)
    _asked(check, 3, "Paul Meier", "peer", state=State.BEGUN, begun_at=now - timedelta(hours=5))
    _named(check, 4, "Hans Huber", "peer", after_offer=True, deferred_at=now)
    _asked(
        check,
        5,
        "Rosa Klein",
        "peer",
        state=State.DECLINED,
        settled_at=now,
        why="would_rather_not",
        decline_reason="We only worked together for a few weeks, I would not do her justice.",
    )
    cannot_provide(
        check_id=check.pk, slot=7, reason="I never worked with clients directly in that job.", now=now
    )
    check.refresh_from_db()
    return check


def _named(check: Check, slot: int, name: str, relationship: str, **more: Any) -> Referee:
    values: dict[str, Any] = {
        "email": f"{name.split(maxsplit=1)[0].lower()}@globex.example",
        "company": "Globex",
        "candidate_title": "Engineer",
        "from_month": "2021-04",
        "to_month": "2023-08",
        "created_at": check.opened_at,
    }
    return Referee.objects.create(
        organisation=check.organisation,
        check_run=check,
        slot=slot,
        name=name,
        relationship=relationship,
        **values | more,
    )


def _asked(check: Check, slot: int, name: str, relationship: str, **more: Any) -> ReferenceRequest:
    referee = _named(check, slot, name, relationship)
    with transaction.atomic():
        request = send_request(check, referee, now=check.opened_at)
    for column, value in more.items():
        setattr(request, column, value)
    request.save()
    if request.state == State.ANSWERED:
        Reference.objects.create(
            organisation=check.organisation,
            request=request,
            version=check.version,
            answers={},
            submitted_at=clock.now(),
        )
    return request
