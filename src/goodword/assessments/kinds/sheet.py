"""The technical sheet of a test: what is known about it, and what is not, in plain words.

It is generated from the test's data and the organisation's own figures, so that it cannot claim more than is there.
"""

from goodword.assessments.kinds.custom.sheet import questions_sheet
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.sheet import judgement_sheet
from goodword.assessments.kinds.reasoning.content import Forms
from goodword.assessments.kinds.reasoning.names import Content
from goodword.assessments.kinds.reasoning.sheet import reasoning_sheet
from goodword.assessments.kinds.scales.content import FULL_FORM, Instrument
from goodword.assessments.kinds.scales.sheet import scales_sheet
from goodword.assessments.kinds.technical_sheet import NOTHING, Known, ScaleFacts, TechnicalSheet

__all__ = ["Known", "ScaleFacts", "TechnicalSheet", "technical_sheet"]


def technical_sheet(content: Content, form: str = FULL_FORM, *, known: Known = NOTHING) -> TechnicalSheet:
    """The sheet for one form of a test, with what the organisation's own answers have told of it.

    Raises `LookupError` for an unknown form.
    """
    match content:
        case Instrument():
            return scales_sheet(content, form, known)
        case JudgementSet():
            return judgement_sheet(content, known)
        case Forms():
            return reasoning_sheet(content, form, known)
    return questions_sheet(content, known)
