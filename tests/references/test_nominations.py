"""The candidate names referees."""

from typing import Any

import pytest
from django.core import mail

from goodword.questionnaires.types import RELATIONSHIPS
from goodword.references.domain.requests import store_opt_out
from goodword.references.models import Referee
from tests.references.story import (
    MANAGER,
    NOW,
    PEER,
    Story,
    candidate_path,
    get,
    html_of,
    mails_to,
    named,
    opened,
    post,
    press_send,
    sent,
)
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db


def stated(story: Story) -> list[tuple[object, ...]]:
    return list(
        Referee.objects.of(story.application.organisation)
        .filter(check_run=story.check)
        .order_by("slot")
        .values_list("slot", "name", "email", "relationship", "from_month", "to_month", "message")
    )


def state(story: Story, slot: int, change: dict[str, Any], base: dict[str, Any] = MANAGER) -> Any:
    return post(f"{candidate_path(story)}{slot}/", base | change)


@pytest.mark.main_case
def test_naming_a_referee_starts_the_check_and_contacts_nobody() -> None:
    story = opened()
    assert state(story, 1, {}).url == candidate_path(story)
    assert stated(story) == [
        (1, "Maria Schmidt", "maria@globex.example", "manager", "2021-04", "2023-08", MANAGER["r-message"])
    ]
    run_jobs()
    assert (story.check.progress, len(mail.outbox)) == ("in_progress", 1)
    assert event_names().count("check.begun") == 1


@pytest.mark.world
def test_a_named_referee_can_be_changed_and_removed_before_sending() -> None:
    story = named()
    page = get(f"{candidate_path(story)}1/")
    assert page.context["form"]["name"].value() == "Maria Schmidt"
    state(
        story, 1, {"r-name": "Mary Smith", "r-ongoing": "on", "r-to_month_month": "", "r-to_month_year": ""}
    )
    assert stated(story)[0] == (
        1,
        "Mary Smith",
        "maria@globex.example",
        "manager",
        "2021-04",
        "",
        MANAGER["r-message"],
    )
    assert post(f"{candidate_path(story)}1/remove/").status_code == 302
    assert [row[0] for row in stated(story)] == [2]
    assert post(f"{candidate_path(story)}1/remove/").status_code == 302  # idempotent


@pytest.mark.world
def test_removing_requires_a_post() -> None:
    story = named()
    assert get(f"{candidate_path(story)}1/remove/").status_code == 405
    assert len(stated(story)) == 2


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"r-name": "  "}, "name", "Enter the name of the referee."),
        ({"r-email": "maria at globex"}, "email", "Enter an e-mail address in the form name@example.com."),
        (
            {"r-email": "jürgen@globex.example"},
            "email",
            "We can't send e-mail to addresses with letters such as ü or é before the @. Enter another one.",
        ),
        ({"r-relationship": "sibling"}, "relationship", "Choose one of the answers."),
        ({"r-company": ""}, "company", "Enter where you worked together."),
        ({"r-from_month_year": ""}, "from_month", "Enter the year as well as the month."),
        (
            {"r-from_month_month": "", "r-from_month_year": ""},
            "from_month",
            "Enter the first month, with the year.",
        ),
        (
            {"r-to_month_month": "", "r-to_month_year": ""},
            "to_month",
            "Enter the last month, with the year, or tick “We still work together”.",
        ),
        (
            {"r-to_month_year": "2020"},
            "to_month",
            "The last month is before the first month.",
        ),
        ({"r-from_month_year": "21"}, "from_month", "Enter the year with four digits, for example 2021."),
        (
            {"r-message": "see https://evil.example"},
            "message",
            "This looks like a link. Links aren't allowed here; please remove it.",
        ),
    ],
)
def test_invalid_input_shows_errors_and_is_kept(change: dict[str, str], field: str, sentence: str) -> None:
    story = opened()
    page = state(story, 1, change)
    assert page.status_code == 200
    assert page.context["form"].errors == {field: [sentence]}
    assert b"Dear Maria" in page.content or "r-message" in change
    assert (stated(story), story.check.progress) == ([], "pending")


@pytest.mark.world
def test_the_candidates_own_address_and_the_same_address_twice_are_refused() -> None:
    story = opened()
    page = state(story, 1, {"r-email": story.application.candidate.email.upper()})
    assert list(page.context["form"].errors) == ["email"]
    state(story, 1, {})
    page = state(story, 2, {"r-email": "Maria@globex.example"}, PEER)
    assert list(page.context["form"].errors) == ["email"]
    assert len(stated(story)) == 1


@pytest.mark.world
def test_opted_out_people_cannot_be_named_in_that_organisation() -> None:
    story, elsewhere = opened(), opened()
    store_opt_out(organisation=story.application.organisation, address="Maria@Globex.example", now=NOW)
    assert list(state(story, 1, {}).context["form"].errors) == ["email"]
    assert state(elsewhere, 1, {}).status_code == 302


@pytest.mark.matrix
@pytest.mark.parametrize("slot", [0, 3, 99])
def test_referees_can_only_be_named_for_existing_slots(slot: int) -> None:
    story = opened()
    assert state(story, slot, {}).url == candidate_path(story)
    assert stated(story) == []


def test_contacted_referees_cannot_be_changed_or_removed() -> None:
    story = sent()
    before = stated(story)
    state(story, 1, {"r-name": "Somebody Else"})
    post(f"{candidate_path(story)}1/remove/")
    assert stated(story) == before


@pytest.mark.world
def test_hostile_input_is_escaped() -> None:
    story = opened()
    hostile = '<script>alert("1")</script> =1+1 \x07\u202e'
    state(story, 1, {"r-name": hostile, "r-company": hostile, "r-message": hostile})
    state(story, 2, {}, PEER)
    assert stated(story)[0][1] == '<script>alert("1")</script> =1+1'
    door = candidate_path(story)
    for path in ("", "1/", "review/"):
        page = get(f"{door}{path}").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    press_send(story)
    html = html_of(mails_to("maria@globex.example")[0])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert mail.outbox[1].to == ['"<script>alert(\\"1\\")</script> =1+1" <maria@globex.example>']


def test_overlong_input_shows_an_error_and_is_kept() -> None:
    story = opened()
    page = state(story, 1, {"r-message": "x" * 100_000})
    assert list(page.context["form"].errors) == ["message"]
    assert b"x" * 100_000 in page.content


def test_relationships_match_those_of_questions() -> None:
    assert tuple(Referee.Relationship.values) == RELATIONSHIPS


@pytest.mark.world
def test_all_problems_show_at_once_and_opt_outs_only_with_a_complete_form() -> None:
    story = opened()
    everything = {
        "r-name": "",
        "r-email": story.application.candidate.email,
        "r-company": "See https://globex.example",
        "r-from_month_year": "2031",
        "r-message": "Look at https://spam.example",
    }
    page = state(story, 1, everything)
    assert page.context["form"].errors == {
        "name": ["Enter the name of the referee."],
        "email": ["This is your own address. Please enter your referee's."],
        "company": ["This looks like a link. Links aren't allowed here; please remove it."],
        "from_month": ["The first month is in the future. Please check it."],
        "to_month": ["The last month is before the first month."],
        "message": ["This looks like a link. Links aren't allowed here; please remove it."],
    }
    assert stated(story) == []
    live = post(f"{candidate_path(story)}1/validate/", MANAGER | everything).json()
    assert sorted(live["problems"]) == sorted(page.context["form"].errors)

    store_opt_out(organisation=story.application.organisation, address=MANAGER["r-email"], now=NOW)
    assert sorted(state(story, 1, {"r-name": ""}).context["form"].errors) == ["name"]
    assert sorted(state(story, 1, {}).context["form"].errors) == ["email"]
