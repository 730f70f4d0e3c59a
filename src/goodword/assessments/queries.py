"""Contents of test versions; attempts with their parts, items and answers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet, prefetch_related_objects

from goodword.assessments.kinds.generated import GeneratedItem, from_json
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.registry import Content, kind_named, kind_of
from goodword.assessments.models import (
    Answer,
    Attempt,
    AttemptPart,
    DrawnItem,
    TestVersion,
    Upload,
)
from goodword.candidates.models import Application
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.core.validation import Json
from goodword.workflow.models import StepRun

_MAX_PARSED: Final = 512
_parsed: dict[int, Content] = {}
_MAX_DRAWN: Final = 4096
_drawn: dict[int, GeneratedItem] = {}
#: large columns to defer: parsed once per process (content_of), or only needed for scoring
LARGE: Final = ("version__content", "part__calibration__content")


def content_of(version: TestVersion) -> Content:
    """The parsed content. Published versions are parsed once per process. Deferred content is read from the
    database."""
    if version.published_at is None:
        return parse(version.test.kind, version.content)
    found = _parsed.get(version.pk)
    if found is None:
        found = parse(version.test.kind, version.content)
        if len(_parsed) >= _MAX_PARSED:
            _parsed.clear()
        _parsed[version.pk] = found
    return found


def parse(kind: str, data: object) -> Content:
    content: Content = kind_named(kind).parse(data)
    return content


def items_of(part: AttemptPart) -> tuple[Item, ...]:
    """Items in order, without void ones; generated items exist once the part has started."""
    content = content_of(part.version)
    kind, drawn = kind_of(content), list[tuple[str, GeneratedItem]]()
    if kind.is_generated:
        rows = sorted(
            (row for row in _drawn_rows(part) if row.voided_at is None), key=lambda row: row.position
        )
        contents = _contents_of(rows)
        drawn = [(row.item, contents[row.pk]) for row in rows]
    items = kind.items(content, form=part.form, drawn=drawn, language=part.attempt.language)
    return tuple(item for item in items if item.id not in part.void)


def visible_items(part: AttemptPart, answers: Mapping[str, Json]) -> tuple[Item, ...]:
    """Return the visible items. Custom questions are only visible if their condition is met."""
    return kind_of(content_of(part.version)).visible(items_of(part), answers)


def practice_of(part: AttemptPart) -> tuple[Item, ...]:
    """Practice items in the active language, whose answers are never saved."""
    content = content_of(part.version)
    return kind_of(content).practice(content, form=part.form, language=part.attempt.language)


def count_of(part: AttemptPart) -> int:
    return content_of(part.version).count(part.form)


def unanswered(items: Sequence[Item], answers: Mapping[str, Json]) -> list[int]:
    """Numbers, from 1, of items without a complete answer."""
    return [
        number
        for number, item in enumerate(items, start=1)
        if item.id not in answers or not item.is_whole(answers[item.id])
    ]


def _drawn_rows(part: AttemptPart) -> Iterable[DrawnItem]:
    if part.known_drawn is not None:
        return part.known_drawn
    is_prefetched = "drawn" in part.__dict__.get("_prefetched_objects_cache", {})
    return part.drawn.all() if is_prefetched else _drawn_of_part(part.pk)


def _contents_of(rows: Sequence[DrawnItem]) -> Mapping[int, GeneratedItem]:
    """Contents by row id. They are large and never change, so each is read once per process."""
    found = {row.pk: known for row in rows if (known := _drawn.get(row.pk)) is not None}
    if missing := [row for row in rows if row.pk not in found]:
        stored = [(row.pk, row.content) for row in missing if "content" in row.__dict__]
        if len(stored) < len(missing):
            stored = list(_stored_contents([row.pk for row in missing]))
        new = {pk: from_json(content) for pk, content in stored}
        if len(_drawn) >= _MAX_DRAWN:
            _drawn.clear()
        _drawn.update(new)
        found |= new
    return found


def _stored_contents(pks: Sequence[int]) -> Iterable[tuple[int, Any]]:
    return DrawnItem.objects.across_organisations().filter(pk__in=pks).values_list("pk", "content")


def parts_of(attempt: Attempt, *, scores: bool = True) -> Sequence[AttemptPart]:
    """Parts in order, with versions, answers, drawn items and optionally scores. One query each."""
    rows = (_scored_parts if scores else _parts)(attempt.organisation, attempt.pk)
    if scores:
        prefetch_related_objects(rows, "answers", "scores")
    else:
        answers = _answers(attempt.organisation, attempt.pk)
        for row in rows:
            row.known_answers = {item: value for part_id, item, value in answers if part_id == row.pk}
    generated = [row for row in rows if kind_named(row.version.test.kind).is_generated]
    drawn = _drawn_of_attempt(attempt.organisation, attempt.pk) if generated else []
    for row in rows:
        row.attempt, row.organisation = attempt, attempt.organisation
    for row in generated:
        row.known_drawn = [item for item in drawn if item.part_id == row.pk]
    return rows


@compiled
def _parts(organisation: HasPk, attempt_id: int) -> QuerySet[AttemptPart]:
    rows = AttemptPart.objects.of(organisation).filter(attempt=attempt_id)
    return rows.select_related("version__test", "part").defer("version__content").order_by("order")


@compiled
def _scored_parts(organisation: HasPk, attempt_id: int) -> QuerySet[AttemptPart]:
    rows = AttemptPart.objects.of(organisation).filter(attempt=attempt_id).order_by("order")
    return rows.select_related("version__test", "part__norms", "part__calibration").defer(*LARGE)


@compiled
def _answers(organisation: HasPk, attempt_id: int) -> QuerySet[Answer, tuple[int, str, Json]]:
    rows = Answer.objects.of(organisation).filter(part__attempt=attempt_id)
    return rows.values_list("part_id", "item", "value")


@compiled
def _drawn_of_attempt(organisation: HasPk, attempt_id: int) -> QuerySet[DrawnItem]:
    return DrawnItem.objects.of(organisation).filter(part__attempt=attempt_id).defer("content")


@compiled
def _drawn_of_part(part_id: int) -> QuerySet[DrawnItem]:
    return DrawnItem.objects.across_organisations().filter(part=part_id).defer("content")


def latest_attempt(application: Application) -> Attempt | None:
    for attempt in _latest_attempt(application.pk):
        attempt.organisation = application.organisation
        return attempt
    return None


@compiled
def _latest_attempt(application_id: int) -> QuerySet[Attempt]:
    rows = Attempt.objects.across_organisations().filter(step_request__application_id=application_id)
    return rows.select_related("step_request__step", "assessment").order_by("-pk")[:1]


def attempts_of(application: Application) -> list[Attempt]:
    """The latest first."""
    return _attempts(application.pk)


@compiled
def _attempts(application_id: int) -> QuerySet[Attempt]:
    rows = Attempt.objects.across_organisations().filter(step_request__application_id=application_id)
    return rows.select_related("organisation", "step_request__step", "assessment").order_by("-pk")


def gets_result(attempt: Attempt) -> bool:
    return attempt.progress == StepRun.Progress.COMPLETED and attempt.assessment.shares_result


def application_of(attempt: Attempt) -> Application:
    return (
        Application.objects.of(attempt.organisation)
        .select_related("candidate", "organisation", "role__owner__user")
        .get(pk=attempt.step_request.application_id)
    )


def answers_of(part: AttemptPart) -> Mapping[str, Json]:
    """Read the answers again from the database."""
    return {item: row.value for item, row in stored_answers(part).items()}


def stored_answers(part: AttemptPart) -> Mapping[str, Answer]:
    return {row.item: row for row in _answers_of_part(part.pk)}


@compiled
def _answers_of_part(part_id: int) -> QuerySet[Answer]:
    return Answer.objects.across_organisations().filter(part=part_id)


def read_answers(part: AttemptPart) -> Mapping[str, Json]:
    """{item id: value}, prefetched with the part by `parts_of`. No query."""
    if part.known_answers is not None:
        return part.known_answers
    return {answer.item: answer.value for answer in part.answers.all()}


def uploaded_name(part: AttemptPart, item_id: str) -> str:
    rows = Upload.objects.of(part.organisation).filter(part=part, item=item_id).order_by("-pk")
    return rows.values_list("name", flat=True).first() or ""


def clock_minutes(part: AttemptPart) -> int:
    """The time by the role's settings. A form with another number of tasks gets the same time per task."""
    minutes, planned, taken = part.part.minutes or 0, part.part.form, part.form
    content = content_of(part.version)
    if taken == planned or not kind_of(content).is_generated:
        return minutes
    return -(-minutes * content.count(taken) // content.count(planned))
