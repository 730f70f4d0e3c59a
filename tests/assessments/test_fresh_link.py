"""Expired links to assessments and adjustment requests: a new link goes to the known address."""

from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, Candidate
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email, Link
from tests.assessments.adjustments.support import HANNA, answer_path, asked, named
from tests.assessments.once import once
from tests.assessments.support import application, assigned, rows, token_of
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(factories.NOW, tick=False)]

NOW = factories.NOW
OLD = NOW - timedelta(days=30)


@time_machine.travel(NOW, tick=False)
def build() -> Attempt:
    return assigned(application())


built = once(build)


@pytest.fixture
def attempt(db: None, built: Attempt) -> Attempt:
    return deepcopy(built)


def kinds(attempt: Attempt) -> list[str]:
    return list(Email.objects.of(attempt.organisation).order_by("pk").values_list("kind", flat=True))


@pytest.mark.world
def test_links_expire_counted_from_sending(attempt: Attempt) -> None:
    named(attempt.organisation)
    asked(attempt, percent=0, form=True, text="A screen reader")
    mails = Email.objects.of(attempt.organisation)
    mails.update(state=Email.State.QUEUED, settled_at=None)  # as if not sent yet
    for email in mails.order_by("pk"):
        send(email_id=email.pk, now=NOW + timedelta(days=3))
    links = Link.objects.of(attempt.organisation).order_by("purpose")
    assert [(link.purpose, link.expires_at - NOW) for link in links] == [
        ("adjustment", timedelta(days=33)),
        ("candidate", timedelta(days=33)),
    ]


@pytest.mark.matrix
@pytest.mark.main_case
@pytest.mark.parametrize("name", ["portal", "portal_assessment", "portal_assessment_adjustment"])
def test_an_expired_link_offers_a_new_one(client: Client, attempt: Attempt, name: str) -> None:
    token, before = token_of(attempt, now=OLD), rows(attempt)
    expired = reverse("portal_fresh", args=[token])
    for ask in (client.get, client.post):
        if (name, ask) != ("portal", client.post):
            assert ask(reverse(name, args=[token]))["Location"] == expired
    page = client.get(expired).content.decode()
    address = attempt.step_request.application.candidate.email
    assert (f"{address[0]}…@m…" in page, address in page) == (True, False)
    run_jobs()
    sent = len(mail.outbox)
    assert client.post(expired)["Location"] == f"{expired}?sent=1"
    client.post(expired)  # one in ten minutes
    run_jobs()
    [message] = mail.outbox[sent:]
    assert message.to == [f"{attempt.step_request.application.candidate.name} <{address}>"]
    assert message.subject == "Your link to the assessment for Window Washer at Acme Bikes"
    assert "New link sent" in client.get(f"{expired}?sent=1").content.decode()
    assert {**rows(attempt), "events": before["events"]} == before
    [fresh] = [line for line in str(message.body).splitlines() if "/p/" in line]
    assert client.get(fresh.removeprefix("http://localhost:8000"))["Location"].endswith("/assessment/")


def test_a_script_with_an_expired_or_unknown_link_is_redirected(client: Client, attempt: Attempt) -> None:
    token, before = token_of(attempt, now=OLD), rows(attempt)
    path = reverse("portal_assessment_item", args=[token, 1, 1])
    response = client.post(path, {"answer": "3"}, headers={"X-Goodword": "script"})
    assert (response.status_code, response.json()) == (
        410,
        {"saved": False, "go": reverse("portal_fresh", args=[token])},
    )
    unknown = "A" * len(token)
    path = reverse("portal_assessment_item", args=[unknown, 1, 1])
    response = client.post(path, {"answer": "3"}, headers={"X-Goodword": "script"})
    assert (response.status_code, response.json()) == (
        410,
        {"saved": False, "go": reverse("portal_assessment", args=[unknown])},
    )
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("progress", "hours", "status"),
    [("pending", 1, 302), ("in_progress", 1, 200), ("in_progress", 5, 302)],
)
def test_an_attempt_in_progress_gets_extra_time_after_expiry(
    client: Client, attempt: Attempt, progress: str, hours: int, status: int
) -> None:
    Attempt.objects.of(attempt.organisation).update(progress=progress)
    path = reverse("portal_assessment", args=[token_of(attempt, now=OLD - timedelta(hours=hours))])
    assert client.get(path).status_code == status


@pytest.mark.matrix
@pytest.mark.parametrize("why", ["closed", "going", "no address", "may not e-mail", "revoked"])
def test_without_anything_to_open_no_new_link_is_offered(client: Client, attempt: Attempt, why: str) -> None:
    path = reverse("portal_fresh", args=[token_of(attempt, now=OLD)])
    match why:
        case "closed":
            Attempt.objects.of(attempt.organisation).update(closed_at=NOW, close_reason="rejected")
        case "going":
            Application.objects.of(attempt.organisation).update(erasure_requested_at=NOW)
        case "no address":
            Candidate.objects.of(attempt.organisation).update(email="")
        case "may not e-mail":
            Candidate.objects.of(attempt.organisation).update(can_email=False)
        case "revoked":
            Link.objects.of(attempt.organisation).update(ended_at=NOW)
    before = kinds(attempt)
    assert "There is nothing to do here" in client.get(path).content.decode()
    client.post(path)
    assert kinds(attempt) == before


def test_an_expired_request_link_is_mailed_again_to_the_contact(client: Client, attempt: Attempt) -> None:
    named(attempt.organisation)
    row = asked(attempt, now=NOW - timedelta(days=40), percent=0, form=True, text="A screen reader")
    path = answer_path(row, now=NOW - timedelta(days=30))
    Link.objects.of(attempt.organisation).filter(purpose="adjustment").update(
        email=Email.objects.of(attempt.organisation).get(kind="assessment.adjustment_request")
    )
    page = client.get(path).content.decode()
    assert "This link has expired" in page
    for hidden in ("A screen reader", attempt.step_request.application.candidate.last_name, HANNA[1]):
        assert hidden not in page
    before = kinds(attempt)
    for _ in range(2):  # one in ten minutes
        assert client.post(path, {"a-percent": "100"})["Location"] == f"{path}?sent=1"
    assert kinds(attempt) == [*before, "assessment.adjustment_request"]
    assert Email.objects.of(attempt.organisation).latest("pk").to_address == HANNA[1]
    row.refresh_from_db()
    assert row.state == "asked"
