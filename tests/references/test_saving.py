"""Saving answers: page by page, while typing, in two tabs, unfinished."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from goodword.questionnaires.models import QuestionnaireVersion
from goodword.references.domain.responses import DraftAnswers
from goodword.references.models import ReferenceRequest
from tests.references.asking import PEER_ANSWERS, asks
from tests.references.story import FACTS, NOW, Story, get, post, referee_path, sent
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


def draft_of(story: Story, place: int = 1) -> DraftAnswers:
    return DraftAnswers.read(story.requests[place].draft)


def seen_on(page: Any) -> str:
    (marks,) = re.findall(r'name="seen" id="seen" value="([^"]*)"', page.content.decode())
    return str(marks)


def by_script(path: str, data: dict[str, Any]) -> Any:
    return Client(headers={"HX-Request": "true"}).post(path, data)


def test_input_is_saved_while_typing(story: Story) -> None:
    path = referee_path(PAUL)
    response = by_script(f"{path}questions/5/", {"q-strengths": "She thi"})
    assert response.status_code == 200
    assert "error" not in response.content.decode()
    assert draft_of(story).answers == {"strengths": "She thi"}
    assert f'hx-post="{path}questions/5/"' in get(f"{path}questions/5/").content.decode()


@pytest.mark.world
def test_saving_updates_the_fingerprints_of_the_page(story: Story) -> None:
    path = referee_path(PAUL)
    seen = seen_on(get(f"{path}questions/5/"))
    saved = by_script(f"{path}questions/5/", {"q-strengths": "Calm.", "seen": seen})
    again = by_script(f"{path}questions/5/", {"q-strengths": "", "seen": seen_on(saved)})
    assert again.status_code == 200
    assert draft_of(story).answers == {}


def test_an_autosave_handled_after_a_later_one_changes_nothing(story: Story) -> None:
    path = f"{referee_path(PAUL)}questions/5/"
    seen = seen_on(get(path))
    later = by_script(path, {"q-strengths": "Calm.", "seen": seen, "save": "k3f9-2"})
    earlier = by_script(path, {"q-strengths": "Cal", "seen": seen, "save": "k3f9-1"})
    assert [later.status_code, earlier.status_code] == [200, 200]
    assert draft_of(story).answers == {"strengths": "Calm."}
    post(path, {"q-strengths": "Calm?", "seen": seen, "save": "k3f9-3"})
    assert draft_of(story).answers == {"strengths": "Calm?"}


@pytest.mark.world
def test_a_hint_appears_while_a_comment_touches_a_private_topic(story: Story) -> None:
    path = referee_path(PAUL)
    hint = "may touch on health. Please write about work only."
    saved = by_script(f"{path}questions/5/", {"q-strengths": "Never ill in five years."}).content.decode()
    assert hint in saved
    assert 'id="private-topics" aria-live="polite" class="stack stack--tight" hx-swap-oob="true"' in saved
    assert hint in get(f"{path}questions/5/").content.decode()
    assert "This may touch on health." in get(f"{path}review/").content.decode()
    reworded = by_script(f"{path}questions/5/", {"q-strengths": "Always there when needed."})
    assert "may touch" not in reworded.content.decode()


@pytest.mark.world
def test_an_old_tab_overwrites_only_what_it_changed(story: Story) -> None:
    path = referee_path(PAUL)
    old_tab, other_tab = (seen_on(get(f"{path}questions/5/")) for _tab in range(2))
    post(f"{path}questions/5/", {"q-strengths": "Calm.", "seen": other_tab})
    response = post(f"{path}questions/5/", {"q-strengths": "", "seen": old_tab})
    assert response.status_code == 302
    assert draft_of(story).answers == {"strengths": "Calm."}


@pytest.mark.world
def test_an_incomplete_answer_is_kept_and_required_before_submission(story: Story) -> None:
    path = referee_path(PAUL)
    typed = {"q-relationship": "corrected", "q-relationship-relationship": ""}
    assert post(f"{path}questions/1/", typed).status_code == 200
    assert draft_of(story).typed == {"relationship": {"q-relationship": ["corrected"]}}
    form = get(f"{path}questions/1/").context["form"]
    assert form["relationship"].value() == "corrected"
    assert "Not finished yet" in get(f"{path}review/").content.decode()
    for number, page in PEER_ANSWERS[1:]:
        post(f"{path}questions/{number}/", page)
    rows = post(f"{path}review/").context["rows"]
    assert [row.row.question_id for row in rows if row.missing] == ["relationship"]
    assert story.references == []


def test_overlong_or_hostile_input_is_shown_again_as_typed(story: Story) -> None:
    path = referee_path(PAUL)
    text = "<script>alert(1)</script> =1+1 \x00" + "x" * 20_000
    page = post(f"{path}questions/5/", {"q-strengths": text})
    assert page.status_code == 200
    assert "over the limit of" in page.content.decode()
    again = get(f"{path}questions/5/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; =1+1" in again
    assert "<script>alert" not in again


def test_excessive_input_shows_an_error_and_is_not_saved(story: Story) -> None:
    page = post(f"{referee_path(PAUL)}questions/5/", {"q-strengths": "x" * 100_000})
    assert "over the limit of" in page.content.decode()
    assert draft_of(story).typed == {}


@pytest.mark.world
def test_conditional_pages_keep_their_input_when_hidden(story: Story) -> None:
    path = referee_path(PAUL)
    assert post(f"{path}questions/3/", {"q-led": "yes"}).url == f"{path}questions/4/"
    assert post(f"{path}questions/4/", {"q-team": "Ten."}).url == f"{path}questions/5/"
    assert post(f"{path}questions/3/", {"q-led": "no"}).url == f"{path}questions/5/"
    assert get(f"{path}questions/4/").url == f"{path}questions/5/"
    assert draft_of(story).answers["team"] == "Ten."
    for number, page in PEER_ANSWERS:
        post(f"{path}questions/{number}/", page)
    post(f"{path}review/")
    (reference,) = story.references
    assert sorted(reference.answers) == ["led", "relationship", "strengths"]


@pytest.mark.world
def test_input_on_a_page_hidden_by_another_tab_is_saved(story: Story) -> None:
    path = referee_path(PAUL)
    post(f"{path}questions/3/", {"q-led": "yes"})
    seen = seen_on(get(f"{path}questions/4/"))
    post(f"{path}questions/3/", {"q-led": "no"})
    assert post(f"{path}questions/4/", {"q-team": "Ten.", "seen": seen}).url == f"{path}questions/5/"
    assert draft_of(story).answers["team"] == "Ten."


@pytest.mark.world
def test_correcting_the_relationship_changes_the_questions(story: Story) -> None:
    path = referee_path(PAUL)
    manager = {"q-relationship": "corrected", "q-relationship-relationship": "manager"}
    assert post(f"{path}questions/1/", manager).url == f"{path}questions/2/"
    assert post(f"{path}questions/1/", {"q-relationship": "confirmed"}).url == f"{path}questions/3/"
    marias = get(f"{referee_path(MARIA)}questions/2/")
    assert [block.question.id for block in marias.context["form"].blocks] == ["targets"]


def test_the_page_shows_its_position(story: Story) -> None:
    page = get(f"{referee_path(PAUL)}questions/5/")
    assert (page.context["page"], page.context["page_count"]) == (3, 3)


def test_going_back_saves_the_input(story: Story) -> None:
    path = referee_path(PAUL)
    assert post(f"{path}questions/5/", {"q-strengths": "Half a", "back": "yes"}).url == f"{path}questions/3/"
    typed = {"q-relationship": "corrected", "back": "yes"}
    assert post(f"{path}questions/1/", typed).url == path
    draft = draft_of(story)
    assert (draft.answers, list(draft.typed)) == ({"strengths": "Half a"}, ["relationship"])


@pytest.mark.main_case
def test_input_on_a_closed_check_is_kept(story: Story) -> None:
    path = referee_path(PAUL)
    post(f"{path}questions/3/", {"q-led": "no"})
    story.happens("application.rejected", reason="x")
    events = event_names()
    page = post(f"{path}questions/5/", {"q-strengths": "Just typed."})
    assert NOTHING_NEEDED in page.content
    assert draft_of(story).answers["strengths"] == "Just typed."
    assert (story.requests[1].state, event_names()) == ("ended", events)
    story.happens("application.unrejected")
    assert get(f"{path}questions/5/").context["form"]["strengths"].value() == "Just typed."


@pytest.mark.world
def test_scripts_on_a_closed_page_are_redirected(story: Story) -> None:
    path = referee_path(PAUL)
    story.happens("application.rejected", reason="x")
    response = by_script(f"{path}questions/5/", {"q-strengths": "Just typed."})
    assert (response.status_code, response["HX-Redirect"]) == (204, path)
    assert draft_of(story).answers == {"strengths": "Just typed."}


@pytest.mark.parametrize("state", ["answered", "declined"])
def test_nothing_is_saved_after_answering_or_declining(story: Story, state: str) -> None:
    path = referee_path(PAUL)
    ReferenceRequest.objects.of(story.application.organisation).filter(pk=story.requests[1].pk).update(
        state=state
    )
    assert post(f"{path}questions/5/", {"q-strengths": "x"}).url == path
    assert story.requests[1].draft == {}


@pytest.mark.world
def test_answers_without_a_break_are_timed(story: Story) -> None:
    path = referee_path(PAUL)
    post(f"{path}begin/")
    for minute, (number, page) in enumerate(PEER_ANSWERS, start=1):
        with time_machine.travel(NOW + timedelta(minutes=minute), tick=False):
            post(f"{path}questions/{number}/", page)
    with time_machine.travel(NOW + timedelta(minutes=4), tick=False):
        post(f"{path}review/")
        run_jobs()
    (reference,) = story.references
    assert reference.seconds == 240
    reference.version.refresh_from_db()
    assert (reference.version.median_seconds, reference.version.measured) == (240, 1)


def test_answers_are_accepted_after_the_clock_was_set_back(story: Story) -> None:
    path = referee_path(PAUL)
    post(f"{path}begin/")
    with time_machine.travel(NOW - timedelta(minutes=2), tick=False):
        for number, page in PEER_ANSWERS:
            post(f"{path}questions/{number}/", page)
        post(f"{path}review/")
    (reference,) = story.references
    assert reference.seconds is None


@pytest.mark.world
def test_answers_with_a_break_are_not_timed(story: Story) -> None:
    path = referee_path(PAUL)
    post(f"{path}begin/")
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        for number, page in PEER_ANSWERS:
            post(f"{path}questions/{number}/", page)
        post(f"{path}review/")
        run_jobs()
    (reference,) = story.references
    assert (reference.seconds, reference.version.measured) == (None, 0)


@pytest.mark.world
def test_facts_entered_on_a_closed_check_are_kept() -> None:
    story = sent()
    path = referee_path(PAUL)
    story.happens("application.rejected", reason="x")
    assert NOTHING_NEEDED in post(f"{path}facts/", FACTS).content
    assert draft_of(story).answers["title"] == {"answer": "unsure", "title": ""}
    assert (story.references, story.requests[1].state) == ([], "ended")


@pytest.mark.world
def test_correcting_the_relationship_adds_facts_to_confirm(story: Story) -> None:
    check = story.check
    before = check.version
    title = {"id": "title", "type": "title_confirm", "text": "What was the title?", "only_for": ["manager"]}
    check.version = QuestionnaireVersion.objects.create(
        organisation=before.organisation,
        questionnaire=before.questionnaire,
        number=before.number + 1,
        language=before.language,
        questions=[before.questions[0], title],
        created_at=NOW,
        published_at=NOW,
    )
    check.save(update_fields=["version"])
    path = referee_path(PAUL)
    manager = {"q-relationship": "corrected", "q-relationship-relationship": "manager"}
    page = post(f"{path}facts/", manager)
    assert [block.question.id for block in page.context["form"].blocks] == ["relationship", "title"]
    assert story.references == []
    assert post(f"{path}facts/", manager | {"q-title": "unsure"}).url == path
    assert len(story.references) == 1


def typed_in_two_tabs(story: Story, text: str = "Calm.") -> tuple[str, str]:
    """Returns the path of a page and its `seen` value from before another tab saved `text`."""
    path = f"{referee_path(PAUL)}questions/5/"
    old_tab, other_tab = seen_on(get(path)), seen_on(get(path))
    assert post(path, {"q-strengths": text, "seen": other_tab}).status_code == 302
    return path, old_tab


@pytest.mark.world
def test_a_stale_save_shows_both_answers_and_the_second_save_replaces(story: Story) -> None:
    path, old_tab = typed_in_two_tabs(story)
    page = post(path, {"q-strengths": "Quick.", "seen": old_tab})
    assert page.status_code == 409
    assert "This form was changed in another tab" in page.content.decode()
    assert [(other.question, other.text) for other in page.context["others"]] == [
        (page.context["form"]["strengths"].label, "Calm.")
    ]
    assert page.context["form"]["strengths"].value() == "Quick."
    assert b"hx-post" not in page.content  # no autosave: more typing doesn't replace the other answer
    assert draft_of(story).answers["strengths"] == "Calm."
    assert post(path, {"q-strengths": "Quick.", "seen": seen_on(page)}).status_code == 302
    assert draft_of(story).answers["strengths"] == "Quick."


@pytest.mark.world
@pytest.mark.parametrize("more", [{"back": "yes"}, {"language": "de"}])
def test_going_back_or_switching_languages_keeps_both_answers_too(story: Story, more: dict[str, str]) -> None:
    path, old_tab = typed_in_two_tabs(story)
    page = post(path, {"q-strengths": "Quick.", "seen": old_tab, **more})
    assert (page.status_code, page.context["form"]["strengths"].value()) == (409, "Quick.")
    assert draft_of(story).answers["strengths"] == "Calm."


@pytest.mark.world
def test_autosave_of_a_stale_page_says_so_and_overwrites_nothing(story: Story) -> None:
    path, old_tab = typed_in_two_tabs(story)
    for text in ("Quick", "Quick."):
        saved = by_script(path, {"q-strengths": text, "seen": old_tab})
        assert saved.status_code == 409
        assert 'id="changed" hx-swap-oob="true"' in saved.content.decode()
        assert "Calm." in saved.content.decode()
        assert b'name="seen"' not in saved.content
    assert draft_of(story).answers["strengths"] == "Calm."


@pytest.mark.world
def test_a_page_does_not_conflict_with_its_own_saves(story: Story) -> None:
    """For example an autosave whose response was lost, or which is still in transit when Save is pressed."""
    path = f"{referee_path(PAUL)}questions/5/"
    seen = seen_on(get(path))
    by_script(path, {"q-strengths": "Ca", "seen": seen})
    assert post(path, {"q-strengths": "Calm.", "seen": seen}).status_code == 302
    assert draft_of(story).answers["strengths"] == "Calm."


@pytest.mark.world
def test_a_stale_page_with_the_same_answer_does_not_conflict(story: Story) -> None:
    path, old_tab = typed_in_two_tabs(story)
    assert post(path, {"q-strengths": "Calm.", "seen": old_tab}).status_code == 302


@pytest.mark.world
def test_an_unfinished_answer_from_another_tab_is_shown(story: Story) -> None:
    path = f"{referee_path(PAUL)}questions/1/"
    old_tab = seen_on(get(path))
    post(path, {"q-relationship": "corrected", "seen": seen_on(get(path))})
    page = post(path, {"q-relationship": "confirmed", "seen": old_tab})
    assert (page.status_code, [other.text for other in page.context["others"]]) == (409, ["corrected"])


@pytest.mark.world
def test_submitting_refuses_answers_changed_since_the_review(story: Story) -> None:
    path = referee_path(PAUL)
    for number, answers in PEER_ANSWERS:
        post(f"{path}questions/{number}/", answers)
    reviewed = get(f"{path}review/").context["reviewed"]
    post(f"{path}questions/5/", {"q-strengths": "Changed."})
    page = post(f"{path}review/", {"reviewed": reviewed})
    assert (page.status_code, story.references) == (409, [])
    assert "Nothing was sent. Check your answers below and submit again." in page.content.decode()
    assert "Changed." in page.content.decode()
    assert post(f"{path}review/", {"reviewed": page.context["reviewed"]}).url == path
    (reference,) = story.references
    assert reference.answers["strengths"] == "Changed."
