"""A referee's pages keep what is typed: page by page, as it is typed, in two tabs, and when it is not finished."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from goodword.references.domain.drafts import Draft
from goodword.references.models import ReferenceRequest
from tests.references.asking import PEER_ANSWERS, asks
from tests.references.story import FACTS, NOW, Story, get, post, referee_door, sent
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"
NOTHING_NEEDED = b"There is nothing to do here at the moment"


@pytest.fixture
@kept
def story() -> Story:
    story = sent()
    asks(story)
    return story


def draft_of(story: Story, place: int = 1) -> Draft:
    return Draft.read(story.requests[place].draft)


def seen_on(page: Any) -> str:
    (marks,) = re.findall(r'name="seen" id="seen" value="([^"]*)"', page.content.decode())
    return str(marks)


def by_script(path: str, data: dict[str, Any]) -> Any:
    return Client(headers={"HX-Request": "true"}).post(path, data)


def test_what_is_typed_is_kept_before_next_is_pressed_and_the_page_stays(story: Story) -> None:
    door = referee_door(PAUL)
    response = by_script(f"{door}questions/5/", {"q-strengths": "She thi"})
    assert response.status_code == 200
    assert "error" not in response.content.decode()
    assert draft_of(story).answers == {"strengths": "She thi"}
    assert f'hx-post="{door}questions/5/"' in get(f"{door}questions/5/").content.decode()


def test_the_page_learns_what_its_own_saving_has_made(story: Story) -> None:
    door = referee_door(PAUL)
    seen = seen_on(get(f"{door}questions/5/"))
    saved = by_script(f"{door}questions/5/", {"q-strengths": "Calm.", "seen": seen})
    again = by_script(f"{door}questions/5/", {"q-strengths": "", "seen": seen_on(saved)})
    assert again.status_code == 200
    assert draft_of(story).answers == {}


def test_a_tab_that_was_opened_before_undoes_nothing_that_it_did_not_touch(story: Story) -> None:
    door = referee_door(PAUL)
    old_tab = seen_on(get(f"{door}questions/5/"))
    post(f"{door}questions/5/", {"q-strengths": "Calm.", "seen": old_tab})
    response = post(f"{door}questions/5/", {"q-strengths": "", "seen": old_tab})
    assert response.status_code == 302
    assert draft_of(story).answers == {"strengths": "Calm."}


def test_half_an_answer_is_kept_shown_again_and_wanted_before_the_submit(story: Story) -> None:
    door = referee_door(PAUL)
    typed = {"q-relationship": "corrected", "q-relationship-relationship": ""}
    assert post(f"{door}questions/1/", typed).status_code == 200
    assert draft_of(story).typed == {"relationship": {"q-relationship": ["corrected"]}}
    form = get(f"{door}questions/1/").context["form"]
    assert form["relationship"].value() == "corrected"
    assert "Not finished yet" in get(f"{door}review/").content.decode()
    for number, page in PEER_ANSWERS[1:]:
        post(f"{door}questions/{number}/", page)
    wanting = post(f"{door}review/").context["looked"]
    assert [one.row.question_id for one in wanting if one.wanting] == ["relationship"]
    assert story.references == []


def test_a_text_that_is_too_long_or_hostile_comes_back_as_it_was_typed(story: Story) -> None:
    door = referee_door(PAUL)
    text = "<script>alert(1)</script> =1+1 \x00" + "x" * 20_000
    page = post(f"{door}questions/5/", {"q-strengths": text})
    assert page.status_code == 200
    assert "over the limit of" in page.content.decode()
    again = get(f"{door}questions/5/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; =1+1" in again
    assert "<script>alert" not in again


def test_a_text_out_of_all_measure_is_answered_with_a_sentence_and_not_kept(story: Story) -> None:
    page = post(f"{referee_door(PAUL)}questions/5/", {"q-strengths": "x" * 100_000})
    assert "over the limit of" in page.content.decode()
    assert draft_of(story).typed == {}


def test_a_condition_brings_its_page_up_and_takes_it_away_again_but_not_what_was_typed(story: Story) -> None:
    door = referee_door(PAUL)
    assert post(f"{door}questions/3/", {"q-led": "yes"}).url == f"{door}questions/4/"
    assert post(f"{door}questions/4/", {"q-team": "Ten."}).url == f"{door}questions/5/"
    assert post(f"{door}questions/3/", {"q-led": "no"}).url == f"{door}questions/5/"
    assert get(f"{door}questions/4/").url == f"{door}questions/5/"
    assert draft_of(story).answers["team"] == "Ten."
    for number, page in PEER_ANSWERS:
        post(f"{door}questions/{number}/", page)
    post(f"{door}review/")
    (reference,) = story.references
    assert sorted(reference.answers) == ["led", "relationship", "strengths"]


def test_a_page_that_another_tab_has_taken_away_still_keeps_what_was_typed_on_it(story: Story) -> None:
    door = referee_door(PAUL)
    post(f"{door}questions/3/", {"q-led": "yes"})
    seen = seen_on(get(f"{door}questions/4/"))
    post(f"{door}questions/3/", {"q-led": "no"})
    assert post(f"{door}questions/4/", {"q-team": "Ten.", "seen": seen}).url == f"{door}questions/5/"
    assert draft_of(story).answers["team"] == "Ten."


def test_who_corrects_the_relationship_is_asked_as_what_they_were(story: Story) -> None:
    door = referee_door(PAUL)
    manager = {"q-relationship": "corrected", "q-relationship-relationship": "manager"}
    assert post(f"{door}questions/1/", manager).url == f"{door}questions/2/"
    assert post(f"{door}questions/1/", {"q-relationship": "confirmed"}).url == f"{door}questions/3/"
    marias = get(f"{referee_door(MARIA)}questions/2/")
    assert [block.question.id for block in marias.context["form"].blocks] == ["targets"]


def test_the_page_says_how_far_it_is_among_what_is_asked(story: Story) -> None:
    page = get(f"{referee_door(PAUL)}questions/5/")
    assert (page.context["place"], page.context["count"]) == (3, 3)


def test_back_keeps_what_is_typed_finished_or_not(story: Story) -> None:
    door = referee_door(PAUL)
    assert post(f"{door}questions/5/", {"q-strengths": "Half a", "back": "yes"}).url == f"{door}questions/3/"
    typed = {"q-relationship": "corrected", "back": "yes"}
    assert post(f"{door}questions/1/", typed).url == door
    draft = draft_of(story)
    assert (draft.answers, list(draft.typed)) == ({"strengths": "Half a"}, ["relationship"])


def test_what_was_typed_when_the_check_was_closed_is_kept_and_nothing_else(story: Story) -> None:
    door = referee_door(PAUL)
    post(f"{door}questions/3/", {"q-led": "no"})
    story.happens("application.rejected", reason="x")
    events = event_names()
    page = post(f"{door}questions/5/", {"q-strengths": "Just typed."})
    assert NOTHING_NEEDED in page.content
    assert draft_of(story).answers["strengths"] == "Just typed."
    assert (story.requests[1].state, event_names()) == ("ended", events)
    story.happens("application.unrejected")
    assert get(f"{door}questions/5/").context["form"]["strengths"].value() == "Just typed."


def test_a_script_on_a_page_that_has_closed_is_led_to_where_things_stand(story: Story) -> None:
    door = referee_door(PAUL)
    story.happens("application.rejected", reason="x")
    response = by_script(f"{door}questions/5/", {"q-strengths": "Just typed."})
    assert (response.status_code, response["HX-Redirect"]) == (204, door)
    assert draft_of(story).answers == {"strengths": "Just typed."}


@pytest.mark.parametrize("state", ["answered", "declined"])
def test_nothing_is_kept_after_an_answer_or_a_no(story: Story, state: str) -> None:
    door = referee_door(PAUL)
    ReferenceRequest.objects.of(story.application.organisation).filter(pk=story.requests[1].pk).update(
        state=state
    )
    assert post(f"{door}questions/5/", {"q-strengths": "x"}).url == door
    assert story.requests[1].draft == {}


def test_one_sitting_is_timed_and_the_questionnaire_learns_of_it(story: Story) -> None:
    door = referee_door(PAUL)
    post(f"{door}begin/")
    for minute, (number, page) in enumerate(PEER_ANSWERS, start=1):
        with time_machine.travel(NOW + timedelta(minutes=minute), tick=False):
            post(f"{door}questions/{number}/", page)
    with time_machine.travel(NOW + timedelta(minutes=4), tick=False):
        post(f"{door}review/")
        run_jobs()
    (reference,) = story.references
    assert reference.seconds == 240
    reference.version.refresh_from_db()
    assert (reference.version.median_seconds, reference.version.measured) == (240, 1)


def test_what_was_left_and_taken_up_again_is_not_timed(story: Story) -> None:
    door = referee_door(PAUL)
    post(f"{door}begin/")
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        for number, page in PEER_ANSWERS:
            post(f"{door}questions/{number}/", page)
        post(f"{door}review/")
        run_jobs()
    (reference,) = story.references
    assert (reference.seconds, reference.version.measured) == (None, 0)


def test_facts_that_were_typed_when_the_check_was_closed_are_kept() -> None:
    story = sent()
    door = referee_door(PAUL)
    story.happens("application.rejected", reason="x")
    assert NOTHING_NEEDED in post(f"{door}facts/", FACTS).content
    assert draft_of(story).answers["title"] == {"answer": "unsure", "title": ""}
    assert (story.references, story.requests[1].state) == ([], "ended")


def test_more_is_asked_of_who_corrects_the_relationship_on_the_page_of_facts(story: Story) -> None:
    version = story.check.version
    version.questions = [
        version.questions[0],
        {"id": "title", "type": "title_confirm", "text": "What was the title?", "only_for": ["manager"]},
    ]
    version.save()
    door = referee_door(PAUL)
    manager = {"q-relationship": "corrected", "q-relationship-relationship": "manager"}
    page = post(f"{door}facts/", manager)
    assert [block.question.id for block in page.context["form"].blocks] == ["relationship", "title"]
    assert story.references == []
    assert post(f"{door}facts/", manager | {"q-title": "unsure"}).url == door
    assert len(story.references) == 1
