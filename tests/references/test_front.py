"""Page 1 of the report: dates and title, and ratings."""

from typing import Any

import pytest
from django.utils import translation

from goodword.core.report_blocks import Cell, Heading, Notice, Prose, RatingChart, Table
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.references.models import Check
from goodword.references.queries import check_outcome
from goodword.references.report import check_pages
from goodword.references.report_data import CheckData
from goodword.references.report_front import front_sections, received_sentences, work_again_counts
from goodword.references.results import results
from goodword.reports.personal_data import without_referee
from goodword.reports.phrases import words_for
from goodword.workspace.results import result_of
from tests.references.answered import FULL, NOW, OWN, QUESTIONS, answered, answered_self, checked, whole
from tests.support.blocks import frozen

pytestmark = pytest.mark.django_db

AGREE = "All answers about dates and title confirm what the candidate stated."
CONFIRMED: dict[str, Any] = {name: FULL[name] for name in ("relationship", "dates", "title")}
UNSURE: dict[str, Any] = {"answer": "unsure", "from": None, "to": None, "title": ""}
PEER = {"answer": "corrected", "relationship": "peer"}
COOK = {"answer": "corrected", "title": "Cook"}


def front_page(answers: dict[str, Any], **referee: Any) -> tuple[str, str, str, list[str]]:
    """What page 1 says in sum, about the referee, as a warning, and the outcome on the candidate's page."""
    check = checked()
    answered(check, 1, CONFIRMED | answers, **referee)
    summary, table = [
        block
        for section in front_sections(frozen(check), words_for("en"))
        for block in section.blocks
        if isinstance(block, Prose | Table)
    ]
    assert isinstance(summary, Prose) and isinstance(table, Table)
    cell = table.rows[0][-1]
    assert isinstance(cell, Cell)
    outcome = [answer.text for row in check_outcome(results(check)) for answer in row.answers]
    sentences = summary.paragraphs[0].removeprefix("One of 3 requested references was received.").strip()
    return sentences, cell.note or "", cell.warning or "", outcome


def test_dates_and_title_are_confirmed() -> None:
    assert front_page({}) == (AGREE, "Engineer\nConfirmed", "", ["Confirmed"])


def test_a_referee_who_is_not_sure_confirms_nothing() -> None:
    sentence, note, warning, outcome = front_page({"dates": UNSURE, "title": UNSURE})
    assert sentence == "One referee isn’t sure of the dates or the title."
    assert (note, warning) == ("Confirmed: Relationship\nNot sure: Worked together, Job title", "")
    assert outcome == ["Not sure"]


def test_a_title_that_the_candidate_left_empty_does_not_differ() -> None:
    sentence, note, warning, outcome = front_page({"title": COOK}, candidate_title="")
    assert sentence == ""
    assert note == "Confirmed: Worked together\nJob title: Cook. Not stated by the candidate."
    assert (warning, outcome) == ("", ["Confirmed"])


def test_another_relationship_is_not_a_difference_in_dates_or_title() -> None:
    sentence, note, warning, outcome = front_page({"relationship": PEER})
    assert (sentence, outcome) == (AGREE, ["Confirmed"])
    assert note == "Engineer\nConfirmed: Worked together, Job title"
    assert warning == "Relationship differs. Referee: Colleague. Candidate: Manager."


def test_what_is_confirmed_beside_a_difference_is_named() -> None:
    sentence, note, warning, outcome = front_page({"title": COOK})
    assert sentence == "One referee gives different dates or a different title from the candidate."
    assert note == "Confirmed: Worked together"
    assert warning == "Job title differs. Referee: Cook. Candidate: Engineer."
    assert outcome == ["Differ"]


def ratings(check: Check) -> list[tuple[str, str, int]]:
    """Label, note and number of answers of each row of the chart."""
    return [
        (row.label, row.note, len(row.values))
        for section in front_sections(frozen(check), words_for("en"))
        for block in section.blocks
        if isinstance(block, RatingChart)
        for row in block.rows
    ]


def test_ratings_that_nobody_could_give_are_listed() -> None:
    check = checked()
    unable = {"level": None, "not_able": True, "comment": ""}
    answered(check, 1, CONFIRMED | {"leading": unable})
    assert ("Leadership", "Asked only of: Manager, Direct report. 1 couldn’t say", 0) in ratings(check)


def test_ratings_of_one_competency_are_told_apart() -> None:
    check = checked()
    answered(check, 1)
    assert [row[:2] for row in ratings(check) if row[0] == "Reliability"] == [
        ("Reliability", "How far could one rely on Ada Lovelace?"),
        ("Reliability", "Ada Lovelace keeps promises."),
    ]


def test_questions_that_no_referee_was_asked_have_no_page() -> None:
    check = checked()
    answered(check, 1, CONFIRMED, factual=True)
    assert check_pages(frozen(check), words_for("en")).body == []


def test_names_of_languages_and_quotation_marks_are_those_of_the_report() -> None:
    check = checked()
    answered(check, 1, language="de")
    with translation.override("fr"):
        found = frozen(check)
    assert found["references"][0].get("language") == "allemand"
    [note] = [
        question["note"]
        for question in found["questions"]
        if question["id"] == "why_not" and "note" in question
    ]
    assert "«\u202fNon\u202f», «\u202fOui, avec des réserves\u202f»" in note


def test_the_only_manager_left_is_identifiable() -> None:
    data = frozen(whole())
    [omar] = [
        reference["id"] for reference in data["references"] if reference["referee"]["name"] == "Omar Haddad"
    ]
    left = without_referee({"check": data}, reference=omar, given={})["check"]
    [notice] = [
        block.paragraphs[0]
        for section in front_sections(left, words_for("en"))
        for block in section.blocks
        if isinstance(block, Notice)
    ]
    assert "Each relationship has only one referee, so every answer can be traced to a person." in notice


def test_the_number_after_a_question_stays_behind_a_right_to_left_name() -> None:
    """Without the marks, it is shown before the name, as in "How far could one rely on 1 ?..."."""
    check = whole(first_name="محمد", last_name="الخوارزمي")
    name = check.step_request.application.candidate.name
    found = result_of(check)
    assert found is not None
    [note, *_] = [
        row.note
        for section in found.overview
        for block in section.blocks
        if isinstance(block, RatingChart)
        for row in block.rows
        if row.label == "Reliability"
    ]
    assert note == f"How far could one rely on \u2068{name}\u2069? 1 couldn’t say"
    headings = [
        block.text for section in found.sections for block in section.blocks if isinstance(block, Heading)
    ]
    assert f"\u200e\u2068{name}\u2069 keeps promises." in headings


def again_by_referee(check: Check) -> dict[str, Any]:
    """The answers to *would work again* on page 1."""
    [table] = [
        block
        for section in front_sections(frozen(check), words_for("en"))
        for block in section.blocks
        if isinstance(block, Table)
    ]
    place = list(table.header).index("Would work together again")
    return {row[0].text: row[place] for row in table.rows if isinstance(row[0], Cell)}


FOR_MANAGERS = [
    asked | ({"only_for": ["manager"]} if asked["id"] == "work_again" else {}) for asked in QUESTIONS
]


def checked_with(questions: list[dict[str, Any]]) -> Check:
    check = checked()
    check.version = QuestionnaireVersion.objects.create(
        organisation=check.organisation,
        questionnaire=check.version.questionnaire,
        number=2,
        language="en",
        questions=questions,
        created_at=NOW,
        published_at=NOW,
    )
    check.save(update_fields=["version"])
    return check


def test_only_a_referee_who_was_asked_about_working_together_again_can_leave_it_unanswered() -> None:
    check = checked_with(FOR_MANAGERS)
    left_open = {name: answer for name, answer in FULL.items() if name != "work_again"}
    answered(check, 1)
    answered(check, 2, left_open)
    answered(check, 3, left_open | {"relationship": PEER})
    answered(check, 4, CONFIRMED, factual=True, name="Fay Factual")
    assert again_by_referee(check) == {
        "Maria Schmidt": "Yes",
        "Omar Haddad": "Not answered",
        "Paul Meier": "Not asked",
        "Fay Factual": "–",
    }


FOR_COLLEAGUES = {
    "id": "team_again",
    "type": "would_work_again",
    "text": "Would you like {candidate} back in your team?",
    "only_for": ["peer"],
}


def test_managers_and_colleagues_may_be_asked_in_different_words_about_working_together_again() -> None:
    check = checked_with([*FOR_MANAGERS, FOR_COLLEAGUES])
    answered(check, 1)
    of_colleague = FULL | {
        "relationship": PEER,
        "team_again": {"answer": "no", "comment": "Once was enough."},
    }
    answered(check, 3, {name: answer for name, answer in of_colleague.items() if name != "work_again"})
    assert again_by_referee(check) == {"Maria Schmidt": "Yes", "Paul Meier": "No"}
    assert work_again_counts(frozen(check)) == {
        "Yes": 1,
        "Yes, with reservations": 0,
        "No": 1,
        "I prefer not to say": 0,
    }
    [again, _] = check_outcome(results(check))
    assert [(answer.text, [name for _, name in answer.by]) for answer in again.answers] == [
        ("Yes", ["Maria Schmidt, manager"]),
        ("No", ["Paul Meier, colleague"]),
    ]
    assert "Would you like Ada Lovelace back in your team?" not in other_questions(check)


def other_questions(check: Check) -> list[str]:
    [other_answers] = [
        section
        for section in check_pages(frozen(check), words_for("en")).body
        if section.title == words_for("en")("other_answers")
    ]
    return [block.text for block in other_answers.blocks if isinstance(block, Heading)]


def test_a_colleague_who_left_their_own_question_open_was_asked() -> None:
    check = checked_with([*FOR_MANAGERS, FOR_COLLEAGUES])
    answered(check, 1)
    left_open = {name: answer for name, answer in FULL.items() if name != "work_again"}
    answered(check, 3, left_open | {"relationship": PEER})
    assert again_by_referee(check) == {"Maria Schmidt": "Yes", "Paul Meier": "Not answered"}


def test_a_second_question_about_working_together_again_is_listed_if_somebody_answered_both() -> None:
    check = checked_with([*QUESTIONS, {**FOR_COLLEAGUES, "only_for": []}])
    answered(check, 1, FULL | {"team_again": {"answer": "no", "comment": ""}})
    assert again_by_referee(check) == {"Maria Schmidt": "Yes"}
    assert sum(work_again_counts(frozen(check)).values()) == 1
    [again, _] = check_outcome(results(check))
    assert [answer.text for answer in again.answers] == ["Yes"]
    assert "Would you like Ada Lovelace back in your team?" in other_questions(check)


def test_only_the_second_answer_of_a_referee_who_answered_both_is_left_out_of_page_1() -> None:
    check = checked_with([*FOR_MANAGERS, {**FOR_COLLEAGUES, "only_for": []}])
    answered(check, 1, FULL | {"team_again": {"answer": "no", "comment": ""}})
    of_colleague = FULL | {"relationship": PEER, "team_again": {"answer": "no", "comment": ""}}
    answered(check, 3, {name: answer for name, answer in of_colleague.items() if name != "work_again"})
    assert again_by_referee(check) == {"Maria Schmidt": "Yes", "Paul Meier": "No"}
    counts = work_again_counts(frozen(check))
    assert (counts["Yes"], counts["No"]) == (1, 1)


def test_an_erased_referee_has_no_answer_about_working_together_again() -> None:
    data = frozen(whole())
    left = without_referee({"check": data}, reference=data["references"][0]["id"], given={})["check"]
    [table] = [
        block
        for section in front_sections(left, words_for("en"))
        for block in section.blocks
        if isinstance(block, Table)
    ]
    assert [row[1] for row in table.rows] == ["–", "Yes, with reservations", "Yes"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The requested reference was received."),
        ("de", "Die erbetene Referenz ist eingegangen."),
        ("fr", "La référence demandée a été reçue."),
    ],
)
def test_the_only_requested_reference_needs_no_numbers(language: str, sentence: str) -> None:
    check = checked()
    answered(check, 1)
    check.wanted = 1
    facts: CheckData = {**frozen(check), "sent": 0}
    assert received_sentences(facts, words_for(language)) == [sentence]


UNABLE: dict[str, Any] = {"level": None, "not_able": True, "comment": ""}


def test_a_candidate_who_cannot_rate_themselves_is_not_counted_among_the_referees() -> None:
    check = checked()
    answered(check, 1, FULL | {"leading": UNABLE})
    answered_self(check, OWN | {"leading": UNABLE})
    assert (
        "Leadership",
        "Asked only of: Manager, Direct report. 1 couldn’t say · Self: Couldn’t say",
        0,
    ) in (ratings(check))


def test_the_report_counts_referees_who_cannot_place_the_candidate_between_two_statements() -> None:
    check = checked()
    answered(check, 1)
    answered(check, 2, FULL | {"aloud": {"place": None, "not_able": True}})
    [found] = [
        section
        for section in check_pages(frozen(check), words_for("en")).body
        if section.title == "Other answers"
    ]
    blocks = list(found.blocks)
    [chart] = [place for place, block in enumerate(blocks) if isinstance(block, RatingChart)]
    assert blocks[chart + 1] == Prose(["1 couldn’t say."], quiet=True)
