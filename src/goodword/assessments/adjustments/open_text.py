"""Grants the open-text version of a judgement set, which people mark (docs/decisions/0026-*)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from goodword.assessments.attempts.parts import OPEN_TEXT, set_form
from goodword.assessments.kinds.judgement.drafts import ensure_open_text, open_texts_of
from goodword.assessments.kinds.registry import kinds_with
from goodword.assessments.models import Attempt, AttemptPart, TestVersion

#: choices besides a version's id: the latest published version, or a new one with the default rubrics
CREATE = 0


class CannotReplace(Exception):
    """Part `order` has started since, or the chosen version is no longer offered. Nothing was granted."""

    def __init__(self, order: int) -> None:
        super().__init__(str(order))
        self.order = order


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTextOffer:
    part: AttemptPart
    versions: Sequence[TestVersion]


def open_text_offers(attempt: Attempt) -> list[OpenTextOffer]:
    """Offers for judgement parts that haven't started and have no open-text version yet, in order."""
    found = []
    for part in _replaceable(attempt):
        part.attempt = attempt
        versions = open_texts_of(part.part.test, language=part.version.language)
        found.append(OpenTextOffer(part=part, versions=versions))
    return found


def grant_open_texts(attempt: Attempt, chosen: Mapping[int, int], *, now: datetime) -> list[AttemptPart]:
    """Replace parts of the locked attempt, by part number with the id of a version or `CREATE`. Raises CannotReplace,
    and `ReadingError` if no version can be made from a set."""
    parts = {part.order: part for part in _replaceable(attempt)}
    for order, version_id in chosen.items():
        if order not in parts:
            raise CannotReplace(order)
        part = parts[order]
        part.attempt = attempt
        offered = {
            version.pk: version for version in open_texts_of(part.part.test, language=part.version.language)
        }
        if version_id == CREATE:
            part.open_text = ensure_open_text(version=part.version, now=now)
        elif version_id in offered:
            part.open_text = offered[version_id]
        else:
            raise CannotReplace(order)
        part.save(update_fields=["open_text"])
        set_form(part, OPEN_TEXT)
    return [parts[order] for order in chosen]


def carry_over_open_texts(attempt: Attempt) -> None:
    earlier = (
        AttemptPart.objects.of(attempt.organisation)
        .filter(attempt__step_request_id=attempt.step_request_id, open_text__isnull=False)
        .exclude(attempt=attempt)
        .select_related("open_text", "part")
        .order_by("attempt", "order")
    )
    granted = {part.part.test_id: part.open_text for part in earlier}
    if not granted:
        return
    for part in _replaceable(attempt).filter(part__test__in=granted):
        part.attempt, part.open_text = attempt, granted[part.part.test_id]
        part.save(update_fields=["open_text"])
        set_form(part, OPEN_TEXT)


def _replaceable(attempt: Attempt) -> QuerySet[AttemptPart]:
    return (
        AttemptPart.objects.of(attempt.organisation)
        .filter(
            attempt=attempt,
            begun_at=None,
            ended_at=None,
            open_text=None,
            part__test__kind__in=kinds_with(lambda kind: kind.offers_open_text),
        )
        .select_related("version__test", "part__test__organisation", "open_text")
        .order_by("order")
    )
