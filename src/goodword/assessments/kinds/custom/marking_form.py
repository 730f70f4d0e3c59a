"""The form of a marking: points by criterion, and a comment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.assessments.kinds.custom.content import Criterion
from goodword.assessments.models import Marking
from goodword.questionnaires.editor.forms.fields import Whole, Words

LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion as the page draws it."""

    criterion: Criterion
    field: forms.BoundField


class MarkingForm(forms.Form):
    """Each criterion wants its points, from 0."""

    use_required_attribute = False

    comment = Words(
        label=gettext_lazy("Comment"),
        lines=3,
        max_length=LONGEST_COMMENT,
        required=False,
        help_text=gettext_lazy("What earned the points. Shown with them in the results."),
    )

    def __init__(
        self, data: Any = None, *, criteria: Sequence[Criterion], mine: Marking | None = None
    ) -> None:
        super().__init__(data, initial={"comment": mine.comment if mine else ""})
        self._criteria = criteria
        for number, criterion in enumerate(criteria):
            self.fields[f"points_{number}"] = Whole(
                least=0,
                most=criterion.points,
                label=_("%(criterion)s (0 to %(points)s)")
                % {"criterion": criterion.text, "points": criterion.points},
                initial=mine.points.get(criterion.id) if mine else None,
            )

    def rows(self) -> Iterator[Row]:
        """The criteria, in order."""
        for number, criterion in enumerate(self._criteria):
            yield Row(criterion, self[f"points_{number}"])

    def points(self) -> dict[str, int]:
        """What was given, by criterion."""
        return {one.id: self.cleaned_data[f"points_{number}"] for number, one in enumerate(self._criteria)}
