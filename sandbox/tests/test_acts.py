"""Every act by name, and the webhooks that it sends."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.commands.catalogue import COMMANDS
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.webhooks import EVENTS
from helpers import add_hook

type Act = Callable[..., Any]
type Deliveries = Callable[[], list[dict[str, Any]]]

HANNAH, ZOE, MARCUS = (f"candidate{n}@people.example" for n in (1, 8, 9))
INGRID = "ingrid.solheim@people.example"


@pytest.fixture
def act(client: httpx2.Client) -> Act:
    """Performs an act and returns the response."""

    def do(name: str, /, **members: Any) -> Any:
        answer = client.post("/_sandbox/act", json={"act": name, **members})
        assert answer.is_success, answer.text
        return answer.json()

    return do


@pytest.fixture
def deliveries(store: Store) -> Deliveries:
    """Bodies of all deliveries since the last call, oldest first."""
    for action in EVENTS:
        add_hook(store, action)
    store.hold_deliveries = True
    seen: set[int] = set()

    def look() -> list[dict[str, Any]]:
        rows = [row for row in store.deliveries.rising() if row.id not in seen]
        seen.update(row.id for row in rows)
        return [json.loads(row.body) for row in rows]

    return look


def actions(bodies: list[dict[str, Any]]) -> list[str]:
    return [body["action"] for body in bodies]


def refused(client: httpx2.Client, **order: Any) -> str:
    answer = client.post("/_sandbox/act", json=order)
    assert answer.status_code == 422
    message: str = answer.json()["message"]
    return message


def test_editing_an_application_changes_recruiter_and_source(act: Act, deliveries: Deliveries) -> None:
    act("edit_application", candidate=HANNAH, recruiter="Priya Raman", source="Referral")
    body = deliveries()[-1]
    assert body["action"] == "application_updated"
    application = body["payload"]["application"]
    assert (application["candidate"]["recruiter"]["name"], application["source"]["name"]) == (
        "Priya Raman",
        "Referral",
    )
    assert "employments" not in application["candidate"]
    act("edit_application", candidate=HANNAH, recruiter=None)
    assert deliveries()[-1]["payload"]["application"]["candidate"]["recruiter"] is None


def test_deleting_an_application_keeps_the_candidate(act: Act, deliveries: Deliveries, store: Store) -> None:
    gone = act("delete_application", candidate=HANNAH)
    body = deliveries()[-1]
    assert body["action"] == "delete_application"
    assert (
        body["payload"]["application"].items()
        >= {
            "id": gone["application_id"],
            "candidate_id": gone["candidate_id"],
            "rejected_by_user_id": None,
        }.items()
    )
    assert store.candidates.get(gone["candidate_id"]) is not None
    assert store.applications.get(gone["application_id"]) is None


def test_a_transfer_keeps_the_application_and_changes_job_stage_and_recruiter(
    act: Act, deliveries: Deliveries, store: Store
) -> None:
    done = act("transfer", candidate=HANNAH, to_job="SAM-204", stage="Assessment")
    body = deliveries()[-1]
    assert body["action"] == "candidate_stage_change"
    application = body["payload"]["application"]
    assert (application["jobs"][0]["requisition_id"], application["current_stage"]["name"]) == (
        "SAM-204",
        "Assessment",
    )
    assert application["candidate"]["recruiter"]["name"] == "Priya Raman"
    assert store.applications[done["application_id"]].job_id == done["job_id"]


def test_a_converted_prospect_gets_a_new_application(act: Act, deliveries: Deliveries, store: Store) -> None:
    done = act("convert", candidate=INGRID, job="ENG-310", stage="Phone Screen")
    assert actions(deliveries()) == ["new_candidate_application"]
    assert store.applications[done["converted_id"]].status == "converted"
    assert (done["status"], done["stage"]) == ("in_process", "Phone Screen")


def test_candidates_are_updated_merged_anonymised_and_deleted(act: Act, deliveries: Deliveries) -> None:
    act("update_candidate", candidate=HANNAH, private=True, first_name="Hanne")
    act("merge", candidate=ZOE, into=HANNAH)
    act("anonymise", candidate=HANNAH)
    act("delete_candidate", candidate=MARCUS)
    bodies = deliveries()
    assert actions(bodies) == [
        "update_candidate",
        "merge_candidate",
        "candidate_anonymized",
        "delete_candidate",
    ]
    assert bodies[0]["payload"]["candidate"]["first_name"] == "Hanne"
    assert "deleted_application_ids" not in bodies[1]["payload"]["person"]
    assert len(bodies[3]["payload"]["person"]["deleted_application_ids"]) == 1


def test_an_application_is_moved_rejected_hired_and_back(act: Act, deliveries: Deliveries) -> None:
    for name, more in (
        ("move", {"stage": "offer"}),
        ("reject", {"reason": "Withdrew", "notes": "By phone"}),
        ("unreject", {}),
        ("hire", {}),
        ("unhire", {}),
    ):
        done = act(name, candidate=HANNAH, **more)
    bodies = deliveries()
    assert actions(bodies) == [
        "candidate_stage_change",
        "reject_candidate",
        "unreject_candidate",
        "hire_candidate",
        "unhire_candidate",
    ]
    assert (done["status"], done["stage"]) == ("in_process", "Offer")
    rejected = bodies[1]["payload"]["application"]
    assert (rejected["current_stage"]["interviews"], "url" in rejected["candidate"]) == ([], False)


def test_a_job_is_created_edited_closed_and_deleted(act: Act, deliveries: Deliveries, store: Store) -> None:
    job = act("create_job", name="Night Porter", stages=["New", "Talk"], recruiter="Priya Raman")
    act("edit_job", job="Night Porter", confidential=True, department="Sales", offices=["Remote"])
    act("edit_job", job="Night Porter", recruiter=None)
    who = act("apply", job="Night Porter", first_name="Ada", last_name="Byrne", email="ada@people.example")
    act("close_job", job="Night Porter", reject_for="Position closed")
    act("reopen_job", job="Night Porter")
    act("close_job", job="Night Porter")
    act("delete_job", job=job["job_id"])
    bodies = deliveries()
    assert actions(bodies) == [
        "job_created",
        "job_updated",
        "job_updated",
        "new_candidate_application",
        "reject_candidate",
        "job_updated",
        "job_updated",
        "job_updated",
        "job_deleted",
    ]
    made = bodies[0]["payload"]["job"]
    assert [recruiter["employee_id"] for recruiter in made["hiring_team"]["recruiters"]] == ["AO-102"]
    changed = bodies[1]["payload"]["job"]
    assert (changed["confidential"], changed["departments"][0]["name"]) == (True, "Sales")
    assert bodies[2]["payload"]["job"]["hiring_team"]["recruiters"] == []
    assert bodies[-1]["payload"] == {"job": {"id": job["job_id"], "name": "Night Porter"}}
    assert store.applications.get(who["application_id"]) is None
    assert store.job_stages.by("job_id", job["job_id"]) == []


def test_only_deleting_a_stage_sends_webhooks(
    act: Act, deliveries: Deliveries, client: httpx2.Client, store: Store
) -> None:
    act("rename_stage", job="SAM-101", stage="Phone Screen", name="Call")
    act("place_stage", job="SAM-101", stage="Offer", place=0)
    act("add_stage", job="SAM-101", name="Dinner", place=1)
    assert deliveries() == []
    assert "must be a stage" in refused(client, act="delete_stage", job="SAM-101", stage="Call")
    gone = act("delete_stage", job="SAM-101", stage="Call", to_stage="Assessment")
    bodies = deliveries()
    assert actions(bodies) == ["candidate_stage_change", "job_interview_stage_deleted"]
    assert (
        bodies[1]["payload"]["job_interview_stage"].items()
        >= {"id": gone["stage_id"], "active": True}.items()
    )
    stages = sorted(store.job_stages.by("job_id", gone["job_id"]), key=lambda job_stage: job_stage.sort_order)
    assert [stage.name for stage in stages if stage.active] == [
        "Offer",
        "Dinner",
        "Application Review",
        "Assessment",
        "Reference Check",
    ]


def test_posts_are_created_taken_offline_and_deleted(
    act: Act, deliveries: Deliveries, client: httpx2.Client
) -> None:
    post = act("create_post", job="ENG-310", title="Data Engineer, nights")["post_id"]
    assert "is live" in refused(client, act="delete_post", post_id=post)
    act("edit_post", post_id=post, live=False)
    act("delete_post", post_id=post)
    bodies = deliveries()
    assert actions(bodies) == ["job_post_created", "job_post_updated", "job_post_deleted"]
    assert [bodies[0]["payload"]["live"], bodies[1]["payload"]["live"]] == [True, False]
    assert bodies[2]["payload"]["job_post"]["id"] == post


def test_accepting_an_offer_hires_the_candidate(
    act: Act, deliveries: Deliveries, client: httpx2.Client
) -> None:
    first = act("create_offer", candidate=ZOE, starts_on="2026-12-01")
    second = act("create_offer", candidate=ZOE, starts_on="2027-01-04", notes="As asked")
    act("approve_offer", candidate=ZOE)
    act("accept_offer", candidate=ZOE)
    bodies = deliveries()
    assert actions(bodies) == [
        "offer_created",
        "offer_updated",
        "offer_created",
        "offer_approved",
        "offer_updated",
        "hire_candidate",
    ]
    assert [bodies[1]["payload"]["offer_status"], bodies[1]["payload"]["id"]] == [
        "Deprecated",
        first["offer_id"],
    ]
    assert (bodies[2]["payload"]["version"], bodies[2]["payload"]["start_date"]) == (2, "01/04/2027")
    assert bodies[5]["payload"]["application"]["offer"]["id"] == second["offer_id"]
    assert "is already accepted" in refused(client, act="reject_offer", offer_id=second["offer_id"])


def test_a_rejected_offer_keeps_the_candidate_active_and_can_be_deleted(
    act: Act, deliveries: Deliveries
) -> None:
    offer = act("create_offer", candidate=ZOE)
    act("reject_offer", candidate=ZOE)
    act("delete_offer", offer_id=offer["offer_id"])
    bodies = deliveries()
    assert actions(bodies) == ["offer_created", "offer_updated", "offer_deleted"]
    assert bodies[2]["payload"]["offer"]["offer_status"] == "Rejected"


def test_departments_offices_interviews_and_scorecards_are_deleted(
    act: Act, deliveries: Deliveries, store: Store
) -> None:
    act("delete_department", department="Sales")
    act("delete_office", office="Amsterdam")
    interview = act("schedule_interview", candidate=ZOE)["interview_id"]
    card = act("write_scorecard", candidate=ZOE, rating="strong_yes")["scorecard_id"]
    act("cancel_interview", interview_id=interview)
    act("delete_scorecard", scorecard_id=card)
    bodies = deliveries()
    assert actions(bodies) == [
        "department_deleted",
        "office_deleted",
        "interview_deleted",
        "scorecard_deleted",
    ]
    assert bodies[0]["payload"]["department"]["child_ids"] == []
    assert bodies[1]["payload"]["office"]["location"] == {"name": "Amsterdam, Netherlands"}
    assert bodies[2]["payload"] == {"interview": {"id": interview}}
    assert [job.department_id for job in store.jobs.rising()].count(None) == 2


def test_deactivating_a_user_sends_no_webhook(
    act: Act, deliveries: Deliveries, client: httpx2.Client
) -> None:
    assert act("change_user", who="Priya Raman", deactivated=True)["deactivated"] is True
    assert deliveries() == []
    assert "cannot deactivate" in refused(client, act="change_user", who="Maya Okafor", deactivated=True)


def test_an_invalid_act_is_refused_and_changes_nothing(client: httpx2.Client, store: Store) -> None:
    before = [vars(row).copy() for row in store.applications.rising()]
    orders: list[tuple[dict[str, Any], str]] = [
        ({"act": "fly"}, "knows no 'fly'"),
        ({"act": "move", "candidate": HANNAH}, "stage is missing"),
        ({"act": "move", "candidate": "nobody", "stage": "Offer"}, "candidate does not exist"),
        ({"act": "move", "candidate": HANNAH, "stage": "Moon"}, "stage does not exist"),
        (
            {"act": "move", "candidate": HANNAH, "stage": "Offer", "colour": 1},
            "colour is not a field of move",
        ),
        ({"act": "move", "candidate": HANNAH, "stage": "Offer", "at": "today"}, "at is not a valid time"),
        ({"act": "unhire", "candidate": HANNAH}, "is not hired"),
        ({"act": "transfer", "candidate": HANNAH, "to_job": "OPS-002"}, "not open"),
        ({"act": "create_offer", "candidate": HANNAH, "starts_on": "soon"}, "must be a date"),
        ({"act": "apply", "job": "OPS-002", "first_name": "A", "last_name": "B"}, "job is not open"),
    ]
    for order, words in orders:
        assert words in refused(client, **order)
    assert client.post("/_sandbox/act", content=b"[").status_code == 422
    assert [vars(row) for row in store.applications.rising()] == before
    assert len(store.candidates) == 12


def test_several_acts_run_until_one_is_refused(client: httpx2.Client, store: Store) -> None:
    acts = [{"act": "advance", "candidate": HANNAH}, {"act": "unhire", "candidate": HANNAH}]
    answer = client.post("/_sandbox/act", json={"acts": acts})
    assert (answer.status_code, answer.json()["done"]) == (422, 1)
    answer = client.post("/_sandbox/act", json={"acts": acts[:1] * 2})
    assert [one["stage"] for one in answer.json()["done"]] == ["Assessment", "Reference Check"]


def test_every_act_is_listed_with_its_members(client: httpx2.Client) -> None:
    listed = client.get("/_sandbox/acts").json()
    assert listed.keys() == COMMANDS.keys()
    assert listed["move"]["members"][-2:] == ["at", "user"]


def test_every_documented_webhook_exists() -> None:
    assert len(EVENTS) == 28
