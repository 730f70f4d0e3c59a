"""The form of a part that everybody may choose before it begins: tasks without figures, where it has figures.

Because nobody asks for it and nobody grants it, it betrays nothing (docs/decisions/0026-*).
"""

from goodword.assessments.content import content_of
from goodword.assessments.library.reasoning.forms import WITHOUT_FIGURES, Forms
from goodword.assessments.models import AttemptPart

#: what the names of families of figures begin with
_FIGURES = "matrices"


def open_form(part: AttemptPart) -> str:
    """The form that may be chosen instead of the one that the part has now; empty where there is none.

    Before it begins: the form without figures in place of one with them, and back again to the role's. `part` comes
    with its version, test and the assessment's part. No query.
    """
    content = content_of(part.version)
    if part.begun_at is not None or part.ended_at is not None or not isinstance(content, Forms):
        return ""
    if part.form != part.part.form:
        return part.part.form
    has_figures = any(entry.family.startswith(_FIGURES) for entry in content.blueprint(part.form).entries)
    return WITHOUT_FIGURES if has_figures and WITHOUT_FIGURES in content.forms else ""


def without_figures(part: AttemptPart) -> bool:
    """Whether the part is now done without figures in place of the role's form."""
    return part.form != part.part.form


def clock_minutes(part: AttemptPart, *, form: str = "") -> int:
    """The minutes that the role gives on the clock of a timed part in this form, or in the one that it has.

    A form with more tasks than the role's has as much time for each of them, on whole minutes, rounded up.
    """
    minutes, planned, taken = part.part.minutes or 0, part.part.form, form or part.form
    content = content_of(part.version)
    if taken == planned or not isinstance(content, Forms):
        return minutes
    return -(-minutes * content.blueprint(taken).n // content.blueprint(planned).n)
