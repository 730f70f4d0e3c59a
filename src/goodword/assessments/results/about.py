"""The technical sheet of the test that a part was, beside its result."""

from dataclasses import replace

from goodword.assessments.content import Content
from goodword.assessments.library.reasoning.forms import Forms
from goodword.assessments.library.sheet import TechnicalSheet, technical_sheet
from goodword.assessments.models import AttemptPart


def sheet_of(part: AttemptPart, content: Content, *, items: int) -> TechnicalSheet:
    """The sheet for what everybody on the role gets; `items` are those that this result counts.

    Of generated tasks no form is named: which one somebody was given is told by the tasks alone.
    """
    if isinstance(content, Forms):
        return replace(technical_sheet(content, part.part.form), n_items=items, form="")
    return replace(technical_sheet(content, part.form), n_items=items)
