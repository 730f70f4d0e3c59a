"""Reads about attempts."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import QuerySet, prefetch_related_objects

from goodword.assessments.models import Attempt, AttemptPart, Test
from goodword.candidates.models import Application
from goodword.questionnaires.reading import Json
from goodword.steps.states import DONE

#: what is large in the rows around a part, and is needed once a process (content.content_of), or only when it is scored
LARGE: Final = ("version__content", "part__calibration__content")


def parts_of(attempt: Attempt, *, scores: bool = True) -> Sequence[AttemptPart]:
    """The parts in order, with their versions, answers, drawn items and, if wanted, scores.

    One query each; none for drawn items where no part draws any.
    """
    rows = list(
        AttemptPart.objects.of(attempt.organisation)
        .filter(attempt=attempt)
        .select_related("version__test", "part__norms", "part__calibration")
        .defer(*LARGE)
        .order_by("order")
    )
    prefetch_related_objects(rows, "answers", *(["scores"] if scores else []))
    drawing = [row for row in rows if row.version.test.kind == Test.Kind.REASONING]
    prefetch_related_objects(drawing, "drawn")
    for row in rows:
        row.attempt = attempt  # known: no query for it, and its language is asked for often
    return rows


def latest_attempt(application: Application) -> Attempt | None:
    """The application's newest run of an assessment, whatever its state."""
    return attempts_of(application).first()


def latest_done(application: Application) -> Attempt | None:
    """Its newest run that is done: a result stays to be seen when the candidate is invited again."""
    return attempts_of(application).filter(progress__in=DONE).first()


def attempts_of(application: Application) -> QuerySet[Attempt]:
    """All its attempts, newest first."""
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
    """The saved answers as they are now: item id to what was answered. One query."""
    return dict(part.answers.values_list("item", "value"))


def read_answers(part: AttemptPart) -> Mapping[str, Json]:
    """The same, of a part that was read with its answers (`parts_of`): as they were then, without a query."""
    return {answer.item: answer.value for answer in part.answers.all()}
