"""Confirming stages while the assessment isn't published: requirements proposed from the job post, drafts, waiting."""

import pytest
from bs4 import BeautifulSoup

from goodword.assessments.models import Assessment
from goodword.candidates.models import Candidate
from goodword.core import clock
from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import Automation, Step
from goodword.workflow.models import StepRequest
from tests.assessments.assessment_plans.support import REASONING, SERVES, changed, drafted, parts
from tests.greenhouse.setup.desk import Desk
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import path
from tests.workspace.automation.wizard import ASSESSMENT, WHAT_FOR, Wizard, in_stage, jobs_of, nothing

ASKED = "You keep what was agreed with customers, and follow up without being asked"


def review(wizard: Wizard) -> BeautifulSoup:
    wizard.connect_stages(jobs_of(wizard.desk)[0])
    return wizard.get("role_automation_review", jobs_of(wizard.desk)[0])


def post(wizard: Wizard, **typed: object) -> BeautifulSoup:
    response = wizard.client.post(
        wizard.url("role_automation_review", jobs_of(wizard.desk)[0]), typed, follow=True
    )
    return BeautifulSoup(response.content, "html.parser")


def sent_first(page: BeautifulSoup) -> str:
    """The details of the first message in the review."""
    return page.select("#chosen tbody tr .small")[0].get_text()


def assessment_of(wizard: Wizard) -> Step:
    return factories.step(wizard.role, "assessment")


def draft_in(wizard: Wizard, *, finished: bool) -> Assessment:
    step = assessment_of(wizard)
    draft = drafted(step, REASONING, by=wizard.desk.recruiter)
    if finished:
        changed(step, parts(draft)[0], by=wizard.desk.recruiter, requirement=SERVES)
    draft.refresh_from_db()
    return draft


@pytest.mark.world
def test_a_requirement_is_proposed_from_the_job_post(either: Desk) -> None:
    page = review(Wizard(either))
    field = page.select_one("textarea[name=requirement]")
    assert field is not None
    assert field.get_text().strip() == ASKED
    assert "From the job post" in page.get_text()
    assert nothing(either)


@pytest.mark.world
def test_a_post_that_asks_for_nothing_leaves_the_field_empty(desk: Desk) -> None:
    for job_post in desk.greenhouse.store.job_posts.rising():
        job_post.content = "<p>We sell windows.</p>"
    page = review(Wizard(desk))
    field = page.select_one("textarea[name=requirement]")
    assert field is not None
    assert field.get_text().strip() == ""
    assert "From the job post" not in page.get_text()


@pytest.mark.world
def test_confirm_keeps_what_the_post_asks_for(desk: Desk) -> None:
    wizard = Wizard(desk)
    kept = wizard.link(jobs_of(desk)[0], requirement="").post_requirements
    assert kept[0] == ASKED
    assert assessment_of(wizard).requirement == ""


@pytest.mark.world
def test_the_emails_are_shown_and_leave_nothing_behind(desk: Desk) -> None:
    page = review(Wizard(desk))
    assert [tag.get_text() for tag in page.select(".sent-mail > summary")] == [
        "Assessment",
        "Reminder",
        "Reference check",
        "Request to the referee",
    ]
    invitation = page.select(".sent-mail")[0].get_text(" ")
    assert "Hello Alex" in invitation
    assert "Work style: 16 statements" in invitation
    organisation = desk.organisation
    assert not Candidate.objects.of(organisation).exists()
    assert not Email.objects.of(organisation).exists()
    assert not StepRequest.objects.of(organisation).exists()
    assert not Event.objects.filter(name__in=("attempt.assigned", "check.opened")).exists()
    assert Wizard(desk, role=assessment_of(Wizard(desk)).role).role.title == "Key account people"


@pytest.mark.main_case
def test_a_finished_draft_is_published_in_one_click(desk: Desk) -> None:
    wizard = Wizard(desk)
    draft = draft_in(wizard, finished=True)
    page = review(wizard)
    assert page.select("input[name=publish][checked]")
    assert "Reasoning" in page.select("#chosen tbody tr")[0].get_text()
    post(wizard, publish="on", revision=draft.revision)
    draft.refresh_from_db()
    assert draft.published_at is not None
    assert assessment_of(wizard).requirement == SERVES


@pytest.mark.world
def test_publishing_a_timed_draft_warns_without_an_adjustments_contact(desk: Desk) -> None:
    warning = "is set for adjustment requests"
    wizard = Wizard(desk)
    assert warning not in review(wizard).get_text()  # the default test is untimed
    draft_in(wizard, finished=True)
    assert warning in review(wizard).select("#publish .notice")[0].get_text()
    [link] = review(Wizard(desk, by=desk.admin, role=wizard.role)).select("#publish .notice a")
    assert link["href"] == path("organisation_settings", desk.organisation) + "#adjustments"
    desk.organisation.adjustments_name, desk.organisation.adjustments_email = "Hanna", "hanna@acme.example"
    desk.organisation.save()
    assert warning not in review(wizard).get_text()


@pytest.mark.world
def test_a_draft_that_is_not_ticked_stays_one_and_candidates_wait(desk: Desk) -> None:
    wizard = Wizard(desk)
    draft = draft_in(wizard, finished=True)
    review(wizard)
    page = post(wizard, revision=draft.revision)
    draft.refresh_from_db()
    assert draft.published_at is None
    assert "Candidates wait for the assessment until it is published" in page.get_text()


@pytest.mark.world
def test_a_draft_changed_meanwhile_is_shown_before_it_is_published(desk: Desk) -> None:
    wizard = Wizard(desk)
    draft = draft_in(wizard, finished=True)
    review(wizard)
    changed(assessment_of(wizard), parts(draft)[0], by=desk.admin, requirement="Something else")
    page = post(wizard, publish="on", revision=draft.revision)
    assert "The assessment has changed" in page.get_text()
    assert nothing(desk)


@pytest.mark.world
def test_an_unfinished_draft_says_what_it_lacks(desk: Desk) -> None:
    wizard = Wizard(desk)
    draft = draft_in(wizard, finished=False)
    page = review(wizard)
    assert "Enter which job requirement" in page.select("#publish")[0].get_text()
    assert not page.select("input[name=publish], textarea[name=requirement]")
    post(wizard, publish="on", revision=draft.revision)
    draft.refresh_from_db()
    assert draft.published_at is None
    assert Automation.objects.of(desk.organisation).exists()


@pytest.mark.world
def test_candidates_are_shown_the_default_test_while_the_draft_is_not_ready(desk: Desk) -> None:
    wizard = Wizard(desk)
    set_requirement(step=assessment_of(wizard), text=WHAT_FOR, by=desk.recruiter, now=clock.now())
    before = review(wizard)
    assert sent_first(before).startswith("Work style (16 items")
    draft = draft_in(wizard, finished=False)
    page = review(wizard)
    assert "Candidates get the default test until it is published." in page.select("#publish")[0].get_text()
    assert sent_first(page) == sent_first(before)
    assert [mail.get_text() for mail in page.select(".sent-mail")] == [
        mail.get_text() for mail in before.select(".sent-mail")
    ]
    changed(assessment_of(wizard), parts(draft)[0], by=desk.recruiter, requirement=SERVES)
    assert sent_first(review(wizard)).startswith("Reasoning (")
    unticked = post(wizard, seen="an earlier mapping")
    assert not unticked.select("input[name=publish][checked]")
    assert sent_first(unticked) == sent_first(before)


@pytest.mark.world
def test_a_blank_draft_that_candidates_wait_for_shows_neither_tests_nor_an_invitation(desk: Desk) -> None:
    wizard = Wizard(desk)
    drafted(assessment_of(wizard), by=desk.recruiter)
    page = review(wizard)
    assert sent_first(page) == "Due in 7 working days, 2 reminders."
    assert [tag.get_text() for tag in page.select(".sent-mail > summary")] == [
        "Reference check",
        "Request to the referee",
    ]


@pytest.mark.world
def test_the_role_page_says_who_waits_until_it_is_published(desk: Desk) -> None:
    wizard = Wizard(desk)
    in_stage(desk, 0, ASSESSMENT)
    wizard.link(jobs_of(desk)[0], invite="yes", requirement="")
    run_jobs()
    where = path("role", desk.organisation, wizard.role.pk)
    assert "1 candidate is waiting" in signed_in(desk.recruiter).get(where).content.decode()
    set_requirement(step=assessment_of(wizard), text=WHAT_FOR, by=desk.recruiter, now=clock.now())
    assert "1 candidate is waiting" not in signed_in(desk.recruiter).get(where).content.decode()


@pytest.mark.world
def test_admins_can_edit_the_text_of_each_email(desk: Desk) -> None:
    assert review(Wizard(desk)).select(".sent-mail a") == []
    links = [str(link["href"]) for link in review(Wizard(desk, by=desk.admin)).select(".sent-mail a")]
    assert [link.split("/mail-texts/")[1] for link in links] == [
        "assessment.invitation/en/",
        "assessment.reminder/en/",
        "references.invitation/en/",
        "references.request/en/",
    ]
    assert {desk.client(desk.admin).get(link).status_code for link in links} == {200}
