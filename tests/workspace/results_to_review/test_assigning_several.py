"""Several results to review, assigned to a colleague at once."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.models import Application
from goodword.notifications.models import Email
from goodword.reports.domain import reviews
from goodword.reports.domain.reviews import assign, count_to_review, mark_reviewed
from goodword.reports.models import ResultReview
from goodword.roles.models import Role
from goodword.workspace.members.changes import deactivate
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import named, path

pytestmark = pytest.mark.django_db

NOW = factories.NOW


def to_review(application: Application) -> ResultReview:
    return ResultReview.objects.create(
        organisation=application.organisation,
        step_request=factories.step_request(application, "assessment"),
        since=NOW,
    )


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter", email="rita@acme.example")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Window Washer", owner=rita)


@pytest.fixture
def jonas(rita: Membership) -> Membership:
    return factories.member(rita.organisation, name="Jonas Lindqvist", email="jonas@acme.example")


def chosen(*several: ResultReview) -> dict[str, list[int]]:
    return {"review": [review.pk for review in several]}


def messages_after(client: Client, where: str, values: dict[str, object]) -> list[str]:
    page = BeautifulSoup(client.post(where, values, follow=True).content, "html.parser")
    return [" ".join(tag.get_text().split()) for tag in page.select(".toast, .notice")]


def assigned(organisation_of: Role) -> list[str]:
    rows = ResultReview.objects.of(organisation_of.organisation).order_by("pk")
    return [row.assigned_to.user.name if row.assigned_to else "" for row in rows]


def test_results_chosen_on_the_list_are_assigned_with_one_mail(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    other = factories.role(role.organisation, title="Glazier", owner=rita)
    several = [to_review(named(role, f"Ada{n}", "Zorn")) for n in range(3)]
    several.append(to_review(named(other, "Bob", "Zorn")))
    to_review(named(role, "Cleo", "Zorn"))
    client, organisation = signed_in(rita), role.organisation
    shown = path("results", organisation) + "?show=all"
    page = BeautifulSoup(client.get(shown).content, "html.parser")
    boxes = page.select("tbody input[type=checkbox][name=review]")
    form = page.find("form", id=str(boxes[0]["form"]))
    assert form is not None
    assert [str(box["value"]) for box in boxes[:4]] == [str(review.pk) for review in several]
    where = str(form["action"])
    asked = client.get(where, chosen(*several) | {"back": shown}).content.decode()
    assert "Assign 4 results" in asked
    assert ("Ada1 Zorn" in asked, "Cleo" in asked) == (True, False)
    values = {**chosen(*several), "colleague": jonas.pk, "back": shown}
    answer = client.post(where, values, follow=True)
    assert answer.redirect_chain == [(shown, 302)]
    assert "4 results assigned to Jonas Lindqvist." in answer.content.decode()
    assert assigned(role) == ["Jonas Lindqvist"] * 4 + [""]
    entries = AuditEntry.objects.of(organisation).filter(action="result.assigned").order_by("pk")
    assert [entry.details for entry in entries] == [
        {"step_request": review.step_request_id, "to": jonas.pk} for review in several
    ]
    email = Email.objects.of(organisation).get(kind="reports.assigned_several")
    assert (email.to_address, email.reply_to) == ("jonas@acme.example", "rita@acme.example")


@pytest.mark.world
def test_the_mail_counts_the_results_of_each_role_without_names(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    other = factories.role(role.organisation, title="Glazier", owner=rita)
    several = [to_review(named(one, "Ada", "Zorn")) for one in (role, role, other)]
    signed_in(rita).post(
        path("results_assign", role.organisation), {**chosen(*several), "colleague": jonas.pk}
    )
    run_jobs()
    email = Email.objects.of(role.organisation).get(kind="reports.assigned_several")
    assert (email.subject, email.application) == ("Please review 3 results", None)
    for body in (email.text, email.html):
        assert "Rita Recruiter has asked you to review 3 results:" in body
        assert ("Window Washer: 2" in body, "Glazier: 1" in body, "Zorn" in body) == (True, True, False)
        assert path("results", role.organisation) + "?show=mine" in body


def test_a_second_click_assigns_and_mails_nothing_more(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    several = [to_review(named(role, "Ada", "Zorn")) for _ in range(2)]
    for _ in range(2):
        signed_in(rita).post(
            path("results_assign", role.organisation), {**chosen(*several), "colleague": jonas.pk}
        )
    assert Email.objects.of(role.organisation).filter(kind="reports.assigned_several").count() == 1
    assert AuditEntry.objects.of(role.organisation).filter(action="result.assigned").count() == 2


def test_only_new_results_are_mailed_about(role: Role, rita: Membership, jonas: Membership) -> None:
    first, second = (to_review(named(role, name, "Zorn")) for name in ("Ada", "Bob"))
    assign(first, to=jonas, by=rita, now=NOW)
    where = path("results_assign", role.organisation)
    signed_in(rita).post(where, {**chosen(first, second), "colleague": jonas.pk})
    one, other = Email.objects.of(role.organisation).filter(kind="reports.assigned").order_by("pk")
    assert one.context["candidate_name"] == "Ada Zorn"
    assert other.context["candidate_name"] == "Bob Zorn"


def test_assigning_several_to_yourself_sends_no_mail(role: Role, rita: Membership) -> None:
    several = [to_review(named(role, "Ada", "Zorn")) for _ in range(2)]
    where = path("results_assign", role.organisation)
    signed_in(rita).post(where, {**chosen(*several), "colleague": rita.pk})
    assert assigned(role) == ["Rita Recruiter"] * 2
    assert not Email.objects.of(role.organisation).filter(kind__startswith="reports.assigned").exists()


def test_a_colleague_who_is_deactivated_first_gets_no_mail(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    several = [to_review(named(role, "Ada", "Zorn")) for _ in range(2)]
    where = path("results_assign", role.organisation)
    signed_in(rita).post(where, {**chosen(*several), "colleague": jonas.pk})
    admin = factories.member(role.organisation, kind="admin")
    deactivate(member=jonas, successor=None, by=admin, now=NOW)
    assert Email.objects.of(role.organisation).get(kind="reports.assigned_several").state == "cancelled"


@pytest.mark.world
def test_results_reviewed_since_are_left_alone(role: Role, rita: Membership, jonas: Membership) -> None:
    first, second = (to_review(named(role, name, "Zorn")) for name in ("Ada", "Bob"))
    mark_reviewed(first, member=rita, now=NOW)
    client, where = signed_in(rita), path("results_assign", role.organisation)
    assert messages_after(client, where, {**chosen(first, second), "colleague": jonas.pk}) == [
        "1 result assigned to Jonas Lindqvist. 1 no longer waits for a review."
    ]
    assert messages_after(client, where, {**chosen(first), "colleague": jonas.pk}) == [
        "Nothing assigned: none of these results is waiting for a review."
    ]
    assert assigned(role) == ["", "Jonas Lindqvist"]
    first.refresh_from_db()
    assert first.reviewed_by == rita


@pytest.mark.world
def test_only_colleagues_who_see_them_all_can_be_chosen(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    private = to_review(named(role, "Ada", "Zorn", private=True))
    several = (private, to_review(named(role, "Bob", "Zorn")))
    admin = factories.member(role.organisation, kind="admin", name="Ann Admin")
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    stranger = factories.member(factories.organisation())
    client, where = signed_in(rita), path("results_assign", role.organisation)
    page = BeautifulSoup(client.get(where, chosen(*several)).content, "html.parser")
    assert [str(tag["value"]) for tag in page.select("select[name=colleague] option")] == [
        "",
        str(admin.pk),
        str(rita.pk),
    ]
    for nobody in (jonas.pk, manager.pk, stranger.pk, "nonsense", ""):
        response = client.post(where, {**chosen(*several), "colleague": nobody})
        assert (response.status_code, "Choose a colleague." in response.content.decode()) == (422, True)
    assert assigned(role) == ["", ""]
    assert not Email.objects.of(role.organisation).exists()


def test_others_assign_nothing(role: Role, rita: Membership, jonas: Membership) -> None:
    review = to_review(named(role, "Ada", "Zorn", private=True))
    organisation, values = role.organisation, {**chosen(review), "colleague": rita.pk}
    before = ResultReview.objects.of(organisation).values().get()
    manager = factories.member(organisation, kind="hiring_manager")
    role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    where = path("results_assign", organisation)
    elsewhere = path("results_assign", stranger.organisation)
    # neither a recruiter who can't see the candidate nor another organisation learns that the result exists
    for member, url in ((jonas, where), (stranger, elsewhere)):
        assert signed_in(member).post(url, values).headers["Location"] == path("results", member.organisation)
    assert signed_in(manager).post(where, values).status_code == 403
    assert signed_in(stranger).post(where, values).status_code == 404
    assert Client().post(where, values).status_code == 302
    assert ResultReview.objects.of(organisation).values().get() == before
    assert not AuditEntry.objects.of(organisation).filter(action="result.assigned").exists()


def test_hiring_managers_cannot_choose_rows(role: Role, rita: Membership) -> None:
    to_review(named(role, "Ada", "Zorn"))
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    page = signed_in(manager).get(path("results", role.organisation)).content.decode()
    assert ("Ada Zorn" in page, "checkbox" in page) == (True, False)


def test_an_invalid_choice_assigns_nothing(role: Role, rita: Membership) -> None:
    where = path("results_assign", role.organisation)
    for values in ({}, {"review": "nonsense"}, {"review": "9" * 30}):
        answer = signed_in(rita).get(where, values)
        assert answer.headers["Location"] == path("results", role.organisation)


@pytest.mark.world
def test_more_results_take_few_more_queries(role: Role, rita: Membership, jonas: Membership) -> None:
    several = [to_review(named(role, "Ada", "Zorn")) for _ in range(6)]
    client, where = signed_in(rita), path("results_assign", role.organisation)
    client.get(where, chosen(several[0]))
    with CaptureQueriesContext(connection) as one:
        client.get(where, chosen(several[0]))
    with CaptureQueriesContext(connection) as six:
        client.get(where, chosen(*several))
    assert len(six) == len(one)


def test_the_count_in_the_navigation_is_that_of_the_list(
    role: Role, rita: Membership, jonas: Membership
) -> None:
    admin = factories.member(rita.organisation, kind="admin", email="amy@acme.example")
    hidden = factories.role(rita.organisation, owner=jonas)
    Role.objects.of(rita.organisation).filter(pk=hidden.pk).update(confidential=True)
    to_review(named(role, "Ada", "Zorn"))
    to_review(named(hidden, "Bob", "Zorn"))
    recruited = to_review(named(hidden, "Cleo", "Zorn")).step_request.application
    Application.objects.of(role.organisation).filter(pk=recruited.pk).update(
        recruiter_email="Amy@acme.example"
    )
    assign(to_review(named(role, "Dee", "Zorn")), to=jonas, by=rita, now=NOW)
    counts = [
        (count_to_review(member), reviews.to_review(member, mine=True).count())
        for member in (rita, jonas, admin)
    ]
    assert counts == [(1, 1), (3, 3), (1, 1)]
