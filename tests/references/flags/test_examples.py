"""Fictional fraud, and honest cases that resemble it."""

from datetime import timedelta

import pytest

from goodword.references.flags.display import flags_of
from goodword.references.models import CheckFlag, Referee, Trace
from tests.references.flags.people import (
    DESKTOP,
    LAPTOP,
    OF_MANAGER,
    OF_PEER,
    Visitor,
    found,
    watched,
)

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"
HOME, OFFICE, ELSEWHERE = "203.0.113.7", "198.51.100.20", "192.0.2.40"
AGREED = {"q-dates": "confirmed", "q-title": "confirmed"}
SAME = {
    "q-teamwork": "5",
    "q-strengths": "One of the best people we ever had: always on time, always friendly, and a real gain for any team.",
    "q-develop": "There is honestly nothing that comes to mind here, apart from working a little too hard at times.",
}


@pytest.mark.world
def test_a_candidate_who_answers_for_both_referees_is_flagged_high() -> None:
    story = watched()
    candidate = Visitor(address=HOME)
    candidate.send(story)
    candidate.answer(MARIA, AGREED | SAME, seconds=40)
    candidate.answer(PAUL, AGREED | SAME, seconds=40, at=timedelta(minutes=5))
    assert found(story) == {
        "alike_ratings": "medium",
        "alike_texts": "high",
        "fast": "medium",
        "same_network_and_device": "high",
    }
    flags = flags_of(story.check)
    assert flags.grade == "high"
    candidate_name = story.application.candidate.name
    sentences = [flag.facts for flag in flags.to_review]
    for sentence in (
        f"Maria Schmidt and {candidate_name} used the same network address and type of device.",
        f"Paul Meier and {candidate_name} used the same network address and type of device.",
        "Maria Schmidt took 40 seconds; most people take about 5 minutes.",
        "Maria Schmidt and Paul Meier gave the same 5 ratings and picked the same words.",
        "A text by Maria Schmidt and one by Paul Meier share 100% of their wording. The shorter has 20 words.",
    ):
        assert sentence in sentences, sentences
    assert story.check.progress == "completed"


@pytest.mark.world
def test_colleagues_on_one_office_network_raise_low_flags_at_most() -> None:
    story = watched()
    Visitor(address=HOME).send(story)
    Visitor(address=OFFICE, device=LAPTOP).answer(MARIA, AGREED | OF_MANAGER, seconds=320)
    Visitor(address=OFFICE, device=DESKTOP).answer(
        PAUL, AGREED | OF_PEER | {"q-reliability": "5"}, seconds=250
    )
    assert found(story) == {"same_network": "low"}
    (flag,) = flags_of(story.check).to_review
    assert flag.facts == (
        "Maria Schmidt and Paul Meier used the same network address. They share an employer, according to the "
        "candidate, so this is to be expected."
    )


@pytest.mark.world
def test_colleagues_with_the_same_type_of_computer_raise_low_flags() -> None:
    story = watched()
    Visitor(address=HOME).send(story)
    for whose, texts, level in ((MARIA, OF_MANAGER, "4"), (PAUL, OF_PEER, "5")):
        Visitor(address=OFFICE, device=DESKTOP).answer(
            whose, AGREED | texts | {"q-reliability": level}, seconds=300
        )
    assert found(story) == {"same_network_and_device": "low"}


@pytest.mark.world
def test_a_candidate_who_still_works_with_the_referee_may_share_the_office() -> None:
    story = watched()
    Referee.objects.of(story.application.organisation).update(to_month="")
    Visitor(address=OFFICE, device=LAPTOP).send(story)
    Visitor(address=OFFICE, device=DESKTOP).answer(MARIA, AGREED | OF_MANAGER, seconds=300)
    assert found(story) == {"same_network": "low"}


@pytest.mark.world
def test_unrelated_people_raise_no_flags() -> None:
    story = watched()
    Visitor(address=HOME).send(story)
    Visitor(address=OFFICE).answer(MARIA, AGREED | OF_MANAGER, seconds=300)
    Visitor(address=ELSEWHERE).answer(PAUL, AGREED | OF_PEER | {"q-reliability": "5"}, seconds=200)
    assert found(story) == {}
    assert flags_of(story.check).grade == "none"


@pytest.mark.world
def test_nothing_is_recorded_or_compared_when_switched_off() -> None:
    story = watched(watches=False)
    candidate = Visitor(address=HOME)
    candidate.send(story)
    candidate.answer(MARIA, AGREED | OF_MANAGER, seconds=300)
    candidate.answer(PAUL, AGREED | OF_PEER | {"q-reliability": "5"}, seconds=300)
    assert found(story) == {}
    assert Trace.objects.of(story.application.organisation).count() == 0


@pytest.mark.main_case
def test_no_flag_contains_an_address() -> None:
    story = watched()
    candidate = Visitor(address=HOME)
    candidate.send(story)
    candidate.answer(MARIA, AGREED | OF_MANAGER, seconds=300)
    kept = str(list(CheckFlag.objects.of(story.application.organisation).values()))
    assert HOME not in kept and "iPhone" not in kept
