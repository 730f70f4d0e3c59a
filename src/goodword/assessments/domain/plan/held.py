"""The draft of a role's assessment, held under one lock, with what it was based on."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from goodword.assessments.models import Assessment, AssessmentPart
from goodword.assessments.plans import draft_of
from goodword.roles.models import Step


class NoDraft(Exception):
    """There is no draft: it was published or thrown away meanwhile."""


class Stale(Exception):
    """The draft was changed since the page was opened on which this act is based. Nothing was changed."""


class NotPossible(Exception):
    """It cannot be so. `field` names the setting, `sentence` says what to do; nothing was changed."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


def lock(step: Step) -> Step:
    """Its row, held until the transaction ends: one change of a role's assessment at a time."""
    rows = Step.objects.of(step.organisation).select_related("organisation")
    return rows.select_for_update(of=("self",)).get(pk=step.pk)


@contextmanager
def held(step: Step, *, revision: int) -> Iterator[Assessment]:
    """The draft, to be changed in one transaction; its revision goes up by one.

    `revision` is the one that the page showed. Raises `NoDraft`, and `Stale` if another one is there now.
    """
    with transaction.atomic():
        draft = draft_of(lock(step))
        if draft is None:
            raise NoDraft
        if draft.revision != revision:
            raise Stale
        yield draft
        Assessment.objects.of(step.organisation).filter(pk=draft.pk).update(revision=revision + 1)


def part_of(draft: Assessment, part_id: int) -> AssessmentPart:
    """One of its parts. Raises LookupError."""
    rows = AssessmentPart.objects.of(draft.organisation).select_related("test__organisation")
    found = rows.filter(assessment=draft, pk=part_id).first()
    if found is None:
        raise LookupError(f"Part {part_id} is none of assessment {draft.pk}.")
    return found


def in_order(draft: Assessment) -> list[AssessmentPart]:
    """Its parts, the first one first."""
    rows = AssessmentPart.objects.of(draft.organisation).select_related("test__organisation")
    return list(rows.filter(assessment=draft).order_by("order"))


def number_anew(draft: Assessment, parts: list[AssessmentPart]) -> None:
    """Give them the places 1, 2, 3 in the order of the list."""
    for place, part in enumerate(parts, start=1):
        part.order = place
    AssessmentPart.objects.of(draft.organisation).bulk_update(parts, ["order"])
