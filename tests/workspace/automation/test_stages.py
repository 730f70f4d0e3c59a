"""Manage ATS automation: connecting stages to steps."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache

from greenhouse_sandbox.acts.progress import pipeline
from tests.greenhouse.setup.desk import Desk
from tests.workspace.automation.wizard import (
    ASSESSMENT,
    OFFER,
    REFERENCES,
    Wizard,
    chosen,
    errors,
    in_stage,
    jobs_of,
    offered,
    rules,
)


def names_in(page: BeautifulSoup) -> list[str]:
    return [row.get_text() for row in page.select(".stage-grid tr:not(.stage-grid__delays) th[scope=row]")]


def test_stages_with_equal_names_and_the_live_post_are_proposed(either: Desk) -> None:
    page = Wizard(either).get("role_automation_stages", jobs_of(either)[0])
    assert [chosen(page, name) for name in ("assessment", "reference_check", "post")] == [
        "Assessment",
        "Reference Check",
        "Senior Account Manager",
    ]
    assert names_in(page) == ["Application Review", "Phone Screen", "Assessment", "Reference Check", "Offer"]


@pytest.mark.world
def test_stages_jobs_and_posts_without_a_name_can_be_told_apart(either: Desk) -> None:
    job = jobs_of(either)[0]
    empty = dict.fromkeys(("name", "title", "first_name", "last_name"))

    def nameless(_: str, data: Any) -> Any:
        if isinstance(data, list):
            return [row | empty for row in data]
        return data | empty if "id" in data else data

    inside = in_stage(either, 0, ASSESSMENT)
    either.line.edit = nameless
    wizard = Wizard(either)
    assert f"Job {job.id} {job.requisition_id}" in " ".join(offered(wizard.get("role_automation")))
    page = wizard.get("role_automation_stages", job)
    assert names_in(page)[0] == f"Stage {wizard.stages(job)[0]}"
    assert [option.get_text() for option in page.select("select[name=post] option")][1:] == [
        "Untitled job post",
        "Untitled job post",
        "Untitled job post (internal, not live)",
    ]
    wizard.connect_stages(job)
    boxes = wizard.get("role_automation_review", job).select("label:has(input[name=invite])")
    stage = f"Stage {wizard.stages(job)[ASSESSMENT]}"
    assert f"Candidate {inside.candidate_id} {stage}" in [box.get_text(" ", strip=True) for box in boxes]


@pytest.mark.world
def test_rows_repeated_on_several_pages_count_once(either: Desk) -> None:
    job = jobs_of(either)[0]
    in_stage(either, 0, ASSESSMENT)
    wizard = Wizard(either)

    def shown() -> tuple[list[str], list[str]]:
        cache.clear()
        page = wizard.get("role_automation_stages", job)
        rows = [" ".join(row.get_text(" ").split()) for row in page.select(".stage-grid tbody tr")]
        return offered(wizard.get("role_automation")), rows

    once = shown()
    either.line.edit = lambda _, data: data + data if isinstance(data, list) else data
    assert shown() == once


@pytest.mark.parametrize("edit", [lambda _: [], lambda rows: [row | {"active": False} for row in rows]])
def test_a_job_without_stages_says_so(either: Desk, edit: Callable[[Any], Any]) -> None:
    either.line.edit = lambda path, data: edit(data) if path.endswith("stages") else data
    page = Wizard(either).get("role_automation_stages", jobs_of(either)[0])
    assert "Greenhouse shows no stages for this job" in page.get_text()


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


@pytest.mark.world
def test_the_candidates_path_shows_the_effect_of_each_tick(desk: Desk) -> None:
    page = Wizard(desk).get("role_automation_stages", jobs_of(desk)[0])
    shown = [" ".join(tag.get_text().split()) for tag in page.select("[data-follows]:not([hidden])")]
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
