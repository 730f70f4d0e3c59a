"""A test that a member ended before the candidate had finished: reports, pages and comparisons say so, and its result
has no precision, since the candidate had neither the whole time nor all tasks."""

import json
from datetime import timedelta

import pytest

from goodword.assessments.attempts.answers import next_item, save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.member_actions import mark_complete
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.models import Attempt
from goodword.assessments.queries import items_of
from goodword.assessments.report import assessment_data, assessment_pages, outcome, screen_sections
from goodword.assessments.results import result
from goodword.core.report_blocks import Notice
from goodword.reports.phrases import words_for
from goodword.workspace.comparison.results import finished_attempts, results_of_test, tables_of
from tests.assessments.plans import NOW, REASONING, WORK_STYLE, attempt_of
from tests.assessments.support import part_of

pytestmark = pytest.mark.django_db

SAID = "This test was ended before the candidate had finished."


def solving(attempt: Attempt, n: int) -> Attempt:
    """Solve the first n of twelve tasks."""
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    for number, item in enumerate(items_of(part_of(attempt))[:n], start=1):
        assert isinstance(item, ReasoningTask)
        save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value=item.drawn.key, now=NOW)
        next_item(attempt_id=attempt.pk, order=1, number=number, now=NOW)
    return attempt


def ended_by_member(attempt: Attempt) -> Attempt:
    role = attempt.step_request.application.role
    assert role is not None
    return mark_complete(attempt_id=attempt.pk, member=role.owner, now=NOW + timedelta(minutes=1))


@pytest.mark.parametrize("early", [True, False])
def test_the_report_says_that_the_test_was_ended_early_and_gives_no_band(early: bool) -> None:
    attempt = solving(attempt_of(REASONING), 3)
    if early:
        ended_by_member(attempt)
    else:
        finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    attempt.refresh_from_db()
    found = result(attempt)
    assert found is not None
    data, words = assessment_data(found, moment=str), words_for("en")
    # three of twelve solved in a whole test: 2.3 to 5.9 (docs/scoring.md, Precision of the number solved)
    (line,) = [answer.text for row in outcome(data, words) for answer in row.answers]
    assert line == (
        "3 of 12 solved, ended before the candidate had finished"
        if early
        else "3 of 12 solved, 90% band 2.3 to 5.9, assumed"
    )
    pages = assessment_pages(data, words, erased=False)
    assert (SAID in str(pages.front)) is (SAID in str(pages.body)) is early
    assert ("2.3 to 5.9" in str(pages)) is not early
    assert json.loads(json.dumps(data))["tests"][0].get("cut_short", False) is early


def test_a_test_that_had_not_started_is_named_as_having_no_result() -> None:
    attempt = ended_by_member(solving(attempt_of(REASONING, WORK_STYLE), 3))
    found = result(attempt)
    assert found is not None
    data, words = assessment_data(found, moment=str), words_for("en")
    said = "Not started, so without a result: Work style."
    notices = [
        block.paragraphs[0]
        for sections in (
            assessment_pages(data, words, erased=False).front,
            screen_sections(found, words, moment=str),
        )
        for section in sections
        for block in section.blocks
        if isinstance(block, Notice) and said in block.paragraphs[0]
    ]
    assert len(notices) == 2
    assert [(row.label, row.answers[0].text) for row in outcome(data, words)] == [
        ("Reasoning", "3 of 12 solved, ended before the candidate had finished"),
        ("Work style", "not started, so no result"),
    ]


def test_it_is_not_compared_with_whole_results() -> None:
    attempt = ended_by_member(solving(attempt_of(REASONING), 3))
    role = attempt.step_request.application.role
    assert role is not None
    found = finished_attempts(role, role.owner)
    (one,) = results_of_test(found, part_of(attempt).version.test, role=role, numbers={})
    (table,) = tables_of([one], sort="name", hidden=False)
    assert table.conditions.cut_short
    whole = table.rows[0].cells[0]
    assert (whole.text, whole.note) == ("3 of 12", "")
