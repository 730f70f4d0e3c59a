"""Preview as a candidate: all screens of all kinds; nothing is stored."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session

from goodword.accounts.models import Membership
from goodword.assessments.models import Answer, Attempt, AttemptPart, DrawnItem, TestVersion, Upload
from tests.assessments.assessment_plans.support import earlier_reasoning
from tests.assessments.kinds.judgements import small_set
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import NOW, builtin, custom_questions, published, rows, url
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def at(version: TestVersion, number: int, **asked: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"seed": 7, "at": number, **asked}.items())
    return url("test_preview", version.organisation, version.test_id, query=query)


def kept(who: Membership) -> dict[str, Any]:
    """All rows that could store an answer."""
    sessions = [session.get_decoded() for session in Session.objects.all()]
    return rows(who.organisation) | {
        "rows": [model.objects.across_organisations().count() for model in (Attempt, AttemptPart, Answer)],
        "drawn": [model.objects.across_organisations().count() for model in (DrawnItem, Upload)],
        "sessions": [
            {name: value for name, value in session.items() if "csrf" not in name} for session in sessions
        ],
    }


def test_the_preview_goes_from_practice_to_end_and_saves_nothing(
    rita: Membership,
) -> None:
    version, browser = published(rita, small_pack()), signed_in(rita)
    browser.get(at(version, 1))
    before = kept(rita)
    told = []
    for number in range(1, 6):
        page = browser.get(at(version, number)).content.decode()
        told.append("For practice only." in page)
        answered = browser.post(at(version, number), {"answer": "4"})
        assert answered["Location"].endswith(f"at={number + 1}")
    assert told == [True, False, False, False, False]
    assert "All questions answered" in browser.get(at(version, 6)).content.decode()
    assert kept(rita) == before


def test_a_missing_answer_shows_the_candidates_message(rita: Membership) -> None:
    version = published(rita, small_pack())
    response = signed_in(rita).post(at(version, 2), {})
    assert response.status_code == 422
    assert "Choose an answer, or skip this one for now." in response.content.decode()


def test_a_situation_takes_each_action(rita: Membership) -> None:
    version, browser = published(rita, small_set()), signed_in(rita)
    page = browser.get(at(version, 2)).content.decode()
    assert ("The lift is stuck." in page, "Call for help." in page, "Wait and see." in page) == (True,) * 3
    assert browser.post(at(version, 2), {"action_a1": "5"}).status_code == 422
    assert browser.post(at(version, 2), {"action_a1": "5", "action_a2": "1"}).status_code == 302


def test_custom_questions_start_with_a_practice_question_of_the_same_kind(rita: Membership) -> None:
    version, browser = published(rita, custom_questions()), signed_in(rita)
    page = browser.get(at(version, 1))
    assert [screen.place for screen in page.context["screens"]] == ["", 1, 2, 3]
    assert "Which season do you like best?" in page.content.decode()
    assert "How steep does a ladder stand?" in browser.get(at(version, 2)).content.decode()


@pytest.mark.slow
def test_previewed_tasks_depend_on_a_seed_and_practice_shows_the_rule(rita: Membership) -> None:
    test, browser = builtin(rita.organisation, "reasoning"), signed_in(rita)
    version = test.versions.get()
    before = kept(rita)
    pages = [browser.get(at(version, 5, seed=seed)).context["phone"] for seed in (7, 7, 8)]
    stems = [page.split("csrfmiddlewaretoken")[1][80:] for page in pages]
    assert (stems[0] == stems[1], stems[0] == stems[2]) == (True, False)
    solved = browser.post(at(version, 1), {"answer": "a"})
    assert solved.status_code == 200
    assert ("That&#x27;s right." in solved.context["phone"]) != ("Not quite." in solved.context["phone"])
    assert solved.context["phone"].count("choices__option--right") == 1
    assert kept(rita)["rows"] == before["rows"]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("language", "told"),
    [("de", "Übung überspringen"), ("fr", "Passer l’entraînement"), ("en", "Skip practice")],
)
def test_the_phone_speaks_the_language_of_the_version(rita: Membership, language: str, told: str) -> None:
    test = builtin(rita.organisation, "work_style")
    version = test.versions.get(language=language)
    page = signed_in(rita).get(at(version, 1, language=language, form="short20"))
    assert told in page.context["phone"]
    assert page.context["chosen"].form == "short20"
    assert len(page.context["screens"]) == 21


@pytest.mark.world
def test_an_earlier_version_of_reasoning_says_that_its_tasks_are_not_shown(rita: Membership) -> None:
    earlier_reasoning(rita.organisation)
    test = builtin(rita.organisation, "reasoning")
    told = "Not the tasks of version 1"
    for name in ("test_preview", "test_items"):
        shown = {
            number: told
            in signed_in(rita)
            .get(url(name, rita.organisation, test.pk, query=f"version={number}"))
            .content.decode()
            for number in ("1", "2")
        }
        assert shown == {"1": True, "2": False}, name
