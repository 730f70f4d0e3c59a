"""Mail server outages and failed mail: members' pages, and sending again."""

import pytest
import time_machine
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.attempts.reminders import remind
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.notifications.domain import send
from goodword.notifications.domain.bounces import note_bounced
from goodword.notifications.models import Email
from goodword.workflow.models import status
from tests.assessments.support import application as with_assessment
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import NOW, invited, path

pytestmark = pytest.mark.django_db


@pytest.fixture
@kept
def about() -> Application:
    return with_assessment()


def failing(about: Application) -> Email:
    """The candidate's invitation, rejected permanently, with all reactions."""
    invited(about)
    email = Email.objects.of(about.organisation).get(kind="assessment.invitation")
    run_jobs()
    Email.objects.of(about.organisation).filter(pk=email.pk).update(
        state="failed", last_error="554 No", attempts=9
    )
    attempt = about.step_requests.get().attempts.get()
    attempt.invited_at, attempt.attention, attempt.next_reminder_at = None, "not_sent", None
    attempt.save()
    return email


def addresses(about: Application, email: Email) -> list[str]:
    step_request = about.step_requests.get()
    return [
        path("undelivered_again", about.organisation, email.pk),
        path("undelivered_all_again", about.organisation),
        path("step_send_again", about.organisation, about.pk, step_request.pk),
    ]


def state(email: Email) -> str:
    email.refresh_from_db()
    return email.state


@pytest.mark.world
@pytest.mark.parametrize("which", range(3))
def test_a_recruiter_resends_a_failed_invitation(about: Application, which: int) -> None:
    email = failing(about)
    recruiter = factories.member(about.organisation)
    page = signed_in(recruiter).post(addresses(about, email)[which], follow=True).content.decode()
    assert "Resending 1 e-mail." in page
    assert state(email) == "queued"
    assert email.counted_attempts == 0
    entry = AuditEntry.objects.of(about.organisation).get(action="mail.sent_again")
    assert (entry.member_id, entry.details) == (recruiter.pk, {"mails": 1})
    run_jobs(but_not={"email.send"})
    assert about.step_requests.get().attempts.get().attention == ""
    again = signed_in(recruiter).post(addresses(about, email)[which], follow=True).content.decode()
    assert "Not sent: the e-mail" in again


@pytest.mark.matrix
@pytest.mark.world
@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("who", ["other organisation", "hiring manager", "signed out"])
def test_resending_needs_a_recruiter(about: Application, which: int, who: str) -> None:
    email = failing(about)
    client, expected = Client(), 302
    if who == "hiring manager":
        client, expected = signed_in(factories.member(about.organisation, kind="hiring_manager")), 403
    elif who == "other organisation":
        client, expected = signed_in(factories.member(factories.organisation(), kind="admin")), 404
    before = AuditEntry.objects.across_organisations().count()
    assert client.post(addresses(about, email)[which]).status_code == expected
    assert (state(email), AuditEntry.objects.across_organisations().count()) == ("failed", before)
    assert client.get(path("undelivered", about.organisation)).status_code == expected


@pytest.mark.world
def test_mails_of_another_organisation_are_not_found(about: Application) -> None:
    email = failing(about)
    other = factories.member(factories.organisation(), kind="admin")
    address = path("undelivered_again", other.organisation, email.pk)
    assert signed_in(other).post(address).status_code == 404
    assert state(email) == "failed"


@pytest.mark.world
def test_resending_needs_a_post(about: Application) -> None:
    email = failing(about)
    client = signed_in(factories.member(about.organisation))
    assert [client.get(address).status_code for address in addresses(about, email)] == [405] * 3
    assert state(email) == "failed"


@pytest.mark.main_case
def test_mail_is_resent_to_the_current_address(about: Application) -> None:
    email = failing(about)
    about.candidate.email = "right@mail.example"
    about.candidate.save()
    signed_in(factories.member(about.organisation)).post(addresses(about, email)[0])
    assert (state(email), email.to_address) == ("queued", "right@mail.example")


@pytest.mark.world
def test_the_invitation_is_sent_to_the_new_address_after_a_reminder_bounced(about: Application) -> None:
    attempt = invited(about)
    run_jobs()
    reminded_at = attempt.next_reminder_at
    assert reminded_at is not None
    with time_machine.travel(reminded_at, tick=False):
        remind(attempt_id=attempt.pk, now=clock.now())
        run_jobs()
        reminder = Email.objects.of(about.organisation).get(kind="assessment.reminder")
        assert reminder.state == "sent"
        note_bounced(email_id=reminder.pk, reason="550 5.1.1 No such user", now=clock.now())
        run_jobs()
        attempt.refresh_from_db()
        assert (attempt.attention, attempt.next_reminder_at) == ("undelivered", None)
        about.candidate.email = "right@mail.example"
        about.candidate.save()
        client = signed_in(factories.member(about.organisation))
        address = addresses(about, reminder)[2]
        assert "Resending 1 e-mail." in client.post(address, follow=True).content.decode()
        assert "Not sent: the e-mail" in client.post(address, follow=True).content.decode()
        run_jobs()
        invitation = Email.objects.of(about.organisation).get(kind="assessment.invitation")
        assert (invitation.state, invitation.to_address) == ("sent", "right@mail.example")
        attempt.refresh_from_db()
        assert (attempt.attention, attempt.next_reminder_at is not None) == ("", True)
        assert "Not sent: the e-mail" in client.post(address, follow=True).content.decode()


@pytest.mark.world
def test_resending_all_skips_ended_applications(about: Application) -> None:
    email = failing(about)
    Application.objects.of(about.organisation).update(status="rejected")
    client = signed_in(factories.member(about.organisation))
    client.post(path("undelivered_all_again", about.organisation))
    assert state(email) == "failed"
    assert "No undelivered mail" in client.get(path("undelivered", about.organisation)).content.decode()


@pytest.mark.world
def test_failed_mail_shows_on_both_pages(about: Application) -> None:
    failing(about)
    client = signed_in(factories.member(about.organisation))
    listed = client.get(path("undelivered", about.organisation)).content.decode()
    shown = client.get(path("candidate", about.organisation, about.pk)).content.decode()
    assert about.candidate.name in listed
    assert "554 No" in listed
    assert "Needs attention" in shown
    assert "An e-mail to the candidate could not be sent" in shown
    assert "Send again" in shown


@pytest.mark.world
def test_only_members_see_a_mail_outage(about: Application) -> None:
    recruiter = factories.member(about.organisation)
    admin = factories.member(about.organisation, kind="admin")
    manager = factories.member(about.organisation, kind="hiring_manager")
    roles = path("roles", about.organisation)
    title = "E-mails are not being sent"
    assert title not in signed_in(recruiter).get(roles).content.decode()
    send.record_outage(send.SendPermit(probe=0), error="421 Too busy for ada@mail.example", now=NOW)
    for who, sees_error in ((recruiter, False), (admin, True), (manager, False)):
        page = signed_in(who).get(roles).content.decode()
        assert title in page
        assert ("421 Too busy for …" in page) is sees_error
    assert title not in Client().get("/accounts/login/").content.decode()
    send.end_outage()
    assert title not in signed_in(recruiter).get(roles).content.decode()


def test_settings_link_to_undelivered_mail(about: Application) -> None:
    recruiter: Membership = factories.member(about.organisation)
    page = signed_in(recruiter).get(path("notification_settings", about.organisation)).content.decode()
    assert path("undelivered", about.organisation) in page


@pytest.mark.world
def test_an_invitation_waiting_for_the_server_is_not_sent(about: Application) -> None:
    attempt = invited(about)
    attempt.invited_at = None
    attempt.save()
    assert status(attempt, now=NOW) == "unsent"
    page = signed_in(factories.member(about.organisation)).get(
        path("candidate", about.organisation, about.pk)
    )
    assert "Invitation not sent yet" in page.content.decode()
    assert "not yet: waiting to be sent" in page.content.decode()
