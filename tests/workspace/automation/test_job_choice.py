"""Manage ATS automation: choosing the job."""

import pytest
from bs4 import BeautifulSoup

from goodword.roles.models import Automation
from tests.greenhouse.setup.desk import Desk
from tests.support import factories
from tests.workspace.automation.wizard import PAGES, Wizard, errors, jobs_of, offered


def test_open_jobs_come_first_and_jobs_are_distinguishable(desk: Desk) -> None:
    jobs = jobs_of(desk)
    posts = "Senior Account Manager; Key Account Manager, DACH; Senior Account Manager (internal)"
    elsewhere = "Senior Account Manager, New York"
    assert offered(Wizard(desk).get("role_automation")) == [
        f"Customer Success Lead Customer Success · New York · id {jobs[3].id} Job posts: Customer Success Lead",
        f"Data Engineer ENG-310 · Engineering · Amsterdam, Remote · id {jobs[2].id} Job posts: Data Engineer (Python)",
        f"Senior Account Manager SAM-101 · Sales · Amsterdam · id {jobs[0].id} Job posts: {posts}",
        f"Senior Account Manager SAM-204 · Sales · New York, Remote · id {jobs[1].id} Job posts: {elsewhere}",
        f"Warehouse Supervisor OPS-007 · Operations · Amsterdam · id {jobs[4].id} (draft)",
        f"Office Manager OPS-002 · Operations · New York · id {jobs[5].id} (closed) Job posts: Office Manager",
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("senior account", ["SAM-101", "SAM-204"]),
        ("DACH", ["SAM-101"]),
        ("eng-310", ["ENG-310"]),
        ("account york", ["SAM-204"]),
        ("plumber", []),
    ],
)
def test_search_finds_jobs_by_name_post_and_requisition(desk: Desk, query: str, names: list[str]) -> None:
    rows = offered(Wizard(desk).get("role_automation", q=query))
    assert [row.split(" · ")[0].split()[-1] for row in rows] == names


def test_searching_calls_greenhouse_once(desk: Desk) -> None:
    wizard = Wizard(desk)
    wizard.get("role_automation")
    asked = len(desk.line.calls)
    wizard.get("role_automation", q="senior")
    assert len(desk.line.calls) == asked


@pytest.mark.world
def test_a_new_job_is_found_after_reloading(desk: Desk) -> None:
    wizard = Wizard(desk)
    wizard.get("role_automation")
    jobs_of(desk)[3].name = "Chief Beekeeper"
    desk.greenhouse.store.jobs.changed(jobs_of(desk)[3], desk.greenhouse.now())
    assert offered(wizard.get("role_automation", q="beekeeper")) == []
    assert len(offered(wizard.get("role_automation", q="beekeeper", fresh="1"))) == 1


def test_next_needs_a_job(desk: Desk) -> None:
    wizard = Wizard(desk)
    response = wizard.client.post(wizard.url("role_automation"))
    assert errors(response.content) == ["Choose a Greenhouse job."]
    page = BeautifulSoup(response.content, "html.parser")
    (link,) = page.select(".error-summary a")
    group = page.select("fieldset")[0]
    assert next(radio["id"] for radio in group.select("input")) == str(link["href"])[1:]
    assert "Choose a Greenhouse job." in page.select(f"#{group['aria-describedby']}")[0].text


def test_linked_jobs_name_their_buttons(desk: Desk) -> None:
    wizard, linked = Wizard(desk), jobs_of(desk)[:2]
    for job in linked:
        factories.automation(wizard.role, connection_id=desk.connection().pk, job_id=job.id, stages={})
    names = [button.get_text() for button in wizard.get("role_automation").select("#linked .row .button")]
    assert len(set(names)) == len(names) == 4


def test_the_title_of_each_page_names_its_step(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    titles = [wizard.get(page, job).select("title")[0].text for page in PAGES[:2]]
    assert [title.split(" · ")[0] for title in titles] == [
        "Choose Greenhouse job, step 1 of 3",
        "Map stages, step 2 of 3",
    ]


def test_next_opens_the_stages_of_the_job(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    response = wizard.client.post(wizard.url("role_automation"), {"job": wizard.key(job)})
    assert response["Location"] == wizard.url("role_automation_stages", job)


@pytest.mark.world
def test_a_job_of_another_role_cannot_be_chosen(desk: Desk) -> None:
    job = jobs_of(desk)[0]
    theirs = factories.role(desk.organisation, title="Sales people", owner=desk.admin)
    factories.automation(theirs, connection_id=desk.connection().pk, job_id=job.id, stages={})
    wizard = Wizard(desk)
    page = wizard.get("role_automation", q="SAM-101")
    assert offered(page)[0].endswith("Linked to the role “Sales people”.")
    assert [radio.has_attr("disabled") for radio in page.select("input[name=job]")] == [True]
    response = wizard.client.post(wizard.url("role_automation"), {"job": wizard.key(job)})
    assert errors(response.content) == ["Linked to the role “Sales people”. Choose another job."]
    wizard.connect_stages(job)
    wizard.confirm(job)
    assert [row.role for row in Automation.objects.of(desk.organisation)] == [theirs]


def test_the_title_of_a_confidential_role_is_not_shown_beside_its_job(desk: Desk) -> None:
    job = jobs_of(desk)[0]
    secret = factories.role(desk.organisation, title="New head of sales", owner=desk.admin)
    secret.confidential = True
    secret.save()
    factories.automation(secret, connection_id=desk.connection().pk, job_id=job.id, stages={})
    wizard = Wizard(desk, factories.role(desk.organisation, owner=desk.recruiter))
    page = wizard.get("role_automation", q="SAM-101")
    assert offered(page)[0].endswith("Linked to a role that you can't see.")
    response = wizard.client.post(wizard.url("role_automation"), {"job": wizard.key(job)})
    assert errors(response.content) == ["Linked to a role that you can't see. Choose another job."]
    assert "New head of sales" not in response.content.decode()


def test_a_confidential_job_is_offered_to_admins_only(desk: Desk) -> None:
    job = jobs_of(desk)[0]
    job.confidential = True
    desk.greenhouse.store.jobs.changed(job, desk.greenhouse.now())
    wizard = Wizard(desk)
    assert len(offered(wizard.get("role_automation", q="SAM-101"))) == 0
    assert wizard.client.get(wizard.url("role_automation_stages", job))["Location"] == wizard.url(
        "role_automation"
    )
    assert len(offered(Wizard(desk, wizard.role, desk.admin).get("role_automation", q="SAM-101"))) == 1
