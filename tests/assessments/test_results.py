"""Results are shown as issued, with the answers they are based on."""

from copy import deepcopy

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.flags.raising import careless_signs
from goodword.assessments.kinds.report import CarelessSigns, Requirement
from goodword.assessments.kinds.scales.results import ScalesResult
from goodword.assessments.models import Attempt
from goodword.assessments.queries import latest_attempt
from goodword.assessments.report import screen_sections
from goodword.assessments.results import AttemptResult, result
from goodword.reports.phrases import words_for
from goodword.roles.models import Step
from tests.assessments.once import once
from tests.assessments.plans import PlannedTest, attempt_of
from tests.assessments.support import (
    answer_all,
    answers,
    application,
    assigned,
    save_answers,
    statements_of,
)
from tests.support import factories
from tests.support.blocks import assessment_page

pytestmark = pytest.mark.django_db

NOW = factories.NOW


def build() -> Attempt:
    """An attempt with "extraversion" answered 4, 1, 5, 2 and everything else 3."""
    made = assigned(application())
    answer_all(made, value=3)
    given = [item.id for item in statements_of(made) if item.item.scale == "extraversion"]
    for item_id, value in zip(given, (4, 1, 5, 2), strict=True):
        save_answer(attempt_id=made.pk, order=1, item_id=item_id, value=value, now=NOW)
    finish_part(attempt_id=made.pk, order=1, now=NOW)
    latest = latest_attempt(made.step_request.application)
    assert latest is not None
    return latest


built = once(build)


@pytest.fixture
def attempt(db: None, built: Attempt) -> Attempt:
    return deepcopy(built)


def whole(attempt: Attempt) -> AttemptResult:
    made = result(attempt)
    assert made is not None
    return made


def found(attempt: Attempt) -> ScalesResult:
    [part] = whole(attempt).parts
    assert isinstance(part, ScalesResult)
    return part


def test_there_is_no_result_before_completion() -> None:
    unfinished = assigned(application())
    answer_all(unfinished)
    assert result(unfinished) is None
    assert latest_attempt(factories.application(factories.role(factories.organisation()))) is None


def test_each_scale_has_its_answers(attempt: Attempt) -> None:
    scale = found(attempt).scales[0]
    assert (scale.scale.name, scale.mean) == ("Contact with others", 4.5)
    assert (scale.n_answered, scale.n_items) == (4, 4)
    assert [(a.keyed, a.answer, a.value, a.label) for a in scale.answers] == [
        (1, 4, 4, "Agree"),
        (-1, 1, 5, "Strongly disagree"),
        (1, 5, 5, "Strongly agree"),
        (-1, 2, 4, "Disagree"),
    ]
    assert scale.rule_text == "(4 + 5 + 5 + 4) ÷ 4 = 4.5"


def test_a_result_has_everything_for_a_report(attempt: Attempt) -> None:
    made = found(attempt)
    all_of_it = whole(attempt)
    assert (all_of_it.language, all_of_it.language_name, all_of_it.completed_at) == ("en", "English", NOW)
    assert (made.title, made.scoring_version) == ("Work style", "1")
    assert (made.minimum, made.maximum) == (1, 5)
    assert made.response_labels[0::4] == ["Strongly disagree", "Strongly agree"]
    assert [scale.scale.id for scale in made.scales] == [
        "extraversion",
        "agreeableness",
        "conscientiousness",
        "openness",
    ]
    assert made.sheet.n_items == 16
    assert made.requirement is not None
    assert made.requirement.text == "Washes windows"
    assert made.scales[0].values == [4, 5, 5, 4]


def test_a_result_is_as_issued(attempt: Attempt) -> None:
    answers(attempt).update(value=1)
    assert [scale.mean for scale in found(attempt).scales] == [4.5, 3.0, 3.0, 3.0]


@pytest.mark.world
def test_the_requirement_is_that_of_the_assigned_version() -> None:
    of = application()
    said = Requirement(text="Works on ropes with two others", who="Rita", at=NOW)
    Step.objects.of(of.organisation).update(
        requirement=said.text, requirement_by=said.who, requirement_at=said.at
    )
    made = assigned(of)
    answer_all(made)
    finish_part(attempt_id=made.pk, order=1, now=NOW)
    Step.objects.of(of.organisation).update(requirement="Something else by now")
    latest = latest_attempt(of)
    assert latest is not None
    assert found(latest).requirement == said


def test_a_result_takes_nine_queries(attempt: Attempt) -> None:
    with CaptureQueriesContext(connection) as queries:
        result(attempt)
    # parts, answers, drawn items, scores, files, marks, norms, calibrations, the total
    assert len(queries) == 9


def test_recruiters_see_scales_with_both_ends_and_no_total(attempt: Attempt) -> None:
    page = assessment_page(whole(attempt))
    assert page.count("Answers behind ") == 4 * 2  # summary and caption
    # statements and answers have the language in which the candidate read them
    assert page.count('<span dir="auto" lang="en">') == 16 * 2
    assert page.count("Towards 1: Reserved") == 1
    assert page.count("Towards 5: Outgoing") == 1
    assert page.count("Mean 4.5 from 4 of 4 answers.") == 1
    assert page.count("(4 + 5 + 5 + 4) ÷ 4 = 4.5") == 1
    assert page.count("Neither end of a scale is better.") == 1
    assert page.count("There is no norm group for this test yet") == 1
    assert page.count("About this test") == 1


def test_titles_and_scale_texts_are_in_the_readers_language(attempt: Attempt) -> None:
    english = found(attempt)
    [part] = attempt.parts.all()
    french = part.version.test.versions.get(number=part.version.number, language="fr")
    attempt.parts.update(version=french)
    Attempt.objects.of(attempt.organisation).update(language="fr")
    attempt = Attempt.objects.of(attempt.organisation).get()
    as_taken = found(attempt)
    translated = result(attempt, language="en")
    assert translated is not None
    [shown] = translated.parts
    assert isinstance(shown, ScalesResult)
    assert (shown.title, as_taken.title != shown.title) == (english.title, True)
    assert [scale.scale for scale in shown.scales] == [scale.scale for scale in english.scales]
    assert [scale.mean for scale in shown.scales] == [scale.mean for scale in as_taken.scales]
    assert [save_answer.text for save_answer in shown.scales[0].answers] == [
        save_answer.text for save_answer in as_taken.scales[0].answers
    ]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("form", "checked"),
    [
        ("short20:extraversion,openness", ("straight_line",)),  # eight opposite pairs
        ("short20:openness", ()),
        ("short20", ("straight_line", "contradiction")),
    ],
)
def test_only_signs_that_were_checked_are_reported_as_absent(form: str, checked: tuple[str, ...]) -> None:
    made = attempt_of(PlannedTest(test="work_style", form=form))
    save_answers(
        made,
        1,
        {item.id: (4 if item.item.keyed == "+" else 2) for item in statements_of(made)},
        now=NOW,
    )
    finish_part(attempt_id=made.pk, order=1, now=NOW)
    made.refresh_from_db()
    signs = careless_signs(made)
    assert signs == {1: CarelessSigns(checked=checked, found=())}
    sections = screen_sections(whole(made), words_for("en"), moment=str, signs=signs)
    page = render_to_string("ui/sections.html", {"sections": sections})
    assert [
        name
        for name, denied in (
            ("straight_line", "long runs of one answer"),
            ("contradiction", "agreement with opposite statements"),
            ("fast", "answers faster than most people can read the items"),
        )
        if denied in page
    ] == list(checked)
    assert ("Work style: no signs of careless responding" in page) == bool(checked)


@pytest.mark.world
def test_careless_responding_is_mentioned_beside_the_scores() -> None:
    made = attempt_of(PlannedTest(test="work_style", form="short20"))
    answer_all(made, value=5)
    finish_part(attempt_id=made.pk, order=1, now=NOW)
    made.refresh_from_db()
    sections = screen_sections(whole(made), words_for("en"), moment=str, signs=careless_signs(made))
    page = render_to_string("ui/sections.html", {"sections": sections})
    assert "the same answer many times in a row" in page
    assert "This often has a harmless reason" in page
