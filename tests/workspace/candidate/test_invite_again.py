"""*Invite again* after a run with activity asks for confirmation, and earlier answers stay visible."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.greenhouse.activity_feed.notes import on_report_ready
from goodword.greenhouse.models import ActivityFeedNote
from goodword.notifications.domain.bounces import note_bounced, note_complained
from goodword.notifications.models import Email
from goodword.references.flags import rules
from goodword.references.models import Check, CheckFlag
from goodword.reports.domain.versions import report_of
from goodword.reports.models import Report
from goodword.ui.templatetags.ui import short_day
from goodword.workspace.comparison.results import finished_attempts
from tests.assessments.support import answer_all, assigned
from tests.references.story import (
    MANAGER,
    PEER,
    Story,
    answer,
    candidate_path,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import NOW, named, path, reported, review

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

LATER = NOW + timedelta(days=1)
#: after the tests' retake interval
NEXT_TIME = NOW + timedelta(days=190)
MARIA, PAUL = "maria@globex.example", "paul@globex.example"


@kept
def done(*, least: int = 2) -> Story:
    """A complete check of two referees."""
    story = sent()
    Check.objects.of(story.application.organisation).update(least=least)
    answer(referee_path(MARIA))
    if least == 2:
        answer(referee_path(PAUL))
    assert story.check.progress == "completed"
    return story


def member_of(application: Application) -> Membership:
    return factories.member(application.organisation)


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words(part: Any) -> str:
    return " ".join(part.get_text(" ").split())


def page_of(member: Membership, application: Application) -> BeautifulSoup:
    return soup(signed_in(member).get(path("candidate", member.organisation, application.pk)))


def again(
    member: Membership, application: Application, step_request: int, data: dict[str, Any] | None = None
) -> Any:
    where = path("step_invite_again", member.organisation, application.pk, step_request)
    return signed_in(member).post(where, data or {}, follow=True)


def confirmed(member: Membership, story: Story) -> None:
    response = again(member, story.application, story.check.step_request_id, {"after": story.check.pk})
    assert [str(message) for message in response.context["messages"]] == ["New invitation on its way."]
    run_jobs()


def counts(application: Application) -> tuple[int, ...]:
    org = application.organisation
    models: tuple[Any, ...] = (Check, Attempt, Email)
    written = AuditEntry.objects.of(org).exclude(action="result.viewed").count()
    return (*(model.objects.of(org).count() for model in models), written, Event.objects.count())


# --- second click


@pytest.mark.world
@pytest.mark.parametrize("kind", ["reference_check", "assessment"])
def test_two_members_who_invite_again_at_once_send_one_invitation(kind: str) -> None:
    if kind == "reference_check":
        story = sent()
        application, step_request_id = story.application, story.check.step_request_id
    else:
        attempt = assigned()
        application, step_request_id = attempt.step_request.application, attempt.step_request_id
    rita, tom = member_of(application), member_of(application)
    again(rita, application, step_request_id)
    run_jobs()
    before = counts(application)
    response = again(tom, application, step_request_id)
    assert [str(message) for message in response.context["messages"]] == [
        "This candidate has just been invited again. No further e-mail was sent."
    ]
    assert counts(application) == before
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        response = again(tom, application, step_request_id)
    expected = {
        "reference_check": "2 referees who haven't answered get new links by e-mail.",
        "assessment": "New invitation on its way.",
    }
    assert [str(message) for message in response.context["messages"]] == [expected[kind]]


@pytest.mark.world
def test_inviting_a_candidate_again_who_marked_our_mail_as_spam_says_that_nothing_is_sent() -> None:
    attempt = assigned()
    application = attempt.step_request.application
    email = Email.objects.of(attempt.organisation).get(kind="assessment.invitation")
    note_complained(email_id=email.pk, now=NOW)
    member = member_of(application)
    response = again(member, application, attempt.step_request_id)
    assert [str(message) for message in response.context["messages"]] == [
        "New attempt opened. No e-mail was sent; see the reason below."
    ]
    assert (
        "The candidate marked our e-mail as spam, so we no longer e-mail that address about this application."
        in words(page_of(member, application))
    )


def complains(application: Application) -> None:
    """The candidate reports the invitation as spam."""
    mails = Email.objects.of(application.organisation).filter(to_address=application.candidate.email)
    note_complained(email_id=mails.latest("pk").pk, now=NOW)
    run_jobs()


@pytest.mark.world
def test_two_members_who_invite_again_at_once_after_a_spam_complaint_open_one_attempt() -> None:
    attempt = assigned()
    application = attempt.step_request.application
    complains(application)
    again(member_of(application), application, attempt.step_request_id)
    response = again(member_of(application), application, attempt.step_request_id)
    assert [str(message) for message in response.context["messages"]] == [
        "This candidate has just been invited again. No further e-mail was sent."
    ]
    assert Attempt.objects.of(application.organisation).count() == 2


@pytest.mark.world
def test_a_new_check_after_a_spam_complaint_says_that_nothing_is_sent() -> None:
    story = done()
    complains(story.application)
    member, asked = member_of(story.application), story.check.step_request_id
    page = soup(
        signed_in(member).get(path("step_invite_again", member.organisation, story.application.pk, asked))
    )
    name = story.application.candidate.name
    assert [words(item) for item in page.select("form.stack li")][:3] == [
        f"{name} isn't e-mailed, because they marked our e-mail as spam. Contact them another way.",
        "Referees are e-mailed once the candidate has pressed Send, including those who have answered before.",
        "The deadline is 10 working days.",
    ]
    assert "reminder" not in words(page.select_one("form.stack"))
    response = again(member, story.application, asked, {"after": story.check.pk})
    assert [str(message) for message in response.context["messages"]] == [
        "New reference check opened. No e-mail was sent; see the reason below."
    ]
    assert Check.objects.of(member.organisation).count() == 2


@pytest.mark.world
def test_inviting_again_says_that_only_the_referees_are_mailed_after_the_candidates_complaint() -> None:
    story = sent()
    to_maria = Email.objects.of(story.application.organisation).filter(to_address=MARIA).latest("pk")
    note_bounced(email_id=to_maria.pk, reason="550 5.1.1 User unknown", now=NOW)
    run_jobs()
    complains(story.application)
    member = member_of(story.application)
    response = again(member, story.application, story.check.step_request_id, {"after": story.check.pk})
    assert [str(message) for message in response.context["messages"]] == [
        (
            "1 referee who hasn't answered gets a new link by e-mail. "
            "The candidate isn't e-mailed, because they marked our e-mail as spam."
        )
    ]


@pytest.mark.world
def test_inviting_to_another_step_after_a_spam_complaint_promises_no_mail() -> None:
    attempt = assigned()
    application = attempt.step_request.application
    assert application.role is not None
    factories.step(application.role, "reference_check")
    complains(application)
    member = member_of(application)
    begin = reverse("step_begin", args=[member.organisation.slug, application.pk, "reference_check"])
    response = signed_in(member).post(begin, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "Invited, but not e-mailed: the candidate marked our e-mail as spam."
    ]


# --- confirmation


@pytest.mark.world
def test_inviting_again_after_a_finished_check_asks_for_confirmation() -> None:
    story = done()
    rita, application = member_of(story.application), story.application
    acts = page_of(rita, application).select_one("#reference_check .check__acts")
    assert acts is not None
    where = path("step_invite_again", rita.organisation, application.pk, story.check.step_request_id)
    assert [link["href"] for link in acts.select(".menu__item")] == [where]
    assert acts.select("form") == []
    before = counts(application)
    for response in (signed_in(rita).get(where), signed_in(rita).post(where)):
        assert response.status_code == 200
        text = words(soup(response).main)
        assert f"is asked by e-mail ({application.candidate.email}) to name 2 referees again." in text
        kept = "remain current until the new ones are complete, then become earlier results."
        assert f"The results of {short_day(NOW)} {kept}" in text
        assert "The report and its note in Greenhouse are kept." in text
    assert counts(application) == before
    confirmed(rita, story)
    assert Check.objects.of(rita.organisation).filter(step_request__application=application).count() == 2


@pytest.mark.main_case
def test_confirming_twice_invites_once() -> None:
    story = done()
    rita, first = member_of(story.application), story.check.pk
    confirmed(rita, story)
    before = counts(story.application)
    response = again(rita, story.application, story.check.step_request_id, {"after": first})
    assert [str(message) for message in response.context["messages"]] == [
        "This candidate has just been invited again. No further e-mail was sent."
    ]
    assert counts(story.application) == before


@pytest.mark.world
@pytest.mark.parametrize("after", ["0", "x", "9" * 30])
def test_a_confirmation_for_an_earlier_run_is_refused(after: str) -> None:
    story = done()
    before = counts(story.application)
    again(member_of(story.application), story.application, story.check.step_request_id, {"after": after})
    assert counts(story.application) == before


@pytest.mark.world
def test_the_confirmation_page_needs_a_recruiter() -> None:
    story = done()
    org = story.application.organisation
    watching = factories.member(org, kind="hiring_manager")
    story.check.step_request.step.role.viewers.add(watching)
    where = path("step_invite_again", org, story.application.pk, story.check.step_request_id)
    before = counts(story.application)
    answers = [
        client.get(where).status_code
        for client in (
            signed_in(watching),
            signed_in(factories.member(factories.organisation(), kind="admin")),
            Client(),
        )
    ]
    assert (answers, counts(story.application)) == ([403, 404, 302], before)


@pytest.mark.world
def test_ending_a_started_assessment_asks_for_confirmation() -> None:
    application = named(factories.role(factories.organisation()), "Ada", "Zorn")
    rita = member_of(application)
    attempt = reported_attempt(application, finished=False)
    before = counts(application)
    text = words(soup(again(rita, application, attempt.step_request_id)).main)
    assert f"The assessment started on {short_day(NOW)} ends. Its answers are kept but not scored" in text
    assert counts(application) == before


@pytest.mark.world
def test_inviting_again_to_an_open_check_needs_no_confirmation() -> None:
    story = sent()
    response = again(member_of(story.application), story.application, story.check.step_request_id)
    assert [str(message) for message in response.context["messages"]] == [
        "2 referees who haven't answered get new links by e-mail."
    ]


@pytest.mark.world
def test_refusals_are_shown_before_the_confirmation() -> None:
    story = done()
    candidate = story.application.candidate
    candidate.can_email = False
    candidate.save()
    rita = member_of(story.application)
    where = path("step_invite_again", rita.organisation, story.application.pk, story.check.step_request_id)
    response = signed_in(rita).get(where, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "This candidate has no usable e-mail address, or is marked “Do not e-mail”."
    ]


# --- earlier answers stay visible


def reported_attempt(application: Application, *, finished: bool = True) -> Attempt:
    if finished:
        report = reported(application)
        assert report.attempt is not None
        return report.attempt
    attempt = assigned(application)
    answer_all(attempt, but=(7,))
    attempt.refresh_from_db()
    return attempt


def shown_results(page: BeautifulSoup) -> list[str]:
    return [str(details["id"]) for details in page.select("#results .more[id]") if details["id"] != "reports"]


@pytest.mark.world
def test_the_earlier_result_stays_while_the_new_check_is_open() -> None:
    story = done()
    rita, report = member_of(story.application), Report.objects.of(story.application.organisation).get()
    confirmed(rita, story)
    page = page_of(rita, story.application)
    assert "Reference check: Waiting, 0 of 2" in str(page)
    current = page.select_one("#results-reference_check")
    assert current is not None
    text = words(current)
    assert (
        "Reference check: earlier result, completed Tue 3 Mar, 10:00 . Current until the new one is complete."
    ) in words(page.select_one("#results"))
    assert "She thinks before she builds." in text
    earlier = page.select_one("#earlier-runs")
    assert earlier is not None
    assert [MANAGER["r-name"] in words(earlier), PEER["r-name"] in words(earlier)] == [True, True]
    assert path("report_pdf", rita.organisation, report.pk) in str(earlier)
    assert words(earlier.summary) == "Reference check Done Tue 3 Mar, 10:00"
    assert "earlier result, completed" in words(page)


@pytest.mark.world
def test_flags_of_the_earlier_check_stay_visible() -> None:
    story = sent()
    CheckFlag.objects.create(
        organisation=story.application.organisation,
        check_run=story.check,
        referee=story.requests[0].referee,
        code=rules.FREE,
        key=str(story.requests[0].referee_id),
        grade="low",
        facts={"domain": "gmail.com"},
        found_at=NOW,
    )
    for address in (MARIA, PAUL):
        answer(referee_path(address))
    first, rita = story.check.pk, member_of(story.application)
    confirmed(rita, story)
    flags = page_of(rita, story.application).select_one(f"#flags-reference_check-{first}")
    assert flags is not None
    assert f"Earlier, invited {short_day(NOW)}" in words(flags)
    watching = factories.member(rita.organisation, kind="hiring_manager")
    story.check.step_request.step.role.viewers.add(watching)
    assert page_of(watching, story.application).select_one(f"#flags-reference_check-{first}") is None


@pytest.mark.world
def test_after_cancelling_the_earlier_result_is_marked_current() -> None:
    story = done()
    rita = member_of(story.application)
    confirmed(rita, story)
    where = path("check_cancel", rita.organisation, story.application.pk, story.check.pk)
    lead = words(soup(signed_in(rita).get(where)).main)
    assert "The earlier result remains current." in lead
    signed_in(rita).post(where)
    run_jobs()
    page = page_of(rita, story.application)
    current = page.select_one("#results-reference_check")
    assert current is not None
    assert "Still current: the later one ended without a result." in words(page.select_one("#results"))
    assert "She thinks before she builds." in words(current)


def in_a_second_run(story: Story, *, answers: int) -> None:
    """The candidate names the same referees again, and `answers` of them answer."""
    door = candidate_path(story)
    for slot, details in enumerate((MANAGER, PEER), start=1):
        assert post(f"{door}{slot}/", details).status_code == 302
    press_send(story)
    for address in (MARIA, PAUL)[:answers]:
        answer(referee_path(address))


@pytest.mark.world
def test_references_so_far_precede_the_current_result() -> None:
    story = done()
    rita = member_of(story.application)
    confirmed(rita, story)
    in_a_second_run(story, answers=1)
    assert shown_results(page_of(rita, story.application)) == [
        "so-far-reference_check",
        "results-reference_check",
    ]
    signed_in(rita).post(path("check_cancel", rita.organisation, story.application.pk, story.check.pk))
    assert shown_results(page_of(rita, story.application)) == [
        "results-reference_check",
        "incomplete-reference_check",
    ]


@pytest.mark.world
def test_a_finished_new_run_replaces_the_earlier_result() -> None:
    story = done()
    rita = member_of(story.application)
    first = story.check.pk
    with time_machine.travel(LATER, tick=False):
        confirmed(rita, story)
        in_a_second_run(story, answers=2)
        page = page_of(rita, story.application)
    reports = Report.objects.of(rita.organisation).order_by("version")
    assert [(report.version, report.check_run_id) for report in reports] == [(1, first), (2, story.check.pk)]
    current = page.select_one("#results-reference_check")
    earlier = page.select_one(f"#earlier-reference_check-{first}")
    assert current is not None
    assert earlier is not None
    assert "Earlier result, completed" not in words(current)
    assert "She thinks before she builds." in words(earlier)
    assert "version 1" in words(earlier)
    ids = Counter(tag["id"] for tag in page.select("[id]"))
    assert [name for name, n in ids.items() if n > 1] == []


@pytest.mark.world
def test_a_late_reference_to_an_earlier_check_sends_no_note_or_mail() -> None:
    story = done(least=1)
    first, rita = story.check, member_of(story.application)
    late = referee_path(PAUL)
    confirmed(rita, story)
    Check.objects.of(rita.organisation).filter(pk=story.check.pk).update(least=1)
    in_a_second_run(story, answers=1)
    assert story.check.progress == "completed"
    mails = Email.objects.of(rita.organisation).filter(kind="reports.completed")
    before = mails.count()
    answer(late)
    newest = Report.objects.of(rita.organisation).latest("version")
    assert (newest.version, newest.check_run, newest.state) == (3, first, "ready")
    assert mails.count() == before
    current = report_of(first.step_request_id)
    assert current is not None
    assert (current.version, current.check_run) == (2, story.check)
    shown = signed_in(rita).get(path("results", rita.organisation), {"show": "all"}).context["rows"]
    assert [row.news for row in shown] == ["Reference check, version 2"]
    reports = (
        signed_in(rita).get(path("candidate", rita.organisation, story.application.pk)).context["reports"]
    )
    assert [report.version for report in reports] == [2, 3, 1]


@pytest.mark.world
def test_reports_of_earlier_runs_queue_no_note() -> None:
    story = done(least=1)
    first, rita = story.check, member_of(story.application)
    confirmed(rita, story)
    Check.objects.of(rita.organisation).filter(pk=story.check.pk).update(
        progress="completed", completed_at=NOW
    )
    report = Report.objects.of(rita.organisation).get(check_run=first)
    event = Event(name="report.ready", application_id=story.application.pk, occurred_at=NOW)
    event.data = {"report_id": report.pk}
    on_report_ready(event)
    assert ActivityFeedNote.objects.of(rita.organisation).count() == 0


@pytest.mark.world
def test_lists_show_the_earlier_result_and_the_new_state() -> None:
    role = factories.role(factories.organisation())
    application = named(role, "Ada", "Zorn")
    rita = member_of(application)
    attempt = reported_attempt(application)
    with time_machine.travel(NEXT_TIME, tick=False):
        again(rita, application, attempt.step_request_id, {"after": attempt.pk})
        run_jobs()
        client = signed_in(rita)
        pages = [
            client.get(path("candidates", role.organisation)),
            client.get(path("role", role.organisation, role.pk)),
            Client().get(review(application, now=NEXT_TIME)),
        ]
        results = client.get(path("results", role.organisation), {"show": "all"}).context["rows"]
        compared = finished_attempts(role, rita)
        page = page_of(rita, application)
    for shown in pages:
        text = words(soup(shown).main)
        assert "Waiting" in text
        assert f"Earlier result: {short_day(NOW)}" in text
    assert [row.review.report.attempt for row in results] == [attempt]
    assert [of.pk for of, _ in compared] == [attempt.pk]
    assert "Current until the new one is complete." in words(page.select_one("#results"))


@pytest.mark.world
def test_both_results_of_a_retaken_assessment_are_shown() -> None:
    application = named(factories.role(factories.organisation()), "Ada", "Zorn")
    rita = member_of(application)
    first = reported_attempt(application)
    with time_machine.travel(NEXT_TIME, tick=False):
        again(rita, application, first.step_request_id, {"after": first.pk})
        second = Attempt.objects.of(rita.organisation).latest("pk")
        answer_all(second)
        finish_part(attempt_id=second.pk, order=1, now=NEXT_TIME)
        run_jobs()
        page = page_of(rita, application)
    assert page.select_one("#results-assessment #result-1") is not None
    assert (
        page.select_one(f"#earlier-assessment-{first.pk} #earlier-assessment-{first.pk}-result-1") is not None
    )
    ids = Counter(tag["id"] for tag in page.select("[id]"))
    assert [name for name, n in ids.items() if n > 1] == []
