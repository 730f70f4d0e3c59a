"""What came in: ratings by relationship, answers in full, what was stated beside what was confirmed."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from goodword.references import queries
from goodword.references.results import results
from tests.references.story import (
    ANSWERS,
    FACTS,
    MANAGER,
    Story,
    answer,
    candidate_door,
    post,
    referee_door,
    sent,
)
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"


@pytest.fixture
def two_answers() -> Story:
    """A manager who answered everything, and a peer who says they were the manager too."""
    story = sent()
    answer(referee_door(MARIA))
    peer = [
        {
            "q-relationship": "confirmed",
            "q-dates": "confirmed",
            "q-title": "corrected",
            "q-title-title": "Cook",
        },
        {"q-reliability": "2"},
        *ANSWERS[2:8],
        {"q-work_again": "yes_with_reservations"},
        {"q-anything_else": "Good luck."},
    ]
    answer(referee_door(PAUL), peer)
    return story


def test_ratings_stand_by_relationship_and_who_could_not_judge_is_counted_apart(two_answers: Story) -> None:
    found = {asked.id: asked for asked in results(two_answers.check).questions}
    assert [
        (v.relationship, v.n, v.skipped, v.values, v.identifiable)
        for v in found["reliability"].by_relationship
    ] == [("Manager", 1, 0, (4,), True), ("Colleague", 1, 0, (2,), True)]
    assert [(v.relationship, v.n, v.skipped, v.values) for v in found["teamwork"].by_relationship] == [
        ("Manager", 0, 1, ()),
        ("Colleague", 0, 1, ()),
    ]
    assert (found["teamwork"].not_judged, found["teamwork"].chart_rows) == (["Manager", "Colleague"], [])
    assert [level.value for level in found["reliability"].levels] == [1, 2, 3, 4, 5]


def test_choices_are_numbered_in_the_order_of_the_question(two_answers: Story) -> None:
    asked = next(asked for asked in results(two_answers.check).questions if asked.id == "work_again")
    assert asked.options == (
        (1, "Yes"),
        (2, "Yes, with reservations"),
        (3, "No"),
        (4, "I prefer not to say"),
    )
    assert asked.chosen == [("Manager", "Yes"), ("Colleague", "Yes, with reservations")]
    assert [(comment.name, comment.text) for comment in asked.comments] == [("Maria Schmidt", "Any day.")]


def test_comments_stand_in_full_with_who_wrote_them(two_answers: Story) -> None:
    asked = next(asked for asked in results(two_answers.check).questions if asked.id == "anything_else")
    assert (
        asked.text
        == f"Is there anything else about {two_answers.application.candidate.name}'s work that you want to say?"
    )
    assert [(comment.name, comment.relationship, comment.text) for comment in asked.comments] == [
        ("Paul Meier", "Colleague", "Good luck.")
    ]


def test_stated_and_confirmed_stand_side_by_side_without_a_judgement(two_answers: Story) -> None:
    found = results(two_answers.check)
    assert [(entry.what, entry.stated, entry.confirmed, entry.verdict) for entry in found.verification] == [
        ("Relationship", "Manager", "Manager", "confirmed"),
        ("Worked together", "April 2021 to August 2023", "May 2021 to August 2023", "corrected"),
        ("Job title", "Engineer", "", "unsure"),
        ("Relationship", "Colleague", "Colleague", "confirmed"),
        ("Worked together", "April 2021 to August 2023", "April 2021 to August 2023", "confirmed"),
        ("Job title", "Engineer", "Cook", "corrected"),
    ]
    assert [(reference.name, len(entries)) for reference, entries in found.facts] == [
        ("Maria Schmidt", 3),
        ("Paul Meier", 3),
    ]


def test_answers_count_under_the_relationship_that_the_referee_gives() -> None:
    story = sent()
    corrected = [
        FACTS | {"q-relationship": "corrected", "q-relationship-relationship": "client"},
        *ANSWERS[1:],
    ]
    answer(referee_door(MARIA), corrected)
    found = results(story.check)
    assert found.references[0].relationship == "Client"
    assert found.questions[0].by_relationship[0].relationship == "Client"


def test_a_factual_reference_has_facts_and_no_ratings() -> None:
    story = sent()
    post(f"{referee_door(MARIA)}facts/", FACTS)
    found = results(story.check)
    assert (found.received, found.factual, found.wanted, found.completed_at) == (1, 1, 2, None)
    assert [asked.by_relationship for asked in found.questions] == [()] * 9
    assert len(found.verification) == 3


def test_progress_and_people_for_lists_and_the_candidates_page() -> None:
    story = sent()
    post(f"{referee_door(MARIA)}no/", {"d-why": "would_rather_not", "d-reason": "No time."})
    run_jobs()
    post(f"{candidate_door(story)}1/another/", MANAGER | {"r-name": "Nora", "r-email": "nora@globex.example"})
    answer(referee_door(PAUL))
    check = story.check
    assert (queries.progress(check), queries.progress_text(check)) == ((1, 2), "1 of 2 references")
    assert [
        (person.referee.name, person.state, person.why, person.decline_reason)
        for person in queries.people(check)
    ] == [
        ("Maria Schmidt", "replaced", "would_rather_not", "No time."),
        ("Nora", "named", "", ""),
        ("Paul Meier", "answered", "", ""),
    ]
    assert [person.referee.name for person in queries.people(check, replaced=False)] == ["Nora", "Paul Meier"]
    assert queries.latest_check(story.application) == check


def test_an_application_without_a_check_has_none() -> None:

    application = factories.application(factories.role(factories.organisation()))
    assert queries.latest_check(application) is None


def test_people_need_the_same_queries_for_one_and_for_many(django_assert_num_queries: Any) -> None:
    story = sent()
    check = queries.latest_check(story.application)
    assert check is not None
    with django_assert_num_queries(2):
        queries.people(check)
    for number in range(3):
        post(
            f"{candidate_door(story)}1/another/",
            MANAGER | {"r-name": f"N{number}", "r-email": f"n{number}@globex.example"},
        )
    with django_assert_num_queries(2):
        queries.people(check)


def test_the_results_page_shows_hostile_text_as_text(two_answers: Story) -> None:
    reference = two_answers.references[0]
    reference.answers["strengths"] = "<script>alert(1)</script>"
    reference.save()
    html = render_to_string("references/result.html", {"result": results(two_answers.check)})
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "Could not judge this: Manager, Colleague." in html


def test_members_see_each_referee_with_the_reason_of_a_no() -> None:
    story = sent()
    post(f"{referee_door(MARIA)}no/", {"d-why": "not_me", "d-reason": "I am <b>Mario</b>."})
    html = render_to_string("references/people.html", {"people": queries.people(story.check)})
    assert "Says: I am not this person" in html
    assert "I am &lt;b&gt;Mario&lt;/b&gt;." in html
    assert "Written to" in html
