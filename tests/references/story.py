"""A check driven by domain functions, with links taken from its mails."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import translation

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.events import record
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain import responses, sending
from goodword.references.domain.checks import (
    candidate_language,
    referee_language,
    store_candidate_language,
    store_referee_language,
)
from goodword.references.domain.nominations import nominate
from goodword.references.domain.responses import SubmittedAnswer
from goodword.references.models import Check, Reference, ReferenceRequest
from goodword.references.views import answering
from goodword.roles.models import Step
from goodword.workflow.domain.step_requests import request_step
from tests.references.stage import DETAILS
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept

NOW = factories.NOW

MANAGER = {
    "r-name": "Maria Schmidt",
    "r-email": "maria@globex.example",
    "r-relationship": "manager",
    "r-company": "Globex",
    "r-candidate_title": "Engineer",
    "r-from_month_month": "4",
    "r-from_month_year": "2021",
    "r-to_month_month": "8",
    "r-to_month_year": "2023",
    "r-message": "Dear Maria, would you tell them about the crane?",
    "r-language": "en",
}
PEER = MANAGER | {
    "r-name": "Paul Meier",
    "r-email": "paul@globex.example",
    "r-relationship": "peer",
    "r-message": "",
}

PAUL = replace(DETAILS, name="Paul Meier", email="paul@globex.example", relationship="peer", message="")

#: answers to the built-in questionnaire, page by page
ANSWERS: list[dict[str, Any]] = [
    {
        "q-relationship": "confirmed",
        "q-dates": "corrected",
        "q-dates-from_month": "5",
        "q-dates-from_year": "2021",
        "q-dates-to_month": "8",
        "q-dates-to_year": "2023",
        "q-title": "unsure",
    },
    {"q-reliability": "4", "q-quality": "5"},
    {"q-teamwork": "not_able", "q-communication": "3"},
    {"q-problem_solving": "4"},
    {
        "q-adjectives": ["calm", "careful", "direct", "patient", "structured"],
        "q-beginning": "2",
    },
    {
        "q-strengths": "She thinks before she builds.",
        "q-develop": "She could say no more often.",
        "q-work_again": "yes",
        "q-work_again-comment": "Any day.",
    },
]
FACTS = ANSWERS[0]


@dataclass
class Story:
    application: Application

    @property
    def owner(self) -> Membership:
        role = self.application.role
        assert role is not None
        return role.owner

    @property
    def check(self) -> Check:
        return (
            Check.objects.of(self.application.organisation)
            .select_related("step_request__step")
            .filter(step_request__application=self.application)
            .latest("pk")
        )

    @property
    def requests(self) -> list[ReferenceRequest]:
        return list(
            ReferenceRequest.objects.of(self.application.organisation)
            .select_related("referee")
            .filter(check_run=self.check)
            .order_by("pk")
        )

    @property
    def references(self) -> list[Reference]:
        return list(Reference.objects.of(self.application.organisation).order_by("pk"))

    def happens(self, name: str, *, at: datetime = NOW, **data: object) -> None:
        """Record an event of the application and run its reactions."""
        with transaction.atomic():
            factories.apply_event(self.application, name, data)
            record(
                name,
                organisation_id=self.application.organisation_id,
                application_id=self.application.pk,
                actor="greenhouse",
                at=at,
                data=data,
            )
        run_jobs()


@kept
def opened(*, step: dict[str, Any] | None = None, **application: Any) -> Story:
    """A new check with its invitation sent. `step`: settings."""
    role = factories.role(factories.organisation(name="Acme"))
    story = Story(factories.application(role, **application))
    settings = factories.step(role, Step.Kind.REFERENCE_CHECK)
    for name, value in (step or {}).items():
        setattr(settings, name, value)
    settings.save()
    with transaction.atomic():
        request_step(
            application=story.application,
            step=settings,
            at=NOW,
            by="greenhouse",
        )
    run_jobs()
    return story


@kept
def named(story: Story | None = None) -> Story:
    """Both referees are named, nothing is sent."""
    story = story or opened()
    for slot, details in enumerate((DETAILS, PAUL), start=1):
        nominate(check_id=story.check.pk, slot=slot, details=details, now=clock.now())
    return story


@kept
def sent(story: Story | None = None) -> Story:
    """Both referees have their mail."""
    story = named(story)
    press_send(story)
    return story


def get(path: str) -> Any:
    return Client().get(path)


def post(path: str, data: dict[str, Any] | None = None) -> Any:
    return Client().post(path, data or {})


def press_send(story: Story) -> None:
    """Send the mails as the candidate."""
    check, now = story.check, clock.now()
    language = candidate_language(check, story.application.candidate)
    store_candidate_language(check, language=language)
    check.language = language
    with translation.override(language):
        seen = sending.fingerprint(sending.preview_mails(check, now=now, link=""))
        sending.send_requests(check_id=check.pk, seen=seen, link="", now=now)
    run_jobs()


def answer(path: str, answers: list[dict[str, Any]] | None = None) -> None:
    """Answer all questions as a referee, and submit."""
    keep_pages(path, answers or ANSWERS)
    responses.submit(request_id=request_behind(path).pk, now=clock.now())
    run_jobs()


def request_behind(path: str) -> ReferenceRequest:
    """The request behind a referee's link."""
    link = links.resolve(path.split("/")[2], purpose=Link.Purpose.REFEREE)
    assert link is not None
    return ReferenceRequest.objects.of(link.organisation).get(pk=link.subject_id)


def keep_pages(path: str, pages: list[dict[str, Any]], *, first: int = 1) -> None:
    """Save a referee's answers to these pages."""
    request, now = request_behind(path), clock.now()
    store_referee_language(request, language=referee_language(request, browser=()))
    session = responses.answering_session(request.check_run, request, now=now)
    given: list[SubmittedAnswer] = []
    for number, page in enumerate(pages, start=first):
        sent = answering.read_page(RequestFactory().post("/", page), session, number)
        assert sent.form.is_valid(), sent.form.errors
        given += sent.submitted
        session = session.with_answers(sent.submitted, now=now)
    responses.save_draft(request_id=request.pk, submitted=given, seen={}, now=now)


def candidate_path(story: Story) -> str:
    """The path of the candidate's last link."""
    return f"{link_in(mails_to(story.application.candidate.email)[-1])}references/"


def referee_path(address: str) -> str:
    """The path of a referee's last link."""
    return link_in(mails_to(address)[-1])


def mails_to(address: str) -> list[EmailMultiAlternatives]:
    return [
        message
        for message in mail.outbox
        if address in str(message.to[0]) and isinstance(message, EmailMultiAlternatives)
    ]


def link_in(message: EmailMultiAlternatives) -> str:
    """The path of the secret link in a mail's text."""
    (link,) = re.findall(r"https?://[^/\s]+(/[prvs]/[\w-]+/)", str(message.body))
    return str(link)


def html_of(message: EmailMultiAlternatives) -> str:
    return str(message.alternatives[0][0])
