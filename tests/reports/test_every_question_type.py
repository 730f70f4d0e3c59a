"""One answer to a question of each type: in the result, on the page, in the report, in the export."""

import re
from html import unescape
from typing import Any

import pytest

from goodword.core.personal_data import ExportReader, ExportRequest, export
from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.gallery import SAMPLES
from goodword.questionnaires.labels import RenderedAnswer, render_answers
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.questions import fill_placeholders, parse, to_json
from goodword.questionnaires.types import Stated
from goodword.references.models import Check
from goodword.references.results import results
from tests.questionnaires.sample_answers import Posted, sample_answer
from tests.references.answered import NOW, answered, checked
from tests.reports.reports import text_of
from tests.reports.test_without_referee import reported
from tests.support.blocks import check_page

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

#: what `answered` says that the candidate stated
STATED = Stated(
    relationship="manager", company="Globex", title="Engineer", from_month="2021-04", to_month="2023-08"
)


def one_reference() -> tuple[Check, list[RenderedAnswer]]:
    """A completed check with all types, and the answers in words."""
    questions = parse(SAMPLES)
    posted: Posted = {}
    for question in questions:
        posted |= sample_answer(question)
    form = QuestionForm(questions, data=posted, stated=STATED)
    assert form.is_valid(), form.errors
    check = checked()
    # another version, since the questions of one are parsed once per process
    check.version = QuestionnaireVersion.objects.create(
        organisation=check.organisation,
        questionnaire=check.version.questionnaire,
        number=2,
        language="en",
        questions=to_json(questions),
        created_at=NOW,
        published_at=NOW,
    )
    check.save()
    answered(check, 1, dict(form.answers))
    asked = fill_placeholders(questions, candidate="Ada Lovelace", company="Globex", language="en")
    return check, list(render_answers(asked, form.answers, stated=STATED))


def missing_from(told: str, rows: list[RenderedAnswer]) -> list[tuple[str, str]]:
    """Answers whose words aren't there. A list of words is searched one by one."""
    return [
        (row.kind, words)
        for row in rows
        for words in (row.answer.split(", ") if row.verdict == "" else [row.answer.partition(": ")[2]])
        if words not in told
    ]


@pytest.mark.world
def test_an_answer_of_every_type_is_shown_printed_and_exported() -> None:
    check, rows = one_reference()
    found = results(check)
    confirmed = {row.question_id for row in rows if row.verdict}
    assert {question.id for question in found.questions if question.answers} == {
        row.question_id for row in rows
    } - confirmed
    assert len(found.verification) == len(confirmed)
    plain = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", check_page(check))))
    # positions between statements are only marked on their scale
    assert missing_from(plain, [row for row in rows if not row.verdict and row.place is None]) == []
    printed = text_of(reported(check))
    assert [row.question for row in rows if not row.verdict and row.question not in printed] == []
    application = check.step_request.application
    wanted = ExportRequest(
        reader=ExportReader.ORGANISATION,
        organisation=check.organisation,
        candidate_id=application.candidate_id,
        application_ids=(application.pk,),
    )
    exported: Any = export(wanted)["reference checks"]
    assert missing_from(str(exported), rows) == []
