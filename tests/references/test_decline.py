"""Referees and candidates who decline."""

import html
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from goodword.references.domain.requests import has_opted_out
from goodword.references.models import DoNotContact
from tests.references.story import (
    candidate_path,
    get,
    html_of,
    mails_to,
    post,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"


def say_no(path: str, **data: str) -> Any:
    response = post(f"{path}no/", {f"d-{name}": value for name, value in data.items()})
    run_jobs()
    return response


@pytest.mark.main_case
def test_declining_ends_the_request_and_only_the_hiring_team_sees_the_reason() -> None:
    story = sent()
    path = referee_path(MARIA)
    form = " ".join(html.unescape(get(f"{path}no/").content.decode()).split())
    candidate = story.application.candidate.name
    assert f"Only the recruiting and hiring team read it. {candidate} never sees it." in form
    say_no(path, why="would_rather_not", reason="We fell out.")
    request = story.requests[0]
    assert (request.state, request.why, request.decline_reason) == (
        "declined",
        "would_rather_not",
        "We fell out.",
    )
    assert request.next_reminder_at is None
    assert "Thank you for telling us" in get(path).content.decode()
    assert "fell out" not in get(candidate_path(story)).content.decode()
    asked = mails_to(story.application.candidate.email)[-1]
    assert asked.subject == "Please name another referee"
    assert "fell out" not in str(asked.body)


@pytest.mark.world
def test_after_the_deadline_the_candidate_is_not_given_a_past_date() -> None:
    story = sent()
    with time_machine.travel(story.check.deadline_at + timedelta(days=3), tick=False):
        say_no(referee_path(MARIA), why="would_rather_not")
    asked = mails_to(story.application.candidate.email)[-1]
    assert asked.subject == "Please name another referee"
    for part in (str(asked.body), html_of(asked)):
        text = " ".join(part.split())
        assert "This is for your Window Washer application at Acme. The deadline was" in text
        assert "but you can still do this." in text
        assert "Please do it by" not in text


@pytest.mark.world
def test_of_two_refusals_the_first_counts() -> None:
    story = sent()
    path = referee_path(MARIA)
    say_no(path, why="not_me", reason="I am Maria Schmid.")
    say_no(path, why="would_rather_not", reason="Other.")
    assert (story.requests[0].why, story.requests[0].decline_reason) == ("not_me", "I am Maria Schmid.")
    assert event_names().count("request.declined") == 1
    assert len(mails_to(story.application.candidate.email)) == 2


@pytest.mark.world
def test_the_wrong_person_is_thanked_and_not_treated_as_declining() -> None:
    sent()
    path = referee_path(MARIA)
    say_no(path, why="not_me")
    page = get(path).content.decode()
    assert "ask the candidate to check the address" in page
    for refusal in ("You won't be giving a reference", "change your mind"):
        assert refusal not in page


@pytest.mark.world
def test_declining_requires_a_choice() -> None:
    story = sent()
    page = say_no(referee_path(MARIA), reason="x")
    assert list(page.context["form"].errors) == ["why"]
    assert story.requests[0].state == "sent"


def test_the_decline_form_is_prefilled_from_the_link() -> None:
    sent()
    path = referee_path(MARIA)
    form = get(f"{path}no/?as=opt-out").context["form"]
    assert (form["why"].value(), form["opt_out"].value()) == ("would_rather_not", True)
    assert get(f"{path}no/?as=not-me").context["form"]["why"].value() == "not_me"


@pytest.mark.world
def test_an_opt_out_is_stored_as_a_hash_only() -> None:
    story = sent()
    say_no(referee_path(MARIA), why="would_rather_not", opt_out="on")
    organisation = story.application.organisation
    (row,) = DoNotContact.objects.of(organisation)
    assert "maria" not in row.address_hash
    assert has_opted_out(organisation=organisation, address="MARIA@globex.example")
    assert not has_opted_out(organisation=organisation, address="paul@globex.example")
    assert not has_opted_out(organisation=factories.organisation(), address=MARIA)


@pytest.mark.world
def test_opt_outs_survive_a_key_rotation(settings: Any) -> None:
    story = sent()
    say_no(referee_path(MARIA), why="would_rather_not", opt_out="on")
    settings.GOODWORD_FIELD_KEYS = {"new": b"n" * 32} | settings.GOODWORD_FIELD_KEYS
    assert has_opted_out(organisation=story.application.organisation, address=MARIA)


@pytest.mark.main_case
def test_the_candidate_can_decline_the_whole_check() -> None:
    story = sent()
    path, referee = candidate_path(story), referee_path(MARIA)
    assert post(f"{path}decline/", {"d-reason": "I have changed my mind."}).url == path
    run_jobs()
    check = story.check
    assert (check.progress, check.decline_reason) == ("declined", "I have changed my mind.")
    assert [request.state for request in story.requests] == ["ended", "ended"]
    assert "You've declined" in get(path).content.decode()
    assert "There is nothing to do here at the moment" in get(referee).content.decode()
    post(f"{path}decline/", {"d-reason": "again"})
    assert story.check.decline_reason == "I have changed my mind."
    assert event_names().count("check.declined") == 1


def test_opening_the_decline_page_changes_nothing() -> None:
    story = sent()
    get(f"{candidate_path(story)}decline/")
    get(f"{referee_path(MARIA)}no/")
    assert (story.check.progress, story.requests[0].state) == ("in_progress", "sent")
