"""German and French reports of assessments have no English text except names and what people wrote."""

import catalogues
import pytest

from goodword.assessments.models import Assessment, Attempt, Score, TestVersion
from goodword.reports.models import Report
from goodword.reports.phrases import all_phrases
from tests.assessments.all_kinds import OWN, assessment_of_all, marked, taken
from tests.assessments.support import application
from tests.assessments.test_results_of_all_kinds import in_group
from tests.reports.reports import NOW, text_of
from tests.reports.test_assessment_of_all_kinds import again, report_of
from tests.support.english import english_in, pieces_of

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False), pytest.mark.world]

#: sentences of technical sheets and a date, which differ from those on pages
SAID = {
    "de": (
        "Schlussfolgerndes Denken",
        "Vergleichen Sie keine Antworten aus verschiedenen Sprachen oder Versionen.",
        "Regeln erkennen und Schlüsse ziehen in neuartigen Aufgaben: Zahlen, Buchstaben, ",
        "Selbsteinschätzung auf 5 Skalen: Kontakt mit anderen (Extraversion), ",
        "Auf Deutsch (Computer): Neue und bewährte Wege omega 0,81, alpha 0,79 (n 120).",
        "3. März 2026",
    ),
    "fr": (
        "Raisonnement",
        "Ne comparez pas des réponses données dans des langues ou des versions différentes.",
        "exercices inédits : nombres, lettres, ",
        "Auto-évaluation sur 5 échelles : Contact avec les autres (Extraversion), ",
        "Français, sur ordinateur : Voies nouvelles et éprouvées omega 0,81, alpha 0,79 (n 120).",
        "intervalle à 90 % : de",
        "3 mars 2026",
    ),
}


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_report_of_an_assessment_has_no_english_left_in_it(language: str) -> None:
    text = text_of(report_in(language))
    assert english_in(text, language) == []
    assert [phrase for phrase in phrases_of_english(language) if phrase in text] == []
    assert [said for said in SAID[language] if said not in text] == []


def test_tests_and_scales_are_named_in_the_language_of_the_report() -> None:
    attempt = taken_in("de", works_in="en")
    text = text_of(report_of(attempt))
    assert [said for said in ("Work style", "Contact with others") if said not in text] == []
    assert [said for said in ("Arbeitsstil", "Kontakt mit anderen") if said in text] == []


def report_in(language: str) -> Report:
    """A report with all kinds of test in one language. Some have norms or marks."""
    attempt = taken_in(language, works_in=language)
    report_of(attempt)
    in_group(
        attempt_part=Score.objects.of(attempt.organisation).get(part__attempt=attempt, scale="openness"),
        device="computer",
        language=language,
    )
    marked(attempt, name="Nora Nine", safe=5, tells=1)
    return again(attempt)


def taken_in(language: str, *, works_in: str) -> Attempt:
    """A completed attempt with all kinds of test."""
    of = application()
    organisation = of.organisation
    organisation.language = works_in
    organisation.save(update_fields=["language"])
    of.candidate.language = language
    of.candidate.save(update_fields=["language"])
    assert of.role is not None
    assessment_of_all(of.role, total=Assessment.Total.CATEGORIES)
    own = TestVersion.objects.of(organisation).select_related("test").get(test__key="own")
    TestVersion.objects.create(
        organisation=organisation,
        test=own.test,
        number=own.number,
        language=language,
        content=OWN | {"language": language},
        created_at=NOW,
        published_at=NOW,
    )
    attempt = taken(of, solve=2)
    assert attempt.language == language
    return attempt


def phrases_of_english(language: str) -> set[str]:
    """Phrases of an English report that don't occur in one in this language."""
    said = " ".join(all_phrases(language).values())
    return {piece for text in all_phrases("en").values() for piece in pieces_of(text) if piece not in said}
