"""Candidate > Rate after hire, off until an admin switches it on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.roles.models import Role
from tests.assessments.custom_questions.answered import newer, questionnaire
from tests.assessments.custom_questions.support import TEXT
from tests.questionnaires.samples import rating
from tests.support import factories
from tests.support.pages import signed_in

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation(rates_hires=True))


@pytest.fixture
def ada(role: Role) -> Application:
    return factories.application(role, status="hired", hired_at=NOW - timedelta(days=90))


@pytest.fixture
def manager(role: Role) -> Membership:
    made = factories.member(role.organisation, kind="hiring_manager", name="Mo Manager")
    role.viewers.add(made)
    return made


def path(of: Application) -> str:
    return f"/o/{of.organisation.slug}/candidates/{of.pk}/rating/"


def answered(client: Client, of: Application, level: str = "4") -> dict[str, Any]:
    """The page's first competency rated; the others not assessable."""
    form = client.get(path(of)).context["form"]
    first, *others = [form[name].html_name for name in form.fields]
    return {first: level} | dict.fromkeys(others, "not_able")


def stored(of: Application) -> list[tuple[str, float, str]]:
    rows = PerformanceRating.objects.of(of.organisation).filter(application=of)
    return list(rows.order_by("pk").values_list("criterion", "value", "rater"))


def test_a_hiring_manager_rates_once(ada: Application, manager: Membership) -> None:
    client = signed_in(manager)
    assert "Rate after hire" in client.get(path(ada).removesuffix("rating/")).content.decode()
    sent = answered(client, ada)
    for _twice in range(2):
        client.post(path(ada), sent)
    assert stored(ada) == [("Reliability", 4.0, manager.user.email)]
    made = RatingImport.objects.of(ada.organisation).get()
    assert (made.lowest, made.highest, made.created_by, made.confirmed_at) == (1, 5, manager, NOW)
    assert "You rated" in client.get(path(ada)).content.decode()
    entry = AuditEntry.objects.of(ada.organisation).get(action="hire.rated")
    assert entry.details == {"application": ada.pk}


@pytest.mark.world
def test_home_lists_people_not_rated_by_the_hiring_manager(ada: Application, manager: Membership) -> None:
    client, home = signed_in(manager), f"/o/{ada.organisation.slug}/home/"
    owner = signed_in(factories.member(ada.organisation, kind="admin"))
    assert (
        path(ada) in client.get(home).content.decode() and path(ada) not in owner.get(home).content.decode()
    )
    Application.objects.of(ada.organisation).filter(pk=ada.pk).update(hired_at=NOW - timedelta(days=180))
    assert path(ada) not in client.get(home).content.decode()
    Application.objects.of(ada.organisation).filter(pk=ada.pk).update(hired_at=NOW - timedelta(days=90))
    client.post(path(ada), answered(client, ada))
    assert path(ada) not in client.get(home).content.decode()


@pytest.mark.world
def test_ratings_are_offered_if_the_questionnaire_has_some_for_all_referees(
    ada: Application, role: Role, manager: Membership
) -> None:
    admin = factories.member(role.organisation, kind="admin")
    ours = questionnaire(admin, TEXT, rating(only_for=["manager"]))
    step = factories.step(role, "reference_check")
    step.questionnaire_id = ours.pk
    step.save()
    client = signed_in(manager)
    pages = [f"/o/{role.organisation.slug}/home/", path(ada).removesuffix("rating/")]

    def offered() -> list[bool]:
        return [path(ada) in client.get(page).content.decode() for page in pages]

    assert (offered(), client.get(path(ada)).status_code) == ([False, False], 404)
    newer(ours, admin, TEXT, rating())
    assert (offered(), client.get(path(ada)).status_code) == ([True, True], 200)


@pytest.mark.world
def test_the_queries_of_home_do_not_grow_with_hires_to_rate(
    ada: Application, role: Role, manager: Membership
) -> None:
    admin, client = factories.member(role.organisation, kind="admin"), signed_in(manager)
    home = f"/o/{role.organisation.slug}/home/"

    def hired(role: Role) -> Application:
        role.viewers.add(manager)
        step = factories.step(role, "reference_check")
        step.questionnaire_id = questionnaire(admin, TEXT, rating()).pk
        step.save()
        return factories.application(role, status="hired", hired_at=ada.hired_at)

    hired(role)
    with CaptureQueriesContext(connection) as few:
        client.get(home)
    hires = [hired(factories.role(role.organisation)) for _ in range(3)]
    with CaptureQueriesContext(connection) as more:
        page = client.get(home).content.decode()
    assert [path(hire) in page for hire in hires] == [True] * 3
    assert len(more) == len(few)


@pytest.mark.world
def test_an_incomplete_or_empty_rating_is_not_stored(ada: Application, manager: Membership) -> None:
    client = signed_in(manager)
    for sent, sentence in (
        ({}, "Choose the level that fits best"),
        (answered(client, ada, level="not_able"), "Rate at least one competency."),
        (answered(client, ada, level="6"), "Something is missing or incorrect"),
    ):
        response = client.post(path(ada), sent)
        assert response.status_code == 422 and sentence in response.content.decode(), sentence
    assert stored(ada) == []


@pytest.mark.matrix
@pytest.mark.parametrize(
    "change",
    [
        {"status": "active", "hired_at": None},
        {"hired_at": NOW - timedelta(days=89)},
        {"erasure_requested_at": NOW},
        {"hired_at": None},
    ],
)
def test_only_people_hired_at_least_ninety_days_ago_are_rated(
    ada: Application, manager: Membership, change: dict[str, Any]
) -> None:
    client = signed_in(manager)
    sent = answered(client, ada)
    Application.objects.of(ada.organisation).filter(pk=ada.pk).update(**change)
    assert {client.get(path(ada)).status_code, client.post(path(ada), sent).status_code} == {404}
    assert stored(ada) == []


@pytest.mark.world
def test_it_is_off_until_an_admin_switches_it_on(ada: Application, manager: Membership) -> None:
    organisation, client = ada.organisation, signed_in(manager)
    sent = answered(client, ada)
    switch = f"/o/{organisation.slug}/settings/validity/ratings/allow/"
    admin = signed_in(factories.member(organisation, kind="admin"))
    for _twice in range(2):
        admin.post(switch)
    assert {client.get(path(ada)).status_code, client.post(path(ada), sent).status_code} == {404}
    assert "Rate after hire" not in client.get(path(ada).removesuffix("rating/")).content.decode()
    admin.post(switch, {"on": "on"})
    assert client.get(path(ada)).status_code == 200
    rows = AuditEntry.objects.of(organisation).filter(action__startswith="ratings.").order_by("pk")
    assert list(rows.values_list("action", flat=True)) == ["ratings.stopped", "ratings.allowed"]
    assert client.post(switch).status_code == 403


@pytest.mark.world
def test_members_who_cannot_see_the_candidate_cannot_rate(ada: Application, manager: Membership) -> None:
    sent = answered(signed_in(manager), ada)
    stranger = factories.member(ada.organisation, kind="hiring_manager")
    elsewhere = factories.member(factories.organisation(rates_hires=True), kind="admin")
    for who in (stranger, elsewhere):
        client = signed_in(who)
        assert {client.get(path(ada)).status_code, client.post(path(ada), sent).status_code} == {404}
    assert Client().post(path(ada), sent).status_code == 302
    assert stored(ada) == []


@pytest.mark.world
def test_a_rating_in_a_file_with_the_managers_address_in_another_case_counts_as_theirs(
    ada: Application, manager: Membership
) -> None:
    address = manager.user.email.upper()
    made = RatingImport.objects.create(
        organisation=ada.organisation, lowest=1, highest=5, created_at=NOW, confirmed_at=NOW
    )
    PerformanceRating.objects.create(
        organisation=ada.organisation,
        of=made,
        application=ada,
        criterion="Reliability",
        value=2,
        rater=address,
        rated_on=NOW.date(),
    )
    client, home = signed_in(manager), f"/o/{ada.organisation.slug}/home/"
    assert path(ada) not in client.get(home).content.decode()
    assert "You rated" in client.get(path(ada)).content.decode()
    client.post(path(ada), {"x": "4"})
    assert stored(ada) == [("Reliability", 2.0, address)]
    RatingImport.objects.of(ada.organisation).update(confirmed_at=None)
    assert path(ada) in client.get(home).content.decode()
