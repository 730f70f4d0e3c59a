"""Which sentence of a referee page 1 of the report quotes."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from goodword.core.personal_data import ExportReader, ExportRequest, export
from goodword.references.comments import first_sentence, sentences
from goodword.references.domain.responses import DraftAnswers, SubmittedAnswer
from goodword.references.report_data import check_data
from goodword.references.report_front import quotes_of
from goodword.references.results import results
from goodword.reports.personal_data import without_person, without_referee
from tests.references.answered import answered, checked
from tests.references.story import (
    ANSWERS,
    FACTS,
    NOW,
    Story,
    candidate_path,
    get,
    keep_pages,
    post,
    referee_path,
    sent,
)
from tests.references.test_saving import by_script, draft_of
from tests.support.kept import kept

MARIA = "maria@globex.example"
TEXTS = ANSWERS[-1] | {
    "q-strengths": "She thinks before she builds. Her cranes have never been late.",
    "q-work_again-comment": "Any day, and on any site. She taught me a lot.",
}
IN_ORDER = [
    "Any day, and on any site.",
    "She taught me a lot.",
    "She thinks before she builds.",
    "Her cranes have never been late.",
    "She could say no more often.",
]
CHOSEN = IN_ORDER[3]


def test_a_comment_is_split_where_a_sentence_may_end() -> None:
    assert sentences("Dr. Weber and I shared a desk. Then we moved. No.") == [
        "Dr. Weber and I shared a desk.",
        "Then we moved. No.",
    ]
    assert sentences("Sie ist ruhig, z. B. im Streit mit Kunden! Immer.") == [
        "Sie ist ruhig, z. B. im Streit mit Kunden!",
        "Immer.",
    ]
    assert sentences("她总是在会议之前准备好所有的材料和数据，从不拖延。其次。") == [
        "她总是在会议之前准备好所有的材料和数据，从不拖延。",
        "其次。",
    ]
    assert sentences("  One line that has no full stop\n\nand   another ") == [
        "One line that has no full stop",
        "and another",
    ]
    assert (sentences(" \n"), first_sentence("")) == ([], "")
    assert [len(sentence) <= 400 for sentence in sentences("word " * 2000)] == [True]


@pytest.fixture
@kept
def story() -> Story:
    story = sent()
    keep_pages(referee_path(MARIA), [*ANSWERS[:-1], TEXTS])
    return story


def quoted(story: Story) -> dict[str, str | None]:
    with translation.override("en"):
        return quotes_of(check_data(results(story.check), moment=str))


def submitted(page: Any) -> dict[str, str]:
    return {"reviewed": page.context["reviewed"]}


@pytest.mark.django_db
def test_without_a_choice_page_1_quotes_the_first_sentence_listed(story: Story) -> None:
    path = f"{referee_path(MARIA)}review/"
    page = get(path)
    assert [value for value, _ in page.context["quotable"]] == IN_ORDER
    assert " checked" not in page.content.decode()
    assert post(path, submitted(page)).status_code == 302
    assert list(quoted(story).values()) == [IN_ORDER[0]]


@pytest.mark.world
@pytest.mark.django_db
def test_the_chosen_sentence_is_saved_at_once_and_quoted(story: Story) -> None:
    path = f"{referee_path(MARIA)}review/"
    assert by_script(path, {"quote": CHOSEN}).status_code == 204
    assert (story.references, draft_of(story, 0).quote) == ([], CHOSEN)
    page = get(path)
    assert f'value="{CHOSEN}" checked' in page.content.decode()
    assert post(path, submitted(page)).status_code == 302
    assert list(quoted(story).values()) == [CHOSEN]
    post(path, {"quote": IN_ORDER[1]})
    assert [reference.quote for reference in story.references] == [CHOSEN]


@pytest.mark.world
@pytest.mark.django_db
def test_a_choice_submitted_without_scripts_counts(story: Story) -> None:
    path = f"{referee_path(MARIA)}review/"
    assert post(path, submitted(get(path)) | {"quote": CHOSEN}).status_code == 302
    assert list(quoted(story).values()) == [CHOSEN]


@pytest.mark.world
@pytest.mark.django_db
def test_the_later_choice_of_two_tabs_counts(story: Story) -> None:
    path = f"{referee_path(MARIA)}review/"
    other = get(path)
    by_script(path, {"quote": CHOSEN})
    post(path, submitted(other) | {"quote": IN_ORDER[1]})
    assert [reference.quote for reference in story.references] == [IN_ORDER[1]]


@pytest.mark.world
@pytest.mark.django_db
def test_the_later_choice_of_one_page_counts_in_whichever_order_they_arrive(story: Story) -> None:
    path = f"{referee_path(MARIA)}review/"
    by_script(path, {"quote": CHOSEN, "save": "k3f9-2"})
    assert by_script(path, {"quote": IN_ORDER[1], "save": "k3f9-1"}).status_code == 204
    assert draft_of(story, 0).quote == CHOSEN


@pytest.mark.world
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("strengths", "kept"),
    [(f"She builds with great care. {CHOSEN} And more.", CHOSEN), ("She thinks before she builds.", "")],
    ids=["still written", "deleted"],
)
def test_a_choice_lasts_while_the_comments_contain_it(story: Story, strengths: str, kept: str) -> None:
    path = referee_path(MARIA)
    old = get(f"{path}review/")
    by_script(f"{path}review/", {"quote": CHOSEN})
    keep_pages(path, [TEXTS | {"q-strengths": strengths}], first=len(ANSWERS))
    changed = post(f"{path}review/", submitted(old) | {"quote": CHOSEN})
    assert (changed.status_code, changed.context["quote"]) == (409, kept)
    assert post(f"{path}review/", submitted(changed)).status_code == 302
    assert [reference.quote for reference in story.references] == [kept]


def test_a_draft_drops_a_chosen_sentence_with_its_comment() -> None:
    draft = DraftAnswers(
        answers={"strengths": "Calm in every storm. Always on time."}, quote="Always on time."
    )
    unfinished = SubmittedAnswer(
        question_id="strengths",
        finished=False,
        typed={"q-strengths": ["Calm in every storm. Always on time."]},
    )
    other = SubmittedAnswer(question_id="strengths", finished=True, answer="Calm in every storm.")
    assert draft.merged([unfinished], seen={}, now=NOW).quote == "Always on time."
    assert draft.merged([other], seen={}, now=NOW).quote == ""
    assert DraftAnswers.read(draft.stored()) == draft
    assert replace(draft, quote="").digest == draft.digest


@pytest.mark.django_db
def test_a_choice_survives_missing_answers(story: Story) -> None:
    path = referee_path(MARIA)
    keep_pages(
        path, [{"q-strengths": TEXTS["q-strengths"], "q-develop": "No.", "q-work_again": "yes"}], first=6
    )
    request = story.requests[0]
    request.draft.pop("teamwork")
    request.save()
    page = post(f"{path}review/", {"quote": CHOSEN})
    assert (page.context["missing"], page.context["quote"]) == (True, CHOSEN)
    assert story.references == []


@pytest.mark.world
@pytest.mark.django_db
def test_only_sentences_of_ones_own_comments_can_be_chosen(story: Story) -> None:
    path = f"{referee_path(MARIA)}review/"
    page = post(path, submitted(get(path)) | {"quote": "Hire her at once."})
    assert page.status_code == 302
    assert list(quoted(story).values()) == [IN_ORDER[0]]


@pytest.mark.world
@pytest.mark.django_db
def test_one_sentence_leaves_no_choice_and_facts_none_to_quote(story: Story) -> None:
    path = referee_path(MARIA)
    by_script(f"{path}review/", {"quote": CHOSEN})
    assert post(f"{path}facts/", FACTS).status_code == 302
    assert ([reference.quote for reference in story.references], quoted(story)) == ([""], {})
    paul = referee_path("paul@globex.example")
    keep_pages(
        paul, [TEXTS | {"q-strengths": "Calm.", "q-develop": "Calm.", "q-work_again-comment": ""}], first=6
    )
    page = get(f"{paul}review/")
    assert (page.context["quotable"], 'name="quote"' in page.content.decode()) == ([], False)


@pytest.mark.django_db
def test_a_self_assessment_is_not_quoted(story: Story) -> None:
    check = story.check
    check.self_reference = "asked"
    check.save()
    page = get(f"{candidate_path(story)}self-reference/review/")
    assert (page.status_code, b'name="quote"' in page.content) == (200, False)


@pytest.mark.world
@pytest.mark.django_db
def test_exports_contain_the_choice_except_the_candidates() -> None:
    check = checked()
    check.candidate_may_see = True
    check.save()
    reference = answered(check, 1, quote=CHOSEN)
    application = check.step_request.application

    def exported(reader: ExportReader) -> str:
        wanted = ExportRequest(
            reader=reader,
            organisation=check.organisation,
            application_ids=(application.pk,),
            referee_id=reference.request.referee_id if reader == ExportReader.REFEREE else None,
        )
        return json.dumps(export(wanted), default=str)

    assert {reader: CHOSEN in exported(reader) for reader in ExportReader} == {
        reader: reader != ExportReader.CANDIDATE for reader in ExportReader
    }


@pytest.mark.django_db
def test_redacted_snapshots_do_not_contain_the_choice() -> None:
    check = checked()
    reference = answered(check, 1, quote=CHOSEN)
    snapshot = {
        "kind": "reference_check",
        "language": "en",
        "candidate": {"name": "Ada"},
        "check": check_data(results(check), moment=str),
    }
    assert CHOSEN in json.dumps(snapshot)
    assert CHOSEN not in json.dumps(without_person(snapshot))
    assert CHOSEN not in json.dumps(without_referee(snapshot, reference=str(reference.pk), given={}))
