"""Manage ATS automation as the article describes it."""

import pytest

from goodword.greenhouse.models import Connection
from goodword.roles.models import Automation
from tests.greenhouse.setup.desk import Desk
from tests.workspace.automation.wizard import WHAT_FOR, jobs_of


@pytest.mark.slow
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
    browser.press("Create role", {"Title": "Account people"})
    browser.follow("Manage ATS automation")
    browser.press("Next", {"Senior Account Manager SAM-204": "yes"})
    browser.press("Next")
    browser.must_say("Moved to “Reference Check”")
    scales = ["Give and take", "Planning and order"]
    browser.press("Confirm", {"Publish it for this job requirement": WHAT_FOR, "Scales": scales})
    browser.must_say("Role linked to Greenhouse.")
    browser.must_say("Greenhouse job: Senior Account Manager (SAM-204) · Assessment → Assessment")
    automation = Automation.objects.of(either.organisation).get()
    assert (automation.job_post_title, automation.job_id) == (
        "Senior Account Manager, New York",
        jobs_of(either)[1].id,
    )
