"""The questions of a test as its pages list them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.assessments.editor.own import FILE, Content, has_choices, rubric_of
from goodword.questionnaires.editor.kinds import kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One question: what kind it is, and how its answers are marked."""

    place: int
    id: str
    text: str
    kind: str
    is_file: bool
    has_choices: bool
    marked: str
    right: Sequence[str]
    criteria: Sequence[dict[str, Any]]
    is_first: bool
    is_last: bool


def shown(content: Content) -> list[Shown]:
    """In order."""
    found = []
    last = len(content["questions"])
    for place, entry in enumerate(content["questions"], start=1):
        rubric = rubric_of(content, entry["id"])
        right = content["right"].get(entry["id"], [])
        labels = [choice["label"] for choice in entry.get("choices", ()) if choice["value"] in right]
        if rubric:
            points = sum(one["points"] for one in rubric)
            marked = ngettext(
                "Marked by a rubric, %(n)s point", "Marked by a rubric, %(n)s points", points
            ) % {"n": points}
        elif right:
            marked = _("Has a right answer")
        else:
            marked = _("Only read")
        found.append(
            Shown(
                place=place,
                id=entry["id"],
                text=entry["text"] or _("(without words in this language)"),
                kind=_("File to hand in") if entry["type"] == FILE else str(kinds()[entry["type"]].title),
                is_file=entry["type"] == FILE,
                has_choices=has_choices(entry),
                marked=marked,
                right=labels,
                criteria=rubric,
                is_first=place == 1,
                is_last=place == last,
            )
        )
    return found
