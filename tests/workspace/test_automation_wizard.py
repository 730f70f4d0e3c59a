"""Role > [ . . . ] > Manage ATS automation, through the sandbox's jobs."""

from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.models import Application
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.application import sync_application
from goodword.roles.domain.link import JobLink, JobTaken, RequirementMissing, link, version_of
from goodword.roles.domain.rules import StageLink, Stood
from goodword.roles.models import AlreadyThere, Automation, Role, StageRule, Step
from goodword.steps.models import StepStart
from greenhouse_sandbox.acts.stages import pipeline
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from greenhouse_sandbox.store.hiring import Job
from tests.greenhouse.setup.desk import Desk, open_desk, point
from tests.support import factories
from tests.support.jobs import run_jobs, waiting

REVIEW, SCREEN, ASSESSMENT, REFERENCES, OFFER = range(5)
WHAT_FOR = "Keeps a portfolio of clients"
PAGES = ["role_automation", "role_automation_stages", "role_automation_review"]


@pytest.fixture
def desk(db: None, settings: Settings) -> Iterator[Desk]:
    """Connected over Harvest v3."""
    yield from _open("v3", settings)


@pytest.fixture(params=["v3", "v1"])
def either(request: pytest.FixtureRequest, db: None, settings: Settings) -> Iterator[Desk]:
    """Connected over each of the two interfaces in turn."""
    yield from _open(str(request.param), settings)


def _open(version: str, settings: Settings) -> Iterator[Desk]:
    point(settings)
    desk = open_desk(version)
    desk.connect()
    run_jobs()
    yield desk
    desk.greenhouse.sandbox.close()


class Wizard:
    """A recruiter who links a role of their own."""

    def __init__(self, desk: Desk, role: Role | None = None, by: Membership | None = None) -> None:
        self.desk = desk
        self.role = role or factories.role(desk.organisation, title="Key account people", owner=desk.admin)
        self.client = desk.client(by or desk.recruiter)

    def url(self, page: str, job: Job | None = None) -> str:
        return self.desk.url(page, self.role.pk) + (f"?job={self.key(job)}" if job else "")

    def key(self, job: Job) -> str:
        return f"{self.desk.connection().pk}-{job.id}"

    def stages(self, job: Job) -> list[int]:
        return [stage.id for stage in pipeline(self.desk.greenhouse.store, job.id)]

    def get(self, page: str, job: Job | None = None, **query: str) -> BeautifulSoup:
        response = self.client.get(self.url(page, job), query or None)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    def automation(self, job: Job) -> Automation | None:
        return self.role.automations.filter(job_id=job.id).first()

    def connect_stages(self, job: Job, **changes: object) -> Any:
        stages = self.stages(job)
        typed = {
            "post": "0",
            "assessment": stages[ASSESSMENT],
            "reference_check": stages[REFERENCES],
            "requirement": WHAT_FOR,
            "seen": version_of(self.automation(job)),
        }
        return self.client.post(self.url("role_automation_stages", job), typed | changes)

    def confirm(self, job: Job, invite: str = "no") -> Any:
        return self.client.post(self.url("role_automation_review", job), {"invite": invite})

    def link(self, job: Job, invite: str = "no", **changes: object) -> Automation:
        self.connect_stages(job, **changes)
        assert self.confirm(job, invite)["Location"] == self.desk.url("role", self.role.pk)
        return Automation.objects.of(self.desk.organisation).get(role=self.role, job_id=job.id)


def jobs_of(desk: Desk) -> list[Job]:
    return list(desk.greenhouse.store.jobs.rising())


def standing(desk: Desk, job: int, place: int) -> RemoteApplication:
    """Somebody who stands in the stage at that place of that job."""
    application = desk.greenhouse.application(job=job)
    desk.greenhouse.move(application, place)
    return application


def errors(body: bytes) -> list[str]:
    page = BeautifulSoup(body, "html.parser")
    return [" ".join(line.get_text().split()) for line in page.select(".error-summary li")]


def offered(page: BeautifulSoup) -> list[str]:
    """The jobs on the first page, in order, each in one line."""
    return [" ".join(row.get_text(" ").split()) for row in page.select("label.job")]


def chosen(page: BeautifulSoup, name: str) -> str:
    """The option of a select, or the labels of the boxes that are ticked."""
    if options := page.select(f"select[name={name}] option[selected]"):
        return options[0].get_text()
    boxes = [box.parent for box in page.select(f"input[name={name}][checked]")]
    return ", ".join(" ".join(label.get_text().split()) for label in boxes if label is not None)


def rules(automation: Automation) -> dict[str, tuple[int, str]]:
    rows = StageRule.objects.of(automation.organisation).filter(automation=automation)
    return {rule.step.kind: (rule.stage_id, rule.stage_name) for rule in rows}


def nothing(desk: Desk) -> bool:
    return not Automation.objects.of(desk.organisation).exists()


# --- choosing the job ---------------------------------------------------------------------------------------------


def test_jobs_are_offered_open_ones_first_and_told_apart(desk: Desk) -> None:
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


def test_searching_asks_greenhouse_once(desk: Desk) -> None:
    wizard = Wizard(desk)
    wizard.get("role_automation")
    asked = len(desk.line.calls)
    wizard.get("role_automation", q="senior")
    assert len(desk.line.calls) == asked


def test_a_job_made_a_moment_ago_is_found_by_reading_again(desk: Desk) -> None:
    wizard = Wizard(desk)
    wizard.get("role_automation")
    jobs_of(desk)[3].name = "Chief Beekeeper"
    desk.greenhouse.store.jobs.changed(jobs_of(desk)[3], desk.greenhouse.now())
    assert offered(wizard.get("role_automation", q="beekeeper")) == []
    assert len(offered(wizard.get("role_automation", q="beekeeper", fresh="1"))) == 1


def test_next_without_a_job_says_what_is_missing(desk: Desk) -> None:
    wizard = Wizard(desk)
    response = wizard.client.post(wizard.url("role_automation"))
    assert errors(response.content) == ["Choose a Greenhouse job."]


def test_next_leads_to_the_stages_of_the_job(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    response = wizard.client.post(wizard.url("role_automation"), {"job": wizard.key(job)})
    assert response["Location"] == wizard.url("role_automation_stages", job)


def test_a_job_of_another_role_is_shown_with_it_and_cannot_be_chosen(desk: Desk) -> None:
    job = jobs_of(desk)[0]
    theirs = factories.role(desk.organisation, title="Sales people", owner=desk.admin)
    factories.automation(theirs, connection_id=desk.connection().pk, job_id=job.id, stages={})
    wizard = Wizard(desk)
    page = wizard.get("role_automation", q="SAM-101")
    assert offered(page)[0].endswith("Belongs to the role “Sales people”")
    assert [radio.has_attr("disabled") for radio in page.select("input[name=job]")] == [True]
    response = wizard.client.post(wizard.url("role_automation"), {"job": wizard.key(job)})
    assert errors(response.content) == ["This job belongs to the role “Sales people”. Choose another one."]
    wizard.connect_stages(job)
    wizard.confirm(job)
    assert [row.role for row in Automation.objects.of(desk.organisation)] == [theirs]


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


# --- connecting the stages ----------------------------------------------------------------------------------------


def test_equal_names_and_the_live_post_are_proposed(either: Desk) -> None:
    page = Wizard(either).get("role_automation_stages", jobs_of(either)[0])
    assert [chosen(page, name) for name in ("assessment", "reference_check", "post")] == [
        "Assessment",
        "Reference Check",
        "Senior Account Manager",
    ]
    stages = [" ".join(row.get_text().split()) for row in page.select("label:has(> input[name=assessment])")]
    assert stages == ["Application Review", "Phone Screen", "Assessment", "Reference Check", "Offer"]


def test_case_and_spaces_do_not_matter_for_a_proposal_and_other_names_are_not_guessed(desk: Desk) -> None:
    job = jobs_of(desk)[0]
    stages = pipeline(desk.greenhouse.store, job.id)
    stages[ASSESSMENT].name, stages[REFERENCES].name = "Online assessment", "  REFERENCE  check "
    page = Wizard(desk).get("role_automation_stages", job)
    assert (chosen(page, "assessment"), " ".join(chosen(page, "reference_check").split())) == (
        "",
        "REFERENCE check",
    )


def test_without_a_live_post_the_roles_own_title_is_proposed(desk: Desk) -> None:
    page = Wizard(desk).get("role_automation_stages", jobs_of(desk)[3])
    assert chosen(page, "post") == "None: the role's own title, Key account people"


def test_an_assessment_without_its_requirement_is_asked_for_it_and_what_was_chosen_stays(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    stages = wizard.stages(job)
    response = wizard.connect_stages(job, requirement=" ", reference_check=stages[OFFER])
    question = "What requirement of the job does the assessment serve?"
    assert errors(response.content) == [f"{question} Write a sentence. Without it no assessment is sent."]
    page = BeautifulSoup(response.content, "html.parser")
    assert (chosen(page, "assessment"), chosen(page, "reference_check")) == ("Assessment", "Offer")


def test_a_reference_check_alone_needs_no_requirement(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    automation = wizard.link(job, assessment=[], requirement="")
    assert rules(automation) == {"reference_check": (wizard.stages(job)[REFERENCES], "Reference Check")}


def test_connecting_nothing_is_no_automation(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    response = wizard.connect_stages(job, assessment=[], reference_check=[], requirement="")
    assert errors(response.content) == [
        "Stages that start the assessment: Connect at least one of the two steps to a stage."
    ]


def test_a_stage_of_another_job_is_refused(desk: Desk) -> None:
    wizard, jobs = Wizard(desk), jobs_of(desk)
    response = wizard.connect_stages(jobs[0], assessment=wizard.stages(jobs[1])[ASSESSMENT])
    assert (response.status_code, len(errors(response.content))) == (200, 1)


def test_back_shows_what_was_chosen(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.connect_stages(job, assessment=wizard.stages(job)[OFFER])
    page = wizard.get("role_automation_stages", job)
    [requirement] = page.select("textarea")
    assert (chosen(page, "assessment"), requirement.get_text().strip()) == ("Offer", WHAT_FOR)


# --- reviewing and confirming -------------------------------------------------------------------------------------


def test_the_review_says_it_in_sentences_and_counts_who_stands_there(either: Desk) -> None:
    job = jobs_of(either)[0]
    standing(either, 0, ASSESSMENT)
    standing(either, 0, ASSESSMENT)
    standing(either, 0, SCREEN)
    wizard = Wizard(either)
    wizard.connect_stages(job, post=next(either.greenhouse.store.job_posts.rising()).id)
    page = wizard.get("role_automation_review", job)
    details = f"SAM-101, Sales, Amsterdam, id {job.id}"
    assert [" ".join(line.get_text().split()) for line in page.select(".sentences li")] == [
        f"The Greenhouse job Senior Account Manager ({details}) belongs to the role “Key account people”.",
        "Candidates and referees see the title “Senior Account Manager”.",
        "A move to “Assessment” starts the assessment.",
        "A move to “Reference Check” starts the reference check.",
        f"The assessment serves this requirement: “{WHAT_FOR}”, said by {either.recruiter.user.name}.",
        "2 candidates stand in “Assessment” now.",
        "Nobody stands in “Reference Check” now.",
    ]
    assert [radio["value"] for radio in page.select("input[name=invite][checked]")] == ["no"]
    assert nothing(either)


def test_confirm_links_the_role_and_records_who_stood_there(either: Desk) -> None:
    job = jobs_of(either)[0]
    there = standing(either, 0, ASSESSMENT)
    standing(either, 0, SCREEN)
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
    assert [name for name, _ in waiting()] == ["automation.sync_there"]
    assert "role.linked" in either.audited()


def test_who_stood_there_is_not_invited_by_a_later_sync(desk: Desk) -> None:
    there = standing(desk, 0, ASSESSMENT)
    Wizard(desk).link(jobs_of(desk)[0])
    sync_application(desk.connection(), there.id, now=factories.NOW)
    run_jobs()
    assert not StepStart.objects.of(desk.organisation).exists()


def test_who_stands_there_is_invited_if_one_chooses_so(either: Desk) -> None:
    there = standing(either, 0, ASSESSMENT)
    Wizard(either).link(jobs_of(either)[0], invite="yes")
    assert [name for name, _ in waiting()] == ["automation.invite_there"]
    run_jobs()
    start = StepStart.objects.of(either.organisation).get()
    assert (start.application.remote_id, start.step.kind, start.state) == (there.id, "assessment", "started")
    assert not AlreadyThere.objects.of(either.organisation).exists()


def test_somebody_known_already_is_invited_too_and_only_once(desk: Desk) -> None:
    there, job = standing(desk, 0, ASSESSMENT), jobs_of(desk)[0]
    wizard = Wizard(desk)
    wizard.link(job, assessment=[])
    sync_application(desk.connection(), there.id, now=factories.NOW)
    assert not StepStart.objects.of(desk.organisation).exists()
    for _ in range(2):
        wizard.link(job, invite="yes")
        run_jobs()
    assert StepStart.objects.of(desk.organisation).count() == 1


def test_who_has_moved_on_before_the_invitation_gets_none(desk: Desk) -> None:
    there = standing(desk, 0, ASSESSMENT)
    Wizard(desk).link(jobs_of(desk)[0], invite="yes")
    desk.greenhouse.move(there, SCREEN)
    run_jobs()
    assert Application.objects.of(desk.organisation).get().stage_name == "Phone Screen"
    assert not StepStart.objects.of(desk.organisation).exists()


def test_confirming_twice_changes_nothing_further(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    first = wizard.link(job)
    again = wizard.link(job)
    assert (again.pk, again.confirmed_at) == (first.pk, first.confirmed_at)
    assert desk.audited().count("role.linked") == 1


def test_the_second_press_of_confirm_leads_back_to_the_stages(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.link(job)
    assert wizard.confirm(job)["Location"] == wizard.url("role_automation_stages", job)


def test_other_stages_can_be_chosen_and_only_new_ones_are_recorded(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.link(job)
    came_since, there = standing(desk, 0, ASSESSMENT), standing(desk, 0, OFFER)
    automation = wizard.link(job, reference_check=wizard.stages(job)[OFFER])
    assert rules(automation)["reference_check"] == (wizard.stages(job)[OFFER], "Offer")
    recorded = AlreadyThere.objects.of(desk.organisation).values_list("remote_application_id", flat=True)
    assert (list(recorded), came_since.id in recorded) == ([there.id], False)


def test_a_second_job_can_be_linked_and_the_first_stays(desk: Desk) -> None:
    wizard, jobs = Wizard(desk), jobs_of(desk)
    wizard.link(jobs[0])
    page = wizard.get("role_automation")
    assert [card.get_text() for card in page.select("#linked .strong")] == ["Senior Account Manager"]
    wizard.link(jobs[1])
    assert sorted(wizard.role.automations.values_list("job_id", flat=True)) == [jobs[0].id, jobs[1].id]


def test_unlinking_asks_first_and_takes_only_the_tie_away(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    automation = wizard.link(job)
    address = desk.url("role_automation_unlink", wizard.role.pk, automation.pk)
    assert "all results stay with the role" in wizard.client.get(address).content.decode()
    assert not nothing(desk)
    wizard.client.post(address)
    assert nothing(desk)
    assert "role.unlinked" in desk.audited()


def test_a_review_without_a_draft_leads_back(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    response = wizard.client.get(wizard.url("role_automation_review", job))
    assert response["Location"] == wizard.url("role_automation_stages", job)
    for address in (wizard.url("role_automation_review"), wizard.url("role_automation_stages") + "?job=x"):
        assert wizard.client.get(address)["Location"] == wizard.url("role_automation")


def test_a_draft_with_errors_cannot_be_confirmed(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.connect_stages(job, requirement="")
    assert wizard.confirm(job)["Location"] == wizard.url("role_automation_stages", job)
    assert nothing(desk)


# --- when Greenhouse is not there ---------------------------------------------------------------------------------


def test_without_a_connection_the_page_says_to_connect_first(desk: Desk) -> None:
    Connection.objects.of(desk.organisation).update(state="disconnected")
    wizard = Wizard(desk)
    for page in PAGES:
        found = wizard.get(page)
        assert "Connect Greenhouse first" in found.get_text()
        assert [a["href"] for a in found.select("a") if a.get_text(strip=True) == "Open Integrations"] == [
            desk.url("integrations")
        ]


def test_when_greenhouse_fails_what_was_typed_is_kept_for_the_next_try(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.get("role_automation_stages", job)
    fault = {"kind": "fail", "path": "/v3/job_interview_stages", "status": 503, "times": 2}
    desk.greenhouse.sandbox.faults.add(fault)
    response = wizard.connect_stages(job, assessment=wizard.stages(job)[OFFER])
    assert response.status_code == 200
    assert "Greenhouse has a failure of its own at the moment." in response.content.decode()
    page = wizard.get("role_automation_stages", job)
    [requirement] = page.select("textarea")
    assert (chosen(page, "assessment"), requirement.get_text().strip()) == ("Offer", WHAT_FOR)


def test_a_revoked_key_says_so_in_the_wizard(desk: Desk) -> None:
    desk.greenhouse.store.oauth_clients.delete(desk.greenhouse.row.id)
    cache.clear()
    wizard = Wizard(desk)
    response = wizard.client.get(wizard.url("role_automation"))
    assert response.status_code == 200
    assert "it was revoked or expired" in response.content.decode()


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PAGES, "role_automation_unlink"])
def test_strangers_hiring_managers_and_the_signed_out_change_nothing(desk: Desk, name: str) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    automation = wizard.link(job)
    more = [automation.pk] if name == "role_automation_unlink" else []
    address = desk.url(name, wizard.role.pk, *more)
    elsewhere = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(desk.organisation, kind="hiring_manager")
    wizard.role.viewers.add(manager)
    before = list(AuditEntry.objects.of(desk.organisation).values_list("pk", flat=True))
    for member, status in ((elsewhere, 404), (manager, 403)):
        client = desk.client(member)
        assert (client.get(address).status_code, client.post(address).status_code) == (status, status)
    own = f"/o/{elsewhere.organisation.slug}/" + address.split("/", 3)[3]
    assert desk.client(elsewhere).post(own).status_code == 404
    assert Client().post(address)["Location"] == f"/accounts/login/?next={address}"
    assert list(AuditEntry.objects.of(desk.organisation).values_list("pk", flat=True)) == before
    assert rules(automation).keys() == {"assessment", "reference_check"}


# --- the domain function ------------------------------------------------------------------------------------------


def _link(role: Role, by: Membership, **changes: Any) -> Automation:
    given: dict[str, Any] = {
        "job": JobLink(connection_id=1, job_id=2, job_name="Job"),
        "stages": {"assessment": [StageLink(stage_id=3, name="Test")]},
        "requirement": WHAT_FOR,
        "stood": [Stood(application_id=4, stage_id=3), Stood(application_id=5, stage_id=6)],
        "now": factories.NOW,
    }
    return link(role=role, by=by, **(given | changes))


@pytest.mark.django_db
def test_a_job_belongs_to_one_role_at_most() -> None:
    organisation = factories.organisation()
    admin = factories.member(organisation, kind="admin")
    first, second = factories.role(organisation, owner=admin), factories.role(organisation, owner=admin)
    _link(first, admin)
    with pytest.raises(JobTaken) as taken:
        _link(second, admin)
    assert taken.value.role == first
    assert list(second.automations.all()) == []


@pytest.mark.django_db
def test_linking_without_a_requirement_leaves_nothing_behind() -> None:
    organisation = factories.organisation()
    admin = factories.member(organisation, kind="admin")
    role = factories.role(organisation, owner=admin)
    with pytest.raises(RequirementMissing):
        _link(role, admin, requirement=" ")
    assert list(role.automations.all()) == []
    assert Step.objects.of(organisation).get(role=role, kind="assessment").requirement == ""


# --- the story ----------------------------------------------------------------------------------------------------


def test_the_article_step_by_step_without_javascript(either: Desk) -> None:
    Connection.objects.of(either.organisation).delete()
    browser = either.browser(either.admin)
    browser.follow("Settings")
    browser.must_say("Automate in Goodword (Pull Integration)")
    browser.follow("Greenhouse")
    browser.must_say("Set Greenhouse API key")
    typed = either.form()
    if either.greenhouse.version == "v1":
        browser.follow("Harvest API key")
        browser.press("Set", {"API key": typed["api_key"]})
    else:
        browser.press("Set", {"Client ID": typed["client_id"], "Client secret": typed["client_secret"]})
    browser.must_say("Greenhouse is connected.")
    browser.must_say("Active")
    browser.must_say("Endpoint URL")

    browser.follow("Roles")
    browser.follow("New role")
    browser.press("Make role", {"Title": "Account people"})
    browser.follow("Manage ATS automation")
    browser.press("Next", {"Senior Account Manager SAM-204": "yes"})
    browser.press(
        "Next",
        {
            "What requirement of the job does the assessment serve?": WHAT_FOR,
        },
    )
    browser.must_say("A move to “Reference Check” starts the reference check.")
    browser.press("Confirm")
    browser.must_say("This role is linked to Greenhouse.")
    browser.must_say("Greenhouse job: Senior Account Manager (SAM-204) · Assessment → Assessment")
    automation = Automation.objects.of(either.organisation).get()
    assert (automation.job_post_title, automation.job_id) == (
        "Senior Account Manager, New York",
        jobs_of(either)[1].id,
    )
