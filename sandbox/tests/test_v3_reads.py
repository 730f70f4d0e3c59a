"""Harvest v3: contents and filters of lists."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from filters_v3 import DOCUMENTED
from greenhouse_sandbox.acts.background import add_education
from greenhouse_sandbox.acts.offers import schedule_interview
from greenhouse_sandbox.api.v3.listing import Resource
from greenhouse_sandbox.api.v3.routes import RESOURCES
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store


def rows(client: httpx2.Client, path: str, **params: str) -> list[dict[str, Any]]:
    answer = client.get(f"/v3/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def refusal(client: httpx2.Client, path: str) -> object:
    answer = client.get(f"/v3/{path}")
    assert answer.status_code == 422
    return answer.json()


def test_a_job_has_all_members_in_order(v3: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    shown = rows(v3, "jobs", ids=str(job.id))[0]
    assert list(shown) == [
        "id", "name", "requisition_id", "notes", "confidential", "created_at", "updated_at", "is_template",
        "copied_from_id", "opened_at", "closed_at", "status", "office_ids", "department_id", "custom_fields",
    ]  # fmt: skip
    assert (shown["name"], shown["created_at"]) == ("Senior Account Manager", "2026-03-02T09:00:00.125Z")


@pytest.mark.matrix
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.name)
def test_lists_are_complete_and_in_descending_order(
    v3: httpx2.Client, store: Store, resource: Resource
) -> None:
    name = resource.name
    seen: list[int] = []
    url: str | None = f"/v3/{name}?per_page=3"
    while url:
        answer = v3.get(url)
        assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
        seen += [row["id"] for row in answer.json()]
        url = answer.links.get("next", {}).get("url")
    assert seen == [row["id"] for row in rows(v3, name, per_page="500")]
    assert seen == sorted(seen, reverse=True)


def test_rows_created_during_a_crawl_are_not_on_later_pages(v3: httpx2.Client, store: Store) -> None:
    first = v3.get("/v3/candidates?per_page=2")
    known = {row["id"] for row in first.json()}
    v3.post("/v3/candidates", json={"first_name": "New", "last_name": "Person"})
    url: str | None = first.links["next"]["url"]
    while url:
        page = v3.get(url)
        known |= {row["id"] for row in page.json()}
        url = page.links.get("next", {}).get("url")
    assert len(known) == len(store.candidates) - 1


def test_the_last_page_has_an_empty_link_or_none_by_switch(v3: httpx2.Client, store: Store) -> None:
    assert v3.get("/v3/jobs").headers["Link"] == ""
    store.switches["last_page_link"] = "absent"
    assert "Link" not in v3.get("/v3/jobs").headers


def test_a_cursor_allows_no_other_parameters(v3: httpx2.Client) -> None:
    url = v3.get("/v3/jobs?per_page=2&status=open").links["next"]["url"]
    assert v3.get(url).status_code == 200
    answer = v3.get(f"{url}&per_page=2")
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "message": "Unprocessable Content",
            "errors": ["When passing a cursor, do not include other query params."],
        },
    )
    assert v3.get("/v3/jobs?cursor=nonsense").status_code == 422


def test_too_many_rows_or_ids_are_rejected(v3: httpx2.Client) -> None:
    assert refusal(v3, "jobs?per_page=600") == {
        "message": "Unprocessable Content",
        "errors": [{"per_page": "`600` number is greater than: 500"}],
    }
    assert refusal(v3, "jobs?per_page=0") == {
        "message": "Unprocessable Content",
        "errors": [{"per_page": "`0` number is less than: 1"}],
    }
    refusal(v3, "candidates?ids=" + ",".join(str(number) for number in range(51)))
    refusal(v3, "applications?candidate_ids=" + ",".join(str(number) for number in range(51)))
    assert rows(v3, "candidates", ids=",".join(str(number) for number in range(50))) == []


def test_date_filters_take_both_forms_and_need_a_time(v3: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    moment = milliseconds(candidate.updated_at)
    assert moment is not None
    later = milliseconds(candidate.updated_at + timedelta(milliseconds=1))
    both = [row["id"] for row in rows(v3, "candidates", updated_at=f"gte|{moment}|lt|{later}")]
    bracket = [
        row["id"]
        for row in rows(v3, "candidates", **{"updated_at[gte]": moment, "updated_at[lt]": str(later)})
    ]
    assert both == bracket == [candidate.id]
    assert rows(v3, "candidates", updated_at=f"gt|{moment}|lt|{later}") == []
    refusal(v3, "candidates?updated_at=gte|2026-01-01")
    refusal(v3, "candidates?updated_at=2026-01-01T00:00:00Z")


def test_fields_limit_the_members(v3: httpx2.Client) -> None:
    assert {tuple(row) for row in rows(v3, "users", fields="id,name")} == {("id", "name")}
    refusal(v3, "users?fields=" + ",".join(f"f{number}" for number in range(51)))


def test_status_filter_is_active_and_the_value_in_process(v3: httpx2.Client, store: Store) -> None:
    assert {row["status"] for row in rows(v3, "applications", status="active")} == {"in_process"}
    refusal(v3, "applications?status=in_process")
    store.switches["in_process_filter"] = "empty"
    assert rows(v3, "applications", status="in_process") == []


def test_the_two_stage_ids_have_separate_filters(v3: httpx2.Client, store: Store) -> None:
    application = next(one for one in store.applications.rising() if not one.prospect)
    row = store.application_stages[application.stage_id or 0]
    shown = rows(v3, "applications", ids=str(application.id))[0]
    assert (shown["stage_id"], shown["job_interview_stage_id"]) == (row.id, row.job_stage_id)
    assert rows(v3, "applications", stage_ids=str(row.job_stage_id)) == []
    found = rows(v3, "applications", job_interview_stage_ids=str(row.job_stage_id))
    assert application.id in [one["id"] for one in found]
    named = rows(v3, "applications", stage_name="Phone Screen")
    assert {one["stage_name"] for one in named} == {"Phone Screen"}
    store.switches["new_application_members"] = False
    assert "job_interview_stage_id" not in rows(v3, "applications", ids=str(application.id))[0]


def test_application_stages_include_future_stages_unless_switched_off(
    v3: httpx2.Client, store: Store
) -> None:
    application = next(one for one in store.applications.rising() if not one.prospect)
    shown = rows(v3, "application_stages", application_ids=str(application.id))
    assert [row["current"] for row in shown] == [False, False, False, False, True]
    assert [row["entered_at"] is None for row in shown] == [True, True, True, True, False]
    assert len(rows(v3, "application_stages", application_ids=str(application.id), current="true")) == 1
    store.switches["stage_scaffolding"] = False
    assert len(rows(v3, "application_stages", application_ids=str(application.id))) == 1


def test_hidden_rows_can_be_requested(v3: httpx2.Client, store: Store) -> None:
    assert len(rows(v3, "rejection_reasons")) == 5
    assert len(rows(v3, "rejection_reasons", include_defaults="true")) == 7
    assert {row["primary_email"] for row in rows(v3, "users")} >= {"maya.okafor@acornoak.example"}
    assert "" not in {row["primary_email"] for row in rows(v3, "users")}
    assert "" in {row["primary_email"] for row in rows(v3, "users", show_service_accounts="true")}
    assert [row["name"] for row in rows(v3, "users", deactivated="true")] == ["Dana Kessler"]
    post = next(store.job_posts.rising())
    post.active = False
    assert post.id not in [row["id"] for row in rows(v3, "job_posts")]
    assert [row["id"] for row in rows(v3, "job_posts", active="false")] == [post.id]


def test_candidates_are_filtered_by_email_tag_and_privacy(v3: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    assert [row["id"] for row in rows(v3, "candidates", email="CANDIDATE1@people.example")] == [candidate.id]
    assert {tuple(row["tags"]) for row in rows(v3, "candidates", tag="Imported")} == {("Imported",)}
    candidate.private = True
    everyone = len(store.candidates)
    assert len(rows(v3, "candidates", private="true")) == everyone
    assert len(rows(v3, "candidates", private="false")) == everyone - 1
    store.switches["private_filter_true"] = "only"
    assert [row["id"] for row in rows(v3, "candidates", private="true")] == [candidate.id]


def test_unknown_parameters_are_ignored_or_refused_by_switch(v3: httpx2.Client, store: Store) -> None:
    assert len(rows(v3, "jobs", colour="blue")) == len(store.jobs)
    store.switches["unknown_params"] = 422
    refusal(v3, "jobs?colour=blue")


VALUES = {
    "type": {
        "job_owners": "recruiter",
        "job_post_locations": "office",
        "notes": "NOTE",
        "attachments": "resume",
    },
    "status": {
        "applications": "hired",
        "approvers": "due",
        "interviews": "complete",
        "jobs": "open",
        "offers": "Created",
        "scorecards": "draft",
    },
    "visibility": {"notes": "privately_visible", "job_notes": "privately_visible"},
    "field_type": {"custom_fields": "job"},
}
DAYS = ("sent_on", "starts_on", "all_day_start_on", "all_day_end_on")
WORDS = {
    *("email", "tag", "stage_name", "name", "token", "plain_text_location", "primary_email", "value"),
    *("requisition_id", "opening_id", "external_id", "name_key", "custom_field_key", "bulk_action_uuid"),
}


def value_of(name: str, resource: str) -> str:
    """A valid value for the filter."""
    if name in VALUES:
        return VALUES[name][resource]
    if name in DAYS:
        return "gte|2026-01-01"
    if name.endswith("_at"):
        return "gte|2026-01-01T00:00:00Z"
    if name in WORDS or name.startswith("external_") or name.endswith("_type"):
        return "x"
    return "1" if name.endswith(("_ids", "_id")) else "true"


@pytest.mark.matrix
@pytest.mark.parametrize("resource", DOCUMENTED)
def test_every_documented_filter_is_accepted(v3: httpx2.Client, store: Store, resource: str) -> None:
    store.switches["unknown_params"] = 422
    for name in DOCUMENTED[resource].split():
        answer = v3.get(f"/v3/{resource}", params={name: value_of(name, resource)})
        assert (answer.status_code, name) == (200, name), answer.text


def test_educations_are_filtered_by_dates_and_latest(v3: httpx2.Client, store: Store) -> None:
    person = next(store.candidates.rising())
    about: dict[str, Any] = {
        "school_id": None,
        "degree_id": None,
        "discipline_id": None,
        "now": store.clock.now(),
    }
    early = add_education(store, person, start_date="2010-09-01", end_date="2013-06-30", **about)
    late = add_education(store, person, start_date="2014-09-01", end_date=None, **about)
    hers = {"candidate_ids": str(person.id)}
    for asked, found in (
        ({"start_at": "gte|2014-01-01T00:00:00Z"}, late),
        ({"end_at": "lt|2014-01-01T00:00:00Z"}, early),
        ({"latest": "true"}, late),
        ({"latest": "false"}, early),
    ):
        assert [row["id"] for row in rows(v3, "candidate_educations", **hers, **asked)] == [found.id], asked


def test_interviews_by_job_and_status_and_pools_by_department(v3: httpx2.Client, store: Store) -> None:
    application = next(
        one for one in store.applications.rising() if one.status == "in_process" and one.job_id
    )
    booked = schedule_interview(store, application, actor_id=None, now=store.clock.now())
    for name, text, found in (
        ("job_ids", str(application.job_id), [booked.id]),
        ("job_ids", "1", []),
        ("status", "scheduled", [booked.id]),
        ("status", "complete", []),
        ("external_event_id", "x", []),
        ("ends_at", "gte|2000-01-01T00:00:00Z", [booked.id]),
    ):
        assert [row["id"] for row in rows(v3, "interviews", **{name: text})] == found, (name, text)
    refusal(v3, "interviews?status=lost")
    pool = next(store.prospect_pools.rising())
    pool.department_ids = [77]
    assert [row["id"] for row in rows(v3, "prospect_pools", department_ids="77")] == [pool.id]


def test_a_deleted_candidate_is_gone_everywhere(
    v3: httpx2.Client, client: httpx2.Client, store: Store
) -> None:
    candidate = next(store.candidates.rising())
    client.post(f"/people/{candidate.id}/delete")
    for path in ("candidates?ids", "applications?candidate_ids", "notes?candidate_ids"):
        assert v3.get(f"/v3/{path}={candidate.id}").json() == []


def test_a_hired_application_loses_its_stage_only_by_switch(v3: httpx2.Client, store: Store) -> None:
    hired = next(application for application in store.applications.rising() if application.status == "hired")
    kept = rows(v3, "applications", ids=str(hired.id))[0]
    assert (kept["stage_id"], kept["stage_name"]) == (hired.stage_id, "Offer")
    store.switches["hired_stage"] = "null"
    ended = rows(v3, "applications", ids=str(hired.id))[0]
    assert (ended["stage_id"], ended["stage_name"], ended["job_interview_stage_id"]) == (None, None, None)


def test_two_date_filters_are_refused_only_by_switch(v3: httpx2.Client, store: Store) -> None:
    moment = "gte|2020-01-01T00:00:00Z"
    assert len(rows(v3, "jobs", created_at=moment, updated_at=moment)) == len(store.jobs)
    store.switches["both_date_filters"] = 422
    refusal(v3, f"jobs?created_at={moment}&updated_at={moment}")


def test_private_candidates_can_be_hidden(v3: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    candidate.private = True
    store.switches["private_candidates"] = "hidden"
    assert candidate.id not in [row["id"] for row in rows(v3, "candidates")]
