"""Manage ATS automation without Greenhouse."""

import pytest
from django.core.cache import cache

from goodword.greenhouse.models import Connection
from tests.greenhouse.setup.desk import Desk
from tests.workspace.automation.wizard import OFFER, PAGES, Wizard, chosen, jobs_of


def test_without_a_connection_the_page_asks_to_connect(desk: Desk) -> None:
    Connection.objects.of(desk.organisation).update(state="disconnected")
    wizard = Wizard(desk)
    for page in PAGES:
        found = wizard.get(page)
        assert "Connect Greenhouse first" in found.get_text()
        assert [a["href"] for a in found.select("a") if a.get_text(strip=True) == "Open Integrations"] == [
            desk.url("integrations")
        ]


@pytest.mark.world
@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"status": 503}, "Greenhouse has an internal error at the moment."),
        ({"status": 200, "body": "<html>"}, "API did not return data. It may be down for maintenance."),
    ],
)
def test_input_is_kept_when_greenhouse_fails(desk: Desk, fault: dict[str, object], sentence: str) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.get("role_automation_stages", job)
    desk.greenhouse.sandbox.faults.add(
        {"kind": "fail", "path": "/v3/job_interview_stages", "times": 2} | fault
    )
    response = wizard.connect_stages(job, assessment=wizard.stages(job)[OFFER])
    assert response.status_code == 200
    assert sentence in response.content.decode()
    page = wizard.get("role_automation_stages", job)
    assert chosen(page, "assessment") == "Offer"


def test_the_wizard_reports_a_revoked_key(desk: Desk) -> None:
    desk.greenhouse.store.oauth_clients.delete(desk.greenhouse.row.id)
    cache.clear()
    wizard = Wizard(desk)
    response = wizard.client.get(wizard.url("role_automation"))
    assert response.status_code == 200
    assert "it was revoked or expired" in response.content.decode()
