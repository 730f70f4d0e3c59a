"""Screens for jobs, offers, departments and the sandbox itself, without JavaScript."""

import pytest

from forms import Page, Visitor
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.store import Store
from helpers import Receiver, add_hook


def person(visitor: Visitor, store: Store, first: str, tab: str = "") -> Page:
    row = next(candidate for candidate in store.candidates.rising() if candidate.first_name == first)
    return visitor.open(f"/people/{row.id}?tab={tab}")


def test_a_job_is_created_set_up_and_closed(visitor: Visitor, store: Store) -> None:
    page = visitor.open("/").follow("Create a job")
    page = page.fill("Stages, one per line", " ").press("Create job")
    assert (page.status, "Enter a name." in page.text, "Enter at least one stage." in page.text) == (
        422,
        True,
        True,
    )
    page = page.fill("Job name", "Night Porter").fill("Stages, one per line", "New\nTalk\nOffer")
    page = page.fill("Recruiter", "Priya Raman").tick("Remote").press("Create job")
    assert "Night Porter is open." in page.text
    page = page.follow("Job setup")
    page = page.fill("Requisition", "NP-1").tick("Confidential").press("Save job")
    job = list(store.jobs.rising())[-1]
    assert (job.requisition_id, job.confidential, len(job.office_ids)) == ("NP-1", True, 1)
    page = page.fill("New name of Talk", "Call").press("Rename Talk")
    page = page.press("Up Offer")
    page = page.fill("New stage", "Dinner").press("Add stage")
    page = page.press("Remove New")
    stages = sorted(store.job_stages.by("job_id", job.id), key=lambda job_stage: job_stage.sort_order)
    assert [stage.name for stage in stages if stage.active] == ["Offer", "Call", "Dinner"]
    page = page.fill("New post", "Porter").press("Add post")
    page = page.fill("Location of Porter", "Amsterdam").press("Save Porter")
    page = page.press("Take offline Porter").press("Delete Porter")
    assert [post.active for post in store.job_posts.by("job_id", job.id)] == [False]
    page = page.fill("Coordinator", "Elise Vermeer").press("Save team").press("Close job")
    page = page.press("Open job").press("Close job")
    assert store.jobs[job.id].status == "closed"
    page = page.press("Delete job")
    assert "The job was deleted." in page.text
    assert store.jobs.get(job.id) is None


def test_removing_a_stage_moves_its_applications(visitor: Visitor, store: Store) -> None:
    job = next(store.jobs.rising())
    page = visitor.open(f"/jobs/{job.id}/setup")
    page = page.fill("moving them to", "Assessment").press("Remove Phone Screen")
    assert "The stage was removed." in page.text
    assert "Łukasz" in visitor.open(f"/jobs/{job.id}").text


def test_an_application_is_edited_transferred_and_deleted(visitor: Visitor, store: Store) -> None:
    page = person(visitor, store, "Hannah", "details")
    page = page.fill("Recruiter", "Priya Raman").fill("Source", "None").press("Save application")
    application = next(store.applications.rising())
    assert (store.users[application.recruiter_id or 0].name, application.source_id) == ("Priya Raman", None)
    page = page.fill("Transfer to another job", "Data Engineer (ENG-310)").press("Transfer to job")
    assert "Moved to the other job." in page.text
    page = page.press("Delete application")
    assert ("The application was deleted." in page.text, "Hannah Brandt" in page.text) == (True, True)
    assert store.applications.get(application.id) is None


def test_a_prospect_is_converted(visitor: Visitor, store: Store) -> None:
    page = person(visitor, store, "Ingrid")
    page = page.fill("Convert to a candidate of", "Customer Success Lead").press("Convert to candidate")
    assert ("The prospect is now a candidate." in page.text, "Application Review" in page.text) == (
        True,
        True,
    )


def test_an_offer_is_created_approved_and_accepted(visitor: Visitor, store: Store) -> None:
    page = person(visitor, store, "Zoë", "offer")
    page = page.fill("First day (optional)", "soon").press("Make an offer")
    assert "Nothing was changed: starts on must be a date such as 2026-12-01" in page.text
    page = page.fill("First day (optional)", "2027-01-04").press("Make an offer")
    page = page.press("Make a new version").press("Approve offer").press("Accept offer")
    assert "The offer was accepted, and the candidate hired." in page.text
    page = page.press("Delete offer version 1")
    assert [offer.status for offer in store.offers.rising()] == ["Accepted"]


def test_interviews_and_scorecards_are_created_and_deleted(visitor: Visitor, store: Store) -> None:
    page = person(visitor, store, "Zoë", "offer").press("Book an interview for tomorrow")
    page = page.fill("Overall", "strong yes").press("Write scorecard")
    interview, card = next(store.interviews.rising()), next(store.scorecards.rising())
    page.press(f"Cancel interview {interview.id}").press(f"Delete scorecard {card.id}")
    assert (len(store.interviews), len(store.scorecards)) == (0, 0)


def test_departments_and_offices_are_removed(visitor: Visitor, store: Store) -> None:
    page = visitor.open("/configure").follow("Organization")
    page.press("Remove Sales").press("Remove Amsterdam")
    assert [department.name for department in store.departments.rising()] == [
        "Engineering",
        "Operations",
        "Customer Success",
    ]
    assert [office.name for office in store.offices.rising()] == ["New York", "Remote"]


def test_unknown_and_hidden_acts_change_nothing(visitor: Visitor, store: Store) -> None:
    for name in ("fly", "delete_candidate"):
        page = visitor.send("post", f"http://sandbox.example/acts/{name}", {"candidate": ["1"]})
        assert "Nothing was changed: act is not one of the screens'." in page.text
    page = visitor.send("post", "http://sandbox.example/acts/edit_job", {"back": ["//elsewhere.example/"]})
    assert page.url == "http://sandbox.example/"


def test_switches_are_saved_and_reset(visitor: Visitor, store: Store) -> None:
    page = visitor.open("/sandbox").follow("Switches")
    page = (
        page.fill("last_page_link", "absent")
        .fill("v3_rate_limit", "7")
        .fill("v1", "410")
        .press("Save switches")
    )
    assert [store.switches[name] for name in ("last_page_link", "v3_rate_limit", "v1")] == ["absent", 7, 410]
    assert store.switches["stage_scaffolding"] is True
    page = page.fill("v3_rate_limit", "-4").press("Save switches")
    assert ("Nothing was changed." in page.text, store.switches["v3_rate_limit"]) == (True, 7)
    page.press("Reset all")
    assert (store.switches["last_page_link"], store.switches["v3_rate_limit"]) == ("empty", 150)


def test_faults_are_added_shown_and_cleared(visitor: Visitor, app: Sandbox, store: Store) -> None:
    page = visitor.open("/sandbox").follow("Faults")
    fields = {"kind": ["fail"], "path": ["/v1"], "times": ["2"], "status": ["429"], "retry_after": ["9"]}
    page = visitor.send("post", "http://sandbox.example/sandbox/faults", fields)
    assert "Ordered: fail, 2 times." in page.text
    assert (app.faults.list()[0]["retry_after"], app.faults.list()[0]["status"]) == (9.0, 429)
    hook = {"kind": ["duplicate"], "action": ["hire_candidate"], "copies": ["2"], "new_event_id": ["yes"]}
    page = visitor.send("post", "http://sandbox.example/sandbox/webhook_faults", hook)
    assert store.hook_faults.orders()[0]["new_event_id"] is True
    wrong = visitor.send(
        "post", "http://sandbox.example/sandbox/faults", {"kind": ["fail"], "times": ["two"]}
    )
    assert (wrong.status, "Enter a number for times, not 'two'." in wrong.text) == (422, True)
    page.press("Drop all")
    assert (app.faults.list(), store.hook_faults.orders()) == ([], [])


def test_deliveries_are_logged_held_and_sent(
    visitor: Visitor, app: Sandbox, store: Store, receiver: Receiver
) -> None:
    add_hook(store, "hire_candidate")
    page = visitor.open("/sandbox").follow("Deliveries").press("Hold new deliveries")
    person(visitor, store, "Hannah").press("Hire")
    page = visitor.open("/sandbox/deliveries?state=held")
    assert ("hire_candidate" in page.text, receiver.requests) == (True, [])
    page = page.press("Send held deliveries")
    assert ("Sent: 1." in page.text, len(receiver.requests)) == (True, 1)
    assert visitor.open("/sandbox/deliveries?action=job_created").text.count("Send again") == 0
    page = visitor.open("/sandbox/deliveries").press("Send again")
    assert page.url.startswith("http://sandbox.example/sandbox/deliveries")
    assert app.deliverer.wait_until_idle(5)
    assert len(receiver.requests) == 2


def test_the_clock_can_jump_to_the_next_attempt(
    visitor: Visitor, app: Sandbox, store: Store, receiver: Receiver
) -> None:
    add_hook(store, "hire_candidate")
    receiver.status = 500
    person(visitor, store, "Hannah").press("Hire")
    assert app.deliverer.wait_until_idle(5)
    page = visitor.open("/sandbox").press("Move clock there")
    assert "The clock was set to the next attempt." in page.text
    assert 50 < store.clock.offset.total_seconds() < 70


def test_scenarios_are_played_and_accounts_reset(visitor: Visitor, store: Store) -> None:
    page = visitor.open("/sandbox").fill("Number for burst", "20").press("Play burst")
    assert "Played: scenario burst, moved 20" in page.text
    page = page.fill("Restart with", "forty").press("Restart")
    assert "Nothing was changed. There is no world 'forty'." in page.text
    page.fill("Restart with", "40").fill("Seed", "2").press("Restart")
    assert len(store.applications) == 40


def test_calls_are_shown(visitor: Visitor) -> None:
    visitor.client.get("/v1/jobs?per_page=3")
    page = visitor.open("/sandbox").follow("Calls")
    assert "GET /v1/jobsper_page=3 401" in page.text


@pytest.mark.parametrize("path", ["/jobs/new", "/jobs/1/setup", "/configure/organization"])
def test_newer_pages_are_marked_as_sandbox(visitor: Visitor, path: str) -> None:
    assert visitor.open(path).text.count("Sandbox, not Greenhouse") == 2
