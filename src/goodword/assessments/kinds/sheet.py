"""The technical sheet of a test: what is known about it, and what is not, in plain words.

It is generated from the test's data and the organisation's own figures, so it claims only what they show.
"""

from goodword.assessments.kinds import Content, kind_of
from goodword.assessments.kinds.packs import FULL_FORM
from goodword.assessments.kinds.technical_sheet import NOTHING, Known, TechnicalSheet


def technical_sheet(content: Content, form: str = FULL_FORM, *, known: Known = NOTHING) -> TechnicalSheet:
    """The sheet for one form of a test, with what the organisation's own answers add.

    Raises `LookupError` for an unknown form.
    """
    return kind_of(content).sheet(content, form, known)
