"""Versions of questionnaires: languages, selection, built-ins, measured times, and numbers of queries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import Organisation
from goodword.questionnaires import builtin
from goodword.questionnaires.domain.versions import (
    current_version,
    ensure_builtin,
    in_language,
    languages_of,
    minutes_of_version,
    record_seconds,
    selectable_questionnaires,
)
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.questionnaires.questions import parse, to_json
from tests.questionnaires.samples import question
from tests.support.factories import NOW, member, organisation

pytestmark = pytest.mark.django_db

KEY = builtin.GENERAL_PROFESSIONAL
DATE = to_json([question("date")])


@pytest.fixture
def org() -> Organisation:
    return organisation(language="de")


def _questionnaire(org: Organisation, key: str = "own", **values: Any) -> Questionnaire:
    return Questionnaire.objects.create(
        **{"organisation": org, "key": key, "title": key.title(), "created_at": NOW} | values
    )


def _version(of: Questionnaire, number: int = 1, language: str = "en", **values: Any) -> QuestionnaireVersion:
    return QuestionnaireVersion.objects.create(
        **{
            "organisation": of.organisation,
            "questionnaire": of,
            "number": number,
            "language": language,
            "questions": DATE,
            "created_at": NOW,
            "published_at": NOW,
        }
        | values
    )


def _there(of: Questionnaire) -> list[tuple[int, str]]:
    return list(
        QuestionnaireVersion.objects.of(of.organisation)
        .filter(questionnaire=of)
        .order_by("number", "language")
        .values_list("number", "language")
    )


def test_a_version_is_found_in_another_language(org: Organisation) -> None:
    own = _questionnaire(org)
    english, german = _version(own), _version(own, language="de")
    _version(own, number=2, language="fr")
    _version(own, number=2, language="de", published_at=None)
    assert languages_of(english) == ("en", "de")
    assert [in_language(english, code) for code in ("de", "de-at", "DE_CH", "en", "fr", "")] == [
        german,
        german,
        german,
        english,
        english,
        english,
    ]


def test_languages_of_a_draft(org: Organisation) -> None:
    own = _questionnaire(org)
    _version(own)
    draft = _version(own, number=2, published_at=None)
    _version(own, number=2, language="fr", published_at=None)
    assert languages_of(draft) == ("en", "fr")


def test_versions_of_other_organisations_are_invisible(org: Organisation) -> None:
    own, foreign = _version(_questionnaire(org)), _version(_questionnaire(organisation()), language="de")
    assert (languages_of(own), in_language(own, "de"), languages_of(foreign)) == (("en",), own, ("de",))
    assert selectable_questionnaires(organisation()) == []


def test_the_current_version_is_the_newest_published_in_the_best_language(org: Organisation) -> None:
    own = _questionnaire(org)
    assert current_version(own, language="en") is None
    _version(own), _version(own, language="de")
    french, german = _version(own, number=2, language="fr"), _version(own, number=2, language="de")
    _version(own, number=3, published_at=None)
    assert [current_version(own, language=code) for code in ("de-at", "fr", "en")] == [german, french, french]


def test_roles_can_choose_published_unarchived_questionnaires(org: Organisation) -> None:
    zebra, ant = _questionnaire(org, "zebra"), _questionnaire(org, "ant")
    gone, draft = _questionnaire(org, "gone", archived_at=NOW), _questionnaire(org, "draft")
    for questionnaire in (zebra, ant, gone):
        _version(questionnaire)
        _version(questionnaire, language="de")
    _version(draft, published_at=None)
    assert selectable_questionnaires(org) == [ant, zebra]


def test_lookups_take_at_most_one_query(org: Organisation) -> None:
    for n in range(3):
        own = _questionnaire(org, f"own{n}")
        for language in ("en", "de", "fr"):
            _version(own, language=language)
            _version(own, number=2, language=language)
    # as loaded with a check: without its organisation and questionnaire
    version = QuestionnaireVersion.objects.of(org).get(questionnaire=own, number=1, language="en")
    bare = Questionnaire.objects.of(org).get(pk=own.pk)
    asked: dict[str, Callable[[], object]] = {
        "languages": lambda: languages_of(version),
        "another language": lambda: in_language(version, "de"),
        "the same language": lambda: in_language(version, "en"),
        "current": lambda: current_version(bare, language="de"),
        "offered": lambda: selectable_questionnaires(org),
        "minutes": lambda: minutes_of_version(version),
    }
    counts = {}
    for name, ask in asked.items():
        with CaptureQueriesContext(connection) as queries:
            ask()
        counts[name] = len(queries)
    assert counts == {
        "languages": 1,
        "another language": 1,
        "the same language": 0,
        "current": 1,
        "offered": 1,
        "minutes": 0,
    }


def test_a_built_in_is_created_once_in_all_its_languages(org: Organisation) -> None:
    made = ensure_builtin(org, KEY, now=NOW)
    template = builtin.load(KEY, language="de")
    assert (made.key, made.title, made.description, made.created_by) == (
        KEY,
        template.name,
        template.description,
        None,
    )
    assert _there(made) == [(template.version, language) for language in builtin.languages(KEY)]
    version = current_version(made, language="de")
    assert version is not None
    assert (parse(version.questions), version.published_at) == (template.questions, NOW)
    # the organisation's language was created first, so it is the fallback for missing ones
    assert languages_of(version)[0] == "de"
    with CaptureQueriesContext(connection) as queries:
        assert ensure_builtin(org, KEY, now=NOW + timedelta(days=1)) == made
    assert len(queries) == 2


@pytest.mark.matrix
@pytest.mark.parametrize("key", builtin.keys())
def test_every_built_in_can_be_selected(org: Organisation, key: str) -> None:
    assert selectable_questionnaires(org) == []
    assert [ensure_builtin(org, key, now=NOW)] == selectable_questionnaires(org)


def test_an_unknown_built_in_is_rejected(org: Organisation) -> None:
    with pytest.raises(LookupError):
        ensure_builtin(org, "horoscope", now=NOW)


def test_new_languages_are_added_to_the_existing_version(org: Organisation) -> None:
    template = builtin.load(KEY, language="en")
    old = _questionnaire(org, KEY)
    _version(old, number=template.version, questions=to_json(template.questions))
    assert ensure_builtin(org, KEY, now=NOW) == old
    assert _there(old) == [(template.version, language) for language in builtin.languages(KEY)]


def test_languages_are_not_added_to_a_version_with_other_questions(org: Organisation) -> None:
    old = _questionnaire(org, KEY)
    _version(old, number=builtin.load(KEY).version)
    ensure_builtin(org, KEY, now=NOW)
    assert _there(old) == [(builtin.load(KEY).version, "en")]


def _from_before(org: Organisation) -> Questionnaire:
    """A built-in from an older release, with a lower number."""
    made = ensure_builtin(org, KEY, now=NOW)
    QuestionnaireVersion.objects.of(org).filter(questionnaire=made).update(number=0)
    return made


def test_a_newer_built_in_version_is_added_to_unchanged_questionnaires(org: Organisation) -> None:
    made = _from_before(org)
    ensure_builtin(org, KEY, now=NOW + timedelta(days=1))
    number, languages = builtin.load(KEY).version, builtin.languages(KEY)
    assert _there(made) == [(one, language) for one in (0, number) for language in languages]


@pytest.mark.matrix
@pytest.mark.parametrize("change", ["published by a member", "published later than made", "a draft"])
def test_a_newer_built_in_version_is_not_added_to_changed_questionnaires(
    org: Organisation, change: str
) -> None:
    made = _from_before(org)
    before = _there(made)
    changes: dict[str, dict[str, Any]] = {
        "published by a member": {"published_by": member(org)},
        "published later than made": {"published_at": NOW + timedelta(hours=1)},
        "a draft": {"published_at": None},
    }
    QuestionnaireVersion.objects.of(org).filter(questionnaire=made, language="de").update(**changes[change])
    ensure_builtin(org, KEY, now=NOW + timedelta(days=1))
    assert _there(made) == before


def _timed(org: Organisation) -> QuestionnaireVersion:
    return _version(
        _questionnaire(org), questions=to_json([question("long_text", id=f"t{n}") for n in range(6)])
    )


def test_the_estimate_is_shown_until_twenty_measurements(org: Organisation) -> None:
    version = _timed(org)
    estimate = minutes_of_version(version)
    record_seconds(version, [600] * 19)
    version.refresh_from_db()
    assert (estimate, minutes_of_version(version), version.measured) == (5, 5, 19)
    record_seconds(version, [600] * 20)
    version.refresh_from_db()
    assert (minutes_of_version(version), version.median_seconds, version.measured) == (10, 600, 20)


def test_implausible_times_do_not_affect_the_median(org: Organisation) -> None:
    version = _timed(org)
    record_seconds(version, [240, 300, 420, 0, -5, 3, 90_000, 3_601])
    version.refresh_from_db()
    assert (version.median_seconds, version.measured) == (300, 3)
    record_seconds(version, [1, 2])
    record_seconds(version, [])
    version.refresh_from_db()
    assert (version.median_seconds, version.measured) == (300, 3)


def test_recording_times_is_idempotent(org: Organisation) -> None:
    version = _timed(org)
    for times in ([100, 200, 300], [100, 200, 300], [400, 500]):
        record_seconds(version, times)
    version.refresh_from_db()
    assert (version.median_seconds, version.measured) == (450, 2)


def test_only_the_measured_version_is_updated(org: Organisation) -> None:
    version = _timed(org)
    other = _version(version.questionnaire, language="de", median_seconds=7, measured=1)
    record_seconds(version, [100])
    other.refresh_from_db()
    assert (other.median_seconds, other.measured) == (7, 1)


def test_the_minimum_measured_time_is_one_minute(org: Organisation) -> None:
    assert minutes_of_version(_version(_questionnaire(org), median_seconds=21, measured=20)) == 1


def test_the_estimate_is_for_the_relationship_with_most_questions(org: Organisation) -> None:
    asked = [question("long_text", id=f"t{n}", only_for=["manager"]) for n in range(6)]
    version = _version(_questionnaire(org), questions=to_json([question("date"), *asked]))
    assert [minutes_of_version(version, relationship=one) for one in ("", "manager", "peer")] == [5, 5, 1]
