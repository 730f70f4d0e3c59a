"""Results to review: the list for each kind of member, opening, marking as reviewed, undo, assignment."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry
from goodword.candidates.models import Application, Candidate
from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.reports.domain import reviews
from goodword.reports.domain.reviews import CannotAssign, assign, mark_reviewed, to_review, undo_review
from goodword.reports.models import Report, ResultReview
from goodword.roles.models import Role
from tests.references import story
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import named, path, reported
from tests.workspace.needs_you.world import NOW, World, world

pytestmark = [pytest.mark.django_db, pytest.mark.world]


@kept
def world_with_ada() -> tuple[World, Application]:
    here = world()
    application = here.named("Ada")
    reported(application)
    return here, application


@pytest.fixture
def built() -> tuple[World, Application]:
    return world_with_ada()


@pytest.fixture
def here(built: tuple[World, Application]) -> World:
    return built[0]


@pytest.fixture
def ada(built: tuple[World, Application]) -> Application:
    return built[1]


def review_of(application: Application) -> ResultReview:
    return ResultReview.objects.of(application.organisation).get(step_request__application=application)


def listed(client: Client, here: World, show: str = "") -> list[tuple[str, str]]:
    where = path("results", here.role.organisation) + (f"?show={show}" if show else "")
    page = BeautifulSoup(client.get(where).content, "html.parser")
    found = []
    for row in page.select("tbody tr"):
        name, _role, news = (
            " ".join(cell.get_text().split()) for cell in row.select("th, td[data-label]")[:3]
        )
        found.append((name, news.partition(" PDF")[0]))
    return found


def badge(client: Client, here: World) -> str:
    page = BeautifulSoup(client.get(path("roles", here.role.organisation)).content, "html.parser")
    count = page.select_one(".rail__side .rail__count")
    return count.get_text() if count else ""


def test_a_finished_step_is_to_be_reviewed_by_the_owner_and_the_recruiter(
    here: World, ada: Application
) -> None:
    jonas = factories.member(here.role.organisation, email="jonas@acme.example")
    client = signed_in(jonas)
    assert (listed(client, here), badge(client, here)) == ([], "")
    assert listed(client, here, "all") == [("Ada Zorn", "Assessment complete")]
    Application.objects.of(ada.organisation).update(recruiter_email="Jonas@acme.example")
    for member in (jonas, here.rita):
        client = signed_in(member)
        assert (listed(client, here), badge(client, here)) == ([("Ada Zorn", "Assessment complete")], "1")


@time_machine.travel(NOW, tick=False)
def test_the_first_reference_comes_before_the_report() -> None:
    told = story.sent()
    owner = told.application.role.owner  # type: ignore[union-attr]
    here = World(told.application.role, owner)  # type: ignore[arg-type]
    client = signed_in(owner)
    name = told.application.candidate.name
    first, second = (story.referee_path(f"{who}@globex.example") for who in ("maria", "paul"))
    story.answer(first)
    assert listed(client, here) == [(name, "First reference, 1 of 2")]
    assert mark_reviewed(review_of(told.application), member=owner, now=NOW)
    story.answer(second)
    assert listed(client, here) == [(name, "Reference check complete")]
    assert mark_reviewed(review_of(told.application), member=owner, now=NOW)
    assert listed(client, here) == []


def test_a_new_version_is_to_be_reviewed_again(ada: Application, here: World) -> None:
    review = review_of(ada)
    assert mark_reviewed(review, member=here.rita, now=NOW)
    report = Report.objects.of(ada.organisation).get()
    report.pk, report.version, report.code = None, 2, "GW-2222-2222"
    report._state.adding = True
    report.save()
    later = datetime(2036, 3, 4, tzinfo=UTC)
    event = Event(
        name="report.ready",
        organisation_id=ada.organisation_id,
        application_id=ada.pk,
        data={"step_request_id": review.step_request_id, "report_id": report.pk},
        occurred_at=later,
    )
    for _ in range(2):
        reviews.on_report_ready(event)
    review.refresh_from_db()
    assert (review.reviewed_at, review.since, review.report_id) == (None, later, report.pk)
    assert listed(signed_in(here.rita), here) == [("Ada Zorn", "Assessment, version 2")]


def test_an_older_version_that_is_rendered_later_is_not_to_be_reviewed(ada: Application, here: World) -> None:
    review = review_of(ada)
    first, second = Report.objects.of(ada.organisation).get(), Report.objects.of(ada.organisation).get()
    second.pk, second.version, second.code = None, 2, "GW-2222-2222"
    second._state.adding = True
    second.save()
    for day, report in ((4, second), (5, first)):
        event = Event(
            name="report.ready",
            organisation_id=ada.organisation_id,
            application_id=ada.pk,
            data={"step_request_id": review.step_request_id, "report_id": report.pk},
            occurred_at=datetime(2036, 3, day, tzinfo=UTC),
        )
        reviews.on_report_ready(event)
        mark_reviewed(review_of(ada), member=here.rita, now=NOW)
    review.refresh_from_db()
    assert (review.report_id, review.reviewed_by) == (second.pk, here.rita)


def test_an_older_event_does_not_replace_a_newer_result(ada: Application, here: World) -> None:
    review = review_of(ada)
    event = Event(
        name="report.ready",
        organisation_id=ada.organisation_id,
        application_id=ada.pk,
        data={"step_request_id": review.step_request_id, "report_id": review.report_id},
        occurred_at=review.since,
    )
    mark_reviewed(review, member=here.rita, now=NOW)
    reviews.on_report_ready(event)
    assert review_of(ada).reviewed_by == here.rita


def test_home_leads_to_those_reviewed_this_week(here: World, ada: Application) -> None:
    bob = here.named("Bob")
    reported(bob)
    sunday = datetime(2026, 3, 1, 22, 59, tzinfo=UTC)  # in Berlin
    for application, at in ((ada, sunday), (bob, sunday + timedelta(minutes=1))):
        mark_reviewed(review_of(application), member=here.rita, now=at)
    client = signed_in(here.rita)
    with time_machine.travel(NOW, tick=False):
        home = BeautifulSoup(client.get(path("needs_you", here.role.organisation)).content, "html.parser")
        [link] = home.find_all("a", string="Reviewed this week (1)")
        page = BeautifulSoup(client.get(str(link["href"])).content, "html.parser")
    assert [tag.get_text(strip=True) for tag in page.select("tbody th a")] == ["Bob Zorn"]
    assert listed(client, here, "reviewed") == [
        (f"{name} Zorn", "Assessment complete") for name in ("Bob", "Ada")
    ]


def test_it_is_marked_on_the_candidate_page_and_can_be_undone(here: World, ada: Application) -> None:
    client = signed_in(here.rita)
    page = path("candidate", here.role.organisation, ada.pk)
    assert "Mark assessment as reviewed" in client.get(page).content.decode()
    assert review_of(ada).reviewed_at is None  # opening it doesn't mark it as reviewed
    tick = path("result_tick", here.role.organisation, review_of(ada).pk)
    assert client.post(tick, {"on": "candidate"}).headers["Location"] == page
    assert review_of(ada).reviewed_by == here.rita
    assert "Mark assessment as reviewed" not in client.get(page).content.decode()
    assert (listed(client, here), badge(client, here)) == ([], "")
    assert listed(client, here, "reviewed") == [("Ada Zorn", "Assessment complete")]
    client.post(path("result_undo", here.role.organisation, review_of(ada).pk))
    assert review_of(ada).reviewed_at is None
    actions = AuditEntry.objects.of(here.role.organisation).filter(action__startswith="result.review")
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        "result.reviewed",
        "result.review_undone",
    ]


def test_another_members_visit_does_not_mark_it_as_reviewed(here: World, ada: Application) -> None:
    organisation = here.role.organisation
    manager = factories.member(organisation, kind="hiring_manager")
    here.role.viewers.add(manager)
    for member in (factories.member(organisation), factories.member(organisation, kind="admin"), manager):
        assert signed_in(member).get(path("candidate", organisation, ada.pk)).status_code == 200
    assert review_of(ada).reviewed_at is None


def test_a_tick_marks_it_reviewed_once(here: World, ada: Application) -> None:
    where = path("result_tick", here.role.organisation, review_of(ada).pk)
    jonas = factories.member(here.role.organisation)
    for member in (here.rita, jonas):
        response = signed_in(member).post(
            where, {"back": path("results", here.role.organisation) + "?show=all"}
        )
        assert response.headers["Location"] == path("results", here.role.organisation) + "?show=all"
    assert review_of(ada).reviewed_by == here.rita


def test_a_page_that_shows_an_older_result_does_not_mark_the_newer_one(here: World, ada: Application) -> None:
    shown = review_of(ada)
    ResultReview.objects.of(ada.organisation).update(since=datetime(2036, 1, 1, tzinfo=UTC))
    assert not mark_reviewed(shown, member=here.rita, now=NOW)
    assert not undo_review(shown, member=here.rita, now=NOW)


def test_a_page_opened_before_a_newer_result_arrived_does_not_mark_that_one(
    here: World, ada: Application
) -> None:
    client, organisation = signed_in(here.rita), here.role.organisation
    shown = BeautifulSoup(client.get(path("results", organisation)).content, "html.parser")
    since = shown.select_one("input[name=since]")
    assert since is not None
    ResultReview.objects.of(organisation).update(since=datetime(2036, 1, 1, tzinfo=UTC))
    tick = path("result_tick", organisation, review_of(ada).pk)
    page = client.post(tick, {"since": str(since["value"])}, follow=True).content.decode()
    assert "Not marked as reviewed: a newer result has arrived." in page
    assert review_of(ada).reviewed_at is None


def test_the_candidate_page_shows_who_reviewed_the_result_and_undoes_it(
    here: World, ada: Application
) -> None:
    organisation = here.role.organisation
    mark_reviewed(review_of(ada), member=here.rita, now=NOW)
    jonas, page = signed_in(factories.member(organisation)), path("candidate", organisation, ada.pk)
    bar = BeautifulSoup(jonas.get(page).content, "html.parser").select_one(".reviewed")
    assert bar is not None
    assert " ".join(bar.get_text().split()) == "Assessment reviewed by Rita Recruiter Tue 3 Mar, 10:00 Undo"
    tick = path("result_tick", organisation, review_of(ada).pk)
    assert "Already reviewed by Rita Recruiter." in jonas.post(tick, follow=True).content.decode()
    undo = path("result_undo", organisation, review_of(ada).pk)
    assert jonas.post(undo, {"on": "candidate"}).headers["Location"] == page
    assert review_of(ada).reviewed_at is None


def test_a_colleague_gets_the_result_and_a_mail(here: World, ada: Application) -> None:
    organisation = here.role.organisation
    jonas = factories.member(organisation, name="Jonas Lindqvist", email="jonas@acme.example")
    where = path("result_assign", organisation, review_of(ada).pk)
    client = signed_in(here.rita)
    assert "Jonas Lindqvist, jonas@acme.example" in client.get(where).content.decode()
    for _ in range(2):
        assert client.post(where, {"colleague": jonas.pk}).headers["Location"] == path(
            "results", organisation
        )
    assert listed(signed_in(here.rita), here) == []
    assert listed(signed_in(jonas), here) == [("Ada Zorn", "Assessment complete")]
    email = Email.objects.of(organisation).get(kind="reports.assigned")
    assert (email.to_address, email.reply_to) == ("jonas@acme.example", here.rita.user.email)
    run_jobs()
    email.refresh_from_db()
    assert email.subject == "Please review Ada Zorn's result (Window Washer)"
    link = path("candidate", organisation, ada.pk) + "#assessment"
    for body in (email.text, email.html):
        assert "Rita Recruiter has asked you to review Ada Zorn's assessment (Window Washer)." in body
        assert link in body


def test_assigning_leads_back_to_the_list_it_was_opened_from(here: World, ada: Application) -> None:
    client, organisation = signed_in(here.rita), here.role.organisation
    shown = path("results", organisation) + "?show=all"
    for opened_from in (shown, path("needs_you", organisation)):
        page = BeautifulSoup(client.get(opened_from).content, "html.parser")
        link = page.find("a", string="Assign …")
        assert link is not None
        form = BeautifulSoup(client.get(str(link["href"])).content, "html.parser")
        back = form.select_one("main input[name=back]")
        assert back is not None
        assert back["value"] == opened_from
        assert form.find("a", string="Cancel", href=opened_from) is not None
        answer = client.post(str(link["href"]), {"colleague": here.rita.pk, "back": back["value"]})
        assert answer.headers["Location"] == opened_from
    elsewhere = path("result_assign", organisation, review_of(ada).pk) + "?back=javascript:alert(1)"
    assert b"javascript:alert" not in client.get(elsewhere).content


def test_assigning_it_to_yourself_sends_no_mail(here: World, ada: Application) -> None:
    assign(review_of(ada), to=here.rita, by=here.rita, now=NOW)
    assert Email.objects.of(ada.organisation).filter(kind="reports.assigned").count() == 0


def test_only_those_who_may_see_it_and_work_here_can_be_chosen() -> None:
    here = world()
    application = named(here.role, "Ada", "Zorn", private=True)
    reported(application)
    organisation = here.role.organisation
    admin = factories.member(organisation, kind="admin")
    recruiter = factories.member(organisation)
    manager = factories.member(organisation, kind="hiring_manager")
    here.role.viewers.add(manager)
    stranger = factories.member(factories.organisation())
    assert {member.pk for member in reviews.colleagues([application])} == {here.rita.pk, admin.pk}
    where = path("result_assign", organisation, review_of(application).pk)
    client = signed_in(here.rita)
    for nobody in (recruiter.pk, manager.pk, stranger.pk, "nonsense", ""):
        response = client.post(where, {"colleague": nobody})
        assert (response.status_code, "Choose a colleague." in response.content.decode()) == (422, True)
    for member in (recruiter, manager):
        with pytest.raises(CannotAssign):
            assign(review_of(application), to=member, by=here.rita, now=NOW)
    assert review_of(application).assigned_to is None


def test_the_result_of_a_colleague_who_left_returns_to_the_owner(here: World, ada: Application) -> None:
    jonas = factories.member(here.role.organisation)
    assign(review_of(ada), to=jonas, by=here.rita, now=NOW)
    assert to_review(here.rita, mine=True).count() == 0
    jonas.deactivated_at = NOW
    jonas.save()
    assert to_review(here.rita, mine=True).count() == 1


@pytest.mark.parametrize("closed", ["private candidate", "confidential role", "confidential job"])
def test_a_result_that_the_colleague_can_no_longer_see_returns_to_the_owner(
    here: World, ada: Application, closed: str
) -> None:
    jonas = factories.member(here.role.organisation)
    assign(review_of(ada), to=jonas, by=here.rita, now=NOW)
    if closed == "private candidate":
        Candidate.objects.of(here.role.organisation).filter(pk=ada.candidate_id).update(private=True)
    elif closed == "confidential role":
        Role.objects.of(here.role.organisation).filter(pk=here.role.pk).update(confidential=True)
    else:
        automation = factories.automation(here.role, connection_id=1, job_id=7, stages={})
        automation.confidential = True
        automation.save()
    assert [to_review(member, mine=True).count() for member in (here.rita, jonas)] == [1, 0]
    here.role.viewers.add(jonas)
    assert [to_review(member, mine=True).count() for member in (here.rita, jonas)] == [0, 1]


@pytest.mark.parametrize("name", ["result_tick", "result_undo", "result_assign"])
def test_others_change_nothing(here: World, ada: Application, name: str) -> None:
    organisation = here.role.organisation
    review = review_of(ada)
    if name == "result_undo":
        mark_reviewed(review, member=here.rita, now=NOW)
    before = ResultReview.objects.of(organisation).values().get()
    where = path(name, organisation, review.pk)
    manager = factories.member(organisation, kind="hiring_manager")
    here.role.viewers.add(manager)
    Application.objects.of(organisation).update(role=here.role)
    ada.candidate.private = True
    ada.candidate.save()
    unseeing = factories.member(organisation)
    stranger = factories.member(factories.organisation(), kind="admin")
    values = {"colleague": here.rita.pk}
    assert [
        signed_in(manager).post(where, values).status_code,
        signed_in(unseeing).post(where, values).status_code,
        signed_in(stranger).post(where, values).status_code,
        Client().post(where, values).status_code,
    ] == [403, 404, 404, 302]
    assert ResultReview.objects.of(organisation).values().get() == before


def test_hiring_managers_see_results_without_buttons(here: World, ada: Application) -> None:
    manager = factories.member(here.role.organisation, kind="hiring_manager")
    client = signed_in(manager)
    assert listed(client, here) == []
    here.role.viewers.add(manager)
    html = client.get(path("results", here.role.organisation)).content.decode()
    assert ("Ada Zorn" in html, "Mark as reviewed" in html, badge(client, here)) == (True, False, "")


def test_home_lists_results_and_counts_those_of_this_week(here: World, ada: Application) -> None:
    client = signed_in(here.rita)
    home = path("needs_you", here.role.organisation)
    assert "Assessment complete" in client.get(home).content.decode()
    with time_machine.travel(NOW, tick=False):
        client = signed_in(here.rita)
        client.post(path("result_tick", here.role.organisation, review_of(ada).pk))
        html = client.get(home).content.decode()
    assert ("Assessment complete" in html, "Reviewed this week (1)" in html) == (False, True)


def test_many_results_take_no_more_queries_than_one(here: World, ada: Application) -> None:
    client = signed_in(here.rita)
    where = path("results", here.role.organisation)
    client.get(where)
    with CaptureQueriesContext(connection) as one:
        assert len(listed(client, here)) == 1
    for name in ("Bob", "Cleo"):
        reported(here.named(name))
    with CaptureQueriesContext(connection) as three:
        assert len(listed(client, here)) == 3
    assert len(three) == len(one)
