"""How scales were answered: one answer over and over, or agreeing with a sentence and with its reverse.

psychometrics.response_quality has formulas, grades and sources. Both look at answers alone: neither time, nor device,
nor aids enter.
"""

from collections.abc import Mapping

from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.response_quality import contradiction, straight_lining
from goodword.steps.signs.found import Found

STRAIGHT, CONTRADICTION = "straight_line", "contradiction"


def straight_sign(*, key: str, instrument: Instrument, form: str, answers: Mapping[str, int]) -> Found | None:
    """The sign in a run of one answer; `answers` are values by item id."""
    values = [answers[item.id] for item in instrument.items_of(form) if item.id in answers]
    found = straight_lining(values)
    if found.grade is None:
        return None
    return Found(code=STRAIGHT, grade=found.grade, key=key, facts={"longest": found.longest})


def contradiction_sign(
    *, key: str, instrument: Instrument, form: str, answers: Mapping[str, int]
) -> Found | None:
    """The sign in pairs of opposite statements; `answers` are values by item id."""
    found = contradiction(instrument, form, answers)
    if found.grade is None or found.mean is None:
        return None
    facts = {"mean": round(found.mean, 1), "chance": round(found.chance, 1)}
    return Found(code=CONTRADICTION, grade=found.grade, key=key, facts=facts)
