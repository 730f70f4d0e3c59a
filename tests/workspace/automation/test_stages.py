"""Manage ATS automation: connecting stages to steps."""

import pytest

from greenhouse_sandbox.acts.progress import pipeline
from tests.greenhouse.setup.desk import Desk
from tests.workspace.automation.wizard import (
    ASSESSMENT,
    OFFER,
    REFERENCES,
    Wizard,
    chosen,
    errors,
    jobs_of,
    rules,
)


def test_stages_with_equal_names_and_the_live_post_are_proposed(either: Desk) -> None:
    page = Wizard(either).get("role_automation_stages", jobs_of(either)[0])
    assert [chosen(page, name) for name in ("assessment", "reference_check", "post")] == [
        "Assessment",
        "Reference Check",
        "Senior Account Manager",
    ]
    stages = [row.get_text() for row in page.select(".stage-grid tr:not(.stage-grid__delays) th[scope=row]")]
    assert stages == ["Application Review", "Phone Screen", "Assessment", "Reference Check", "Offer"]


def test_proposals_ignore_case_and_spaces(desk: Desk) -> None:
    job = jobs_of(desk)[0]
    stages = pipeline(desk.greenhouse.store, job.id)
    stages[ASSESSMENT].name, stages[REFERENCES].name = "Online assessment", "  REFERENCE  check "
    page = Wizard(desk).get("role_automation_stages", job)
    assert (chosen(page, "assessment"), " ".join(chosen(page, "reference_check").split())) == (
        "",
        "REFERENCE check",
    )


def test_without_a_live_post_the_role_title_is_proposed(desk: Desk) -> None:
    page = Wizard(desk).get("role_automation_stages", jobs_of(desk)[3])
    assert chosen(page, "post") == "Role title: Key account people"


@pytest.mark.world
def test_a_reference_check_needs_no_requirement(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    automation = wizard.link(job, assessment=[], requirement="")
    assert rules(automation) == {"reference_check": (wizard.stages(job)[REFERENCES], "Reference Check")}


def test_at_least_one_stage_must_be_mapped(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    response = wizard.connect_stages(job, assessment=[], reference_check=[])
    assert errors(response.content) == ["Stages that start the assessment: Map a stage to at least one step."]


def test_a_stage_of_another_job_is_refused(desk: Desk) -> None:
    wizard, jobs = Wizard(desk), jobs_of(desk)
    response = wizard.connect_stages(jobs[0], assessment=wizard.stages(jobs[1])[ASSESSMENT])
    assert (response.status_code, len(errors(response.content))) == (200, 1)


@pytest.mark.world
def test_back_shows_the_selection(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.connect_stages(job, assessment=wizard.stages(job)[OFFER])
    page = wizard.get("role_automation_stages", job)
    assert chosen(page, "assessment") == "Offer"


def test_the_candidates_path_shows_the_effect_of_each_tick(desk: Desk) -> None:
    page = Wizard(desk).get("role_automation_stages", jobs_of(desk)[0])
    shown = [" ".join(one.get_text().split()) for one in page.select("[data-follows]:not([hidden])")]
    assert shown == [
        "Assessment. Due in 7 working days, 2 reminders. Pauses if moved on first.",
        "Reference check. Due in 10 working days, 2 reminders. Continues if moved on first.",
    ]


@pytest.mark.world
def test_a_head_request_does_not_call_greenhouse_in_a_transaction(desk: Desk) -> None:
    wizard, [job, *_] = Wizard(desk), jobs_of(desk)
    for url in (desk.url("role_new"), wizard.url("role_automation_stages", job)):
        calls = len(desk.line.calls)
        assert wizard.client.head(url).status_code == 200
        assert len(desk.line.calls) > calls
