"""Reusing a recent result for another role."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.clock import months_after
from goodword.core.events import record
from goodword.notifications.models import Email
from goodword.references.models import Check
from goodword.reports.models import Report
from goodword.roles.models import Role, Step
from goodword.ui.templatetags.ui import short_day
from goodword.workflow.domain.step_requests import CannotStart, start_by_member
from goodword.workflow.models import StepRequest
from goodword.workspace.comparison.results import finished_attempts
from tests.assessments import all_kinds
from tests.assessments.support import answer_all
from tests.references import story
from tests.reports.reports import text_of
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import NOW, named, path, reported

pytestmark = pytest.mark.django_db

FOR_HERE = "Plans a portfolio of clients"


@dataclass
class World:
    """Two roles of an organisation; Ada Zorn has a report on the first."""

    first: Role
    second: Role
    rita: Membership
    earlier: Report


@kept
def built() -> World:
    first = factories.role(factories.organisation(), title="Window Washer")
    second = factories.role(first.organisation, title="Gardener", owner=first.owner)
    stages = {"assessment": (501, "Assessment"), "reference_check": (502, "References")}
    factories.automation(second, connection_id=1, job_id=31, stages=stages)
    second.steps.filter(kind="assessment").update(
        requirement=FOR_HERE, requirement_by="Rita", requirement_at=NOW
    )
    rita = factories.member(first.organisation)
    return World(first, second, rita, reported(named(first, "Ada", "Zorn")))


@pytest.fixture
def world(db: None) -> World:
    return built()


@pytest.fixture
def first(world: World) -> Role:
    return world.first


@pytest.fixture
def second(world: World) -> Role:
    return world.second


@pytest.fixture
def rita(world: World) -> Membership:
    return world.rita


@pytest.fixture
def earlier(world: World) -> Report:
    return world.earlier


def arrive(role: Role, who: Application, kind: str = "assessment", *, job_id: int = 31) -> Application:
    """Add an application of the same person in the mapped stage of another role."""
    stage = 501 if kind == "assessment" else 502
    application = factories.application(role, candidate=who.candidate, job_id=job_id, stage_id=stage)
    with transaction.atomic():
        record(
            "application.entered_stage",
            organisation_id=role.organisation_id,
            application_id=application.pk,
            actor="greenhouse",
            at=NOW,
            data={"job_id": job_id, "stage_id": stage, "stage_name": "Stage"},
        )
    run_jobs(but_not={"email.send"})
    return application


def start_of(application: Application) -> StepRequest:
    return StepRequest.objects.of(application.organisation).get(application=application)


def mails(application: Application) -> list[str]:
    rows = Email.objects.of(application.organisation).filter(application=application)
    return list(rows.order_by("pk").values_list("kind", flat=True))


def card(client: Client, application: Application, kind: str = "assessment") -> str:
    page = client.get(path("candidate", application.organisation, application.pk))
    [found] = BeautifulSoup(page.content, "html.parser").select(f"#{kind}")
    return " ".join(found.get_text(" ").split())


def address(name: str, organisation: Organisation, *more: object) -> str:
    return reverse(name, args=[organisation.slug, *more])


def press(client: Client, name: str, application: Application, *more: object) -> list[str]:
    where = address(name, application.organisation, application.pk, *more)
    response = client.post(where, follow=True)
    return [str(message) for message in response.context["messages"]]


@pytest.mark.main_case
def test_a_recent_assessment_is_offered_for_reuse(second: Role, rita: Membership, earlier: Report) -> None:
    application = arrive(second, earlier.step_request.application)
    step_request = start_of(application)
    assert (step_request.state, step_request.waiting_reason, step_request.earlier) == (
        "waiting",
        "reuse",
        earlier.step_request,
    )
    assert mails(application) == ["workflow.needs_attention"]
    text = card(signed_in(rita), application)
    assert "Needs attention" in text
    assert "An earlier result can be reused" in text
    assert "for the role “Window Washer”" in text
    assert text.endswith("Reuse Invite")
    where = path("candidate", second.organisation, application.pk)
    link = BeautifulSoup(signed_in(rita).get(where).content, "html.parser").find(
        "a", string="Open the earlier result"
    )
    assert link is not None
    before = path("candidate", second.organisation, earlier.step_request.application_id)
    assert link["href"] == f"{before}#assessment"


@pytest.mark.world
def test_the_mail_about_reuse_names_no_other_role(second: Role, earlier: Report) -> None:
    application = arrive(second, earlier.step_request.application)
    run_jobs()
    mail = Email.objects.of(second.organisation).get(application=application)
    assert mail.subject == "Ada Zorn's assessment needs your decision"
    assert "They have a result of the same kind from another application" in mail.text
    assert f"/candidates/{application.pk}/" in mail.text
    assert "Window Washer" not in mail.text + mail.html


@pytest.mark.world
def test_reusing_creates_a_report_and_mails_nobody(second: Role, rita: Membership, earlier: Report) -> None:
    application = arrive(second, earlier.step_request.application)
    before = Email.objects.count()
    text = press(signed_in(rita), "step_reuse", application, start_of(application).pk)
    run_jobs()
    assert text == ["Earlier result reused. The report is being created."]
    report = Report.objects.of(second.organisation).get(step_request__application=application)
    snapshot, source = report.snapshot, earlier.snapshot
    [test], [was] = snapshot["assessment"]["tests"], source["assessment"]["tests"]
    assert (report.state, snapshot["role"]["title"], test["scales"]) == ("ready", "Gardener", was["scales"])
    assert (test["requirement"]["text"], test["requirement"]["who"]) == (FOR_HERE, "Rita")
    assert snapshot["reused"] == {
        "role": "Window Washer",
        "completed_at_text": source["assessment"]["taken_at_text"],
        "code": earlier.code,
    }
    assert (start_of(application).state, Email.objects.count()) == ("reused", before)
    assert not Attempt.objects.of(second.organisation).filter(step_request__application=application).exists()
    told = [name for name in event_names(application.pk) if not name.startswith("email.")]
    assert told[-2:] == ["step.reused", "report.ready"]
    assert AuditEntry.objects.of(second.organisation).filter(member=rita, action="result.reused").count() == 1


@pytest.mark.world
def test_a_result_that_was_offered_can_not_be_reused_after_a_year(
    second: Role, rita: Membership, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    assert earlier.attempt is not None and earlier.attempt.completed_at is not None
    with time_machine.travel(earlier.attempt.completed_at + timedelta(days=365), tick=False):
        shown = card(signed_in(rita), application)
        assert "An earlier result can be reused" not in shown
        assert "It is more than a year old and can't be reused" in shown
        assert shown.endswith("Invite") and not shown.endswith("Reuse Invite")
        [text] = press(signed_in(rita), "step_reuse", application, start_of(application).pk)
    assert text.startswith("The earlier result is more than a year old and can't be reused")
    assert start_of(application).state == "waiting"
    with time_machine.travel(earlier.attempt.completed_at + timedelta(days=364), tick=False):
        press(signed_in(rita), "step_reuse", application, start_of(application).pk)
    assert start_of(application).state == "reused"


@pytest.mark.world
def test_a_reused_result_of_several_tests_serves_the_requirements_of_its_new_role(
    first: Role, second: Role, rita: Membership
) -> None:
    """Also if it is reused a second time."""
    third = factories.role(first.organisation, title="Painter", owner=first.owner)
    factories.automation(third, connection_id=1, job_id=32, stages={"assessment": (501, "Assessment")})
    all_kinds.assessment_of_all(first, kinds=("scales", "reasoning", "questions"))
    for role in (second, third):
        assessment = all_kinds.assessment_of_all(role, kinds=("reasoning", "scales"))
        for part in assessment.parts.all():
            part.requirement = f"{role.title}: {part.requirement}"
            part.save()
    who = named(first, "Bea", "Zorn")
    all_kinds.taken(who)
    for job_id, role in ((31, second), (32, third)):
        run_jobs()
        application = arrive(role, who, job_id=job_id)
        client = signed_in(rita)
        press(client, "step_reuse", application, start_of(application).pk)
        run_jobs()
        report = Report.objects.of(role.organisation).get(step_request__application=application)
        tests = report.snapshot["assessment"]["tests"]
        served = [f"{role.title}: Needed for scales", f"{role.title}: Needed for reasoning", None]
        assert [(test["requirement"] or {}).get("text") for test in tests] == served
        page = client.get(path("candidate", role.organisation, application.pk)).content.decode()
        assert [text for text in served if text and text not in page] == []


@pytest.mark.world
def test_the_page_shows_a_reused_result_and_its_origin(
    second: Role, rita: Membership, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    client = signed_in(rita)
    press(client, "step_reuse", application, start_of(application).pk)
    run_jobs()
    text = card(client, application)
    assert "Reused from an earlier application for “Window Washer”, completed" in text
    assert text.startswith("Assessment Report, version 1") and "Invite again Done" in text
    page = client.get(path("candidate", second.organisation, application.pk)).content.decode()
    assert "Assessment: full test results" in page
    assert FOR_HERE in page


@pytest.mark.world
@pytest.mark.time_machine(NOW, tick=False)
def test_reusing_references_contacts_no_referee() -> None:
    told = story.sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        story.answer(story.referee_path(address))
    run_jobs()
    organisation = told.application.organisation
    role = factories.role(organisation, title="Gardener")
    stages = {"reference_check": (502, "References")}
    factories.automation(role, connection_id=1, job_id=31, stages=stages)
    application = arrive(role, told.application, "reference_check")
    written = Email.objects.count()
    press(signed_in(role.owner), "step_reuse", application, start_of(application).pk)
    run_jobs()
    report = Report.objects.of(organisation).get(step_request__application=application)
    assert "Maria Schmidt" in text_of(report)
    assert "Reused" in text_of(report)
    assert (Email.objects.count(), Check.objects.of(organisation).count()) == (written, 1)


def taken(who: Application, *, days: int) -> None:
    """The candidate completed it this many days ago."""
    rows = Attempt.objects.of(who.organisation).filter(step_request__application__candidate=who.candidate)
    rows.update(completed_at=clock.now() - timedelta(days=days))


@pytest.mark.world
def test_inviting_instead_of_reusing_works_after_the_interval(
    second: Role, rita: Membership, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    taken(application, days=190)
    text = press(signed_in(rita), "step_begin", application, "assessment")
    run_jobs(but_not={"email.send"})
    assert text == ["Invitation on its way."]
    assert (start_of(application).state, mails(application)[-1]) == ("started", "assessment.invitation")


@pytest.mark.world
def test_a_new_invitation_is_possible_after_reusing(
    first: Role, second: Role, rita: Membership, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    client = signed_in(rita)
    press(client, "step_reuse", application, start_of(application).pk)
    run_jobs()
    assert "Invite again" in card(client, application)
    taken(application, days=190)
    before = Email.objects.count()
    for asked in (client.get, client.post):
        page = asked(address("step_begin", second.organisation, application.pk, "assessment"))
        assert (
            "The result of the earlier application remains current until the new one is complete."
            in page.content.decode()
        )
    assert (start_of(application).state, Email.objects.count()) == ("reused", before)
    where = address("step_begin", second.organisation, application.pk, "assessment")
    client.post(where, {"after": "reuse"})
    run_jobs()
    assert Attempt.objects.of(second.organisation).filter(step_request__application=application).count() == 1
    page = client.get(path("candidate", second.organisation, application.pk))
    [result] = page.context["results"]
    assert (result.run.step_request.application, result.newer_is_open) == (first.applications.get(), True)
    assert "Current until the new one is complete." in page.content.decode()
    assert "Earlier result:" in card(client, application)
    assert [of for _, of in finished_attempts(second, rita)] == [application]


@pytest.mark.world
def test_a_reused_result_survives_an_unsent_invitation(
    second: Role, rita: Membership, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    press(signed_in(rita), "step_reuse", application, start_of(application).pk)
    run_jobs()
    rows = Application.objects.filter(pk=application.pk)
    step, reused = second.steps.get(kind="assessment"), start_of(application)
    start_by_member(application_id=application.pk, step=step, member=rita, now=clock.now(), after_reuse=True)
    rows.update(status="rejected")  # before the worker invites
    run_jobs()
    assert event_names(application.pk)[-1] == "step.not_started"
    rows.update(status="active", stage_id=500)
    press(signed_in(rita), "step_dismiss", application, reused.pk)
    still = start_of(application)
    assert (still.state, still.started_at, still.reports.count()) == ("reused", reused.started_at, 1)


@pytest.mark.world
def test_inviting_does_not_undo_a_concurrent_reuse(second: Role, rita: Membership, earlier: Report) -> None:
    application = arrive(second, earlier.step_request.application)
    press(signed_in(rita), "step_reuse", application, start_of(application).pk)
    run_jobs()
    step = second.steps.get(kind="assessment")
    with pytest.raises(CannotStart) as refused:
        start_by_member(application_id=application.pk, step=step, member=rita, now=NOW)
    assert (refused.value.reason, start_of(application).state) == ("reused", "reused")


@pytest.mark.world
def test_inviting_too_soon_names_the_earliest_day(second: Role, rita: Membership, earlier: Report) -> None:
    application = arrive(second, earlier.step_request.application)
    taken(application, days=1)
    day = months_after((clock.now() - timedelta(days=1)).astimezone(second.organisation.zone).date(), 6)
    text = [
        (
            "This person took one of these tests recently and can be invited again from "
            f"{short_day(day)}, as set in the role's assessment. "
            "You can use the earlier result."
        )
    ]
    client = signed_in(rita)
    assert press(client, "step_begin", application, "assessment") == text
    assert (start_of(application).waiting_reason, mails(application)) == (
        "reuse",
        ["workflow.needs_attention"],
    )
    assert (
        press(client, "step_invite_again", earlier.step_request.application, earlier.step_request_id) == text
    )
    assert Attempt.objects.of(second.organisation).count() == 1
    assert not AuditEntry.objects.of(second.organisation).filter(action__startswith="step.").exists()


@pytest.mark.world
def test_reusing_twice_has_no_further_effect(second: Role, rita: Membership, earlier: Report) -> None:
    application = arrive(second, earlier.step_request.application)
    client, step_request = signed_in(rita), start_of(application)
    press(client, "step_reuse", application, step_request.pk)
    assert press(client, "step_reuse", application, step_request.pk) == ["This has already been decided."]
    assert Report.objects.of(second.organisation).filter(step_request=step_request).count() == 1


@pytest.mark.world
def test_a_result_can_no_longer_be_reused_once_the_decision_is_dismissed(
    second: Role, rita: Membership, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    client, step_request = signed_in(rita), start_of(application)
    Application.objects.of(second.organisation).filter(pk=application.pk).update(stage_id=500)
    press(client, "step_dismiss", application, step_request.pk)
    assert press(client, "step_reuse", application, step_request.pk) == ["This has already been decided."]


@pytest.mark.world
@pytest.mark.parametrize(
    "change",
    [
        {"completed_at": NOW - timedelta(days=366)},
        {"progress": "in_progress", "completed_at": None},
        {"progress": "declined"},
    ],
    ids=["old", "unfinished", "declined"],
)
def test_old_or_unfinished_results_are_not_offered(
    first: Role, second: Role, change: dict[str, Any], earlier: Report
) -> None:
    Attempt.objects.of(first.organisation).update(**change)
    application = arrive(second, earlier.step_request.application)
    assert (start_of(application).state, mails(application)) == ("started", ["assessment.invitation"])


@pytest.mark.world
def test_results_of_other_people_or_kinds_are_not_offered(first: Role, second: Role, earlier: Report) -> None:
    stranger = arrive(second, named(first, "Bo", "Abel"))
    other_step = arrive(second, earlier.step_request.application, "reference_check")
    assert [start_of(application).state for application in (stranger, other_step)] == ["started", "started"]


#: state of the report -> what the card ends with, and the message after a click
WITHOUT_REPORT = {
    "building": (
        "Its report is not ready yet. Invite",
        "The report of the earlier result is not ready yet. Try again in a minute.",
    ),
    "failed": (
        "Its report could not be created. Open the earlier result and click Retry. Invite",
        (
            "The report of the earlier result could not be created. Open the earlier result and click Retry, or invite "
            "the candidate."
        ),
    ),
}


@pytest.mark.world
@pytest.mark.parametrize("state", WITHOUT_REPORT)
def test_a_result_without_a_report_cannot_be_reused(
    state: str, first: Role, second: Role, rita: Membership, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    Report.objects.of(first.organisation).update(state=state)
    client, (on_the_card, message) = signed_in(rita), WITHOUT_REPORT[state]
    assert card(client, application).endswith(on_the_card)
    assert press(client, "step_reuse", application, start_of(application).pk) == [message]
    assert start_of(application).state == "waiting"


@pytest.mark.world
@pytest.mark.parametrize("state", WITHOUT_REPORT)
def test_a_reused_report_does_not_stand_in_for_the_report_of_a_newer_result(
    state: str, second: Role, rita: Membership, earlier: Report
) -> None:
    application, client = arrive(second, earlier.step_request.application), signed_in(rita)
    press(client, "step_reuse", application, start_of(application).pk)
    taken(application, days=190)
    client.post(address("step_begin", second.organisation, application.pk, "assessment"), {"after": "reuse"})
    run_jobs()
    attempt = Attempt.objects.of(second.organisation).get(step_request__application=application)
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=clock.now())
    run_jobs()
    third = factories.role(second.organisation, title="Painter", owner=second.owner)
    factories.automation(third, connection_id=1, job_id=32, stages={"assessment": (501, "Assessment")})
    third.steps.filter(kind="assessment").update(requirement=FOR_HERE)
    latest = arrive(third, application, job_id=32)
    assert start_of(latest).earlier == start_of(application)
    reports = Report.objects.of(second.organisation).filter(attempt=attempt)
    reports.update(state=state)
    on_the_card, message = WITHOUT_REPORT[state]
    assert card(client, latest).endswith(on_the_card)
    assert press(client, "step_reuse", latest, start_of(latest).pk) == [message]
    reports.update(state="ready")
    press(client, "step_reuse", latest, start_of(latest).pk)
    [reused] = Report.objects.of(second.organisation).filter(step_request__application=latest)
    assert reused.snapshot["reused"]["code"] == reports.get().code


@pytest.mark.world
def test_reuse_needs_access_to_the_earlier_role(
    first: Role, second: Role, rita: Membership, earlier: Report
) -> None:
    automation = factories.automation(first, connection_id=1, job_id=30, stages={})
    automation.confidential = True
    automation.save()
    application = arrive(second, earlier.step_request.application)
    client = signed_in(rita)
    text = card(client, application)
    assert "An earlier result" not in text
    assert (
        "Window Washer"
        not in client.get(path("candidate", second.organisation, application.pk)).content.decode()
    )
    assert text.endswith("Choose Invite to invite the candidate anyway.")
    where = path("step_reuse", second.organisation, application.pk, start_of(application).pk)
    assert client.post(where).status_code == 404
    assert start_of(application).state == "waiting"
    run_jobs()
    mail = Email.objects.of(second.organisation).get(application=application)
    assert "Decide on the candidate's page" in mail.text
    assert "result" not in mail.text

    press(signed_in(first.owner), "step_reuse", application, start_of(application).pk)
    report = Report.objects.of(second.organisation).get(step_request__application=application)
    assert report.snapshot["reused"]["role"] is None
    run_jobs()
    report.refresh_from_db()
    assert report.state == "ready"


@pytest.mark.world
@pytest.mark.parametrize("name", ["step_reuse", "step_begin"])
def test_reusing_and_inviting_need_a_recruiter_and_a_post(
    second: Role, rita: Membership, name: str, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    last: object = start_of(application).pk if name == "step_reuse" else "assessment"
    where = address(name, second.organisation, application.pk, last)
    manager = factories.member(second.organisation, kind="hiring_manager")
    second.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    theirs = address(name, stranger.organisation, application.pk, last)
    answers = [
        signed_in(rita).get(where),
        Client().post(where),
        signed_in(manager).post(where),
        signed_in(stranger).post(where),
        signed_in(stranger).post(theirs),
    ]
    looked = 405 if name == "step_reuse" else 302
    assert [answer.status_code for answer in answers] == [looked, 302, 403, 404, 404]
    assert start_of(application).state == "waiting"


def test_unknown_kinds_of_step_are_not_found(second: Role, rita: Membership) -> None:
    application = factories.application(second, job_id=31)
    where = address("step_begin", second.organisation, application.pk, "horoscope")
    assert signed_in(rita).post(where).status_code == 404


@pytest.mark.world
def test_a_step_without_a_request_can_be_started_manually(second: Role, rita: Membership) -> None:
    application = factories.application(second, job_id=31, stage_id=400)
    client = signed_in(rita)
    assert card(client, application).startswith("Assessment Invite Not started")
    press(client, "step_begin", application, "assessment")
    press(client, "step_begin", application, "assessment")
    run_jobs(but_not={"email.send"})
    assert mails(application) == ["assessment.invitation"]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("person", "values", "text"),
    [
        ({}, {"status": "rejected"}, "Only active candidates can be invited."),
        (
            {"email": ""},
            {},
            "This candidate has no usable e-mail address, or is marked “Do not e-mail”.",
        ),
        (
            {},
            {"prospect": True},
            "Prospects are never e-mailed. Convert this person to a candidate in Greenhouse.",
        ),
    ],
    ids=["rejected", "no address", "prospect"],
)
def test_the_page_says_why_a_manual_invitation_is_refused(
    second: Role, rita: Membership, person: dict[str, str], values: dict[str, Any], text: str
) -> None:
    who = factories.candidate(second.organisation, **person)
    application = factories.application(second, candidate=who, job_id=31, **values)
    assert press(signed_in(rita), "step_begin", application, "assessment") == [text]
    assert not StepRequest.objects.of(second.organisation).filter(application=application).exists()


@pytest.mark.world
def test_an_assessment_without_a_requirement_is_not_started_manually(second: Role, rita: Membership) -> None:
    Step.objects.of(second.organisation).update(requirement="")
    application = factories.application(second, job_id=31)
    assert press(signed_in(rita), "step_begin", application, "assessment") == [
        "Enter the job requirement first, under Assessment settings of the role."
    ]


@pytest.mark.world
def test_a_reused_result_is_listed_as_earlier_once_a_new_one_is_complete(
    second: Role, rita: Membership, earlier: Report
) -> None:
    application = arrive(second, earlier.step_request.application)
    client = signed_in(rita)
    press(client, "step_reuse", application, start_of(application).pk)
    taken(application, days=190)
    client.post(address("step_begin", second.organisation, application.pk, "assessment"), {"after": "reuse"})
    run_jobs()
    attempts = Attempt.objects.of(second.organisation).filter(step_request__application=application)
    attempts.update(progress="completed", begun_at=NOW, completed_at=NOW)
    page = client.get(path("candidate", second.organisation, application.pk))
    assert [result.run for result in page.context["results"]] == [attempts.get()]
    [row] = page.context["earlier_runs"]
    reused = Report.objects.of(second.organisation).get(step_request__application=application)
    assert (row.result.run.step_request, row.reports) == (earlier.step_request, [reused])
    summary = BeautifulSoup(page.content, "html.parser").select_one("#earlier-runs summary")
    assert summary is not None
    assert "Done from an earlier application," in " ".join(summary.get_text(" ").split())
