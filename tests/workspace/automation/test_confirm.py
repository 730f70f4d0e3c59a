"""Manage ATS automation: reviewing and confirming."""

import pytest
from bs4 import BeautifulSoup

from goodword.candidates.models import Application, Candidate
from goodword.core import clock
from goodword.greenhouse.sync.applications import sync_application
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import AlreadyThere
from goodword.roles.slots import SlotSetting, stored
from goodword.workflow.domain.step_requests import start_due
from goodword.workflow.models import StepRequest
from tests.assessments.assessment_plans.support import REASONING, SERVES, published
from tests.greenhouse.setup.desk import Desk
from tests.support import factories
from tests.support.jobs import run_jobs, waiting
from tests.workspace.automation.wizard import (
    ASSESSMENT,
    OFFER,
    REFERENCES,
    SCALES,
    SCREEN,
    WHAT_FOR,
    Wizard,
    in_stage,
    jobs_of,
    nothing,
    rules,
)


@pytest.mark.world
def test_the_review_summarises_and_counts_candidates_in_the_stages(either: Desk) -> None:
    job = jobs_of(either)[0]
    in_stage(either, 0, ASSESSMENT)
    in_stage(either, 0, ASSESSMENT)
    in_stage(either, 0, SCREEN)
    wizard = Wizard(either)
    wizard.connect_stages(job, post=next(either.greenhouse.store.job_posts.rising()).id)
    page = wizard.get("role_automation_review", job)
    rows = [" ".join(row.get_text(" ").split()) for row in page.select("#chosen tbody tr")]
    assert rows[0].startswith(
        "Moved to “Assessment” the candidate, immediately Invitation to the assessment Work style"
    )
    assert "Due in 7 working days, 2 reminders." in rows[0]
    assert rows[1].startswith(
        "Moved to “Reference Check” the candidate, immediately Request to name 2 referees"
    )
    assert rows[2].startswith("Candidate presses Send each referee Request for a reference Questionnaire")
    subjects = [" ".join(tag.get_text().split()) for tag in page.select(".sent-mail dd.strong")]
    where = f"Senior Account Manager at {either.organisation.name}"
    assert subjects == [
        f"Your assessment for {where}",
        f"Reminder: your assessment for {where}",
        f"Your references for {where}",
        "A reference for Alex Example?",
    ]
    assert not Candidate.objects.of(either.organisation).filter(first_name="Alex").exists()
    assert len(page.select("input[name=invite]")) == 2
    assert not page.select("input[name=invite][checked]")
    assert page.select("textarea[name=requirement]")
    assert nothing(either)


@pytest.mark.world
def test_the_review_names_the_kinds_of_referees_as_the_reference_check_does(desk: Desk) -> None:
    wizard = Wizard(desk)
    step = factories.step(wizard.role, "reference_check")
    step.slots = stored(
        [
            SlotSetting(relationship="manager", count=2),
            SlotSetting(relationship="direct_report"),
            SlotSetting(),
        ]
    )
    step.save()
    wizard.connect_stages(jobs_of(desk)[0])
    page = wizard.get("role_automation_review", jobs_of(desk)[0])
    details = [line.get_text() for line in page.select("#chosen tbody tr .small")]
    assert details[1] == "2 × Manager, 1 × Direct report, 1 × Any. Due in 10 working days, 2 reminders."


@pytest.mark.world
def test_without_a_requirement_candidates_wait_until_it_is_published(desk: Desk) -> None:
    there, wizard = in_stage(desk, 0, ASSESSMENT), Wizard(desk)
    wizard.link(jobs_of(desk)[0], invite="yes", requirement="")
    run_jobs()
    step_request = StepRequest.objects.of(desk.organisation).get()
    assert (step_request.application.remote_id, step_request.waiting_reason) == (there.id, "unpublished")
    assert start_due(now=clock.now()) == 0
    step = factories.step(wizard.role, "assessment")
    set_requirement(step=step, text=WHAT_FOR, by=desk.recruiter, now=clock.now())
    assert start_due(now=clock.now()) == 1
    step_request.refresh_from_db()
    assert (step_request.state, step_request.waiting_reason) == ("started", "")


@pytest.mark.world
def test_confirm_links_the_role_and_records_candidates_in_the_stages(either: Desk) -> None:
    job = jobs_of(either)[0]
    there = in_stage(either, 0, ASSESSMENT)
    in_stage(either, 0, SCREEN)
    wizard = Wizard(either)
    post = next(either.greenhouse.store.job_posts.rising())
    automation = wizard.link(job, post=post.id)
    stages = wizard.stages(job)
    assert rules(automation) == {
        "assessment": (stages[ASSESSMENT], "Assessment"),
        "reference_check": (stages[REFERENCES], "Reference Check"),
    }
    assert (automation.job_name, automation.requisition_id, automation.job_post_title) == (
        "Senior Account Manager",
        "SAM-101",
        "Senior Account Manager",
    )
    assert automation.confirmed_by == either.recruiter
    assert [row.remote_application_id for row in AlreadyThere.objects.of(either.organisation)] == [there.id]
    step = factories.step(wizard.role, "assessment")
    assert (step.requirement, step.requirement_by) == (WHAT_FOR, either.recruiter.user.name)
    assert step.requirement_at is not None
    assert step.requirement_scales == SCALES
    assert [name for name, _ in waiting()] == ["automation.sync_there"]
    assert "role.linked" in either.audited()


@pytest.mark.world
def test_a_requirement_without_scales_is_refused_and_kept(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.connect_stages(job)
    typed = {"requirement": WHAT_FOR, "scales": []}
    page = BeautifulSoup(
        wizard.client.post(wizard.url("role_automation_review", job), typed).content, "html.parser"
    )
    assert (
        "Choose at least one scale that the requirement calls for." in page.select("#publish")[0].get_text()
    )
    assert page.select("textarea[name=requirement]")[0].get_text().strip() == WHAT_FOR
    assert nothing(desk)
    assert factories.step(wizard.role, "assessment").requirement == ""


@pytest.mark.world
def test_a_published_assessment_needs_no_requirement(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    step = factories.step(wizard.role, "assessment")
    published(step, REASONING, by=desk.recruiter)
    wizard.connect_stages(job)
    assert not wizard.get("role_automation_review", job).select("textarea")
    assert wizard.confirm(job)["Location"] == desk.url("role", wizard.role.pk)
    step.refresh_from_db()
    assert (step.requirement, step.rules.count()) == (SERVES, 1)


@pytest.mark.main_case
def test_candidates_already_there_are_not_invited_by_a_later_sync(desk: Desk) -> None:
    there = in_stage(desk, 0, ASSESSMENT)
    Wizard(desk).link(jobs_of(desk)[0])
    sync_application(desk.connection(), there.id, now=factories.NOW)
    run_jobs()
    assert not StepRequest.objects.of(desk.organisation).exists()


@pytest.mark.world
def test_candidates_already_there_are_invited_on_request(either: Desk) -> None:
    there, wizard = in_stage(either, 0, ASSESSMENT), Wizard(either)
    wizard.link(jobs_of(either)[0], invite="yes")
    page = wizard.client.get(either.url("role", wizard.role.pk)).content.decode()
    assert "Role linked to Greenhouse. 1 candidate is being invited." in page
    assert [name for name, _ in waiting()] == ["automation.invite_there"]
    run_jobs()
    step_request = StepRequest.objects.of(either.organisation).get()
    assert (step_request.application.remote_id, step_request.step.kind, step_request.state) == (
        there.id,
        "assessment",
        "started",
    )
    assert not AlreadyThere.objects.of(either.organisation).exists()


@pytest.mark.world
def test_known_candidates_are_invited_once(desk: Desk) -> None:
    there, job = in_stage(desk, 0, ASSESSMENT), jobs_of(desk)[0]
    wizard = Wizard(desk)
    wizard.link(job, assessment=[])
    sync_application(desk.connection(), there.id, now=factories.NOW)
    assert not StepRequest.objects.of(desk.organisation).exists()
    for _ in range(2):
        wizard.link(job, invite="yes")
        run_jobs()
    assert StepRequest.objects.of(desk.organisation).count() == 1


@pytest.mark.world
def test_candidates_moved_on_before_the_invitation_are_not_invited(desk: Desk) -> None:
    there = in_stage(desk, 0, ASSESSMENT)
    Wizard(desk).link(jobs_of(desk)[0], invite="yes")
    desk.greenhouse.move(there, SCREEN)
    run_jobs()
    assert Application.objects.of(desk.organisation).get().stage_name == "Phone Screen"
    assert not StepRequest.objects.of(desk.organisation).exists()


@pytest.mark.world
def test_confirming_twice_has_no_further_effect(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    first = wizard.link(job)
    again = wizard.link(job)
    assert (again.pk, again.confirmed_at) == (first.pk, first.confirmed_at)
    assert desk.audited().count("role.linked") == 1


@pytest.mark.world
def test_a_second_confirm_redirects_to_the_stages(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.link(job)
    assert wizard.confirm(job)["Location"] == wizard.url("role_automation_stages", job)


@pytest.mark.slow
def test_remapping_records_candidates_of_new_stages_only(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.link(job)
    came_since, there = in_stage(desk, 0, ASSESSMENT), in_stage(desk, 0, OFFER)
    automation = wizard.link(job, reference_check=wizard.stages(job)[OFFER])
    assert rules(automation)["reference_check"] == (wizard.stages(job)[OFFER], "Offer")
    recorded = AlreadyThere.objects.of(desk.organisation).values_list("remote_application_id", flat=True)
    assert (list(recorded), came_since.id in recorded) == ([there.id], False)


@pytest.mark.world
def test_a_role_can_have_two_jobs(desk: Desk) -> None:
    wizard, jobs = Wizard(desk), jobs_of(desk)
    wizard.link(jobs[0])
    page = wizard.get("role_automation")
    assert [card.get_text() for card in page.select("#linked .strong")] == ["Senior Account Manager"]
    wizard.link(jobs[1])
    assert sorted(wizard.role.automations.values_list("job_id", flat=True)) == [jobs[0].id, jobs[1].id]


@pytest.mark.world
def test_unlinking_asks_for_confirmation_and_keeps_the_data(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    automation = wizard.link(job)
    address = desk.url("role_automation_unlink", wizard.role.pk, automation.pk)
    assert (
        "The role keeps its candidates, open steps and results" in wizard.client.get(address).content.decode()
    )
    assert not nothing(desk)
    wizard.client.post(address)
    assert nothing(desk)
    assert "role.unlinked" in desk.audited()


def test_a_review_without_a_draft_redirects(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    response = wizard.client.get(wizard.url("role_automation_review", job))
    assert response["Location"] == wizard.url("role_automation_stages", job)
    for address in (wizard.url("role_automation_review"), wizard.url("role_automation_stages") + "?job=x"):
        assert wizard.client.get(address)["Location"] == wizard.url("role_automation")


def test_a_draft_with_errors_cannot_be_confirmed(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.connect_stages(job, assessment=[], reference_check=[])
    assert wizard.confirm(job)["Location"] == wizard.url("role_automation_stages", job)
    assert nothing(desk)
