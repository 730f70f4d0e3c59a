"""The steps that candidates are invited to as they are added, and what is sent for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.models import Membership
from goodword.candidates.domain.adding import Person, add_candidate
from goodword.candidates.models import Application
from goodword.roles.models import Role, Step
from goodword.roles.slots import slots_of
from goodword.workflow.domain.automation import request_first
from goodword.workflow.domain.eligibility import is_unpublished


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChoice:
    """`waits`: its assessment is not published, so invitations go out later."""

    step: Step
    label: str
    hint: str
    waits: bool


def step_choices(role: Role) -> list[StepChoice]:
    steps = Step.objects.of(role.organisation).filter(role=role).select_related("organisation")
    return [_choice(step) for step in steps.order_by("kind")]


def _choice(step: Step) -> StepChoice:
    waits = is_unpublished(step)
    return StepChoice(
        step=step,
        label=step.get_kind_display(),
        hint=_("The assessment isn't published yet. They are invited once it is.") if waits else _sent(step),
        waits=waits,
    )


def _sent(step: Step) -> str:
    days, reminders = step.deadline_days, len(step.reminder_days)
    said = ngettext("Deadline: %(n)s working day.", "Deadline: %(n)s working days.", days) % {"n": days}
    if reminders:
        more = ngettext("At most %(n)s reminder.", "At most %(n)s reminders.", reminders) % {"n": reminders}
        said = f"{said} {more}"
    if step.kind == Step.Kind.REFERENCE_CHECK:
        asked = sum(slot.count for slot in slots_of(step.slots))
        more = ngettext("Asks for %(n)s referee.", "Asks for %(n)s referees.", asked) % {"n": asked}
        said = f"{more} {said}"
    return said


def add_and_invite(
    *,
    role: Role,
    person: Person,
    steps: Iterable[Step],
    member: Membership,
    now: datetime,
    import_id: int | None = None,
) -> Application:
    """Add a person and request these steps, in one transaction. Raises AlreadyOnRole and RoleArchived."""
    with transaction.atomic():
        application = add_candidate(role=role, person=person, member=member, now=now, import_id=import_id)
        for step in steps:
            request_first(application=application, step=step, at=now, by=f"member:{member.pk}")
        return application
