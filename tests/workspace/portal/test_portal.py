"""The candidate's portal, and the review without a login."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.accounts.models import AuditEntry
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Assessment, Attempt
from goodword.candidates.models import Application
from goodword.core import crypto
from goodword.core.models import Event
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.models import Check, Slot
from goodword.workflow.models import GRACE
from tests.assessments.support import answer_all
from tests.references import story
from tests.support import factories
from tests.support.kept import kept
from tests.support.pages import comparable, signed_in
from tests.workspace.applications import NOW, checked, invited, named, path, portal, reported, review

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
@kept
def application() -> Application:
    return named(factories.role(factories.organisation(name="Acme"), title="Baker"), "Ada", "Zorn")


def end(attempt: Attempt) -> None:
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)


@pytest.mark.world
def test_a_single_open_task_opens_directly(application: Application) -> None:
    attempt = invited(application)
    where = portal(attempt.step_request)
    response = Client().get(where)
    assert (response.status_code, response["Location"]) == (302, f"{where}assessment/")
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex")


@pytest.mark.world
def test_two_open_tasks_are_shown_from_either_link(application: Application) -> None:
    attempt, check = invited(application), checked(application)
    for step_request in (attempt.step_request, check.step_request):
        where = portal(step_request)
        response = Client().get(where)
        html = response.content.decode()
        assert response.status_code == 200
        assert [task.mark.label for task in response.context["tasks"]] == ["Assessment", "Reference check"]
        assert f'href="{where}assessment/"' in html
        assert f'href="{where}references/"' in html
        assert "Hello Ada" in html


@pytest.mark.world
def test_a_deadline_on_hold_until_an_offer_does_not_wait_for_an_answer(application: Application) -> None:
    attempt, check = invited(application), checked(application)
    Check.objects.of(application.organisation).filter(pk=check.pk).update(clock_stopped_at=NOW)
    where = portal(attempt.step_request)
    until_answer, until_offer = "on hold until Acme answers", "before you have an offer"
    html = Client().get(where).content.decode()
    assert (until_answer in html, until_offer in html) == (False, True)
    slot = Slot.objects.of(application.organisation).filter(check_run=check).first()
    assert slot is not None
    slot.cannot_at = NOW
    slot.save()
    html = Client().get(where).content.decode()
    assert (until_answer in html, until_offer in html) == (True, False)


@pytest.mark.slow
def test_every_page_links_to_your_data(application: Application) -> None:
    attempt, check = invited(application), checked(application)
    where = portal(attempt.step_request)
    link = f'<a href="{where}data/">Your data</a>'
    for page in ("", "ask/", "assessment/", "references/"):
        assert Client().get(f"{where}{page}").content.decode().count(link) == 1, page
    expired = portal(check.step_request, now=NOW - timedelta(days=31))
    seen = Client().get(expired, follow=True)
    assert seen.redirect_chain[-1][0] == f"{expired}fresh/"
    assert f'<a href="{expired}data/">Your data</a>' in seen.content.decode()


@pytest.mark.world
def test_task_states_are_in_the_candidates_language(application: Application) -> None:
    attempt, check = invited(application), checked(application)
    Check.objects.of(application.organisation).filter(pk=check.pk).update(
        language="de", progress="in_progress", clock_stopped_at=NOW
    )
    html = Client().get(portal(attempt.step_request)).content.decode()
    assert ("Wartet" in html, "Läuft" in html, html.count("Frist:")) == (True, True, 1)
    assert [word for word in ("Waiting", "In progress", "Deadline:") if word in html] == []


@pytest.mark.world
def test_finished_tasks_are_shown_and_the_open_one_opens(application: Application) -> None:
    attempt, check = invited(application), checked(application)
    end(attempt)
    where = portal(attempt.step_request)
    assert Client().get(where)["Location"] == f"{where}references/"
    check.progress = "completed"
    check.save()
    html = Client().get(where).content.decode()
    assert ("Thank you, Ada" in html, "There is nothing more for you to do." in html) == (True, True)


@pytest.mark.world
def test_opening_a_link_changes_nothing(application: Application) -> None:
    attempt = invited(application)
    before = (Event.objects.count(), Attempt.objects.across_organisations().values().get(pk=attempt.pk))
    where = portal(attempt.step_request)
    for client in (Client(), Client(headers={"user-agent": "scanner"})):
        client.get(where, follow=True)
        client.head(where)
    assert before == (
        Event.objects.count(),
        Attempt.objects.across_organisations().values().get(pk=attempt.pk),
    )
    assert Client().post(where).status_code == 405


def test_unknown_links_show_a_friendly_page() -> None:
    for where in (f"/p/{crypto.new_token()}/", "/p/cut-off/", f"/v/{crypto.new_token()}/"):
        response = Client().get(where)
        assert (response.status_code, response["Cache-Control"]) == (404, "no-store")
        assert "This link doesn't work" in response.content.decode()


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("closed_by", ["rejected", "hired", "", "invited_again"])
def test_closed_pages_do_not_reveal_the_reason(application: Application, closed_by: str) -> None:
    attempt = invited(application)
    where = portal(attempt.step_request)
    Attempt.objects.of(application.organisation).update(
        closed_at=NOW, closed_by="greenhouse", close_reason=closed_by
    )
    Application.objects.of(application.organisation).update(
        status=closed_by or "active", rejection_reason="Too slow"
    )
    response = Client().get(where)
    html = response.content.decode()
    assert response.status_code == 200
    assert "There is nothing to do here at the moment" in html
    assert "rita@acme.example" in html
    assert [word for word in ("eject", "ired", "Too slow", "Ada", "Baker", "losed") if word in html] == []
    assert comparable(response) == comparable(Client().get(f"{where}assessment/"))


@pytest.mark.world
def test_candidates_and_referees_see_the_same_closed_page() -> None:
    told = story.sent()
    candidate, referee = story.candidate_path(told), story.referee_path("maria@globex.example")
    own = candidate.removesuffix("references/")
    told.happens("application.rejected", reason="Too slow")
    pages = [Client().get(where) for where in (own, candidate, referee)]
    assert [page.status_code for page in pages] == [200, 200, 200]
    # apart from the links to their own data
    first, *others = [re.sub(r'href="/[pr]/[^"]+/data/"', "", comparable(page)) for page in pages]
    assert others == [first, first]


@pytest.mark.world
def test_closing_one_step_leaves_the_other_open(application: Application) -> None:
    attempt, check = invited(application), checked(application)
    Attempt.objects.of(application.organisation).update(closed_at=NOW)
    assert "There is nothing to do here" in Client().get(portal(attempt.step_request)).content.decode()
    where = portal(check.step_request)
    assert Client().get(where)["Location"] == f"{where}references/"


def declined(run: Attempt | Check) -> None:
    type(run).objects.of(run.organisation).filter(pk=run.pk).update(progress="declined")


@pytest.mark.main_case
@pytest.mark.parametrize("refused", ["assessment", "references"])
def test_declining_one_step_leaves_the_other_to_begin(application: Application, refused: str) -> None:
    attempt, check = invited(application), checked(application)
    run, other = (attempt, check) if refused == "assessment" else (check, attempt)
    left = "references" if refused == "assessment" else "assessment"
    declined(run)
    where, client = portal(run.step_request), Client()
    response = client.get(where)
    html = response.content.decode()
    assert (response.status_code, "There is nothing" in html) == (200, False)
    assert "You've declined. If you change your mind, write to" in html
    assert re.findall(r'href="([^"]+)"[^>]*><span>(\w+)</span>', html) == [(f"{where}{left}/", "Begin")]
    page = client.get(f"{where}{refused}/").content.decode()
    assert ("There is nothing" in page, page.count(f'href="{where}{left}/"')) == (False, 1)
    said = {
        "references": "Your references are still outstanding.",
        "assessment": "Your assessment is still open.",
    }
    assert said[left] in page
    assert client.get(portal(other.step_request))["Location"].endswith(f"/{left}/")


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("refused", ["assessment", "references"])
@pytest.mark.parametrize("over", ["closed", "late", "expired", "ended", "erased"])
def test_links_of_declined_steps_open_the_page_about_declining_until_they_end(
    application: Application, refused: str, over: str
) -> None:
    attempt, check = invited(application), checked(application)
    run, other = (attempt, check) if refused == "assessment" else (check, attempt)
    declined(run)
    where = portal(run.step_request, **({"now": NOW - timedelta(days=31)} if over == "expired" else {}))
    rows = type(other).objects.of(application.organisation).filter(pk=other.pk)
    if over == "closed":
        rows.update(closed_at=NOW, close_reason="rejected")
    elif over == "late":
        rows.update(deadline_at=NOW - GRACE - timedelta(seconds=1))
    elif over == "ended":
        links.end(
            organisation=application.organisation,
            purpose=Link.Purpose.CANDIDATE,
            subject_id=run.step_request_id,
            now=NOW,
        )
    elif over == "erased":
        Application.objects.of(application.organisation).update(erasure_requested_at=NOW)
    response = Client().get(where)
    if over in {"closed", "late"}:
        assert response["Location"] == f"{where}{refused}/"
        page = Client().get(f"{where}{refused}/").content.decode()
        assert ("still open" in page, "You've declined" in page) == (False, True)
    else:
        html = response.content.decode()
        assert ("There is nothing to do here" in html, "Begin" in html) == (True, False)


@pytest.mark.world
def test_a_completed_step_is_shown_next_to_a_declined_one(application: Application) -> None:
    attempt, check = invited(application), checked(application)
    end(attempt)
    declined(check)
    for step_request in (attempt.step_request, check.step_request):
        html = Client().get(portal(step_request)).content.decode()
        assert ("There is nothing more for you to do." in html, "View progress" in html) == (True, True)
        assert html.count("You've declined. If you change your mind, write to") == 1


@pytest.mark.world
def test_a_shared_result_can_be_read_while_references_are_open(application: Application) -> None:
    attempt, check = invited(application), checked(application)
    end(attempt)
    Assessment.objects.of(application.organisation).update(shares_result=True)
    for step_request in (attempt.step_request, check.step_request):
        where = portal(step_request)
        html = Client().get(where).content.decode()
        assert f'href="{where}references/"' in html
        assert re.search(rf'href="{where}assessment/result/"[^>]*><span>Read your result<', html)
        result = Client().get(f"{where}assessment/result/").content.decode()
        assert ("Your result" in result, "There is nothing" in result) == (True, False)


@pytest.mark.world
@pytest.mark.parametrize(("language", "said"), [("de", "stehen noch aus"), ("fr", "encore attendues")])
def test_the_open_step_is_named_in_the_candidates_language(
    application: Application, language: str, said: str
) -> None:
    attempt, _check = invited(application), checked(application)
    declined(attempt)
    Attempt.objects.of(application.organisation).update(language=language)
    html = Client().get(f"{portal(attempt.step_request)}assessment/").content.decode()
    assert (said in html, "still open" in html) == (True, False)


@pytest.mark.world
def test_paused_steps_can_be_continued(application: Application) -> None:
    attempt = invited(application)
    Attempt.objects.of(application.organisation).update(paused_at=NOW)
    where = portal(attempt.step_request)
    assert Client().get(where)["Location"] == f"{where}assessment/"


@pytest.mark.world
def test_answers_long_after_the_deadline_are_refused(application: Application) -> None:
    attempt = invited(application)
    where = portal(attempt.step_request)
    Attempt.objects.of(application.organisation).update(deadline_at=NOW - GRACE)
    assert Client().get(where).status_code == 302
    Attempt.objects.of(application.organisation).update(deadline_at=NOW - GRACE - timedelta(seconds=1))
    assert "There is nothing to do here" in Client().get(where).content.decode()


@pytest.mark.world
def test_waiting_steps_are_not_shown(application: Application) -> None:
    where = portal(invited(application).step_request)
    factories.step_request(
        application, "reference_check", state="waiting", waiting_reason="delay", due_at=NOW
    )
    assert Client().get(where)["Location"] == f"{where}assessment/"


@pytest.mark.world
def test_ended_links_open_nothing(application: Application) -> None:
    attempt = invited(application)
    where = portal(attempt.step_request)
    links.end(
        organisation=application.organisation,
        purpose=Link.Purpose.CANDIDATE,
        subject_id=attempt.step_request_id,
        now=NOW,
    )
    assert "There is nothing to do here" in Client().get(where).content.decode()


@pytest.mark.world
def test_a_contact_is_named_without_recruiter_and_role(application: Application, settings: Settings) -> None:
    attempt = invited(application)
    admin = factories.member(application.organisation, kind="admin", email="boss@acme.example")
    where = portal(attempt.step_request)
    owner = application.role.owner  # type: ignore[union-attr]  # the fixture gives it one
    Application.objects.of(application.organisation).update(recruiter_email="", role=None)
    Attempt.objects.of(application.organisation).update(closed_at=NOW)
    html = Client().get(where).content.decode()
    first = min((owner, admin), key=lambda found: found.pk)
    assert first.user.email in html


# --- the review without a login


def audited(application: Application) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.of(application.organisation).exclude(action__in=["role.created"])
    return list(entries.values_list("action", "actor"))


@pytest.mark.world
def test_viewing_by_review_link_is_audited(application: Application) -> None:
    reported(application)
    where = review(application, expires_at=NOW + timedelta(days=14))
    response = Client().get(where)
    assert (response.status_code, response["Cache-Control"], response["X-Robots-Tag"]) == (
        200,
        "no-store",
        "noindex",
    )
    assert [result.label for result in response.context["results"]] == ["Assessment"]
    link = Link.objects.of(application.organisation).latest("pk")
    assert audited(application) == [("result.viewed_by_link", f"link {link.pk}")]
    assert Client().post(where).status_code == 405


@pytest.mark.world
def test_repeated_views_are_audited_once_in_five_minutes(application: Application) -> None:
    reported(application)
    where = review(application, expires_at=NOW + timedelta(days=14))
    assert Client().head(where).status_code == 200
    assert audited(application) == []
    for seconds, entries in ((0, 1), (299, 1), (301, 2), (302, 2)):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            for _ in range(3):
                assert Client().get(where).status_code == 200
        assert len(audited(application)) == entries
    other = review(application, expires_at=NOW + timedelta(days=14))
    assert Client().get(other).status_code == 200
    assert len(audited(application)) == 3


@pytest.mark.world
def test_expired_review_links_show_no_results(application: Application) -> None:
    reported(application)
    response = Client().get(review(application, expires_at=NOW))
    html = response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (410, "no-store")
    assert ("This link has expired" in html, "Ada" in html, "Zorn" in html) == (True, False, False)
    assert audited(application) == []


def test_members_are_redirected_even_from_expired_review_links(application: Application) -> None:
    who = factories.member(application.organisation)
    response = signed_in(who).get(review(application, expires_at=NOW))
    assert response["Location"] == path("candidate", application.organisation, application.pk) + "#results"
    assert audited(application) == []


def test_logins_of_other_organisations_see_the_review(application: Application) -> None:
    stranger = factories.member(factories.organisation())
    response = signed_in(stranger).get(review(application, expires_at=NOW + timedelta(days=1)))
    assert (response.status_code, "No results yet." in response.content.decode()) == (200, True)


@pytest.mark.world
def test_review_and_portal_links_are_not_interchangeable(application: Application) -> None:
    attempt = invited(application)
    token = review(application).split("/")[2]
    assert Client().get(f"/p/{token}/").status_code == 404
    assert Client().get(f"/s/{token}/").status_code == 404
    token = portal(attempt.step_request).split("/")[2]
    assert Client().get(f"/v/{token}/").status_code == 404
    assert Check.objects.of(application.organisation).count() == 0
