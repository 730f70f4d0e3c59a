"""Reads about attempts."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import QuerySet, prefetch_related_objects

from goodword.assessments.kinds import kind_named
from goodword.assessments.models import Attempt, AttemptPart
from goodword.candidates.models import Application
from goodword.core.json_reading import Json
from goodword.workflow.states import DONE

#: large columns around a part: parsed once per process (content.content_of), or needed only for scoring
LARGE: Final = ("version__content", "part__calibration__content")


def parts_of(attempt: Attempt, *, scores: bool = True) -> Sequence[AttemptPart]:
    """The parts in order, with versions, answers, generated items and, if wanted, scores. One query each."""
    rows = list(
        AttemptPart.objects.of(attempt.organisation)
        .filter(attempt=attempt)
        .select_related("version__test", "part__norms", "part__calibration")
        .defer(*LARGE)
        .order_by("order")
    )
    prefetch_related_objects(rows, "answers", *(["scores"] if scores else []))
    drawing = [row for row in rows if kind_named(row.version.test.kind).is_generated]
    prefetch_related_objects(drawing, "drawn")
    for row in rows:
        row.attempt = attempt
    return rows


def latest_attempt(application: Application) -> Attempt | None:
    """The application's newest attempt, whatever its state."""
    return attempts_of(application).first()


def latest_done(application: Application) -> Attempt | None:
    """Its newest completed attempt: results stay visible when the candidate is invited again."""
    return attempts_of(application).filter(progress__in=DONE).first()


def attempts_of(application: Application) -> QuerySet[Attempt]:
    """The application's attempts, newest first."""
    return (
        Attempt.objects.across_organisations()
        .filter(step_request__application_id=application.pk)
        .select_related("organisation", "step_request__step", "assessment")
        .order_by("-pk")
    )


def application_of(attempt: Attempt) -> Application:
    """The application of an attempt, with candidate, organisation and the role's owner."""
    return (
        Application.objects.of(attempt.organisation)
        .select_related("candidate", "organisation", "role__owner__user")
        .get(pk=attempt.step_request.application_id)
    )


def answers_of(part: AttemptPart) -> Mapping[str, Json]:
    """The saved answers as of now, {item id: value}. One query."""
    return dict(part.answers.values_list("item", "value"))


def read_answers(part: AttemptPart) -> Mapping[str, Json]:
    """The answers prefetched with the part (`parts_of`), {item id: value}. No query."""
    return {answer.item: answer.value for answer in part.answers.all()}
