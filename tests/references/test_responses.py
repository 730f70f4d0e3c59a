"""A referee answers page by page, and submits once."""

import pytest

from goodword.references.domain.responses import DraftAnswers
from tests.references.story import (
    ANSWERS,
    FACTS,
    answer,
    candidate_path,
    get,
    link_in,
    mails_to,
    post,
    referee_path,
    sent,
)
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"


def test_the_notice_is_shown_first_and_opening_it_changes_nothing() -> None:
    story = sent()
    page = get(referee_path(MARIA))
    text = " ".join(page.content.decode().split())
    for words in (
        "has applied for the <strong>Window Washer</strong> role at Acme.",
        "About <strong>5 minutes</strong>",
        "Who reads it",
        "How long it is kept",
        "Your rights",
        "Acme is the data controller. Write to",
        "gave us your name and address",
        "Dear Maria, would you tell them about the crane?",
        "named you as their manager at",
        "April 2021 to August 2023",
        "Don't contact me again",
    ):
        assert words in text
    assert [request.state for request in story.requests] == ["sent", "sent"]


@pytest.mark.world
def test_a_referee_sees_only_what_the_candidate_stated_about_them() -> None:
    story = sent()
    candidate = story.application.candidate
    candidate.company, candidate.title = "Secret Employer", "Secret Title"
    candidate.save()
    door = referee_path(MARIA)
    for path in ("", "questions/1/", "review/", "facts/", "no/"):
        text = get(f"{door}{path}").content.decode()
        for hidden in (candidate.email, "Secret", "Paul Meier", "paul@globex.example"):
            assert hidden not in text


def test_starting_twice_has_no_further_effect() -> None:
    story = sent()
    path = referee_path(MARIA)
    for _ in range(2):
        assert post(f"{path}begin/").url == f"{path}questions/1/"
    assert [request.state for request in story.requests] == ["begun", "sent"]
    assert event_names().count("request.begun") == 1
    assert get(f"{path}begin/").status_code == 405


@pytest.mark.world
def test_answers_are_saved_per_page_and_continue_on_another_device() -> None:
    story = sent()
    path = referee_path(MARIA)
    for number, page in enumerate(ANSWERS[:3], start=1):
        post(f"{path}questions/{number}/", page)
    assert sorted(DraftAnswers.read(story.requests[0].draft).answers) == [
        "communication",
        "dates",
        "quality",
        "relationship",
        "reliability",
        "teamwork",
        "title",
    ]
    assert get(path).context["go_on"] == f"{path}questions/4/"
    page = get(f"{path}questions/2/")
    assert page.context["form"]["reliability"].value() == "4"


def test_valid_answers_are_saved_if_others_are_missing() -> None:
    story = sent()
    page = post(f"{referee_path(MARIA)}questions/1/", {"q-relationship": "confirmed"})
    assert page.status_code == 200
    assert sorted(page.context["form"].errors) == ["dates", "title"]
    assert DraftAnswers.read(story.requests[0].draft).answers == {
        "relationship": {"answer": "confirmed", "relationship": "manager"}
    }


@pytest.mark.world
def test_two_tabs_do_not_overwrite_each_other() -> None:
    story = sent()
    path = referee_path(MARIA)
    post(f"{path}questions/2/", {"q-reliability": "4"})
    post(f"{path}questions/3/", {"q-teamwork": "2"})
    post(f"{path}questions/2/", {"q-reliability": "5"})
    draft = story.requests[0].draft
    assert (draft["reliability"]["level"], draft["teamwork"]["level"]) == (5, 2)


@pytest.mark.matrix
@pytest.mark.parametrize("number", [0, 12, 999])
def test_an_unknown_page_redirects_to_the_first(number: int) -> None:
    story = sent()
    path = referee_path(MARIA)
    assert get(f"{path}questions/{number}/").url == path
    assert post(f"{path}questions/{number}/", {"q-quality": "2"}).url == path
    assert story.requests[0].draft == {}


@pytest.mark.world
def test_an_incomplete_submission_lists_the_missing_questions() -> None:
    story = sent()
    path = referee_path(MARIA)
    for number, page in enumerate(ANSWERS, start=1):
        if number != 3:
            post(f"{path}questions/{number}/", page)
    page = post(f"{path}review/")
    assert [row.row.question_id for row in page.context["rows"] if row.missing] == [
        "teamwork",
        "communication",
    ]
    assert f'href="{path}questions/3/?then=review"' in page.content.decode()
    assert (story.references, story.requests[0].state) == ([], "begun")
    back = post(f"{path}questions/3/", ANSWERS[2] | {"then": "review"})
    assert back.url == f"{path}review/"


@pytest.mark.main_case
def test_submitting_freezes_the_answers_and_shows_thanks() -> None:
    story = sent()
    path = referee_path(MARIA)
    answer(path)
    (reference,) = story.references
    assert reference.answers == {
        "relationship": {"answer": "confirmed", "relationship": "manager"},
        "dates": {"answer": "corrected", "from": "2021-05", "to": "2023-08"},
        "title": {"answer": "unsure", "title": ""},
        "reliability": {"level": 4, "not_able": False, "comment": ""},
        "quality": {"level": 5, "not_able": False, "comment": ""},
        "teamwork": {"level": None, "not_able": True, "comment": ""},
        "communication": {"level": 3, "not_able": False, "comment": ""},
        "problem_solving": {"level": 4, "not_able": False, "comment": ""},
        "adjectives": ["calm", "careful", "direct", "patient", "structured"],
        "beginning": {"place": 2, "not_able": False},
        "strengths": "She thinks before she builds.",
        "develop": "She could say no more often.",
        "work_again": {"answer": "yes", "comment": "Any day."},
    }
    assert (reference.factual, story.requests[0].state, story.requests[0].draft) == (False, "answered", {})
    assert "Thank you" in get(path).content.decode()


@pytest.mark.world
def test_submitted_answers_cannot_be_changed() -> None:
    story = sent()
    door = referee_path(MARIA)
    answer(door)
    before = story.references[0].answers
    for path, data in (
        ("questions/2/", {"q-reliability": "1"}),
        ("review/", {}),
        ("facts/", FACTS),
        ("no/", {"d-why": "not_me"}),
        ("begin/", {}),
    ):
        assert post(f"{door}{path}", data).url == door
    run_jobs()
    (reference,) = story.references
    assert (reference.answers, story.requests[0].state) == (before, "answered")
    assert event_names().count("reference.received") == 1


@pytest.mark.world
def test_dates_and_title_only_create_a_factual_reference() -> None:
    story = sent()
    path = referee_path(MARIA)
    assert post(f"{path}facts/", FACTS).url == path
    run_jobs()
    (reference,) = story.references
    assert reference.factual
    assert sorted(reference.answers) == ["dates", "relationship", "title"]
    answer(referee_path("paul@globex.example"))
    assert story.check.progress == "completed"


def test_an_incomplete_factual_reference_is_not_submitted() -> None:
    story = sent()
    page = post(f"{referee_path(MARIA)}facts/", {"q-relationship": "confirmed"})
    assert sorted(page.context["form"].errors) == ["dates", "title"]
    assert story.references == []


@pytest.mark.world
def test_the_recruiter_is_mailed_after_the_first_reference_only() -> None:
    story = sent()
    answer(referee_path(MARIA))
    answer(referee_path("paul@globex.example"))
    invitations = [
        message for message in mails_to("rita@acme.example") if "First reference" in message.subject
    ]
    assert len(invitations) == 1
    assert link_in(invitations[0]).startswith("/v/")
    assert "Maria Schmidt has answered" in str(invitations[0].body)
    links = story.application.emails.get(kind="references.review").links.get()
    assert (links.purpose, links.subject_id) == ("review", story.application.pk)
    assert links.expires_at is not None
    assert (links.expires_at - links.created_at).days == 14


@pytest.mark.world
def test_hostile_answers_are_escaped() -> None:
    sent()
    path = referee_path(MARIA)
    for number, page in enumerate(ANSWERS, start=1):
        post(f"{path}questions/{number}/", page)
    post(f"{path}questions/6/", {"q-strengths": "<img src=x onerror=alert(1)>"})
    text = get(f"{path}review/").content.decode()
    assert "<img" not in text
    assert "&lt;img src=x" in text


def test_links_open_only_the_pages_of_their_owner() -> None:
    story = sent()
    referee, candidate = referee_path(MARIA), candidate_path(story)
    assert get(referee.replace("/r/", "/p/") + "references/").status_code == 404
    assert get(candidate.replace("/p/", "/r/").removesuffix("references/")).status_code == 404
