"""Candidates are informed where their manager may be asked for a rating."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from goodword.assessments.models import Attempt
from goodword.roles.domain.role_changes import RATING_DAYS
from goodword.roles.models import Role
from tests.assessments.plans import WORK_STYLE, asked_on
from tests.assessments.support import application, assigned, token_of
from tests.support import factories
from tests.workspace.validity.support import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
TOLD = {
    "en": "may ask your manager to rate your work",
    "de": "Ihre Führungskraft bitten, Ihre Arbeit zu bewerten",
    "fr": "peut demander à votre responsable d’évaluer votre travail",
}


@pytest.fixture
def attempt() -> Attempt:
    of = application()
    assert of.role is not None
    asked_on(of.role, WORK_STYLE)
    return assigned(of)


def switch_on(attempt: Attempt, *, at: object = NOW) -> None:
    Role.objects.of(attempt.organisation).update(asks_for_ratings_since=at)


def pages(attempt: Attempt) -> dict[str, str]:
    """The start page and *Your data*."""
    token = token_of(attempt)
    return {
        name: " ".join(Client().get(reverse(name, args=[token])).content.decode().split())
        for name in ("portal_assessment", "portal_data")
    }


@pytest.mark.parametrize("language", TOLD)
def test_both_pages_mention_ratings_in_each_language(attempt: Attempt, language: str) -> None:
    Attempt.objects.of(attempt.organisation).update(language=language)
    candidate = attempt.step_request.application.candidate
    candidate.chosen_language = language
    candidate.save()
    said = TOLD[language]
    assert [name for name, page in pages(attempt).items() if said in page] == []
    switch_on(attempt)
    assert [name for name, page in pages(attempt).items() if said not in page] == []


def test_both_pages_state_the_shortest_time_after_which_a_role_may_ask(attempt: Attempt) -> None:
    switch_on(attempt)
    said = f"At least {RATING_DAYS.start} days after you are hired"
    assert [name for name, page in pages(attempt).items() if said not in page] == []


@pytest.mark.world
def test_candidates_who_started_before_are_neither_informed_nor_rated(attempt: Attempt) -> None:
    Attempt.objects.of(attempt.organisation).update(
        begun_at=NOW - timedelta(minutes=1), progress="in_progress"
    )
    switch_on(attempt)
    assert [name for name, page in pages(attempt).items() if TOLD["en"] in page] == []
    switch_on(attempt, at=NOW - timedelta(minutes=1))
    assert [name for name, page in pages(attempt).items() if TOLD["en"] not in page] == []


@pytest.mark.world
def test_another_role_says_nothing(attempt: Attempt) -> None:
    other = factories.role(attempt.organisation)
    other.asks_for_ratings_since = NOW
    other.save()
    assert [name for name, page in pages(attempt).items() if TOLD["en"] in page] == []
