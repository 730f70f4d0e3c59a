"""The candidate's self-reference."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from goodword.references.domain.responses import DraftAnswers
from goodword.references.models import SelfReference
from tests.references.asking import PEER_ANSWERS, asks
from tests.references.story import (
    MANAGER,
    NOW,
    Story,
    candidate_path,
    get,
    opened,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

PAGES: list[tuple[int, dict[str, Any]]] = [
    (1, {"q-targets": "None."}),
    (2, {"q-led": "no"}),
    (4, {"q-strengths": "I am calm."}),
]


def asked(story: Story, how: str = "asked") -> str:
    """Let the check ask for a self-reference; returns its path."""
    check = story.check
    check.self_reference = how
    check.save()
    return f"{candidate_path(story)}self-reference/"


@pytest.fixture
@kept
def story() -> Story:
    story = sent()
    asks(story)
    return story


def own(story: Story) -> SelfReference | None:
    return SelfReference.objects.of(story.application.organisation).filter(check_run=story.check).first()


def fill(path: str) -> None:
    for number, page in PAGES:
        assert post(f"{path}questions/{number}/", page).status_code == 302


@pytest.mark.world
def test_the_first_page_explains_the_self_reference_and_starts_nothing(story: Story) -> None:
    path = asked(story)
    text = " ".join(get(path).content.decode().split())
    for words in (
        "Self-assessment",
        "Who reads it",
        "Your referees don't see the report",
        "in a report that may be linked from their recruiting software",
        "doesn't wait for it",
    ):
        assert words in text
    assert own(story) is None
    assert "isn't complete without it" in get(asked(story, "needed")).content.decode()


@pytest.mark.world
def test_the_self_reference_asks_the_same_questions_without_confirmations(story: Story) -> None:
    path = asked(story)
    assert post(f"{path}begin/").url == f"{path}questions/1/"
    assert "What are your strengths?" in get(f"{path}questions/4/").content.decode()
    assert get(f"{path}questions/5/").url == path


@pytest.mark.main_case
def test_submitting_freezes_the_self_reference_and_records_an_event(story: Story) -> None:
    path = asked(story)
    fill(path)
    assert "I am calm." in get(f"{path}review/").content.decode()
    assert post(f"{path}review/").url == path
    run_jobs()
    row = own(story)
    assert row is not None
    assert row.answers == {
        "targets": "None.",
        "led": {"answer": "no", "comment": ""},
        "strengths": "I am calm.",
    }
    assert (row.submitted_at, row.draft, row.version.language) == (NOW, {}, "en")
    assert event_names().count("check.self_reference_received") == 1
    assert "Acme has received your self-assessment" in get(path).content.decode()


@pytest.mark.world
def test_an_incomplete_self_reference_is_not_submitted(story: Story) -> None:
    path = asked(story)
    for number, page in PAGES[:2]:
        post(f"{path}questions/{number}/", page)
    page = post(f"{path}review/")
    assert [one.row.question_id for one in page.context["rows"] if one.missing] == ["strengths"]
    row = own(story)
    assert row is not None
    assert row.submitted_at is None


def test_the_self_reference_continues_where_it_was_left(story: Story) -> None:
    path = asked(story)
    post(f"{path}questions/1/", PAGES[0][1])
    assert get(path).context["go_on"] == f"{path}questions/2/"


@pytest.mark.world
def test_after_submission_all_pages_lead_to_the_thank_you_page(story: Story) -> None:
    door = asked(story)
    fill(door)
    post(f"{door}review/")
    row = own(story)
    assert row is not None
    for path, data in (("questions/4/", {"q-strengths": "Other."}), ("review/", {}), ("begin/", {})):
        assert post(f"{door}{path}", data).url == door
    script = Client(headers={"HX-Request": "true"}).post(f"{door}questions/4/", {"q-strengths": "Other."})
    assert script["HX-Redirect"] == door
    after = own(story)
    assert after is not None
    assert (after.answers, after.submitted_at) == (row.answers, row.submitted_at)


@pytest.mark.matrix
@pytest.mark.parametrize("path", ["", "begin/", "questions/1/", "review/"])
def test_without_a_self_reference_all_pages_redirect(story: Story, path: str) -> None:
    door = asked(story, "off")
    method = get if path == "" else post
    assert method(f"{door}{path}").url == candidate_path(story)
    assert own(story) is None


@pytest.mark.world
def test_a_closed_check_shows_the_neutral_page(story: Story) -> None:
    door = asked(story)
    post(f"{door}questions/1/", PAGES[0][1])
    story.happens("application.rejected", reason="x")
    for path in ("begin/", "review/"):
        page = post(f"{door}{path}", {"q-strengths": "x"})
        assert b"There is nothing to do here at the moment" in page.content
    row = own(story)
    assert row is not None
    assert DraftAnswers.read(row.draft).answers == {"targets": "None."}


def test_an_unknown_link_opens_nothing(story: Story) -> None:
    asked(story)
    for path in ("", "questions/1/", "review/"):
        assert get(f"/p/{'x' * 43}/references/self-reference/{path}").status_code == 404


def test_a_needed_self_reference_alone_gets_the_heading_and_the_main_button(story: Story) -> None:
    path = asked(story, "needed")
    page: Any = BeautifulSoup(get(candidate_path(story)).content, "html.parser")
    assert page.h1.get_text() == "One thing is left: your self-assessment"
    assert [link["href"] for link in page.select("main a.button--primary")] == [path]
    assert len(page.find_all("a", string="Answer about yourself")) == 1


@pytest.mark.world
def test_an_unnamed_referee_comes_before_a_required_self_reference(db: None) -> None:
    story = opened()
    post(f"{candidate_path(story)}1/", MANAGER)
    press_send(story)
    asked(story, "needed")
    page: Any = BeautifulSoup(get(candidate_path(story)).content, "html.parser")
    assert page.h1.get_text() == "Something is still missing"
    assert [link.get_text() for link in page.select("main a.button--primary")] == ["Name the next referee"]


@pytest.mark.world
def test_a_needed_self_reference_completes_the_check(story: Story) -> None:
    path = asked(story, "needed")
    for address in ("maria@globex.example", "paul@globex.example"):
        referee = referee_path(address)
        for number, page in [*PEER_ANSWERS, (2, {"q-targets": "Two."})]:
            post(f"{referee}questions/{number}/", page)
        assert post(f"{referee}review/").status_code == 302
        run_jobs()
    assert story.check.progress == "in_progress"
    fill(path)
    post(f"{path}review/")
    run_jobs()
    assert story.check.progress == "completed"
    assert "check.answered_late" not in event_names()


@pytest.mark.world
def test_a_self_reference_after_completion_counts_until_the_deadline(story: Story) -> None:
    path = asked(story)
    check = story.check
    check.progress, check.completed_at = "completed", NOW
    check.save()
    fill(path)
    with time_machine.travel(check.deadline_at + timedelta(minutes=1), tick=False):
        assert post(f"{path}review/").url == candidate_path(story)
    row = own(story)
    assert row is not None
    assert row.submitted_at is None
    post(f"{path}review/")
    assert event_names()[-2:] == ["check.self_reference_received", "check.answered_late"]


@pytest.mark.world
def test_input_on_a_closed_check_is_kept(story: Story) -> None:
    path = asked(story)
    post(f"{path}questions/1/", PAGES[0][1])
    story.happens("application.rejected", reason="x")
    events = event_names()
    page = post(f"{path}questions/4/", {"q-strengths": "Just typed."})
    assert "There is nothing to do here at the moment" in page.content.decode()
    row = own(story)
    assert row is not None
    assert DraftAnswers.read(row.draft).answers["strengths"] == "Just typed."
    assert (row.submitted_at, event_names()) == (None, events)


@pytest.mark.world
def test_nothing_is_saved_before_starting(story: Story) -> None:
    path = asked(story)
    story.happens("application.rejected", reason="x")
    post(f"{path}questions/4/", {"q-strengths": "Just typed."})
    assert own(story) is None


@pytest.mark.world
def test_a_stale_save_or_submission_keeps_both_answers(story: Story) -> None:
    path = asked(story)
    post(f"{path}begin/")
    fill(path)
    page = f"{path}questions/4/"
    old_tab, other_tab = (get(page).context["seen"] for _tab in range(2))
    reviewed = get(f"{path}review/").context["reviewed"]
    assert post(page, {"q-strengths": "I am quick.", "seen": other_tab}).status_code == 302
    stale = post(page, {"q-strengths": "I am loud.", "seen": old_tab})
    assert (stale.status_code, [other.text for other in stale.context["others"]]) == (409, ["I am quick."])
    assert stale.context["form"]["strengths"].value() == "I am loud."
    assert (
        Client(headers={"HX-Request": "true"})
        .post(page, {"q-strengths": "I am lou", "seen": old_tab})
        .status_code
        == 409
    )
    assert post(f"{path}review/", {"reviewed": reviewed}).status_code == 409
    mine = own(story)
    assert mine is not None
    assert (mine.submitted_at, mine.draft["strengths"]) == (None, "I am quick.")
