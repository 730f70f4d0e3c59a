"""A candidate's own result, in plain words and in the language they took the assessment in.

It says where their answers lie and what could be learned from them. It compares them with nobody, and no end of a
scale is better than the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from goodword.assessments.models import Attempt
from goodword.assessments.queries import latest_attempt
from goodword.assessments.result import (
    AttemptResult,
    JudgementResult,
    Part,
    QuestionsResult,
    ReasoningResult,
    ScaleResult,
    ScalesResult,
    ScenarioShown,
    TaskShown,
)
from goodword.assessments.results import result
from goodword.assessments.views.access import Sitting, render_page
from goodword.candidates.queries import public_title
from goodword.core import clock
from goodword.notifications.domain.links import is_alive
from goodword.steps.models import StepRun
from goodword.steps.portal import closed_page, unknown_page, visit_of

#: tasks whose rules are explained
EXAMPLES = 2
#: steps from the key, on average over a situation's actions, up to which a view is near to it
NEAR = 1.0


def gets_result(attempt: Attempt) -> bool:
    """Whether the candidate gets the result of this attempt: it was finished, and the role says so."""
    return attempt.progress == StepRun.Progress.COMPLETED and attempt.assessment.tells_candidate


@require_safe
def candidate_result(request: HttpRequest, token: str) -> HttpResponse:
    """Where their answers lie, in plain words and in their language. Else the page of everything closed."""
    visit = visit_of(token)
    if visit is None:
        return unknown_page(request)
    now = clock.now()
    attempt = latest_attempt(visit.application)
    if (
        attempt is not None
        and gets_result(attempt)
        and not visit.application.is_going
        and is_alive(visit.link, now=now)
    ):
        with translation.override(attempt.language), timezone.override(visit.organisation.zone):
            found = result(attempt)
            if found is not None:
                return render_page(
                    request,
                    Sitting(visit=visit, attempt=attempt, now=now),
                    "assessments/portal/own.html",
                    title=public_title(visit.application),
                    parts=part_summaries(found),
                )
    return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleSummary:
    """One scale: where the answers lie, in a sentence, and what both ends mean."""

    name: str
    description: str
    where: str
    low_label: str
    low_text: str
    high_label: str
    high_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationSummary:
    """A situation with its actions: whether the view of it was `near` to the key, None where nothing was rated."""

    scenario: ScenarioShown
    near: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSummary:
    """One part. What does not belong to its `kind` is empty."""

    kind: str
    title: str
    scales: tuple[ScaleSummary, ...] = ()
    solved: int = 0
    given: int = 0
    examples: tuple[TaskShown, ...] = ()
    key_basis: str = ""
    #: the answer scale: "1 Very ineffective · 2 Rather ineffective"
    steps: str = ""
    situations: tuple[SituationSummary, ...] = ()

    @property
    def near(self) -> int:
        """In how many situations the view was near to the key."""
        return sum(one.near is True for one in self.situations)


def part_summaries(result: AttemptResult) -> tuple[PartSummary, ...]:
    """The parts of a result as their candidate reads them, in the active language."""
    return tuple(_part_summary(part) for part in result.parts)


def _part_summary(part: Part) -> PartSummary:
    match part:
        case ScalesResult():
            scales = tuple(_scale_summary(found, part) for found in part.scales)
            return PartSummary(kind=part.kind, title=part.title, scales=scales)
        case ReasoningResult():
            return PartSummary(
                kind=part.kind,
                title=gettext("Reasoning"),
                solved=part.whole.solved,
                given=part.whole.given,
                examples=examples(part.tasks),
            )
        case JudgementResult():
            return PartSummary(
                kind=part.kind,
                title=part.title,
                key_basis=part.key_basis,
                steps=" · ".join(
                    f"{value} {label}" for value, label in enumerate(part.response_labels, start=part.lowest)
                ),
                situations=tuple(
                    SituationSummary(scenario=one, near=_is_near(one)) for one in part.scenarios
                ),
            )
        case QuestionsResult():
            return PartSummary(kind=part.kind, title=part.title)


def _scale_summary(found: ScaleResult, part: ScalesResult) -> ScaleSummary:
    scale = found.scale
    return ScaleSummary(
        name=scale.name,
        description=scale.description,
        where=position_sentence(
            found.mean, part.minimum, part.maximum, low=scale.low_label, high=scale.high_label
        ),
        low_label=scale.low_label,
        low_text=scale.low_text,
        high_label=scale.high_label,
        high_text=scale.high_text,
    )


def position_sentence(mean: float | None, minimum: int, maximum: int, *, low: str, high: str) -> str:
    """Where answers lie between two ends, in a sentence: the scale is cut into five equal stretches."""
    if mean is None:
        return gettext("Too few answers to say where they lie.")
    place = (mean - minimum) / (maximum - minimum)
    if place < 1 / 5:
        return gettext("Your answers lie close to the end “%(end)s”.") % {"end": low}
    if place < 2 / 5:
        return gettext("Your answers lie between the middle and the end “%(end)s”.") % {"end": low}
    if place <= 3 / 5:
        return gettext("Your answers lie around the middle, between both ends.")
    if place <= 4 / 5:
        return gettext("Your answers lie between the middle and the end “%(end)s”.") % {"end": high}
    return gettext("Your answers lie close to the end “%(end)s”.") % {"end": high}


def examples(tasks: Sequence[TaskShown]) -> tuple[TaskShown, ...]:
    """Two tasks whose rules are worth explaining: those that were not solved first, of two categories if there are."""
    wanted = sorted(tasks, key=lambda task: (task.solved, task.number))
    found = {task.category: task for task in reversed(wanted)}
    chosen = [task for task in wanted if found[task.category] is task][:EXAMPLES]
    others = [task for task in wanted if task not in chosen]
    return tuple(sorted([*chosen, *others][:EXAMPLES], key=lambda task: task.number))


def _is_near(scenario: ScenarioShown) -> bool | None:
    distances = [one.distance for one in scenario.actions if one.distance is not None]
    return fmean(distances) <= NEAR if distances else None
