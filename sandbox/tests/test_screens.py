"""The main story on the screens, without JavaScript."""

import httpx2
import pytest

from forms import Page, Visitor
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.permissions import V1_CATEGORIES, V3_CATEGORIES
from greenhouse_sandbox.store import Store
from helpers import Receiver

ARTICLE = [
    "Applications",
    "Candidates",
    "Activity Feed",
    "Jobs",
    "Job Posts",
    "Job Stages",
    "Rejection Reasons",
]
HOOKS = {
    "Goodword Candidate Stage Change": "Candidate has changed stage",
    "Goodword Candidate Hired": "Candidate has been hired",
    "Goodword Candidate Rejected": "Candidate or Prospect has been rejected",
    "Goodword Candidate Has Submitted Application": "Candidate has submitted application",
}


def create_hook(visitor: Visitor, name: str, when: str) -> Page:
    page = visitor.open("/configure").follow("Dev Center")
    page = page.follow("Web Hooks").follow("Create New Web Hook")
    page.fill("Name", name).fill("When", when)
    page.fill("Endpoint URL", "https://goodword.example/hook").fill("Secret key", "s3cret")
    return page.press("Create Webhook")


def apply(visitor: Visitor, first: str, last: str, email: str) -> Page:
    page = visitor.open("/").follow("Data Engineer").follow("Submit application")
    return (
        page.fill("First name", first)
        .fill("Last name", last)
        .fill("E-mail", email)
        .press("Submit application")
    )


def test_a_harvest_key_works_with_the_seven_permissions(visitor: Visitor, client: httpx2.Client) -> None:
    page = visitor.open("/configure/dev_center/credentials").follow("Create New Credential")
    page.fill("API Type", "Harvest").fill("Partner (optional)", "Goodword")
    page = page.fill("Description (optional)", "Goodword Harvest API key").press("Create")
    key = page.values["api_key"]
    page = page.follow("Manage Permissions")
    assert client.get("/v1/jobs", auth=(key, "")).status_code == 401
    for category in ARTICLE:
        page.tick(f"Select all of {category}")
    page = page.press("Save")
    ticked = sum(len(V1_CATEGORIES[category]) for category in ARTICLE)
    assert f"Saved: {ticked} permissions for Goodword Harvest API key." in page.text
    assert client.get("/v1/jobs", auth=(key, "")).status_code == 200
    assert client.get("/v1/users", auth=(key, "")).status_code == 401
    assert key not in page.text
    page = (
        page.follow("Manage Permissions of Goodword Harvest API key")
        .tick("GET: List Jobs", False)
        .press("Save")
    )
    assert client.get("/v1/jobs", auth=(key, "")).status_code == 401
    page.press("Revoke Goodword Harvest API key")
    assert client.get("/v1/job_posts", auth=(key, "")).status_code == 401


def test_a_v3_credential_gets_tokens_with_its_scopes(visitor: Visitor, client: httpx2.Client) -> None:
    page = visitor.open("/configure/dev_center/credentials/new").fill("API Type", "Harvest V3 (OAuth)")
    page = page.fill("Description (optional)", "Goodword V3").press("Create")
    pair = (page.values["client_id"], page.values["client_secret"])
    page = page.follow("Manage Permissions")
    for category in V3_CATEGORIES:
        page.tick(f"Select all of {category}")
    page.press("Save")
    token = client.post("/token", auth=pair, data={"grant_type": "client_credentials"}).json()["access_token"]
    assert client.get("/v3/users", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_four_webhooks_of_the_article_are_pinged_and_enabled(
    visitor: Visitor, receiver: Receiver
) -> None:
    for name, when in HOOKS.items():
        page = create_hook(visitor, name, when)
        assert f"{name} is saved and enabled: the ping was answered with 200." in page.text
    pings = [httpx2.Response(200, content=request.content).json() for request in receiver.requests]
    assert [ping["action"] for ping in pings] == ["ping"] * 4
    assert [(ping["payload"]["name"], ping["payload"]["event"]) for ping in pings] == list(HOOKS.items())


def test_a_webhook_with_a_failed_ping_stays_disabled(
    visitor: Visitor, receiver: Receiver, store: Store
) -> None:
    receiver.status = 204
    page = create_hook(visitor, "Hook", "Candidate has been hired")
    assert "Hook is saved but disabled: the ping failed. The endpoint answered 204, not 200." in page.text
    page = page.press("Enable Hook")
    assert [hook.active for hook in store.webhooks.rising()] == [False]
    receiver.status = 200
    page = page.press("Enable Hook")
    assert [hook.active for hook in store.webhooks.rising()] == [True]
    page = page.press("Disable Hook")
    assert [hook.active for hook in store.webhooks.rising()] == [False]
    page = page.follow("Edit Hook").fill("Secret key", "another").press("Update Webhook")
    assert [(hook.active, hook.secret_key) for hook in store.webhooks.rising()] == [(True, "another")]
    page.follow("Edit Hook").press("Delete Webhook")
    assert len(store.webhooks) == 0


@pytest.mark.slow
def test_a_candidate_applies_moves_and_is_hired_with_a_delivery_each(
    visitor: Visitor, receiver: Receiver, app: Sandbox
) -> None:
    for name, when in HOOKS.items():
        create_hook(visitor, name, when)
    del receiver.requests[:]
    page = apply(visitor, "Ana", "Sørensen", "ana@people.example")
    assert "Ana Sørensen has applied." in page.text
    page = page.fill("Move stage", "Assessment").press("Move stage")
    assert "Moved to Assessment." in page.text
    page = page.fill("Note", "See https://example.com/cv").press("Add note")
    assert ("https://example.com/cv", "https://example.com/cv") in page.links
    assert "Moved from Application Review to Assessment" in page.text
    page = page.press("Hire")
    assert "Hired." in page.text
    assert app.deliverer.wait_until_idle(5)
    sent = sorted(
        httpx2.Response(200, content=request.content).json()["action"] for request in receiver.requests
    )
    assert sent == ["candidate_stage_change", "hire_candidate", "new_candidate_application"]
    page.press("Unhire")
    board = visitor.open("/").follow("Data Engineer")
    assert "Ana Sørensen" in board.text


def test_a_candidate_and_a_prospect_are_rejected(visitor: Visitor, receiver: Receiver, app: Sandbox) -> None:
    create_hook(visitor, "Rejected", "Candidate or Prospect has been rejected")
    del receiver.requests[:]
    page = apply(visitor, "Bo", "Lund", "bo@people.example")
    page = page.fill("Rejection reason", "Withdrew").press("Reject")
    assert "Withdrew" in page.text
    page = visitor.open("/candidates").follow("Add prospect")
    page.fill("First name", "Cy").fill("Last name", "Moss").fill("E-mail", "cy@people.example")
    page = page.tick("Data Engineer (ENG-310)").press("Add prospect")
    page = page.fill("Rejection reason", "None").press("Reject")
    assert app.deliverer.wait_until_idle(5)
    bodies = [
        httpx2.Response(200, content=request.content).json()["payload"]["application"]
        for request in receiver.requests
    ]
    told = {
        (body["prospect"], (body["rejection_reason"] or {}).get("name"), body["status"]) for body in bodies
    }
    assert told == {(False, "Withdrew", "rejected"), (True, None, "rejected")}
    page = page.press("Unreject")
    assert "Unrejected." in page.text


def test_a_form_with_errors_keeps_its_input(visitor: Visitor, store: Store) -> None:
    before = len(store.candidates)
    page = visitor.open(f"/jobs/{next(store.jobs.rising()).id}/applications/new")
    page = page.fill("First name", "Ana").fill("E-mail", "nonsense").press("Submit application")
    assert page.status == 422
    assert "Enter a last name." in page.text
    assert "Enter an e-mail address, such as name@example.com." in page.text
    assert (page.values["first_name"], page.values["email"]) == ("Ana", "nonsense")
    hook = (
        visitor.open("/configure/dev_center/web_hooks/new")
        .fill("Endpoint URL", "goodword")
        .press("Create Webhook")
    )
    assert hook.status == 422
    assert "Enter a whole address that begins with https://" in hook.text
    assert (len(store.candidates), len(store.webhooks)) == (before, 0)


def test_the_same_email_applies_again_as_the_same_candidate(visitor: Visitor, store: Store) -> None:
    apply(visitor, "Ana", "Sørensen", "ana@people.example")
    apply(visitor, "Ana", "Sørensen", "ANA@people.example")
    ana = [candidate for candidate in store.candidates.rising() if candidate.first_name == "Ana"]
    assert [len(store.applications.by("candidate_id", candidate.id)) for candidate in ana] == [2]


def test_candidates_are_edited_merged_anonymised_and_deleted(
    visitor: Visitor, receiver: Receiver, app: Sandbox, store: Store
) -> None:
    for when in ("updated", "merged", "anonymized", "deleted"):
        kind = "Candidate has been merged" if when == "merged" else f"Candidate or Prospect has been {when}"
        create_hook(visitor, when, kind)
    del receiver.requests[:]
    one, two, three = [candidate.id for candidate in store.candidates.rising()][:3]
    page = visitor.open(f"/people/{one}?tab=details").fill("First name", "Hanne").press("Save details")
    assert "The details were saved." in page.text
    name = store.candidates[two].name
    page = page.fill("Into", f"{name} ({two})").press("Merge candidate")
    assert len(store.applications.by("candidate_id", two)) == 2
    visitor.open(f"/people/{two}?tab=details").press("Anonymize")
    visitor.open(f"/people/{three}?tab=details").press("Delete candidate")
    assert app.deliverer.wait_until_idle(5)
    told = {
        body["action"]: body["payload"]
        for body in (httpx2.Response(200, content=request.content).json() for request in receiver.requests)
    }
    assert told["update_candidate"]["candidate"]["first_name"] == "Hanne"
    assert (
        told["merge_candidate"]["person"]["id"],
        told["merge_candidate"]["person"]["new_candidate_id"],
    ) == (one, two)
    assert told["candidate_anonymized"]["candidate_id"] == two
    assert told["delete_candidate"]["person"]["id"] == three
    assert len(told["delete_candidate"]["person"]["deleted_application_ids"]) == 1
    assert visitor.open(f"/people/{three}").status == 404


def test_a_move_to_the_same_stage_changes_nothing(visitor: Visitor, store: Store) -> None:
    candidate = next(store.candidates.rising())
    page = (
        visitor.open(f"/people/{candidate.id}")
        .fill("Move stage", "Application Review (now)")
        .press("Move stage")
    )
    assert "Nothing was changed" in page.text


def test_only_active_users_can_be_acted_as(visitor: Visitor, store: Store) -> None:
    page = visitor.open("/users").fill("Acting as", "Jonas Lindqvist").press("Switch")
    assert "You now act as Jonas Lindqvist." in page.text
    gone = [user.id for user in store.users.rising()][-1]
    visitor.send("post", "http://sandbox.example/acting", {"user_id": [str(gone)]})
    assert store.users[store.acting_user_id].name == "Jonas Lindqvist"


def test_users_become_site_admins_and_are_deactivated(visitor: Visitor, store: Store) -> None:
    page = visitor.open("/users")
    second = list(store.users.rising())[1]
    visitor.send(
        "post", f"http://sandbox.example/users/{second.id}", {"site_admin": ["yes"], "deactivated": ["yes"]}
    )
    assert (second.site_admin, second.deactivated) == (True, True)
    visitor.send("post", f"http://sandbox.example/users/{store.acting_user_id}", {"deactivated": ["yes"]})
    assert store.users[store.acting_user_id].deactivated is False
    assert page.status == 200


@pytest.mark.parametrize("path", ["/", "/candidates", "/users", "/configure", "/sandbox", "/nonsense"])
def test_every_page_is_marked_as_sandbox(visitor: Visitor, path: str) -> None:
    assert visitor.open(path).text.count("Sandbox, not Greenhouse") == 2


def test_screens_refuse_remote_hosts_and_other_origins(app: Sandbox, client: httpx2.Client) -> None:
    far = httpx2.WSGITransport(app=app, remote_addr="192.0.2.1")
    with httpx2.Client(transport=far, base_url="http://sandbox.example") as stranger:
        assert stranger.get("/").status_code == 403
        assert stranger.get("/_sandbox/clock").status_code == 403
        assert stranger.get("/v3/jobs").status_code == 401
    crossed = client.post("/_sandbox/reset", json={}, headers={"Origin": "https://elsewhere.example"})
    assert crossed.status_code == 403


def test_screens_refuse_visitors_through_a_tunnel_and_names_of_other_sites(
    app: Sandbox, client: httpx2.Client
) -> None:
    """A tunnel or proxy on this machine names its visitor; a site's name may lead to this machine."""
    tunnelled = {"X-Forwarded-For": "192.0.2.1"}
    rebound = {"Host": "elsewhere.example:8100", "Origin": "http://elsewhere.example:8100"}
    for headers in (tunnelled, {"Forwarded": "for=192.0.2.1"}, rebound):
        assert client.get("/", headers=headers).status_code == 403
        assert client.post("/_sandbox/reset", json={}, headers=headers).status_code == 403
        assert client.get("/v3/jobs", headers=headers).status_code == 401
    for name in ("localhost:8100", "127.0.0.1:8100", "[::1]:8100", "greenhouse.localhost"):
        assert client.get("/", headers={"Host": name}).status_code == 200
    app.names = frozenset({"elsewhere.example"})
    assert client.get("/", headers=rebound).status_code == 200
    app.names, app.open_control = frozenset(), True
    assert client.get("/", headers=tunnelled).status_code == 200
