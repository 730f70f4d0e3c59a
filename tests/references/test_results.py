"""Results: answers by relationship, the self-reference, stated and confirmed facts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from goodword.core.report_blocks import Block, OptionChart, RatingChart
from goodword.references.models import Check
from goodword.references.results import QuestionResult, Results, given_by, results
from tests.references.answered import FULL, NOW, QUESTIONS, answered, answered_self, asked, checked, whole
from tests.support.blocks import check_page as page
from tests.support.blocks import check_sections

pytestmark = pytest.mark.django_db


@pytest.fixture
def check() -> Check:
    return whole()


@pytest.fixture
def found(check: Check) -> Results:
    return results(check)


def of(found: Results, name: str) -> QuestionResult:
    return next(question for question in found.questions if question.id == name)


def blocks(check: Check, title: str) -> list[Block]:
    [section] = [check_section for check_section in check_sections(check) if check_section.title == title]
    return list(section.blocks)


def groups(found: Results, name: str) -> list[tuple[str, int, int, tuple[int, ...], bool]]:
    return [
        (group.relationship, group.n, group.skipped, group.values, group.identifiable)
        for group in of(found, name).groups
    ]


def test_ratings_are_grouped_by_relationship_with_the_self_reference_last(found: Results) -> None:
    assert groups(found, "reliability") == [
        ("Manager", 2, 0, (4, 2), False),
        ("Colleague", 0, 1, (), True),
        ("Self", 1, 0, (5,), False),
    ]


def test_answers_are_drawn_by_relationship(check: Check) -> None:
    [chart] = [block for block in blocks(check, "Reliability") if isinstance(block, RatingChart)][:1]
    assert (chart.axis, [(row.label, row.values, row.hollow) for row in chart.rows]) == (
        (1, 5),
        [("Manager", [2, 4], False), ("Colleague", [], False), ("Self", [5], True)],
    )


def test_questions_on_one_competency_share_its_heading(check: Check) -> None:
    titles = [section.title for section in check_sections(check)]
    assert titles[:4] == ["Summary", "Dates and title", "Reliability", "Leadership"]
    assert sum(isinstance(block, RatingChart) for block in blocks(check, "Reliability")) == 2


def test_no_score_sums_up_a_person(check: Check) -> None:
    assert not {"mean", "total", "score"} & set(page(check).lower().split())


def test_agreement_shows_labels_and_who_did_not_answer(found: Results) -> None:
    asked = of(found, "promises")
    assert (asked.kind, [level.label for level in asked.levels]) == (
        "agreement",
        ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"],
    )
    assert [who.name for who in asked.left_open] == ["Omar Haddad"]
    assert asked.self_text == "I keep promises."


def test_not_asked_differs_from_not_answered(found: Results) -> None:
    leading, why_not = of(found, "leading"), of(found, "why_not")
    assert leading.unasked == "Asked only of: Manager, Direct report."
    assert ([who.name for who in leading.not_asked], leading.left_open) == (["Paul Meier"], ())
    assert [who.name for who in why_not.not_asked] == ["Maria Schmidt", "Paul Meier"]
    assert why_not.unasked == (
        "Asked only if “Would you work with Ada Lovelace again?” was answered with “No”, “Yes, with reservations”."
    )
    assert [answer.comment for answer in why_not.comments] == ["Fewer projects at once."]


def test_adjectives_are_counted_by_relationship(check: Check) -> None:
    [chart] = [block for block in blocks(check, "Which words fit best?") if isinstance(block, OptionChart)]
    assert [(row.label, row.filled, row.hollow, row.who) for row in chart.rows] == [
        ("Careful", 3, 0, "Manager 2, Colleague 1 (identifiable)"),
        ("Patient", 2, 1, "Manager 1, Colleague 1 (identifiable), Self 1"),
        ("Calm", 2, 0, "Manager 1, Colleague 1 (identifiable)"),
        ("Direct", 1, 0, "Manager 1"),
        ("Quick", 1, 1, "Manager 1, Self 1"),
        ("Curious", 0, 1, "Self 1"),
    ]


def test_positions_between_two_statements_share_a_scale(found: Results) -> None:
    asked = of(found, "aloud")
    assert asked.ends == ("Thinks aloud with others", "Works it out alone first")
    assert groups(found, "aloud") == [
        ("Manager", 2, 0, (2, 2), False),
        ("Colleague", 1, 0, (5,), True),
        ("Self", 1, 0, (4,), False),
    ]


def test_numbers_dates_and_periods_are_written_out(found: Results) -> None:
    assert [answer.words for answer in of(found, "team").answers] == [
        "12 people",
        "9 people",
        "12 people",
        "11 people",
    ]
    assert [of(found, name).answers[0].words for name in ("last", "project", "client")] == [
        "15 January 2026",
        "since June 2021",
        "Umbrella Ltd",
    ]


def test_choices_are_numbered_in_the_order_of_the_question(found: Results) -> None:
    asked = of(found, "work_again")
    assert asked.options == (
        (1, "Yes"),
        (2, "Yes, with reservations"),
        (3, "No"),
        (4, "I prefer not to say"),
    )
    assert [group.values for group in asked.groups if not group.is_self] == [(1, 2), (1,)]
    assert [(comment.by.name, comment.comment) for comment in asked.comments] == [
        ("Maria Schmidt", "Any day."),
        ("Paul Meier", "Any day."),
    ]


def test_comments_are_shown_in_full_by_relationship(found: Results) -> None:
    assert [
        (comment.by.name, comment.by.relationship, comment.comment)
        for comment in of(found, "strengths").comments
    ] == [
        ("Maria Schmidt", "Manager", "She thinks before she builds."),
        ("Omar Haddad", "Manager", "She is quick."),
        ("Paul Meier", "Colleague", "She listens."),
        ("Ada Lovelace", "Self", "I ask before I build."),
    ]


def test_stated_and_confirmed_facts_are_shown_side_by_side(found: Results) -> None:
    facts = [[fact for fact in found.verification if fact.reference == who.id] for who in found.references]
    assert [len(entries) for entries in facts] == [3, 3, 3]
    assert [(fact.what, fact.stated, fact.confirmed, fact.verdict) for fact in facts[1]] == [
        ("Relationship", "Manager", "Manager", "confirmed"),
        ("Worked together", "April 2021 to August 2023", "April 2021 to August 2023", "confirmed"),
        ("Job title", "Engineer", "Cook", "corrected"),
    ]
    assert facts[2][1].verdict == "unsure"


def test_contradictions_between_referees_of_one_company_are_shown(found: Results) -> None:
    assert [
        (
            contradiction.what,
            contradiction.company,
            [(fact, [who.name for who in by]) for fact, by in contradiction.claims],
        )
        for contradiction in found.contradictions
    ] == [("Job title", "Globex", [("Engineer", ["Maria Schmidt"]), ("Cook", ["Omar Haddad"])])]


def test_referees_of_different_companies_or_times_contradict_nobody() -> None:
    check = checked()
    answered(check, 1)
    answered(
        check,
        2,
        FULL | {"title": {"answer": "corrected", "title": "Cook"}},
        company="Initech",
    )
    answered(
        check,
        3,
        FULL | {"dates": {"answer": "confirmed", "from": "2019-01", "to": "2020-02"}},
        company="Globex",
        from_month="2019-01",
        to_month="2020-02",
    )
    assert results(check).contradictions == ()


def test_answers_count_under_the_confirmed_relationship() -> None:
    check = checked()
    answered(check, 1, FULL | {"relationship": {"answer": "corrected", "relationship": "client"}})
    found = results(check)
    assert found.references[0].relationship == "Client"
    assert groups(found, "reliability") == [("Client", 1, 0, (4,), True)]


def test_a_factual_reference_has_no_ratings_and_is_not_listed_as_unasked() -> None:
    check = checked(done=False)
    facts = {name: FULL[name] for name in ("relationship", "dates", "title")}
    answered(check, 1, facts, factual=True)
    found = results(check)
    assert [who.factual for who in found.references] == [True]
    assert (found.received, found.wanted, found.completed_at) == (1, 3, None)
    assert {(question.groups, question.not_asked, question.left_open) for question in found.questions} == {
        ((), (), ())
    }
    assert len(found.verification) == 3


def test_answers_in_other_languages_are_matched_by_values() -> None:
    check = checked()
    answered(check, 1)
    answered(check, 3, language="de")
    found = results(check)
    assert [who.language for who in found.references] == ["", "German"]
    assert of(found, "words").text == "Which words fit best?"
    assert groups(found, "aloud") == [("Manager", 1, 0, (2,), True), ("Colleague", 1, 0, (5,), True)]
    assert 'lang="de"' in page(check)


def test_wrong_recipients_count_as_neither_asked_nor_declined() -> None:
    check = checked()
    answered(check, 1)
    answered(check, 2)
    wrong = asked(check, 3, state="declined")
    wrong.why = "not_me"
    wrong.save()
    found = results(check)
    assert (found.sent, found.declined) == (2, 0)
    html = " ".join(page(check).split())
    assert "2 referees were asked." in html
    assert "declined" not in html


def test_late_references_and_requests_are_counted() -> None:
    check = checked()
    answered(check, 1)
    answered(check, 2, late=True, submitted_at=NOW + timedelta(days=1))
    asked(check, 3, state="declined")
    found = results(check)
    assert (found.sent, found.declined, found.erased) == (3, 1, 0)
    assert [who.late for who in found.references] == [False, True]
    answered_self(check, submitted_at=NOW + timedelta(days=1))
    own = results(check).self_reference
    assert own is not None and own.late
    html = " ".join(page(check).split())
    assert "3 referees were asked. One of them declined." in html
    assert "One reference was received after the check was completed." in html


def test_a_draft_self_reference_is_not_a_result() -> None:
    check = checked()
    answered(check, 1)
    answered_self(check, submitted_at=None, answers=None, draft={"team": 3})
    found = results(check)
    assert (
        found.self_reference,
        {group.is_self for question in found.questions for group in question.groups},
    ) == (
        None,
        {False},
    )


def test_chosen_values_are_listed_by_question(check: Check) -> None:
    reference = next(request for request in check.requests.order_by("pk")).reference
    assert given_by(reference) == {
        "reliability": [4],
        "promises": [5],
        "leading": [3],
        "words": [1, 4, 6],
        "aloud": [2],
        "work_again": [1],
        "tools": [1, 2],
        "team": [],
        "last": [],
        "project": [],
        "client": [],
        "strengths": [],
    }


def test_the_results_page_escapes_hostile_text(check: Check) -> None:
    reference = next(request for request in check.requests.order_by("pk")).reference
    reference.answers["strengths"] = "<script>alert(1)</script>"
    reference.save()
    html = page(check)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    on_scale_or_chosen = [question for question in QUESTIONS if question["id"] in FIGURES]
    assert html.count("<summary>Who answered what") == len(on_scale_or_chosen)


FIGURES = ("reliability", "promises", "leading", "words", "aloud", "work_again", "tools")


def test_questions_nobody_was_asked_are_marked() -> None:
    check = checked()
    answered(check, 3)
    assert page(check).count("One referee was not asked this.") == 2


def test_the_number_of_queries_does_not_depend_on_references(django_assert_num_queries: Any) -> None:
    check = checked()
    answered(check, 1)
    check = Check.objects.of(check.organisation).select_related(
        "version__questionnaire", "organisation", "step_request__application__candidate"
    )[0]
    with django_assert_num_queries(3):
        results(check)
    for number in (2, 3):
        answered(check, number)
    with django_assert_num_queries(3):
        results(check)


@pytest.fixture
def german() -> Iterator[None]:
    with translation.override("de"):
        yield


def test_results_pages_are_translated(check: Check, german: None) -> None:
    assert "Ada Lovelace" in page(check)
