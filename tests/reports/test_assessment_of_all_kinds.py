"""A report with all kinds of test: snapshot, PDF in each language, and redaction."""

import io
import json
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from goodword.assessments.models import Assessment, Attempt, AttemptPart, Score
from goodword.assessments.queries import items_of
from goodword.core.models import Event
from goodword.reports.domain.versions import on_attempt_completed
from goodword.reports.models import Report
from goodword.reports.pdf.render import render_pdf
from goodword.reports.pdf.snapshot import check_snapshot
from goodword.reports.personal_data import without_person
from tests.assessments.all_kinds import assessment_of_all, calibrated, fresh, marked, taken
from tests.assessments.support import answers, application
from tests.assessments.test_results_of_all_kinds import correlated_in_group, in_group
from tests.reports.pdf.reading import text_of as text_of_pdf
from tests.reports.reports import NOW, share_path, text_of
from tests.support.jobs import run_jobs
from tests.support.kept import kept
from tests.workspace.applications import review

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@kept
def attempt_of(language: str = "en", **values: Any) -> Attempt:
    """A completed assessment whose report's jobs are queued."""
    of = application()
    of.organisation.language = language
    of.organisation.save(update_fields=["language"])
    of.candidate.language = "en"
    of.candidate.save(update_fields=["language"])
    assert of.role is not None
    assessment_of_all(of.role, **{"total": Assessment.Total.CATEGORIES} | values)
    return taken(of, solve=2)


def report_of(attempt: Attempt) -> Report:
    run_jobs()
    return Report.objects.of(attempt.organisation).select_related("step_request__application").latest("pk")


def again(attempt: Attempt) -> Report:
    """The next version of the report with current data."""
    run_jobs()
    on_attempt_completed(Event.objects.filter(name="attempt.completed").latest("pk"))
    return report_of(attempt)


SAID = {
    "en": (
        "Needed for scales Stated by Rita Recruiter",
        "Needed for questions Stated by Rita Recruiter",
        "It gives no recommendation. Neither end of a scale is better.",
        "share solved, not a percentile",
        "The mean of the categories",
        "the count shows only how many were solved",
        "tasks solved;",
        "steps from the key. For these actions,",
        "rated alike. For practice, not for decisions.",
        "its key was not set by a panel of people who do this job, or they agreed too little.",
        "4 of 4 questions answered.",
        "1 of 1 questions with a right answer",
        "Answers not fully marked when this report was created: 1.",
        "Test items, individual answers and scoring keys are not included",
        "Tasks are generated for each candidate",
    ),
    "de": (
        "bearbeitet auf Englisch",
        "Mittelwert der Bereiche",
        "Stufen vom Schlüssel entfernt",
        "Zur Übung, nicht für Entscheidungen.",
        "zeigt deshalb nur, wie viele gelöst wurden",
        "4 von 4 Fragen beantwortet.",
        "Testaufgaben, einzelne Antworten und Auswertungsschlüssel sind nicht enthalten",
    ),
    "fr": (
        "langue : anglais",
        "le nombre indique seulement combien ont été résolus",
        "degrés de la clé",
        "Pour s’exercer, pas pour décider.",
        "Questions avec réponse",
        "Exercices résolus : ",
    ),
}


@pytest.mark.world
@pytest.mark.parametrize("language", SAID)
def test_every_kind_of_test_is_drawn_in_each_language(language: str) -> None:
    text = text_of(report_of(attempt_of(language)))
    assert [sentence for sentence in SAID[language] if sentence not in text] == []


@pytest.mark.world
def test_a_percentile_is_printed_with_its_group_and_an_ability_with_its_interval() -> None:
    attempt = attempt_of(kinds=("scales", "reasoning"))
    rows = Score.objects.of(attempt.organisation).filter(part__attempt=attempt)
    in_group(attempt_part=rows.get(scale="openness"), device="computer")
    rows.filter(part__order=2, scale="").update(ability=0.4, ability_low=-0.6, ability_high=1.5)
    text = text_of(again(attempt))
    for sentence in (
        "percentiles 41 to 72 of 132 first attempts in English on computers, norms 2.",
        "The 90% band is 2.6 to 3.4. Reliability in that group: 0.81.",
        "an ability of 0.4 (90% interval −0.6 to 1.5)",
        "Standard error 0.",
        "The standard error says how far a mean would typically move",
    ):
        assert sentence in text
    assert "the count shows only" not in text


@pytest.mark.world
def test_a_correlation_is_printed_with_its_percentile_and_its_own_band() -> None:
    attempt = attempt_of(kinds=("own_judgement",))
    correlated_in_group(attempt)
    text = text_of(again(attempt))
    for sentence in (
        "0.62 correlation with the key Percentile 55, band 41 to 72",
        "percentiles 41 to 72 of 132 first attempts in English on computers, norms 2.",
        "Band of a correlation: from this person’s answers alone",
        "from the answers alone",
    ):
        assert sentence in text
    assert "Standard error of measurement:" not in text


@pytest.mark.world
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Not counted, because the connection was lost while they were on screen: situations, 1."),
        ("de", "Nicht gezählt, weil dabei die Verbindung abbrach: Situationen, 1."),
        ("fr", "Non comptées, car la connexion s’est interrompue à ce moment : situations, 1."),
    ],
)
def test_a_situation_voided_by_a_lost_connection_is_counted_but_not_printed(
    language: str, sentence: str
) -> None:
    attempt = attempt_of(language, kinds=("judgement",))
    whole = again(attempt).snapshot["assessment"]["tests"][0]["situations"]
    part = AttemptPart.objects.of(attempt.organisation).get(attempt=attempt)
    part.void = [items_of(part)[0].id]
    part.save()
    answers(attempt).filter(item=part.void[0]).delete()
    report = again(attempt)
    assert report.snapshot["assessment"]["tests"][0]["situations"] == whole[1:]
    assert sentence in text_of(report).replace("\N{NO-BREAK SPACE}", " ")


@kept
def held_and_calibrated(language: str = "en") -> Report:
    """A report with norms of each kind and a measured ability."""
    attempt = attempt_of(language, kinds=("scales", "reasoning", "own_judgement"))
    rows = Score.objects.of(attempt.organisation).filter(part__attempt=attempt)
    rows.filter(scale="within").update(value=0.62)
    for order, scale in ((1, "openness"), (2, "numerical"), (3, "within")):
        in_group(attempt_part=rows.get(part__order=order, scale=scale), device="computer")
    calibrated(attempt)
    return again(attempt)


FIGURES = {
    "en": (
        "the share of the group with a lower score plus half of those with the same score",
        "Band of a correlation: from this person’s answers alone",
        "(60 + 25 ÷ 2) ÷ 132 = 54.9% 55",
        "0.60 × √(1 − 0.81) = 0.26",
        "omega, 120 people",
        "3.00 ± 1.645 × 0.26",
        "Reliability, omega: (Σa)² ÷ ((Σa)² + Σu)",
        "Calibration 3, from the first attempts of 240 people",
        "Number series, level 1 −0.8 ± 0.3 ",
        "The 90% interval is the middle 90% of the posterior distribution",
    ),
    "de": (
        "= 54,9 % 55",
        "0,60 × √(1 − 0,81) = 0,26",
        "Omega, 120 Personen",
        "Zahlenreihen, Stufe 1 −0,8 ± 0,3 ",
    ),
    "fr": ("0,60 × √(1 − 0,81) = 0,26", "oméga, 120 personnes", "Suites de nombres, niveau 1 −0,8 ± 0,3 "),
}


@pytest.mark.world
@pytest.mark.parametrize("language", FIGURES)
def test_the_rules_and_figures_of_bands_and_abilities_are_printed_in_each_language(language: str) -> None:
    report = held_and_calibrated(language)
    text = text_of(report)
    assert [sentence for sentence in FIGURES[language] if sentence not in text] == []
    assert "cannot be printed" not in text


@pytest.mark.slow
def test_an_older_snapshot_is_drawn_without_figures() -> None:
    snapshot = held_and_calibrated().snapshot
    snapshot["schema"] = 3
    scales, reasoning, judgement = snapshot["assessment"]["tests"]
    for key in ("within_band", "within_normed"):
        judgement["normed_score"] = judgement.pop(key)
    standings = [*scales["scales"], *reasoning["categories"], judgement]
    assert (
        sum(
            standing["normed_score"] is not None and bool(standing["normed_score"].pop("figures"))
            for standing in standings
        )
        == 3
    )
    for category in (reasoning["whole"], *reasoning["categories"]):
        del category["band"]
    reasoning["ability"] = {"value": 0.4, "error": 0.3}
    text = text_of_pdf(render_pdf(check_snapshot(snapshot)))
    assert text.count("percentiles 41 to 72 of 132 first attempts in English on computers, norms 2.") == 2
    assert [word for word in ("How bands and abilities", "√", "Difficulty", "assumed") if word in text] == []
    assert "an ability of 0.4 (90% interval −0.1 to 0.9)" in text
    assert "closer to the key than 28 to 59 of 100 in the group of 132 first attempts" in text


@pytest.mark.world
def test_without_its_person_no_figure_behind_a_band_or_an_ability_is_left() -> None:
    gone = without_person(held_and_calibrated().snapshot)
    kept = json.dumps(gone)
    assert [word for word in ('"figures"', '"behind"', '"below"', '"cells"') if word in kept] == []
    assert "How bands and abilities" not in text_of_pdf(render_pdf(check_snapshot(gone)))


@pytest.mark.world
def test_points_are_added_up_once_all_raters_have_marked() -> None:
    attempt = attempt_of(kinds=("questions",), two_raters=True)
    waiting = "Answers not fully marked when this report was created: 1."
    text = text_of(report_of(attempt))
    assert (waiting in text, "1 of 1 right not fully marked: 1" in text) == (True, True)
    marked(attempt, name="Nora Nine", safe=5, tells=1, comment="Calm and clear")
    half = text_of(again(attempt))
    assert (waiting in half, " points for marked answers" in half) == (True, False)
    marked(attempt, name="Omar Ten", safe=4, tells=1)
    text = text_of(again(attempt))
    assert "5.5 of 8 points for marked answers (1)." in text
    assert "4 of 4 questions answered, 1 of 1 right 5.5 of 8 points for marked answers" in text
    assert [
        sentence
        for sentence in (waiting, "Nora Nine", "Calm and clear", "Keeps people safe")
        if sentence in text
    ] == []


@pytest.mark.world
def test_a_snapshot_contains_no_times_and_no_adjustments() -> None:
    attempt = attempt_of()
    plain = report_of(attempt).snapshot["assessment"]
    AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt).update(seconds=7777, breaks=2)
    answers(fresh(attempt)).update(seconds=4711)
    slow = again(attempt).snapshot["assessment"]
    for part in (
        *plain["tests"],
        *slow["tests"],
    ):  # mentions answers given too fast to be read, whatever the extra time
        part.pop("validity")
        part.pop("validity_checked")
    assert slow == plain
    assert [word for word in ("7777", "4711", '"seconds"', '"device"') if word in json.dumps(plain)] == []


def texts_of_items(snapshot: Any) -> set[str]:
    """Returns the texts of items, answers and keys, except answer scales, which reports explain."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)
        elif isinstance(value, str) and len(value) > 12 and not value.startswith("<svg"):
            found.add(value)

    for part in snapshot["assessment"]["tests"]:
        for scale in part.get("scales", []):
            walk([item["text"] for item in scale["items"]])
        walk([{**task, "category": ""} for task in part.get("tasks", [])])
        for situation in part.get("situations", []):
            walk(
                [situation["text"], *([action["text"], action["reason"]] for action in situation["actions"])]
            )
        walk(part.get("questions", []))
    return found


@pytest.mark.world
def test_what_is_shared_by_link_contains_no_items_answers_or_keys() -> None:
    attempt = attempt_of()
    report = report_of(attempt)
    items = texts_of_items(report.snapshot)
    client = Client()
    shared = client.get(share_path(report), follow=True)
    file = PdfReader(io.BytesIO(shared.content))
    pdf = " ".join(" ".join(page.extract_text() for page in file.pages).split())
    page = " ".join(client.get(review(report.step_request.application), follow=True).content.decode().split())
    assert len(items) > 100
    assert "Work style" in pdf and "Work style" in page
    assert [text for text in items if " ".join(text.split()) in pdf] == []
    assert [text for text in items if " ".join(text.split()) in unescape(page)] == []


@pytest.mark.world
def test_a_redacted_snapshot_of_every_kind_is_valid_and_has_no_answers() -> None:
    attempt = attempt_of(two_raters=True)
    marked(attempt, name="Nora Nine", safe=5, tells=1, comment="Calm and clear")
    marked(attempt, name="Omar Ten", safe=4, tells=1)
    snapshot = again(attempt).snapshot
    gone = without_person(snapshot)
    rendered = render_pdf(check_snapshot(gone))
    told = json.dumps(gone, ensure_ascii=False) + text_of_pdf(rendered)
    for sentence in (
        "Ada",
        "Lovelace",
        "I call everybody",
        "licence-of-ada",
        "Calm and clear",
        "Nora Nine",
        "On 1 May",
    ):
        assert sentence in json.dumps(snapshot, ensure_ascii=False)
        assert sentence not in told
    scales, reasoning, judgement, questions = gone["assessment"]["tests"]
    assert {scale["mean"] for scale in scales["scales"]} == {None}
    assert (reasoning["whole"]["solved"], reasoning["tasks"]) == (None, [])
    assert {a["answer"] for situation in judgement["situations"] for a in situation["actions"]} == {None}
    assert (judgement["distance"], questions["right"]) == (None, None)
    assert gone["assessment"]["total"]["value"] is None
    text = text_of_pdf(rendered)
    assert ("Work style" in text, "answered" in text.split("Appendix")[0], "are not included" in text) == (
        True,
        False,
        False,
    )


@pytest.mark.main_case
def test_a_test_of_an_unknown_kind_is_refused_with_the_place() -> None:
    snapshot = report_of(attempt_of(kinds=("judgement",))).snapshot
    snapshot["assessment"]["tests"][0]["kind"] = "riddles"
    with pytest.raises(
        ValueError, match=r"assessment.tests\[0\] has the kind “riddles”, which is not one of"
    ):
        check_snapshot(snapshot)
