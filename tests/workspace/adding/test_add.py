"""Role > Add candidate."""

from typing import Any

import pytest
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, Candidate
from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.references.models import Check
from goodword.roles.domain.role_changes import set_archived
from goodword.roles.models import Role, Step
from goodword.workflow.models import StepRequest
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db
NOW = factories.NOW
ADA = {"first_name": "Ada", "last_name": "Zorn", "email": "ada@mail.example", "language": "de"}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.core.clock.now", lambda: NOW)


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


def add(client: Client, role: Role, **data: Any) -> Any:
    return client.post(path("role_candidate_add", role.organisation, role.pk), ADA | data)


def test_a_candidate_is_added_without_being_mailed(role: Role, rita: Membership) -> None:
    response = add(signed_in(rita), role, company=" Acme  Ltd ", title="")
    application = Application.objects.of(role.organisation).select_related("candidate").get()
    assert response.url == path("candidate", role.organisation, application.pk)
    person = application.candidate
    assert (person.name, person.email, person.language) == ("Ada Zorn", "ada@mail.example", "de")
    assert (person.company, person.in_greenhouse, application.in_greenhouse) == ("Acme Ltd", False, False)
    assert (application.role, application.applied_at) == (role, NOW)
    assert not StepRequest.objects.of(role.organisation).exists()
    [event] = Event.objects.filter(application_id=application.pk)
    assert (event.name, event.actor) == ("application.added", f"member:{rita.pk}")
    assert AuditEntry.objects.of(role.organisation).filter(action="candidate.added").count() == 1


@pytest.mark.main_case
def test_adding_a_candidate_starts_the_chosen_steps(role: Role, rita: Membership) -> None:
    add(signed_in(rita), role, assessment="on", reference_check="on")
    run_jobs()
    assert Attempt.objects.of(role.organisation).get().language == "de"
    assert Check.objects.of(role.organisation).count() == 1
    mails = Email.objects.of(role.organisation).order_by("kind")
    assert [(mail.kind, mail.to_address, mail.reply_to) for mail in mails] == [
        ("assessment.invitation", "ada@mail.example", rita.user.email),
        ("references.invitation", "ada@mail.example", rita.user.email),
    ]


@pytest.mark.world
def test_an_unpublished_assessment_waits_visibly(role: Role, rita: Membership) -> None:
    Step.objects.of(role.organisation).filter(role=role, kind="assessment").update(requirement="")
    response = add(signed_in(rita), role, assessment="on")
    waiting = StepRequest.objects.of(role.organisation).get()
    assert (waiting.state, waiting.waiting_reason) == ("waiting", "unpublished")
    html = signed_in(rita).get(response.url).content.decode()
    assert "assessment isn't published yet." in html


def test_the_delay_for_stage_moves_does_not_hold_up_an_invitation(role: Role, rita: Membership) -> None:
    Step.objects.of(role.organisation).filter(role=role).update(delay_minutes=600)
    add(signed_in(rita), role, reference_check="on")
    assert StepRequest.objects.of(role.organisation).get().state == "started"


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"email": ""}, "email", "Enter an e-mail address for the invitation."),
        ({"email": "ada@"}, "email", "Enter a valid e-mail address, for example ada@example.org."),
        ({"first_name": " "}, "first_name", "Enter the first name."),
        (
            {"last_name": "www.evil.example"},
            "last_name",
            "This looks like a link. Enter only the name.",
        ),
        ({"company": "x" * 301}, "company", "Use at most 300 characters."),
    ],
)
def test_wrong_input_is_kept_with_a_sentence_at_its_field(
    role: Role, rita: Membership, typed: dict[str, str], field: str, sentence: str
) -> None:
    response = add(signed_in(rita), role, **typed)
    assert response.status_code == 422
    assert response.context["form"].errors == {field: [sentence]}
    assert response.context["form"]["language"].value() == "de"
    assert not Candidate.objects.of(role.organisation).exists()


def test_the_same_address_is_added_to_a_role_once(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    add(client, role)
    again = add(client, role, first_name="Eda", email="ADA@mail.example")
    assert again.context["form"].errors == {"email": ["Ada Zorn is already on this role with this address."]}
    assert Application.objects.of(role.organisation).count() == 1


def test_a_candidate_from_greenhouse_counts_as_well(role: Role, rita: Membership) -> None:
    who = factories.candidate(role.organisation, first_name="Ada", last_name="Zorn", email="Ada@mail.example")
    factories.application(role, candidate=who)
    assert add(signed_in(rita), role).status_code == 422


def test_a_private_candidate_is_not_named(role: Role, rita: Membership) -> None:
    who = factories.candidate(role.organisation, email="ada@mail.example", private=True)
    factories.application(role, candidate=who)
    other = factories.member(role.organisation)
    assert add(signed_in(other), role).context["form"].errors == {
        "email": ["There is already a candidate with this address on this role."]
    }


def test_a_known_person_gets_another_application(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    add(client, role)
    other = factories.role(role.organisation, owner=rita)
    add(client, other, first_name="Adah")
    person = Candidate.objects.of(role.organisation).get()
    assert (person.first_name, person.applications.count()) == ("Ada", 2)


def test_a_person_hidden_from_the_member_stays_separate(role: Role, rita: Membership) -> None:
    hidden = factories.candidate(role.organisation, email="ada@mail.example", private=True)
    elsewhere = factories.role(role.organisation, owner=factories.member(role.organisation))
    factories.application(elsewhere, candidate=hidden)
    add(signed_in(rita), role)
    assert Candidate.objects.of(role.organisation).exclude(pk=hidden.pk).count() == 1


def test_nobody_is_added_to_an_archived_role(role: Role, rita: Membership) -> None:
    set_archived(role=role, archived=True, by=rita, now=NOW)
    response = add(signed_in(rita), role)
    assert response.status_code == 422
    assert "This role is archived. Restore it to add candidates." in response.content.decode()
    assert response.context["form"]["email"].value() == "ada@mail.example"
    assert signed_in(rita).get(path("role_candidate_add", role.organisation, role.pk)).status_code == 302
    assert not Application.objects.of(role.organisation).exists()


def test_others_are_refused(role: Role) -> None:
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    assert add(signed_in(manager), role).status_code == 403
    assert add(signed_in(factories.member(factories.organisation())), role).status_code == 404
    assert add(Client(), role).status_code == 302
    assert not Application.objects.of(role.organisation).exists()
