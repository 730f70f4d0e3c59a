"""The preview of a step's e-mails, equal to those sent; nothing is stored."""

import pytest
from bs4 import BeautifulSoup
from django.apps import apps

from goodword.roles.models import Role, Step
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation(name="Acme"), title="Baker")


def url(step: Step) -> str:
    return path("role_step_mails", step.organisation, step.role_id, step.pk)


def mails(role: Role, kind: str, language: str = "") -> dict[str, str]:
    """Subjects on the page by name."""
    where = url(factories.step(role, kind)) + (f"?language={language}" if language else "")
    response = signed_in(role.owner).get(where)
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return {
        str(mail.select("summary")[0].get_text()): str(mail.select("dd.strong")[0].get_text())
        for mail in page.select(".sent-mail")
    }


def rows() -> dict[str, int]:
    found = {model._meta.label: model._base_manager.count() for model in apps.get_models()}
    return found | {"sessions.Session": 0}  # each page is opened in a new session


def test_the_mails_of_a_reference_check_are_shown_and_nothing_is_stored(role: Role) -> None:
    mails(role, Step.Kind.REFERENCE_CHECK)  # creates the built-in questionnaire
    before = rows()
    assert mails(role, Step.Kind.REFERENCE_CHECK) == {
        "Reference check": "Your references for Baker at Acme",
        "Reminder": "Reminder: your references for Baker at Acme",
        "Request to the referee": "A reference for Alex Example?",
        "Reminder to the referee": "Reminder: a reference for Alex Example",
        "Referee hasn't answered": "Robin Miller hasn't answered yet",
    }
    assert rows() == before


@pytest.mark.world
def test_the_mails_of_an_assessment_are_shown_in_each_language(role: Role) -> None:
    assert mails(role, Step.Kind.ASSESSMENT) == {
        "Assessment": "Your assessment for Baker at Acme",
        "Reminder": "Reminder: your assessment for Baker at Acme",
    }
    assert mails(role, Step.Kind.ASSESSMENT, "de")["Assessment"] != "Your assessment for Baker at Acme"
    assert mails(role, Step.Kind.ASSESSMENT, "xx")["Assessment"] == "Your assessment for Baker at Acme"


@pytest.mark.world
def test_a_step_without_reminders_shows_none(role: Role) -> None:
    step = factories.step(role, Step.Kind.REFERENCE_CHECK)
    step.reminder_days, step.referee_reminder_days = [], []
    step.save()
    assert list(mails(role, Step.Kind.REFERENCE_CHECK)) == [
        "Reference check",
        "Request to the referee",
        "Referee hasn't answered",
    ]


def test_they_are_refused_to_others(role: Role) -> None:
    step = factories.step(role, Step.Kind.REFERENCE_CHECK)
    hiring = factories.member(role.organisation, kind="hiring_manager")
    hiring.viewed_roles.add(role)
    assert signed_in(hiring).get(url(step)).status_code == 403
    assert (
        signed_in(factories.member(factories.organisation(), kind="admin")).get(url(step)).status_code == 404
    )
    assert signed_in(role.owner).post(url(step)).status_code == 405
