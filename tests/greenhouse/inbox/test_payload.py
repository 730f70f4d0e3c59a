"""All kinds of body that Greenhouse sends."""

import json
from pathlib import Path

import pytest

from goodword.greenhouse.inbox.effects import webhook_action
from goodword.greenhouse.inbox.payload import FOLLOWED, LABELS, read_payload
from goodword.greenhouse.models import Delivery, Webhook
from goodword.greenhouse.sync.fetching import WebhookUser
from goodword.workflow.models import StepRequest
from tests.greenhouse.world import ASSESSMENT, World
from tests.support.jobs import event_names, run_jobs

BODIES = Path(__file__).parent.parent / "payloads"

OF_NO_ROLE = "Job 4040700001 isn't linked to a role."
NOBODY = "Not one of our candidates: no effect."

NO_ROLE_OF_THE_JOB = "Job 4040700001 isn't linked to a role: no effect."

EXPECTED = {
    "application_updated": OF_NO_ROLE,
    "candidate_anonymized": NOBODY,
    "candidate_stage_change": OF_NO_ROLE,
    "delete_application": OF_NO_ROLE,
    "delete_candidate": NOBODY,
    "department_deleted": "“department_deleted” has no effect here.",
    "hire_candidate": OF_NO_ROLE,
    "interview_deleted": "“interview_deleted” has no effect here.",
    "job_approved": "“job_approved” has no effect here.",
    "job_created": NO_ROLE_OF_THE_JOB,
    "job_deleted": NO_ROLE_OF_THE_JOB,
    "job_interview_stage_deleted": NO_ROLE_OF_THE_JOB,
    "job_post_created": NO_ROLE_OF_THE_JOB,
    "job_post_deleted": NO_ROLE_OF_THE_JOB,
    "job_post_updated": NO_ROLE_OF_THE_JOB,
    "job_updated": NO_ROLE_OF_THE_JOB,
    "merge_candidate": NOBODY,
    "new_candidate_application": OF_NO_ROLE,
    "offer_approved": "“offer_approved” has no effect here.",
    "offer_created": "“offer_created” has no effect here.",
    "offer_deleted": "“offer_deleted” has no effect here.",
    "offer_updated": "“offer_updated” has no effect here.",
    "office_deleted": "“office_deleted” has no effect here.",
    "ping": "The webhook for “Candidate has been hired” is in place.",
    "prospect_of_two_jobs": "Jobs 4040700001, 4040700002 aren't linked to a role.",
    "reject_candidate": OF_NO_ROLE,
    "reject_prospect": "It has no job.",
    "scorecard_deleted": "“scorecard_deleted” has no effect here.",
    "unhire_candidate": OF_NO_ROLE,
    "unreject_candidate": OF_NO_ROLE,
    "update_candidate": NOBODY,
}

APPLICATION, PERSON = 6200700001, 5100700001
#: the application and candidate that each is filed under, where they differ from these
FILED = {
    **dict.fromkeys(["candidate_anonymized", "delete_candidate", "merge_candidate"], (None, PERSON)),
    **dict.fromkeys(["update_candidate", "scorecard_deleted"], (None, PERSON)),
    **dict.fromkeys(
        ["offer_approved", "offer_created", "offer_deleted", "offer_updated"], (APPLICATION, None)
    ),
    **dict.fromkeys(["department_deleted", "office_deleted", "interview_deleted", "ping"], (None, None)),
    **dict.fromkeys([name for name in EXPECTED if name.startswith("job_")], (None, None)),
}


def test_every_sample_body_has_an_expectation() -> None:
    assert sorted(path.stem for path in BODIES.glob("*.json")) == sorted(EXPECTED)


@pytest.mark.matrix
@pytest.mark.parametrize("name", EXPECTED)
def test_every_sample_body_is_understood(world: World, name: str) -> None:
    assert world.post((BODIES / f"{name}.json").read_bytes(), name) == 200
    world.work()
    assert world.inbox() == [("handled", EXPECTED[name])]
    assert world.line.calls == []
    assert event_names() == []


@pytest.mark.matrix
@pytest.mark.parametrize("name", EXPECTED)
def test_a_body_is_stored_with_the_ids_it_is_about(world: World, name: str) -> None:
    assert world.post((BODIES / f"{name}.json").read_bytes(), name) == 200
    row = Delivery.objects.of(world.organisation).get()
    assert (row.remote_application_id, row.remote_candidate_id) == (FILED.get(name) or filed_in_full(name))


def filed_in_full(name: str) -> tuple[int, int]:
    application = json.loads((BODIES / f"{name}.json").read_text())["payload"]["application"]
    return application["id"], application.get("candidate_id") or application["candidate"]["id"]


def test_there_is_a_sample_for_every_labelled_action() -> None:
    sent = {json.loads(path.read_text())["action"] for path in BODIES.glob("*.json")}
    assert sent == set(LABELS)
    assert sent >= FOLLOWED


def test_the_hint_contains_what_harvest_may_lack() -> None:
    delivery = read_payload((BODIES / "reject_candidate.json").read_bytes())
    assert (delivery.application_id, delivery.job_ids) == (6200700001, (4040700001,))
    assert (delivery.hint.stage_id, delivery.hint.reason) == (4060700002, "Withdrew")
    assert delivery.hint.users == (
        WebhookUser(id=4010000777, name="Rec Ruiter", email="rec@acornoak.example"),
    )


@pytest.mark.parametrize(
    ("jobs", "ids"),
    [
        ([{"id": 7}, {"id": 8}, {"id": 7}], (7, 8)),
        ([{"id": "6409476002"}], (6409476002,)),
        ([], ()),
        (None, None),
        ({"0": {"id": 7}}, None),
        ([{"id": None}], None),
    ],
)
def test_only_an_empty_list_of_jobs_means_no_job(jobs: object, ids: tuple[int, ...] | None) -> None:
    application = {"id": "6200700001", "jobs": jobs, "candidate": {"id": "5100700001"}}
    body = json.dumps({"action": "candidate_stage_change", "payload": {"application": application}}).encode()
    payload = read_payload(body)
    assert (payload.application_id, payload.candidate_id) == (6200700001, 5100700001)
    assert payload.job_ids == ids


@pytest.mark.world
def test_a_candidate_is_invited_although_the_delivery_names_no_jobs(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    for body, event_id in world.outgoing():
        content = json.loads(body)
        content["payload"]["application"]["jobs"] = None
        assert world.post(json.dumps(content).encode(), event_id) == 200
    world.work()
    run_jobs()
    assert StepRequest.objects.of(world.organisation).get().application == world.ours(remote)


def test_a_job_named_twice_in_a_hire_counts_once() -> None:
    assert read_payload((BODIES / "hire_candidate.json").read_bytes()).job_ids == (4040700001,)


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("Candidate has changed stage", "candidate_stage_change"),
        ("Candidate has been hired", "hire_candidate"),
        ("Candidate or Prospect has been rejected", "reject_candidate"),
        ("Candidate has submitted application", "new_candidate_application"),
        ("Candidate or Prospect has been unrejected", "unreject_candidate"),
        ("Candidate has been unhired", "unhire_candidate"),
        ("Candidate has been merged", "merge_candidate"),
        ("Candidate or Prospect has been deleted", "delete_candidate"),
        ("Candidate or Prospect has been anonymized", "candidate_anonymized"),
        ("candidate  has been anonymised", "candidate_anonymized"),
        ("Application has been deleted", ""),
        ("Job has been deleted", ""),
        ("", ""),
    ],
)
def test_a_ping_is_matched_by_its_event(event: str, action: str) -> None:
    assert webhook_action(event) == action


def test_a_ping_records_its_webhook_and_a_second_one_renews_it(world: World) -> None:
    body = (BODIES / "ping.json").read_bytes()
    for event_id in ("ping-1", "ping-2"):
        world.post(body, event_id)
        world.work()
    webhook = Webhook.objects.of(world.organisation).get()
    assert (webhook.action, webhook.event, webhook.name, webhook.remote_id) == (
        "hire_candidate",
        "Candidate has been hired",
        "Goodword Hired",
        4600700001,
    )


def test_a_ping_for_an_unfollowed_event_is_unknown(world: World) -> None:
    world.post((BODIES / "ping.json").read_bytes().replace(b"Candidate has been hired", b"Offer approved"))
    world.work()
    assert Webhook.objects.of(world.organisation).get().action == ""
    assert world.inbox() == [("handled", "An unknown webhook: “Offer approved” has no effect here.")]


def test_a_ping_without_an_event_has_no_effect(world: World) -> None:
    world.post(b'{"action": "ping", "payload": {}}')
    world.work()
    assert world.inbox() == [("handled", "The ping names no event: it has no effect here.")]
