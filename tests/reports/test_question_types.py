"""A report with all types of question in all languages, and its redacted version."""

from typing import Any, get_args, get_type_hints, is_typeddict

import pytest

from goodword.references.report_data import QuestionData
from goodword.reports.pdf.render import render_pdf
from goodword.reports.pdf.snapshot import check_snapshot
from goodword.reports.personal_data import without_person
from tests.references.answered import answered, answered_self, asked, checked, whole
from tests.reports.reports import NOW, text_of
from tests.reports.test_without_referee import reported
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

SAID = {
    "en": (
        "4 referees were asked. One of them declined. One reference was received after the check was completed.",
        "Self-assessment question: I keep promises.",
        "Asked only of: Manager, Direct report.",
        "Where referees disagree",
        "Cook: Omar Haddad",
        "12 people",
        "3 words to pick",
        "Self-assessment",
        "1 couldn’t say",
        "Answered in German",
    ),
    "de": (
        "4 Referenzpersonen wurden angefragt. Eine hat abgelehnt.",
        "Abweichende Angaben der Referenzpersonen",
        "Weitere Antworten",
        "In eigenen Worten",
    ),
    "fr": (
        "4 référents ont été sollicités. L’un d’eux a décliné.",
        "Indications divergentes des référents",
        "Autres réponses",
        "Avec leurs mots",
    ),
}


@pytest.mark.world
@pytest.mark.parametrize("language", SAID)
def test_every_kind_of_question_is_drawn_in_each_language(language: str) -> None:
    check = checked(factories.organisation(name="Acme", language=language))
    answered(check, 1)
    answered(check, 2)
    answered(check, 3, late=True, language="de")
    answered_self(check)
    asked(check, 4, state="declined")
    text = text_of(reported(check))
    assert [said for said in SAID[language] if said not in text] == []


@pytest.mark.main_case
def test_a_snapshot_contains_no_flags_times_or_reasons_for_declining() -> None:
    check = whole()
    request = asked(check, 4, state="declined")
    request.decline_reason = "We fell out."
    request.save()
    check.requests.order_by("pk")[0].reference.__class__.objects.of(check.organisation).update(seconds=4711)
    told = str(reported(check).snapshot)
    assert [word for word in ("We fell out.", "4711", "sign", "seconds") if word in told] == []


@pytest.mark.world
def test_a_redacted_snapshot_is_valid_and_has_no_answers() -> None:
    check = whole()
    gone = without_person(reported(check).snapshot)
    assert render_pdf(check_snapshot(gone)).bytes
    told = str(gone)
    for said in ("Ada", "Lovelace", "Maria", "Omar", "Globex", "Umbrella", "12 people", "Cook", "builds."):
        assert said not in told


def _names_who_answered(hint: Any) -> bool:
    if is_typeddict(hint):
        keys = get_type_hints(hint)
        return "reference" in keys or any(map(_names_who_answered, keys.values()))
    return any(map(_names_who_answered, get_args(hint)))


def test_redaction_empties_the_answers_to_every_kind_of_question() -> None:
    kinds = get_args(get_args(QuestionData.__value__)[0])
    keys = {key for kind in kinds for key, hint in get_type_hints(kind).items() if _names_who_answered(hint)}
    question = {key: [{"reference": "r1", "text": "builds.", "values": [4]}] for key in keys}
    check = {"references": [], "questions": [question], "verification": []}
    redacted = without_person(
        {"kind": "reference_check", "language": "en", "candidate": {"name": "Ada"}, "check": check}
    )
    [emptied] = redacted["check"]["questions"]
    assert emptied == {
        "comments": [{"reference": "r1", "text": None}],
        **{key: [] for key in keys - {"comments"}},
    }
