"""Name, address and status of candidates added by members."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.models import Attempt
from goodword.candidates.domain.people import PersonInput
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.notifications.domain import links
from goodword.notifications.domain.bounces import has_complained, note_complained
from goodword.notifications.models import Email, Link
from goodword.roles.models import Role, Step
from goodword.workspace.adding.forms import add_and_invite
from goodword.workspace.candidate.details import version_of
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.mail import mail_is_taken
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db
NOW = factories.NOW


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.core.clock.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    made = factories.role(rita.organisation, owner=rita)
    Step.objects.of(rita.organisation).filter(role=made, kind="assessment").update(
        requirement="Washes windows"
    )
    return made


@pytest.fixture
def ada(role: Role, rita: Membership) -> Application:
    return added(role, rita)


def added(role: Role, rita: Membership, *kinds: str) -> Application:
    person = PersonInput(first_name="Ada", last_name="Zorn", email="adda@mail.example")
    steps = [factories.step(role, kind) for kind in kinds]
    return add_and_invite(role=role, person=person, steps=steps, member=rita, now=NOW)


def edit(client: Client, of: Application, **data: Any) -> Any:
    person = of.candidate
    person.refresh_from_db()
    typed = {
        "first_name": "Ada",
        "last_name": "Zorn",
        "email": person.email,
        "can_email": "on",
        "seen": version_of(person),
    }
    return client.post(path("candidate_edit", of.organisation, of.pk), typed | data)


def set_status(client: Client, of: Application, status: str, **data: Any) -> Any:
    return client.post(f"{path('candidate', of.organisation, of.pk)}status/{status}/", data)


def test_a_changed_status_leads_to_the_top_of_the_page_where_it_is_shown(
    ada: Application, rita: Membership
) -> None:
    page = path("candidate", ada.organisation, ada.pk)
    for status in ("rejected", "active", "hired"):
        assert set_status(signed_in(rita), ada, status, reason="candidate").headers["Location"] == page


def test_a_name_is_corrected(ada: Application, rita: Membership) -> None:
    assert edit(signed_in(rita), ada, last_name="Zorn-Lee").status_code == 302
    ada.candidate.refresh_from_db()
    assert ada.candidate.name == "Ada Zorn-Lee"
    assert Event.objects.filter(application_id=ada.pk, name="candidate.changed").count() == 1
    assert AuditEntry.objects.of(ada.organisation).get(action="candidate.details_changed").member == rita


@pytest.mark.world
def test_a_corrected_address_ends_the_link_and_sends_a_new_invitation(role: Role, rita: Membership) -> None:
    ada = added(role, rita, "assessment")
    run_jobs()
    mail_is_taken(ada, at=NOW)
    [mail] = Email.objects.of(role.organisation)
    assert mail.state == "sent" and mail.to_address == "adda@mail.example"
    url = links.mint(
        organisation=role.organisation,
        purpose=Link.Purpose.CANDIDATE,
        subject_id=mail.link_subject_id or 0,
        now=NOW,
    )
    edit(signed_in(rita), ada, email="ada@mail.example")
    mail.refresh_from_db()
    assert (mail.state, mail.to_address) == ("queued", "ada@mail.example")
    assert not Link.objects.of(role.organisation).filter(ended_at=None).exists()
    html = Client().get(url.removeprefix("http://localhost:8000")).content.decode()
    assert "ada@mail.example" not in html and "Zorn" not in html
    assert Attempt.objects.of(role.organisation).get().closed_at is None


@pytest.mark.world
def test_a_spam_complaint_stays_with_the_old_address(role: Role, rita: Membership) -> None:
    ada = added(role, rita, "assessment")
    run_jobs()
    mail_is_taken(ada, at=NOW)
    [mail] = Email.objects.of(role.organisation)
    assert note_complained(email_id=mail.pk, now=NOW)
    run_jobs()
    edit(signed_in(rita), ada, email="ada@mail.example")
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        run_jobs()
    mail.refresh_from_db()
    attempt = Attempt.objects.of(role.organisation).get()
    assert (mail.state, mail.to_address, attempt.attention) == ("sent", "ada@mail.example", "")
    complained = [
        has_complained(role.organisation, ada.pk, address)
        for address in ("adda@mail.example", "ada@mail.example")
    ]
    assert complained == [True, False]
    assert note_complained(email_id=mail.pk, now=NOW + timedelta(hours=2))
    assert has_complained(role.organisation, ada.pk, "ada@mail.example")


@pytest.mark.world
def test_an_invitation_that_has_not_gone_out_is_sent_to_the_new_address(role: Role, rita: Membership) -> None:
    ada = added(role, rita, "reference_check")
    run_jobs()
    edit(signed_in(rita), ada, email="ada@mail.example")
    [mail] = Email.objects.of(role.organisation)
    assert (mail.state, mail.to_address) == ("queued", "ada@mail.example")


@pytest.mark.world
def test_an_address_is_not_changed_while_a_mail_goes_out(role: Role, rita: Membership) -> None:
    ada = added(role, rita, "reference_check")
    run_jobs()
    Email.objects.of(role.organisation).update(state=Email.State.SENDING)
    response = edit(signed_in(rita), ada, email="ada@mail.example")
    assert response.context["form"].errors == {
        "email": ["An e-mail to the old address is going out right now. Try again in a minute."]
    }
    ada.candidate.refresh_from_db()
    assert ada.candidate.email == "adda@mail.example"


@pytest.mark.world
def test_a_rejected_candidate_is_not_invited_by_a_new_address(role: Role, rita: Membership) -> None:
    ada = added(role, rita, "assessment")
    run_jobs()
    mail_is_taken(ada, at=NOW)
    client = signed_in(rita)
    set_status(client, ada, "rejected", reason="candidate")
    run_jobs()
    edit(client, ada, email="ada@mail.example")
    assert Email.objects.of(role.organisation).get().state == "sent"


@pytest.mark.world
def test_candidates_who_may_not_be_mailed_wait_until_they_may(role: Role, rita: Membership) -> None:
    ada, client = added(role, rita), signed_in(rita)
    edit(client, ada, can_email="")
    client.post(f"{path('candidate', ada.organisation, ada.pk)}steps/assessment/begin/")
    assert not Email.objects.of(role.organisation).exists()
    html = client.get(path("candidate_edit", ada.organisation, ada.pk)).content.decode()
    assert "Can be e-mailed" in html


def test_the_second_of_two_sees_a_message_and_loses_nothing(ada: Application, rita: Membership) -> None:
    client, seen = signed_in(rita), version_of(ada.candidate)
    edit(client, ada, first_name="Eda")
    late = edit(client, ada, first_name="Ida", seen=seen)
    assert late.status_code == 422
    assert late.context["form"].non_field_errors() == [
        "These details have been changed in the meantime: Eda Zorn, adda@mail.example. Save again to replace this."
    ]
    assert late.context["form"]["first_name"].value() == "Ida"
    again = edit(client, ada, first_name="Ida", seen=late.context["form"]["seen"].value())
    assert again.status_code == 302


@pytest.mark.world
def test_greenhouse_keeps_its_own_candidates(role: Role, rita: Membership) -> None:
    theirs, client = factories.application(role), signed_in(rita)
    assert edit(client, theirs, first_name="Eda").status_code == 404
    assert set_status(client, theirs, "hired").status_code == 404
    html = client.get(path("candidate", role.organisation, theirs.pk)).content.decode()
    assert "Edit details" not in html and "Mark as hired" not in html


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("status", "reason", "shown"),
    [
        ("rejected", "organisation", ""),
        ("rejected", "candidate", "Withdrawn by the candidate"),
        ("hired", "", ""),
    ],
)
def test_members_set_the_status(
    ada: Application, rita: Membership, status: str, reason: str, shown: str
) -> None:
    client = signed_in(rita)
    assert client.get(f"{path('candidate', ada.organisation, ada.pk)}status/{status}/").status_code == 200
    set_status(client, ada, status, reason=reason)
    set_status(client, ada, status, reason=reason)
    ada.refresh_from_db()
    assert (ada.status, ada.rejection_reason) == (status, shown)
    assert (ada.rejected_at or ada.hired_at) == NOW + timedelta(hours=1)
    names = [event.name for event in Event.objects.filter(application_id=ada.pk).order_by("pk")]
    assert names == ["application.added", f"application.{status}"]


def test_a_colleagues_decision_is_named_before_it_is_replaced(ada: Application, rita: Membership) -> None:
    client, tom = signed_in(rita), signed_in(factories.member(ada.organisation))
    where = f"{path('candidate', ada.organisation, ada.pk)}status/hired/"
    seen = client.get(where).context["form"]["seen"].value()
    set_status(tom, ada, "rejected", reason="candidate")
    response = client.post(where, {"seen": seen})
    page = response.content.decode()
    assert "Somebody else has changed this in the meantime: Status (now Rejected)." in page
    ada.refresh_from_db()
    assert (ada.status, ada.hired_at) == ("rejected", None)
    assert client.post(where, {"seen": response.context["form"]["seen"].value()}).status_code == 302
    assert client.post(where, {"seen": seen}).status_code == 302  # a second click
    ada.refresh_from_db()
    assert ada.status == "hired"


@pytest.mark.world
def test_a_rejection_closes_the_step_and_can_be_undone(role: Role, rita: Membership) -> None:
    ada, client = added(role, rita, "assessment"), signed_in(rita)
    run_jobs()
    set_status(client, ada, "rejected", reason="organisation")
    run_jobs()
    attempt = Attempt.objects.of(role.organisation).get()
    assert attempt.close_reason == "rejected"
    set_status(client, ada, "active")
    run_jobs()
    attempt.refresh_from_db()
    assert (attempt.closed_at, attempt.attention, attempt.paused_at) == (None, "reopened", None)
    html = client.get(path("candidate", ada.organisation, ada.pk)).content.decode()
    assert "Active again, rejection undone" in html and "Reopened. No e-mails" in html
    assert "Greenhouse" not in html.partition("<main")[2]


@pytest.mark.world
def test_a_refused_status_changes_nothing(ada: Application, rita: Membership) -> None:
    manager = factories.member(ada.organisation, kind="hiring_manager")
    assert ada.role is not None
    ada.role.viewers.add(manager)
    for client, expected in (
        (signed_in(manager), 403),
        (signed_in(factories.member(factories.organisation())), 404),
        (Client(), 302),
    ):
        assert set_status(client, ada, "hired").status_code == expected
        assert edit(client, ada, first_name="Eda").status_code == expected
    assert set_status(signed_in(rita), ada, "converted").status_code == 404
    ada.refresh_from_db()
    assert (ada.status, ada.candidate.first_name) == ("active", "Ada")
