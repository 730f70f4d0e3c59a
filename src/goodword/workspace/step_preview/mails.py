"""Previews of a step's e-mails, written by the code that sends them, in a transaction that is rolled back."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.attempts import mails as assessment_mails
from goodword.assessments.attempts.invitations import assign
from goodword.assessments.attempts.parts import languages_of
from goodword.assessments.models import AssessmentPart, Attempt
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.notifications.domain.mail_texts import render as render_mail
from goodword.notifications.models import Email
from goodword.references.domain.checks import day_in_words
from goodword.references.domain.invitations import open_check
from goodword.references.domain.mails import REQUEST, REQUEST_REMINDER, mail_candidate, mail_referee
from goodword.references.domain.nominations import nominate
from goodword.references.domain.sending import send_request
from goodword.references.models import Check
from goodword.roles.models import Role, Step, visible_roles
from goodword.workflow.portal import language_choices
from goodword.workspace.mail_texts.forms import MAILS
from goodword.workspace.step_preview.examples import (
    example_application,
    example_referee,
    example_request,
    rolled_back,
    wanted_language,
)

#: placeholder for the personal link
LINK = "https://personal-link.example/"
_SIGNATURE = "\n-- \n"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBlock:
    """A paragraph with its `lines`, the items of a list, or the label of the button."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """`kind`: as in Email. `footer`: the small print."""

    kind: str
    name: str
    sender: str
    reply_to: str
    subject: str
    language: str
    blocks: tuple[MailBlock, ...]
    footer: str

    @property
    def is_editable(self) -> bool:
        """Whether the organisation can customise its text."""
        return self.kind in MAILS


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMails:
    """`language`: the language of these mails. `languages`: all languages of the step."""

    mails: tuple[ShownMail, ...]
    language: str
    languages: tuple[str, ...]


def step_mails(step: Step, *, language: str, now: datetime) -> StepMails:
    """All mails, in `language` if the step has it. Nothing is saved or sent."""
    with rolled_back():
        application = example_application(step.role, language=language, now=now)
        match kind := Step.Kind(step.kind):
            case Step.Kind.ASSESSMENT:
                attempt = _attempt(step, application, now=now)
                parts = AssessmentPart.objects.of(step.organisation).filter(assessment=attempt.assessment_id)
                found = list(parts.select_related("test__organisation").order_by("order"))
                return StepMails(
                    mails=tuple(_assessment_mails(attempt, application, now=now)),
                    language=attempt.language,
                    languages=tuple(languages_of(found)),
                )
            case Step.Kind.REFERENCE_CHECK:
                check = _check(step, application, now=now)
                return StepMails(
                    mails=tuple(_check_mails(check, now=now)),
                    language=check.language,
                    languages=tuple(check.languages),
                )
            case _:
                assert_never(kind)


def first_mails(role: Role, *, kinds: Collection[str], now: datetime) -> Iterator[ShownMail]:
    """The first mails of steps of these kinds. Call only inside a transaction that is rolled back."""
    application = example_application(role, now=now)
    steps = {step.kind: step for step in role.steps.select_related("organisation", "role")}
    if Step.Kind.ASSESSMENT in kinds:
        attempt = _attempt(steps[Step.Kind.ASSESSMENT], application, now=now)
        yield from _assessment_mails(attempt, application, now=now)
    if Step.Kind.REFERENCE_CHECK in kinds:
        check = _check(steps[Step.Kind.REFERENCE_CHECK], application, now=now)
        shown = {mail.kind: mail for mail in _check_mails(check, now=now)}
        yield shown["references.invitation"]
        yield shown[REQUEST]


def _attempt(step: Step, application: Application, *, now: datetime) -> Attempt:
    return assign(
        step_request=example_request(step, application, now=now), application=application, now=now, by=""
    )


def _assessment_mails(attempt: Attempt, application: Application, *, now: datetime) -> Iterator[ShownMail]:
    yield _shown(_("Assessment"), application)
    if attempt.reminders_promised:
        assessment_mails.mail_candidate(
            attempt,
            application=application,
            name="reminder",
            key="reminder:1",
            left=attempt.reminders_promised - 1,
            now=now,
        )
        yield _shown(_("Reminder"), application)


def _check(step: Step, application: Application, *, now: datetime) -> Check:
    return open_check(step_request=example_request(step, application, now=now), now=now, by="")


def _check_mails(check: Check, *, now: datetime) -> Iterator[ShownMail]:
    application = check.step_request.application
    yield _shown(_("Reference check"), application)
    if check.reminders_promised:
        left = check.reminders_promised - 1
        mail_candidate(check, name="reminder", key="reminder:1", reminders=left, now=now)
        yield _shown(_("Reminder"), application)
    kind = check.slots.order_by("number")[0].relationship
    details = example_referee(1, relationship=kind, language=check.language, now=now)
    request = send_request(check, nominate(check_id=check.pk, slot=1, details=details, now=now), now=now)
    yield _shown(_("Request to the referee"), application)
    if request.reminders_promised:
        request.reminders_sent = 1
        mail_referee(request, check=check, kind=REQUEST_REMINDER, key="reminder:1", now=now)
        yield _shown(_("Reminder to the referee"), application)
    day = day_in_words(request.deadline_at, organisation=check.organisation, language=check.language)
    mail_candidate(check, name="slow", key="slow", referees=[request.referee.name], last_day=day, now=now)
    yield _shown(_("Referee hasn't answered"), application)


def _shown(name: str, application: Application) -> ShownMail:
    """The mail queued last."""
    email = Email.objects.of(application.organisation).filter(application=application).latest("pk")
    rendered = render_mail(email, link=LINK)
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


def _block(paragraph: str) -> MailBlock:
    lines = [line.strip() for line in paragraph.strip().splitlines()]
    if LINK in lines:
        return MailBlock(kind="button", lines=(lines[0].rstrip(": \u00a0\u202f"),))
    if all(line.startswith("- ") for line in lines):
        return MailBlock(kind="list", lines=tuple(line.removeprefix("- ") for line in lines))
    return MailBlock(kind="text", lines=tuple(lines))


@require_safe
@access.member(kinds=access.WORKS)
def mails_page(request: MemberRequest, pk: int, step_pk: int) -> HttpResponse:
    role = access.get_or_404(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation", "role")
    step = access.get_or_404(steps.filter(role=role), step_pk)
    shown = step_mails(step, language=wanted_language(request), now=clock.now())
    context = {
        "role": role,
        "step": step,
        "mails": shown.mails,
        "language": shown.language,
        "languages": language_choices(shown.languages),
    }
    return render(request, "workspace/step_preview/step_mails.html", context)
