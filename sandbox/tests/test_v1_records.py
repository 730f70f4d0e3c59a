"""Harvest v1: candidates, applications, files, openings, offers, custom fields and permissions."""

from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.acts.offers import create_offer
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application


@pytest.fixture
def application(store: Store) -> Application:
    """An active application at the first stage of its job."""
    return next(one for one in store.applications.rising() if one.status == "in_process" and one.job_id)


def wrong_field(answer: httpx2.Response) -> str:
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"] == "Validation error"
    return str(answer.json()["errors"][0]["field"])


def test_a_candidate_is_created_with_applications_schools_and_files(v1: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    school = v1.get("/v1/schools").json()[0]
    body = {
        "first_name": "Wren",
        "last_name": "Ode",
        "is_private": True,
        "email_addresses": [{"value": "wren@x.example", "type": "work"}],
        "tags": ["Walked in"],
        "educations": [{"school_id": school["id"], "start_date": "2015-09-01T00:00:00.000Z"}],
        "employments": [{"company_name": "X", "title": "Y", "start_date": "2019-01-01"}],
        "activity_feed_notes": [{"user_id": store.acting_user_id, "body": "Hi", "visibility": "public"}],
        "recruiter": {"email": "PRIYA.raman@acornoak.example"},
        "applications": [
            {
                "job_id": job.id,
                "referrer": {"type": "outside", "value": "A neighbour"},
                "attachments": [{"filename": "cv.pdf", "type": "resume", "content": "aGk="}],
            }
        ],
    }
    answer = v1.post("/v1/candidates", json=body)
    assert answer.status_code == 201
    shown: dict[str, Any] = answer.json()
    assert v1.get(f"/v1/candidates/{shown['id']}").json().keys() == shown.keys()
    assert (shown["is_private"], shown["tags"]) == (True, ["Walked in"])
    assert [education["school_name"] for education in shown["educations"]] == [school["name"]]
    assert [attachment["filename"] for attachment in shown["applications"][0]["attachments"]] == ["cv.pdf"]
    assert shown["recruiter"]["name"] == "Priya Raman"
    feed = v1.get(f"/v1/candidates/{shown['id']}/activity_feed").json()
    assert [note["body"] for note in feed["notes"]] == ["Hi"]
    assert [one["name"] for one in v1.get(f"/v1/candidates/{shown['id']}/tags").json()] == ["Walked in"]


def test_an_invalid_candidate_is_not_created(v1: httpx2.Client, store: Store) -> None:
    count = len(store.candidates)
    job = next(store.jobs.rising())
    good = {"first_name": "A", "last_name": "B", "applications": [{"job_id": job.id}]}
    for change, field in (
        ({"first_name": ""}, "first_name"),
        ({"applications": []}, "applications"),
        ({"applications": [{"job_id": 1}]}, "job_id"),
        ({"recruiter": {"id": 1}}, "recruiter"),
        ({"email_addresses": [{"value": "x", "type": "home"}]}, "email_addresses"),
    ):
        assert wrong_field(v1.post("/v1/candidates", json={**good, **change})) == field
    nobody = v1.post("/v1/candidates", json=good, headers={"On-Behalf-Of": "1"})
    assert nobody.status_code == 404
    assert len(store.candidates) == count


def test_a_candidate_is_updated_anonymised_and_deleted(v1: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    url = f"/v1/candidates/{candidate.id}"
    changed = v1.patch(url, json={"company": "Acme", "tags": []}).json()
    assert (changed["company"], changed["tags"]) == ("Acme", [])
    anonymous = v1.put(f"{url}/anonymize?fields=full_name,phone_numbers").json()
    assert (anonymous["first_name"], anonymous["phone_numbers"]) == ("Anonymized", [])
    assert v1.delete(url).json() == {"message": f"Person {candidate.id} has been deleted."}
    assert v1.get(url).status_code == 404


def test_a_prospect_is_created_and_converted(v1: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    body = {"first_name": "P", "last_name": "Q", "application": {"job_ids": [job.id]}}
    made = v1.post("/v1/prospects", json=body).json()
    prospect = made["applications"][0]
    assert (prospect["prospect"], prospect["jobs"][0]["id"]) == (True, job.id)
    assert wrong_field(v1.delete(f"/v1/applications/{prospect['id']}")) == "id"
    url = f"/v1/applications/{prospect['id']}/convert_prospect"
    answer = v1.patch(url, json={"job_id": job.id}).json()
    assert (answer["success"], answer["old_application_id"], answer["new_job_id"]) == (
        True,
        prospect["id"],
        job.id,
    )
    assert v1.get(f"/v1/applications/{prospect['id']}").json()["status"] == "converted"


def test_an_application_is_created_updated_and_deleted(v1: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    job = list(store.jobs.rising())[2]
    made = v1.post(f"/v1/candidates/{candidate.id}/applications", json={"job_id": job.id})
    assert (made.status_code, made.json()["jobs"][0]["id"]) == (201, job.id)
    url = f"/v1/applications/{made.json()['id']}"
    user = list(store.users.rising())[1]
    changed = v1.patch(url, json={"referrer": {"type": "id", "value": user.id}}).json()
    assert changed["credited_to"]["id"] == user.id
    assert wrong_field(v1.patch(url, json={"rejection_details": {"custom_fields": []}, "x": 1})) != ""
    file = v1.post(f"{url}/attachments", json={"filename": "a.pdf", "type": "resume", "content": "aGk="})
    assert (file.status_code, sorted(file.json())) == (201, ["content_type", "filename", "type", "url"])
    assert v1.delete(url).json() == {"message": f"Application {made.json()['id']} has been deleted."}


def test_a_rejection_reason_can_change_and_a_hire_has_no_stage(
    v1: httpx2.Client, application: Application, store: Store
) -> None:
    url = f"/v1/applications/{application.id}"
    reason = list(store.rejection_reasons.rising())[2]
    assert wrong_field(v1.patch(f"{url}/reject", json={"rejection_reason_id": reason.id})) == "id"
    v1.post(f"{url}/reject", json={})
    told = v1.patch(f"{url}/reject", json={"rejection_reason_id": reason.id}).json()
    assert told == {
        "id": application.id,
        "message": f"Rejection reason updated to {reason.id} ({reason.name})",
        "success": True,
    }
    v1.post(f"{url}/unreject", json={})
    hired = v1.post(f"{url}/hire", json={"start_date": "2026-12-01"}).json()
    assert (hired["status"], hired["current_stage"]) == ("hired", None)
    back = v1.post(f"{url}/unhire").json()
    assert (back["status"], back["current_stage"]["name"]) == ("active", "Application Review")


def test_offers_are_listed_by_application_and_overall(
    v1: httpx2.Client, application: Application, store: Store
) -> None:
    for day in ("2026-12-01", "2027-01-01"):
        create_offer(store, application, actor_id=None, now=store.clock.now(), starts_on=day)
    shown = v1.get(f"/v1/applications/{application.id}/offers").json()
    assert [(one["version"], one["status"]) for one in shown] == [(1, "deprecated"), (2, "unresolved")]
    assert v1.get(f"/v1/applications/{application.id}/offers/current_offer").json() == shown[1]
    assert v1.get("/v1/offers?status=unresolved").json() == [shown[1]]
    assert v1.get("/v1/offers?starts_before=2026-12-31").json() == [shown[0]]
    assert v1.get(f"/v1/offers/{shown[0]['id']}").json() == shown[0]
    v1.post(f"/v1/applications/{application.id}/hire", json={"start_date": "2027-02-01"})
    current = v1.get(f"/v1/applications/{application.id}/offers/current_offer").json()
    assert (current["status"], current["starts_at"]) == ("accepted", "2027-02-01")


def test_openings_of_a_job_are_added_and_closed(v1: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    url = f"/v1/jobs/{job.id}/openings"
    made = v1.post(url, json={"openings": [{"opening_id": "X-9"}]}).json()["openings"]
    assert [one["opening_id"] for one in made] == ["X-9"]
    reason = v1.get("/v1/close_reasons").json()[0]
    answer = v1.patch(f"{url}/{made[-1]['id']}", json={"status": "closed", "close_reason_id": reason["id"]})
    assert answer.json() == {"success": "true"}
    closed = v1.get(f"{url}?status=closed").json()
    assert [(one["id"], one["close_reason"]) for one in closed] == [(made[-1]["id"], reason)]
    assert [one["id"] for one in v1.get("/v1/jobs?opening_id=X-9").json()] == [job.id]


def test_job_post_and_hiring_team_of_a_job(v1: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    assert v1.get(f"/v1/jobs/{job.id}/job_post").json()["job_id"] == job.id
    team = v1.get(f"/v1/jobs/{job.id}/hiring_team").json()
    embedded = v1.get(f"/v1/jobs/{job.id}").json()["hiring_team"]
    assert {kind: [member["user_id"] for member in members] for kind, members in team.items()} == {
        kind: [member["id"] for member in members] for kind, members in embedded.items()
    }
    assert [recruiter["responsible"] for recruiter in team["recruiters"]] == [
        recruiter["responsible"] for recruiter in embedded["recruiters"]
    ]
    draft = next(one for one in store.jobs.rising() if one.status == "draft")
    assert v1.get(f"/v1/jobs/{draft.id}/job_post").status_code == 404


def test_custom_fields_user_roles_pools_and_permissions(v1: httpx2.Client, store: Store) -> None:
    fields = v1.get("/v1/custom_fields/candidate").json()
    assert {field["field_type"] for field in fields} == {"candidate"}
    languages = next(field for field in fields if field["name_key"] == "languages")
    assert v1.get(f"/v1/custom_field/{languages['id']}").json() == languages
    options = v1.get(f"/v1/custom_field/{languages['id']}/custom_field_options").json()
    assert options == languages["custom_field_options"]
    roles = {one["id"]: one["name"] for one in v1.get("/v1/user_roles").json()}
    recruiter = list(store.users.rising())[1]
    permissions = v1.get(f"/v1/users/{recruiter.id}/permissions/jobs").json()
    assert {roles[permission["user_role_id"]] for permission in permissions} == {"Standard"}
    assert v1.get(f"/v1/users/{recruiter.id}/permissions/future_jobs").json() == []
    assert v1.get("/v1/prospect_pools").json()[0]["prospect_stages"] != []


def test_lower_bounds_are_included(v1: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    moment = candidate.created_at.isoformat()
    assert candidate.id in [
        one["id"] for one in v1.get("/v1/candidates", params={"created_after": moment}).json()
    ]
    assert v1.get("/v1/candidates", params={"created_before": moment}).json() == []


def test_a_get_with_a_body_is_forbidden(v1: httpx2.Client) -> None:
    assert v1.request("GET", "/v1/jobs", json={"page": 1}).status_code == 403
