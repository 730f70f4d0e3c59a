"""A candidate's data export contains answers, scores and times, but no test items."""

import json
from copy import deepcopy
from typing import Any

import pytest

from goodword.assessments.kinds.custom_questions.items import CustomQuestion
from goodword.assessments.kinds.judgement.items import SituationItem
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.reasoning.words.task_texts import show
from goodword.assessments.models import Answer, Attempt, AttemptPart, Score
from goodword.assessments.personal_data import export
from goodword.assessments.queries import items_of
from goodword.core.personal_data import ExportReader, ExportRequest
from tests.assessments.all_kinds import assessment_of_all, taken
from tests.assessments.once import once
from tests.assessments.support import application, part_of

pytestmark = pytest.mark.django_db


def build() -> Attempt:
    of = application()
    assert of.role is not None
    assessment_of_all(of.role)
    return taken(of, value=4, solve=1)


built = once(build)


@pytest.fixture
def attempt(db: None, built: Attempt) -> Attempt:
    return deepcopy(built)


def file_of(attempt: Attempt, reader: ExportReader) -> tuple[list[dict[str, Any]], str]:
    of = attempt.step_request.application
    wanted = ExportRequest(
        reader=reader,
        organisation=attempt.organisation,
        candidate_id=of.candidate_id,
        application_ids=(of.pk,),
    )
    told = export.export(wanted)
    return told["assessments"][0]["parts"], json.dumps(told, default=str, ensure_ascii=False)


def texts_of_items(attempt: Attempt) -> set[str]:
    """Statements, situations, actions, tasks and options, without answer scales."""
    found: set[str] = set()
    for order in (1, 2, 3):
        for item in items_of(part_of(attempt, order)):
            assert not isinstance(item, CustomQuestion)
            if isinstance(item, ReasoningTask):
                shown = show(item.drawn, item.language)
                found |= {*shown.lines, *(picture.alt for picture in shown.pictures)}
                found |= {option.picture.alt for option in shown.options if option.picture}
                continue
            found.add(item.text)
            if isinstance(item, SituationItem):
                found |= {action.text for action in item.situation.actions}
    return {text for text in found if len(text) > 15}


def test_answers_to_items_are_exported_by_number_and_custom_questions_in_full(attempt: Attempt) -> None:
    (scales, reasoning, judgement, questions), text = file_of(attempt, ExportReader.CANDIDATE)
    assert len(texts_of_items(attempt)) > 50
    assert [
        texts_of_item
        for texts_of_item in texts_of_items(attempt)
        if json.dumps(texts_of_item, ensure_ascii=False)[1:-1] in text
    ] == []
    assert (scales["answers"][0]["item"], "question" in scales["answers"][0]) == (1, False)
    assert isinstance(scales["answers"][0]["answer"], str)
    assert reasoning["answers"][0]["answer"].startswith("Option ")
    assert set(judgement["answers"][0]["answer"]) >= {"Action 1", "Action 2"}
    assert questions["answers"][1]["question"] == "A storm comes up. What do you do?"
    assert questions["answers"][1]["answer"] == "I call everybody down and tell the office."
    assert all(part["scores"] for part in (scales, reasoning, judgement))
    assert all(answer["answered"] for part in (scales, reasoning, judgement) for answer in part["answers"])


def test_the_device_the_seconds_of_each_answer_and_every_figure_of_a_score_are_exported(
    attempt: Attempt,
) -> None:
    Answer.objects.of(attempt.organisation).filter(part=part_of(attempt, 2)).update(seconds=7.5)
    AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt).update(device="phone")
    Score.objects.of(attempt.organisation).filter(part=part_of(attempt, 2), scale="").update(
        low=3.118, high=6.882, percentile=40, percentile_low=12, percentile_high=71,
        ability=0.514, ability_se=0.622, ability_low=-0.517, ability_high=1.548,
    )  # fmt: skip
    of_candidate, _ = file_of(attempt, ExportReader.CANDIDATE)
    assert {part["device"] for part in of_candidate} == {"phone"}
    assert {answer["seconds on screen"] for answer in of_candidate[1]["answers"]} == {7.5}
    figures = {
        "90% band of the value": {"from": 3.12, "to": 6.88},
        "percentile": 40,
        "90% band of the percentile": {"from": 12, "to": 71},
        "ability": {"estimate": 0.51, "standard error": 0.62, "from": -0.52, "to": 1.55},
    }
    assert figures.items() <= of_candidate[1]["scores"][-1].items()
    of_member, text = file_of(attempt, ExportReader.ORGANISATION)
    assert figures.items() <= of_member[1]["scores"][-1].items()
    assert "seconds on screen" not in text


def test_the_position_of_an_option_is_the_one_that_was_chosen(attempt: Attempt) -> None:
    reasoning = file_of(attempt, ExportReader.CANDIDATE)[0][1]
    part = part_of(attempt, 2)
    values = dict(part.answers.values_list("item", "value"))
    for number, item in enumerate(items_of(part), start=1):
        assert isinstance(item, ReasoningTask)
        options = [option.id for option in show(item.drawn, item.language).options]
        place = options.index(values[item.id]) + 1
        assert {"item": number, "answer": f"Option {place} of {len(options)}"}.items() <= reasoning[
            "answers"
        ][number - 1].items()


def test_the_organisations_export_has_the_items(attempt: Attempt) -> None:
    parts, _ = file_of(attempt, ExportReader.ORGANISATION)
    assert parts[0]["answers"][0]["question"] == items_of(part_of(attempt))[0].text
