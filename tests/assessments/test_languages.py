"""The language of attempts whose tests are available in different languages."""

import pytest
from pytest_django.fixtures import Settings

from goodword.assessments.attempts.parts import common_language, version_for
from goodword.assessments.kinds.builtin import WORK_STYLE, contents, pack_languages
from goodword.assessments.models import AssessmentPart
from tests.assessments.assessment_plans.support import questions
from tests.support import factories

pytestmark = pytest.mark.django_db


def planned(*languages: tuple[str, ...]) -> list[AssessmentPart]:
    org = factories.organisation()
    found = [questions(org, key=f"own_{n}", languages=spoken) for n, spoken in enumerate(languages)]
    return [AssessmentPart(test=test, number="1", form="full") for test in found]


ALL = ("en", "de", "fr")


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("tests", "wanted", "given"),
    [
        ([ALL, ALL], "de", ("de", ["de", "de"])),
        ([ALL, ALL], "de-AT", ("de", ["de", "de"])),
        ([ALL, ALL], "pt", ("en", ["en", "en"])),
        # a test without German: all in English
        ([ALL, ("en", "fr")], "de", ("en", ["en", "en"])),
        ([ALL, ("en", "fr")], "fr", ("fr", ["fr", "fr"])),
        # a test available only in French stays French, and doesn't affect the others
        ([ALL, ("fr",)], "de", ("de", ["de", "fr"])),
        ([ALL, ("fr",)], "fr", ("fr", ["fr", "fr"])),
        ([ALL, ("en",), ("fr",)], "de", ("en", ["en", "en", "fr"])),
        # no test available in English
        ([("fr",)], "de", ("fr", ["fr"])),
        ([("fr", "it"), ("it",)], "de", ("it", ["it", "it"])),
        ([("fr",), ("it",)], "de", ("fr", ["fr", "it"])),
    ],
)
def test_candidates_get_one_common_language_if_possible(
    tests: list[tuple[str, ...]], wanted: str, given: tuple[str, list[str]]
) -> None:
    parts = planned(*tests)
    language = common_language(parts, wanted=wanted)
    assert (language, [version_for(part, language=language).language for part in parts]) == given


def test_a_built_in_test_is_only_offered_in_the_languages_of_its_files(settings: Settings) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("eo", "Esperanto")]
    spoken = {language: content["language"] for language, content in contents(WORK_STYLE).items()}
    assert spoken == {language: language for language in pack_languages(WORK_STYLE)}


def test_without_tests_the_language_is_supported() -> None:
    assert [common_language([], wanted=wanted) for wanted in ("de", "pt")] == ["de", "en"]
