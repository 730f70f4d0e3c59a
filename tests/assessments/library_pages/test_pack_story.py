"""A pack from import to score: published, added to a role, completed through the pages, and scored by hand."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import Membership
from goodword.assessments.kinds.scales.content import parse_pack
from goodword.assessments.kinds.scales.items import score
from goodword.assessments.models import Attempt, TestVersion
from goodword.candidates.models import Application
from goodword.roles.models import Role
from tests.assessments.kinds.judgements import small_set
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import NOW, url, used
from tests.assessments.support import application, assigned, scores, token_of
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def applied() -> Application:
    return application()


def role_of(applied: Application) -> Role:
    assert applied.role is not None
    return applied.role


def through_the_library(who: Membership, pack: dict[str, Any]) -> TestVersion:
    """Import and publish a pack through the pages."""
    browser, organisation = signed_in(who), who.organisation
    assert browser.post(url("test_import", organisation), {"text": json.dumps(pack)}).status_code == 302
    draft = TestVersion.objects.of(organisation).get(test__key=pack["id"])
    browser.post(url("test_publish_pack", organisation, draft.test_id, draft.pk))
    draft.refresh_from_db()
    assert draft.published_at == NOW
    return draft


def taken(applied: Application, answers: list[Mapping[str, str]]) -> Attempt:
    """Answer all screens through the candidate's pages, and finish."""
    attempt = assigned(applied)
    token, browser = token_of(attempt), Client()
    for number, answer in enumerate(answers, start=1):
        where = reverse("portal_assessment_item", args=[token, 1, number])
        assert browser.get(where).status_code == 200
        assert browser.post(where, answer).status_code == 302
    browser.post(reverse("portal_assessment_finish", args=[token, 1]))
    attempt.refresh_from_db()
    assert attempt.progress == "completed"
    return attempt


def test_scores_of_an_imported_scale_pack_match_a_manual_calculation(applied: Application) -> None:
    rita = factories.member(applied.organisation)
    used(role_of(applied), through_the_library(rita, small_pack()))
    attempt = taken(applied, [{"answer": value} for value in ("5", "2", "1", "3")])
    found = {one.scale: (one.value, one.answered, one.items, one.percentile) for one in scores(attempt)}
    # warm: 5, and 1 reversed is 5: (5 + 5) / 2; quick: 2, and 3 reversed is 3: (2 + 3) / 2
    assert found == {"warm": (5.0, 2, 2, None), "quick": (2.5, 2, 2, None)}
    by_the_code_of_the_built_in = score(parse_pack(small_pack()), "full", {"1": 5, "2": 2, "3": 1, "4": 3})
    assert {scale_score.scale.id: scale_score.mean for scale_score in by_the_code_of_the_built_in} == {
        "warm": 5.0,
        "quick": 2.5,
    }


@pytest.mark.world
def test_a_short_form_asks_only_its_items(applied: Application) -> None:
    rita = factories.member(applied.organisation)
    used(role_of(applied), through_the_library(rita, small_pack()), form="half")
    attempt = taken(applied, [{"answer": "4"}, {"answer": "1"}])
    assert {one.scale: one.value for one in scores(attempt)} == {"warm": 4.0, "quick": 1.0}


@pytest.mark.world
def test_scores_of_an_imported_judgement_set_match_a_manual_calculation(applied: Application) -> None:
    rita = factories.member(applied.organisation)
    used(role_of(applied), through_the_library(rita, small_set()))
    attempt = taken(applied, [{"action_a1": "4", "action_a2": "2"}, {"action_b1": "3", "action_b2": "4"}])
    # keys 5, 1.5, 3, 2: distances 1, 0.5, 0, 2, of which the mean is 3.5 / 4
    # deviations of ratings 1, -1, -0.5, 0.5 and of keys 1.75, -1.75, 0.5, -0.5
    within = (1.75 + 1.75 - 0.25 - 0.25) / (2.5 * 6.625) ** 0.5
    assert [(one.scale, one.value, one.answered, one.items) for one in scores(attempt).order_by("pk")] == [
        ("", 0.875, 4, 4),
        ("within", round(within, 2), 4, 4),
    ]
    page = signed_in(rita).get(url("library", rita.organisation))
    row = next(row for _, _, _, rows in page.context["groups"] for row in rows if row.test.key == "small")
    assert [role.pk for role in row.roles] == [applied.role_id]
