"""The e-mails that an automation leads to, as its review shows them.

The code that will write them writes them here too, for a fictitious candidate and referee, in a transaction that is
rolled back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.assessments.attempts import mails as assessment_mails
from goodword.assessments.attempts.invitations import assign
from goodword.assessments.models import Assessment
from goodword.candidates.models import Application, Candidate
from goodword.notifications.domain.send import render
from goodword.notifications.models import Email
from goodword.references.domain import mails as check_mails
from goodword.references.domain.invitations import open_check
from goodword.references.models import Referee
from goodword.roles.models import Role, Step
from goodword.roles.slots import ANY, slots_of
from goodword.workflow.models import StepRequest
from goodword.workspace.automation.draft import AutomationDraft

ASSESSMENT, CHECK = Step.Kind.ASSESSMENT, Step.Kind.REFERENCE_CHECK
#: stands for the personal link
LINK = "https://personal-link.example/"
_SIGNATURE = "\n-- \n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, with its `lines`; the items of a list; or the label of the button."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """`footer`: the small print below."""

    #: as in Settings > E-mail texts
    kind: str
    name: str
    sender: str
    reply_to: str
    subject: str
    language: str
    blocks: tuple[Block, ...]
    footer: str


def mails_sent(
    role: Role, *, draft: AutomationDraft, title: str, publish: Assessment | None, now: datetime
) -> list[ShownMail]:
    """`title`: that candidates see. `publish`: the draft that is invited to. Nothing is saved or sent."""
    with transaction.atomic():
        try:
            return list(_mails(role, draft=draft, title=title, publish=publish, now=now))
        finally:
            transaction.set_rollback(True)


def _mails(
    role: Role, *, draft: AutomationDraft, title: str, publish: Assessment | None, now: datetime
) -> Iterator[ShownMail]:
    organisation = role.organisation
    Role.objects.of(organisation).filter(pk=role.pk).update(title=title[:200])
    if publish is not None:
        Assessment.objects.of(organisation).filter(pk=publish.pk).update(published_at=now)
    candidate = Candidate.objects.create(
        organisation=organisation,
        first_name="Alex",
        last_name="Example",
        email="alex@example.com",
        created_at=now,
    )
    application = Application.objects.create(
        organisation=organisation,
        candidate=candidate,
        role=Role.objects.of(organisation).select_related("owner__user", "organisation").get(pk=role.pk),
        created_at=now,
    )
    steps = {step.kind: step for step in role.steps.select_related("organisation", "role")}
    if draft.assessment:
        yield from _of_assessment(steps[ASSESSMENT], application, now=now)
    if draft.reference_check:
        yield from _of_check(steps[CHECK], application, now=now)


def _of_assessment(step: Step, application: Application, *, now: datetime) -> Iterator[ShownMail]:
    attempt = assign(step_request=_requested(step, application, now), application=application, now=now, by="")
    yield _shown(_("Assessment"), _last_mail(application))
    if step.reminder_days:
        left = len(step.reminder_days) - 1
        assessment_mails.mail_candidate(
            attempt, application=application, name="reminder", key="reminder:1", left=left, now=now
        )
        yield _shown(_("Reminder"), _last_mail(application))


def _of_check(step: Step, application: Application, *, now: datetime) -> Iterator[ShownMail]:
    check = open_check(step_request=_requested(step, application, now), now=now, by="")
    yield _shown(_("Reference check"), _last_mail(application))
    first = slots_of(step.slots)[0]
    referee = Referee(
        organisation=application.organisation,
        check_run=check,
        slot=1,
        name="Robin Example",
        email="robin@example.com",
        relationship=Referee.Relationship.MANAGER if first.relationship == ANY else first.relationship,
        company="Example Ltd",
        from_month=f"{now.year - 3}-01",
        to_month=f"{now.year - 1}-12",
        created_at=now,
    )
    yield _shown(_("Referee"), check_mails.unsent_request(check, referee, now=now))


def _requested(step: Step, application: Application, now: datetime) -> StepRequest:
    return StepRequest.objects.create(
        organisation=application.organisation,
        application=application,
        step=step,
        state=StepRequest.State.STARTED,
        requested_at=now,
    )


def _last_mail(application: Application) -> Email:
    return Email.objects.of(application.organisation).filter(application=application).latest("pk")


def _shown(name: str, email: Email) -> ShownMail:
    rendered = render(email, link=LINK)
    text, _found, footer = rendered.text.partition(_SIGNATURE)
    return ShownMail(
        kind=email.kind,
        name=name,
        sender=email.from_name,
        reply_to=email.reply_to,
        subject=rendered.subject,
        language=email.language,
        blocks=tuple(_block(part) for part in text.strip().split("\n\n") if part.strip()),
        footer=footer.strip(),
    )


def _block(paragraph: str) -> Block:
    lines = [line.strip() for line in paragraph.strip().splitlines()]
    if LINK in lines:
        return Block(kind="button", lines=(lines[0].rstrip(": \u00a0\u202f"),))
    if all(line.startswith("- ") for line in lines):
        return Block(kind="list", lines=tuple(line.removeprefix("- ") for line in lines))
    return Block(kind="text", lines=tuple(lines))
