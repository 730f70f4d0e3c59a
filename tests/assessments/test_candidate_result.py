"""Candidates read their own result in plain words, if the role shares it."""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from goodword.assessments.kinds.judgement.results import AnsweredSituation, RatedAction, agrees_with_key
from goodword.assessments.kinds.reasoning.results import CandidateReasoning, examples
from goodword.assessments.kinds.scales.results import position_in_words
from goodword.assessments.models import Assessment, Attempt, Score, Test
from goodword.assessments.results import result
from goodword.core.models import Event
from goodword.workflow.models import StepRun
from tests.assessments.all_kinds import ALL, assessment_of_all, take, taken
from tests.assessments.once import once
from tests.assessments.support import application, assigned, rows, token_of
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(factories.NOW, tick=False)]


def sharing(*, kinds: tuple[str, ...] = ALL, language: str = "en") -> Attempt:
    """An unopened attempt on a role that shares results."""
    of = application()
    of.candidate.language = language
    of.candidate.save()
    assert of.role is not None
    assessment_of_all(of.role, kinds=kinds, shares_result=True)
    return assigned(of)


def shared_attempt(*, kinds: tuple[str, ...] = ALL, language: str = "en", **values: Any) -> Attempt:
    """A completed attempt on a role that shares results."""
    return take(sharing(kinds=kinds, language=language), **{"solve": 2} | values)


@time_machine.travel(factories.NOW, tick=False)
def both() -> tuple[Attempt, Attempt]:
    return shared_attempt(), shared_attempt(kinds=("scales",))


both_shared = once(both)


@pytest.fixture
def shared(db: None, both_shared: tuple[Attempt, Attempt]) -> Attempt:
    """A completed attempt with tests of all kinds."""
    return deepcopy(both_shared[0])


@pytest.fixture
def scales_only(db: None, both_shared: tuple[Attempt, Attempt]) -> Attempt:
    """A completed attempt with scales only."""
    return deepcopy(both_shared[1])


def url(attempt: Attempt) -> str:
    return reverse("portal_assessment_result", args=[token_of(attempt)])


def text(response: Any) -> str:
    page = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<main") :]))


def is_closed(response: Any) -> bool:
    """Whether the page is the closed one, without details."""
    page = text(response)
    return "There is nothing to do here at the moment" in page and "Contact with others" not in page


@pytest.mark.world
def test_the_last_page_links_to_a_result_in_plain_words(shared: Attempt) -> None:
    token = token_of(shared)
    thanks = Client().get(reverse("portal_assessment", args=[token])).content.decode()
    assert thanks.count(reverse("portal_assessment_result", args=[token])) == 1
    page = text(Client().get(url(shared)))
    solved = Score.objects.of(shared.organisation).get(part__attempt=shared, part__order=2, scale="")
    for said in (
        "Your answers lie around the middle.",
        f"You solved {solved.value:.0f} of {solved.items} tasks.",
        "Two examples explained",
        "There is nothing to compare with the key: you rated no two actions in a situation differently.",
        "Situation 8: nothing to compare",
        "An explanation helps, but the customer has lost a day",
        "1 Very ineffective · 2 Rather ineffective",
        "People at Acme Bikes read these answers. Questions with a right answer are scored automatically.",
        "and may compare it with other candidates'.",
    ):
        assert said in page, said
    assert [
        word for word in ("percentile", "norm", "average", "rank", "total", "1 of 1") if word in page.lower()
    ] == []


@pytest.mark.world
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("open_questions", "read these answers. They aren't scored automatically."),
        ("keyed_questions", "These questions have right answers and are scored automatically."),
    ],
)
def test_automatic_scoring_of_custom_questions_is_stated(kind: str, said: str) -> None:
    page = text(Client().get(url(shared_attempt(kinds=(kind,)))))
    assert (page.count(said), page.count("automatically")) == (1, 1)


def test_the_result_of_every_kind_is_covered() -> None:
    assert sorted(ALL) == sorted(Test.Kind)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("mean", "said"),
    [
        (1.0, "Your answers lie close to the end “Reserved”."),
        (2.3, "Your answers lie between the middle and the end “Reserved”."),
        (3.0, "Your answers lie around the middle."),
        (4.0, "Your answers lie between the middle and the end “Outgoing”."),
        (4.6, "Your answers lie close to the end “Outgoing”."),
        (None, "Too few answers for a result."),
    ],
)
def test_the_position_on_a_scale_is_a_sentence(mean: float | None, said: str) -> None:
    assert position_in_words(mean, 1, 5, low="Reserved", high="Outgoing") == said


@pytest.mark.world
def test_examples_are_unsolved_tasks_of_two_categories() -> None:
    found = result(shared_attempt(kinds=("reasoning",)))
    assert found is not None
    [part] = found.for_candidate()
    assert isinstance(part, CandidateReasoning)
    assert [task.solved for task in part.examples] == [False, False]
    assert len({task.category for task in part.examples}) == 2
    assert examples(()) == ()


@pytest.mark.parametrize(
    ("rated", "agrees"),
    [
        (((5, 4.5), (4, 2), (1, 1)), True),
        (((2, 4.5), (2, 3.5), (1, 1)), True),  # equal ratings don't count
        (((5, 3), (4, 3), (1, 2.5)), True),  # nor do equal keys
        (((3, 4.5), (5, 2), (4, 1)), False),
        (((3, 4), (4, 2), (3, 1)), False),  # as many pairs agree as disagree
        (((4, 4.5), (4, 2), (4, 1)), None),
        (((4, 4.5), (None, 2)), None),
    ],
)
def test_a_situation_agrees_with_the_key_if_most_of_its_pairs_have_the_same_order(
    rated: Sequence[tuple[int | None, float]], agrees: bool | None
) -> None:
    actions = tuple(
        RatedAction(text="", answer=answer, label=None, key=key, distance=None, reason="")
        for answer, key in rated
    )
    assert agrees_with_key(AnsweredSituation(text="", actions=actions)) is agrees


@pytest.mark.parametrize(("language", "key"), [("en", "3.5"), ("de", "3,5"), ("fr", "3,5")])
def test_a_key_is_written_with_the_decimal_sign_of_the_language(language: str, key: str) -> None:
    action = RatedAction(text="", answer=4, label="", key=3.5, distance=0.5, reason="")
    with translation.override(language):
        assert (action.key_text, action.distance_text[0]) == (key, "0")
        assert replace(action, key=2.0).key_text == "2"


@pytest.mark.world
def test_a_candidate_reads_the_correlation_in_their_language() -> None:
    attempt = shared_attempt(kinds=("judgement",), language="de")
    score = Score.objects.of(attempt.organisation).get(part__attempt=attempt, scale="within")
    score.value = -0.25
    score.save()
    page = text(Client().get(url(attempt)))
    assert page.count("eine Korrelation mit dem Bewertungsschlüssel von −0,25") == 1


@pytest.mark.world
@pytest.mark.parametrize(
    ("language", "said", "because"),
    [
        ("en", "is for practice, not for decisions", "set by a panel of people who do this job"),
        ("de", "dient zur Übung, nicht als Grundlage", "Personen, die diese Tätigkeit ausüben"),
        ("fr", "est un entraînement", "personnes qui exercent ce métier"),
    ],
)
def test_candidates_are_told_that_a_test_is_for_practice(language: str, said: str, because: str) -> None:
    attempt = sharing(kinds=("scales", "judgement"), language=language)
    before = text(Client().get(reverse("portal_assessment", args=[token_of(attempt)])))
    assert (before.count(said), before.count(because)) == (1, 0)
    after = text(Client().get(url(take(attempt))))
    assert (after.count(said), after.count(because)) == (1, 1)


@pytest.mark.world
def test_an_organisations_own_situations_are_not_for_practice() -> None:
    attempt = sharing(kinds=("own_judgement",))
    before = text(Client().get(reverse("portal_assessment", args=[token_of(attempt)])))
    assert "practice" not in before + text(Client().get(url(take(attempt))))


@pytest.mark.world
def test_the_result_is_in_the_attempts_language() -> None:
    attempt = shared_attempt(kinds=("scales", "reasoning", "judgement"), language="de")
    response = Client().get(url(attempt))
    assert response.content.decode().count('lang="de"') >= 1
    assert "Kontakt mit anderen" in text(response)


@pytest.mark.main_case
def test_without_the_setting_no_result_is_shared() -> None:
    of = application()
    assert of.role is not None
    assessment_of_all(of.role, kinds=("scales",))
    attempt = taken(of)
    before = rows(attempt)
    assert is_closed(Client().get(url(attempt)))
    assert (
        "Your result"
        not in Client().get(reverse("portal_assessment", args=[token_of(attempt)])).content.decode()
    )
    assert rows(attempt) == before


@pytest.mark.world
def test_before_the_end_and_of_an_attempt_closed_early_there_is_none() -> None:
    of = application()
    assert of.role is not None
    assessment_of_all(of.role, kinds=("scales",), shares_result=True)
    attempt = assigned(of)
    assert is_closed(Client().get(url(attempt)))
    Attempt.objects.of(of.organisation).filter(pk=attempt.pk).update(
        progress=StepRun.Progress.MARKED_COMPLETE
    )
    assert is_closed(Client().get(url(attempt)))


@pytest.mark.world
def test_another_persons_link_and_a_mistyped_one_show_nothing_of_it(scales_only: Attempt) -> None:
    other = assigned(application())
    assert "Contact with others" not in Client().get(url(other)).content.decode()
    response = Client().get(reverse("portal_assessment_result", args=["a" * 43]))
    assert (response.status_code, "Contact with others" in response.content.decode()) == (404, False)
    assert Client().post(url(scales_only)).status_code == 405


@pytest.mark.world
def test_reading_it_changes_nothing_and_keeps_it_out_of_caches(scales_only: Attempt) -> None:
    where_to, before = url(scales_only), rows(scales_only)
    response = Client().get(where_to)
    assert (response.headers["Cache-Control"], response.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert (rows(scales_only), Event.objects.filter(name__contains="result").count()) == (before, 0)


@pytest.mark.world
def test_all_kinds_ask_no_more_queries_than_one(shared: Attempt, scales_only: Attempt) -> None:
    counts = []
    for attempt in (scales_only, shared):
        where_to = url(attempt)
        Client().get(where_to)
        with CaptureQueriesContext(connection) as queries:
            Client().get(where_to)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_setting_of_the_version_that_was_taken_counts(scales_only: Attempt) -> None:
    role = scales_only.step_request.application.role
    assert role is not None
    assessment_of_all(role, kinds=("scales",), shares_result=False)
    assert Client().get(url(scales_only)).content.decode().count("Your result") >= 1
    assert Assessment.objects.of(scales_only.organisation).count() == 2
