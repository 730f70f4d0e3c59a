"""Access to the portals: who reaches which page, and what a refusal shows."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.references.models import DoNotContact
from tests.references.story import (
    ANSWERS,
    FACTS,
    MANAGER,
    NOW,
    Story,
    answer,
    candidate_path,
    get,
    named,
    post,
    referee_path,
    sent,
)

pytestmark = pytest.mark.django_db

CANDIDATE: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "", {}),
    ("GET", "1/", {}),
    ("POST", "1/", MANAGER | {"r-name": "Somebody Else"}),
    ("GET", "1/another/", {}),
    ("POST", "1/another/", MANAGER | {"r-email": "new@globex.example"}),
    ("POST", "1/remove/", {}),
    ("POST", "1/validate/", MANAGER),
    ("GET", "1/cannot/", {}),
    ("POST", "1/cannot/", {"c-reason": "x"}),
    ("GET", "1/nudge/", {}),
    ("POST", "language/", {"language": "de"}),
    ("GET", "notice/", {}),
    ("GET", "review/", {}),
    ("POST", "review/", {"seen": "x"}),
    ("GET", "decline/", {}),
    ("POST", "decline/", {"d-reason": "x"}),
]
REFEREE: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "", {}),
    ("POST", "begin/", {}),
    ("GET", "questions/1/", {}),
    ("POST", "questions/1/", ANSWERS[0]),
    ("GET", "review/", {}),
    ("POST", "review/", {}),
    ("GET", "facts/", {}),
    ("POST", "facts/", FACTS),
    ("GET", "no/", {}),
    ("POST", "no/", {"d-why": "not_me", "d-opt_out": "on"}),
    ("POST", "opt-out/", {}),
    ("POST", "language/", {"language": "de"}),
    ("POST", "copy/", {}),
    ("GET", "ask/", {}),
    ("POST", "ask/", {"a-question": "Why?"}),
]
NOTHING_NEEDED = b"There is nothing to do here at the moment"


def ask(method: str, path: str, data: dict[str, Any]) -> Any:
    return get(path) if method == "GET" else post(path, data)


def state_of(story: Story) -> tuple[object, ...]:
    check = story.check
    return (
        check.progress,
        check.closed_at,
        [(request.state, request.why, request.language) for request in story.requests],
        sorted(check.referees.values_list("name", "email", "replaced_at")),
        len(story.references),
        sorted(Email.objects.of(check.organisation).values_list("key", "state")),
        DoNotContact.objects.of(check.organisation).count(),
    )


def answers_of(
    door: str, rows: list[tuple[str, str, dict[str, Any]]]
) -> dict[tuple[str, str], tuple[int, bool]]:
    """Status by method and path, and whether it was the neutral page."""
    found = {}
    for method, path, data in rows:
        page = ask(method, f"{door}{path}", data)
        found[method, path] = (page.status_code, NOTHING_NEEDED in page.content)
    return found


def always(
    status: int, *, neutral: bool, rows: list[tuple[str, str, dict[str, Any]]]
) -> dict[tuple[str, str], tuple[int, bool]]:
    return {(method, path): (status, neutral) for method, path, _ in rows}


def test_unknown_links_open_nothing() -> None:
    token = "x" * 43
    assert answers_of(f"/p/{token}/references/", CANDIDATE) == always(404, neutral=False, rows=CANDIDATE)
    assert answers_of(f"/r/{token}/", REFEREE) == always(404, neutral=False, rows=REFEREE)


@pytest.mark.slow
def test_every_url_of_a_closed_check_shows_the_neutral_page() -> None:
    story = sent()
    candidate, referee = candidate_path(story), referee_path("maria@globex.example")
    story.happens("application.rejected", reason="x")
    before = state_of(story)
    assert answers_of(candidate, CANDIDATE) == always(200, neutral=True, rows=CANDIDATE)
    assert answers_of(referee, REFEREE) == always(200, neutral=True, rows=REFEREE)
    assert state_of(story) == before


@pytest.mark.world
def test_candidate_and_referee_see_the_same_neutral_page() -> None:
    story = sent()
    doors = [candidate_path(story), referee_path("maria@globex.example"), referee_path("paul@globex.example")]
    answer(doors[1])
    story.happens("application.rejected", reason="x")
    # apart from the links to their own data
    pages = {
        re.sub(r'href="[^"]+/data/"', "", get(path).content.decode().partition("<main")[2]) for path in doors
    }
    assert len(pages) == 1
    assert "rejected" not in pages.pop().lower()


@pytest.mark.world
def test_after_completion_all_candidate_pages_lead_to_the_thank_you_page() -> None:
    story = sent()
    path = candidate_path(story)
    for address in ("maria@globex.example", "paul@globex.example"):
        answer(referee_path(address))
    before = state_of(story)
    stays = ("notice/", "language/")  # still readable, in any language
    rest = [row for row in CANDIDATE[1:] if row[1] not in stays]
    assert answers_of(path, rest) == always(302, neutral=False, rows=rest)
    assert state_of(story) == before
    assert b"Thank you, you're done" in get(path).content


@pytest.mark.world
@pytest.mark.parametrize("days", [28, 45])
def test_answers_within_thirty_days_after_the_deadline_count(days: int) -> None:
    story = sent()
    candidate, referee = candidate_path(story), referee_path("maria@globex.example")
    with time_machine.travel(NOW + timedelta(days=days), tick=False):  # the deadline is the end of day 14
        open_pages = [NOTHING_NEEDED not in get(path).content for path in (candidate, referee)]
        post(f"{referee}begin/")
    assert open_pages == [days < 45, days < 45]
    assert story.requests[0].state == ("begun" if days < 45 else "sent")


@pytest.mark.world
def test_a_revoked_link_shows_the_neutral_page() -> None:
    story = sent()
    organisation, path = story.application.organisation, referee_path("maria@globex.example")
    links.end(
        organisation=organisation, purpose=Link.Purpose.REFEREE, subject_id=story.requests[0].pk, now=NOW
    )
    assert NOTHING_NEEDED in get(path).content
    assert NOTHING_NEEDED not in get(referee_path("paul@globex.example")).content


@pytest.mark.world
def test_a_paused_check_works() -> None:
    story = sent()
    story.check.step_request.step.rules.all().delete()
    step = story.check.step_request.step
    step.on_leave = "pause"
    step.save()
    story.happens("application.left_stage", stage_id=1, to_stage_id=2)
    assert story.check.paused_at == NOW
    answer(referee_path("maria@globex.example"))
    assert len(story.references) == 1


@pytest.mark.world
def test_portal_pages_are_neither_cached_nor_indexed() -> None:
    story = named()
    for page in (get(candidate_path(story)), get(f"{candidate_path(story)}review/")):
        assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("no-store", "noindex")


def test_forms_require_a_csrf_token() -> None:
    story = sent()
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"{referee_path('maria@globex.example')}no/", {"d-why": "not_me"}).status_code == 403
    assert client.post(f"{candidate_path(story)}decline/", {}).status_code == 403
    assert (story.check.progress, story.requests[0].state) == ("in_progress", "sent")


def test_a_german_browser_gets_all_text_in_german() -> None:
    story = sent()
    page = Client(headers={"accept-language": "de"}).get(referee_path("maria@globex.example"))
    assert '<html lang="de"' in page.content.decode()
    assert "April 2021 bis August 2023" in page.content.decode()
    assert "April 2021 to August 2023" not in page.content.decode()
    assert story.requests[0].state == "sent"
