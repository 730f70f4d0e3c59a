"""A candidate's name that looks like a link: nothing is sent until it is corrected or confirmed."""

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.models import Application
from goodword.workflow.domain.step_requests import request_step
from goodword.workflow.models import StepRequest, lock_application
from tests.assessments.support import application as of_role
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import NOW, path

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

NAME = "Claim your prize http://evil.example/win"


@pytest.fixture
@kept
def application() -> Application:
    """A candidate with such a name was moved to the assessment's stage."""
    application = of_role()
    application.candidate.first_name, application.candidate.last_name = NAME.rsplit(" ", 1)
    application.candidate.save()
    assert application.role is not None
    with transaction.atomic():
        step = application.role.steps.get(kind="assessment")
        request_step(application=lock_application(application.pk), step=step, at=NOW, by="greenhouse")
    run_jobs()
    return application


def where(application: Application) -> str:
    return path("candidate_confirm_name", application.organisation, application.pk)


def state(application: Application) -> tuple[str, str]:
    step_request = StepRequest.objects.of(application.organisation).get(application=application)
    return step_request.state, step_request.waiting_reason


def to_candidate(application: Application) -> int:
    return sum(application.candidate.email in message.to[0] for message in mail.outbox)


def test_nothing_is_sent_and_the_recruiter_is_notified(application: Application) -> None:
    assert state(application) == ("waiting", "link_in_name")
    assert to_candidate(application) == 0
    [message] = mail.outbox
    assert "Their name looks like a link" in str(message.body)
    assert "evil.example" not in str(message.body) + message.subject
    assert "http[:]//evil[.]example/win" in str(message.body)


@pytest.mark.main_case
def test_confirming_the_name_sends_the_invitation_once(application: Application) -> None:
    who = factories.member(application.organisation)
    client, page = signed_in(who), path("candidate", application.organisation, application.pk)
    html = client.get(page).content.decode()
    assert (where(application) in html, "looks like a link" in html) == (True, True)
    for _ in range(2):
        assert client.post(where(application), {"name": NAME})["Location"] == page
    run_jobs()
    assert (state(application), to_candidate(application)) == (("started", ""), 1)
    entries = AuditEntry.objects.of(application.organisation).filter(action="candidate.name_confirmed")
    assert [entry.member for entry in entries] == [who]
    assert event_names(application.pk).count("candidate.name_confirmed") == 1
    assert "evil.example" not in str(mail.outbox[-1].body).replace("http[:]//evil[.]example", "")
    html = client.get(page).content.decode()
    assert "Name confirmed" in html


def test_a_changed_name_must_be_confirmed_again(application: Application) -> None:
    candidate = application.candidate
    candidate.confirmed_name = NAME
    candidate.save()
    assert not candidate.is_name_suspicious
    candidate.last_name = "http://evil.example/lose"
    assert candidate.is_name_suspicious


@pytest.mark.world
def test_a_name_changed_in_the_meantime_is_not_confirmed(application: Application) -> None:
    client = signed_in(factories.member(application.organisation))
    client.post(where(application), {"name": "Claim your prize http://other.example"})
    client.post(where(application))
    refused(application)


def refused(application: Application) -> None:
    run_jobs()
    application.candidate.refresh_from_db()
    assert (state(application), application.candidate.confirmed_name) == (("waiting", "link_in_name"), "")


@pytest.mark.world
def test_confirming_a_name_needs_a_recruiter(application: Application) -> None:
    manager = factories.member(application.organisation, kind="hiring_manager")
    assert application.role is not None
    application.role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    theirs = path("candidate_confirm_name", stranger.organisation, application.pk)
    answers = [
        Client().post(where(application), {"name": NAME}),
        signed_in(manager).post(where(application), {"name": NAME}),
        signed_in(stranger).post(where(application), {"name": NAME}),
        signed_in(stranger).post(theirs, {"name": NAME}),
        signed_in(factories.member(application.organisation)).get(where(application)),
    ]
    assert [answer.status_code for answer in answers] == [302, 403, 404, 404, 405]
    refused(application)
    html = (
        signed_in(manager).get(path("candidate", application.organisation, application.pk)).content.decode()
    )
    assert where(application) not in html


@pytest.mark.world
def test_a_refused_manual_invitation_says_why(application: Application) -> None:
    who: Membership = factories.member(application.organisation)
    client = signed_in(who)
    begin = reverse("step_begin", args=[application.organisation.slug, application.pk, "assessment"])
    html = client.post(begin, follow=True).content.decode()
    assert "name looks like a link. Correct it, or confirm it" in html
    refused(application)
