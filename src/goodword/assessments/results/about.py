"""The technical sheet of the test that a part was, beside its result."""

from dataclasses import replace

from goodword.assessments.kinds import Content
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.sheet import technical_sheet
from goodword.assessments.kinds.technical_sheet import NOTHING, Known, TechnicalSheet
from goodword.assessments.models import AttemptPart
from goodword.assessments.norms.queries import sheet_form


def sheet_of(part: AttemptPart, content: Content, *, items: int, known: Known = NOTHING) -> TechnicalSheet:
    """The sheet for what everybody on the role gets; `items` are those that this result counts, `known` what
    the organisation's own answers have told of it.

    For generated tasks no form is named: only the tasks themselves show which one it was.
    """
    sheet = technical_sheet(content, sheet_form(part), known=known)
    return replace(sheet, n_items=items, form="" if isinstance(content, ReasoningTest) else sheet.form)
