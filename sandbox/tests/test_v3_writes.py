"""Harvest v3: notes, new candidates, and changes to applications."""

import httpx2
import pytest

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from helpers import V3Maker


@pytest.fixture
def application(store: Store) -> Application:
    """An active application at the first stage of its job."""
    return next(one for one in store.applications.rising() if one.status == "in_process" and one.job_id)


def shown(client: httpx2.Client, application: Application) -> dict[str, object]:
    row: dict[str, object] = client.get(f"/v3/applications?ids={application.id}").json()[0]
    return row


def test_note_visibility_has_other_names_when_read(
    v3: httpx2.Client, application: Application, store: Store
) -> None:
    body = {
        "candidate_id": application.candidate_id,
        "application_id": application.id,
        "body": "Report ready\nhttps://goodword.example/r/1 <b>",
        "note_type": "NOTE",
        "visibility": "private",
        "user_id": store.acting_user_id,
    }
    answer = v3.post("/v3/notes", json=body)
    assert answer.status_code == 201
    note = answer.json()
    assert (note["type"], note["visibility"], note["body"], note["user_id"]) == (
        "NOTE",
        "privately_visible",
        body["body"],
        store.acting_user_id,
    )
    query = f"/v3/notes?candidate_ids={application.candidate_id}&type=NOTE&visibility=privately_visible"
    assert v3.get(query).json() == [note]


def test_the_default_author_of_a_note_is_the_token_user(
    v3_client: V3Maker, application: Application, store: Store
) -> None:
    recruiter = [user.id for user in store.users.rising()][1]
    body = {
        "candidate_id": application.candidate_id,
        "body": "x",
        "note_type": "NOTE",
        "visibility": "public",
    }
    assert v3_client(sub=recruiter).post("/v3/notes", json=body).json()["user_id"] == recruiter


def test_an_invalid_note_names_the_member(v3: httpx2.Client, application: Application, store: Store) -> None:
    good = {
        "candidate_id": application.candidate_id,
        "body": "x",
        "note_type": "NOTE",
        "visibility": "public",
    }
    other = next(one for one in store.applications.rising() if one.candidate_id != application.candidate_id)
    wrong: list[tuple[str, object]] = [
        ("candidate_id", None),
        ("body", " "),
        ("note_type", None),
        ("note_type", "INTERVIEW"),
        ("visibility", None),
        ("visibility", "privately_visible"),
        ("application_id", other.id),
        ("user_id", 1),
        ("email_to", ["a@example.com"]),
    ]
    for member, value in wrong:
        answer = v3.post("/v3/notes", json={**good, member: value})
        assert answer.status_code == 422
        assert [list(error) for error in answer.json()["errors"]] == [[member]]
    assert v3.post("/v3/notes", content="x=1").status_code == 422
    assert v3.post("/v3/notes", json={**good, "candidate_id": 1}).status_code == 404
    store.switches["note_unknown_candidate"] = 422
    assert v3.post("/v3/notes", json={**good, "candidate_id": 1}).status_code == 422


def test_an_email_note_keeps_its_addresses(v3: httpx2.Client, application: Application) -> None:
    body = {
        "candidate_id": application.candidate_id,
        "body": "x",
        "note_type": "EMAIL",
        "visibility": "public",
        "subject": "Hello",
        "email_from": ["a@example.com"],
        "email_to": ["b@example.com", "c@example.com"],
        "email_cc": [],
    }
    note = v3.post("/v3/notes", json=body).json()
    assert (note["email_from"], note["email_to"], note["email_cc"]) == (
        "a@example.com",
        "b@example.com, c@example.com",
        [],
    )


def test_an_application_is_moved_by_either_stage_id(
    v3: httpx2.Client, application: Application, store: Store
) -> None:
    first = shown(v3, application)
    url = f"/v3/applications/{application.id}/move"
    answer = v3.post(url, json={"from_stage_id": first["stage_id"]})
    assert (answer.status_code, answer.content) == (204, b"")
    second = shown(v3, application)
    assert second["stage_name"] == "Phone Screen"
    assert v3.post(url, json={"from_stage_id": first["stage_id"]}).status_code == 422
    stages = v3.get(f"/v3/job_interview_stages?job_ids={application.job_id}").json()
    target = next(stage for stage in stages if stage["name"] == "Reference Check")
    body = {"from_stage_id": second["job_interview_stage_id"], "to_stage_id": target["id"]}
    assert v3.post(url, json=body).status_code == 204
    assert shown(v3, application)["stage_name"] == "Reference Check"
    past = v3.get(f"/v3/application_stages?application_ids={application.id}&current=false").json()
    assert sum(row["exited_at"] is not None for row in past) == 2


def test_an_application_is_moved_to_another_job(
    v3: httpx2.Client, application: Application, store: Store
) -> None:
    other = next(job for job in store.jobs.rising() if job.name == "Data Engineer")
    body = {"from_stage_id": application.stage_id, "to_job_id": other.id}
    assert v3.post(f"/v3/applications/{application.id}/move", json=body).status_code == 204
    row = shown(v3, application)
    assert (row["job_id"], row["stage_name"]) == (other.id, "Application Review")


def test_a_rejection_keeps_the_stage_and_has_details(
    v3: httpx2.Client, application: Application, store: Store
) -> None:
    url = f"/v3/applications/{application.id}"
    assert v3.post(f"{url}/reject", json={}).status_code == 422
    reason = next(store.rejection_reasons.rising())
    answer = v3.post(f"{url}/reject", json={"rejection_reason_id": reason.id, "notes": "Sorry"})
    assert answer.status_code == 204
    row = shown(v3, application)
    assert (row["status"], row["rejection_reason_id"], row["stage_name"]) == (
        "rejected",
        reason.id,
        "Application Review",
    )
    details = v3.get(f"/v3/rejection_details?application_ids={application.id}").json()
    assert [detail["rejection_reason_id"] for detail in details] == [reason.id]
    assert v3.post(f"{url}/reject", json={"rejection_reason_id": reason.id}).status_code == 422
    assert v3.post(f"{url}/unreject").status_code == 204
    assert shown(v3, application)["status"] == "in_process"
    assert v3.get(f"/v3/rejection_details?application_ids={application.id}").json() == []


def test_a_hire_works_once_and_not_for_prospects(
    v3: httpx2.Client, application: Application, store: Store
) -> None:
    url = f"/v3/applications/{application.id}/hire"
    assert [v3.post(url).status_code for _ in range(2)] == [204, 422]
    prospect = next(one for one in store.applications.rising() if one.prospect)
    assert v3.post(f"/v3/applications/{prospect.id}/hire").status_code == 422
    assert v3.post("/v3/applications/1/hire").status_code == 404


def test_candidates_and_applications_are_created(v3: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    body = {
        "first_name": "Wren",
        "last_name": "Ode",
        "email_addresses": [{"value": "wren@example.com", "type": "work"}],
        "application": {"job_id": job.id},
    }
    made = v3.post("/v3/candidates", json=body)
    assert made.status_code == 201
    candidate = made.json()["candidate"]
    assert made.json()["application"]["stage_name"] == "Application Review"
    prospect = v3.post(
        "/v3/applications", json={"candidate_id": candidate["id"], "prospect": True, "job_ids": [job.id]}
    )
    assert (prospect.status_code, prospect.json()["prospective_job_ids"]) == (201, [job.id])
    closed = next(job for job in store.jobs.rising() if job.status == "closed")
    refused = v3.post("/v3/applications", json={"candidate_id": candidate["id"], "job_id": closed.id})
    assert refused.status_code == 422
