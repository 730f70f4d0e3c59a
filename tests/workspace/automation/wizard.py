"""Helpers for the automation wizard."""

from typing import Any

from bs4 import BeautifulSoup

from goodword.accounts.models import Membership
from goodword.roles.domain.automation import version_of
from goodword.roles.models import Automation, Role, StageRule
from greenhouse_sandbox.acts.progress import pipeline
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from greenhouse_sandbox.store.jobs import Job
from tests.greenhouse.setup.desk import Desk
from tests.support import factories

REVIEW, SCREEN, ASSESSMENT, REFERENCES, OFFER = range(5)
WHAT_FOR = "Keeps a portfolio of clients"
#: work style scales chosen for the requirement
SCALES = ["agreeableness", "conscientiousness"]
PAGES = ["role_automation", "role_automation_stages", "role_automation_review"]


class Wizard:
    """A recruiter linking a role."""

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
            "seen": version_of(self.automation(job)),
        }
        return self.client.post(self.url("role_automation_stages", job), typed | changes)

    def confirm(self, job: Job, invite: str = "no", requirement: str = WHAT_FOR) -> Any:
        """`invite`: "yes" selects everybody already in the stages. `SCALES` measure the requirement."""
        address, ticked = self.url("role_automation_review", job), []
        if invite == "yes":
            page = BeautifulSoup(self.client.get(address, follow=True).content, "html.parser")
            ticked = [box["value"] for box in page.select("input[name=invite]")]
        typed = {"invite": ticked, "requirement": requirement, "scales": SCALES if requirement else []}
        return self.client.post(address, typed)

    def link(
        self, job: Job, invite: str = "no", requirement: str = WHAT_FOR, **changes: object
    ) -> Automation:
        self.connect_stages(job, **changes)
        assert self.confirm(job, invite, requirement)["Location"] == self.desk.url("role", self.role.pk)
        return Automation.objects.of(self.desk.organisation).get(role=self.role, job_id=job.id)


def jobs_of(desk: Desk) -> list[Job]:
    return list(desk.greenhouse.store.jobs.rising())


def in_stage(desk: Desk, job: int, place: int) -> RemoteApplication:
    """An application in the job's stage with this index."""
    application = desk.greenhouse.application(job=job)
    desk.greenhouse.move(application, place)
    return application


def errors(body: bytes) -> list[str]:
    page = BeautifulSoup(body, "html.parser")
    return [" ".join(line.get_text().split()) for line in page.select(".error-summary li")]


def offered(page: BeautifulSoup) -> list[str]:
    """The jobs on the first page, one line each."""
    return [" ".join(row.get_text(" ").split()) for row in page.select("label.job")]


def chosen(page: BeautifulSoup, name: str) -> str:
    """The selected option, or the labels of checked boxes."""
    if options := page.select(f"select[name={name}] option[selected]"):
        return options[0].get_text()
    boxes = [box.parent for box in page.select(f"input[name={name}][checked]")]
    return ", ".join(label.get_text().split("→")[0].strip() for label in boxes if label is not None)


def rules(automation: Automation) -> dict[str, tuple[int, str]]:
    rows = StageRule.objects.of(automation.organisation).filter(automation=automation)
    return {rule.step.kind: (rule.stage_id, rule.stage_name) for rule in rows}


def nothing(desk: Desk) -> bool:
    return not Automation.objects.of(desk.organisation).exists()
