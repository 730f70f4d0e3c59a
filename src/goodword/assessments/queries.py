"""Reads: the content of a test version, the attempts of an application, their parts, items and answers."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import QuerySet, prefetch_related_objects

from goodword.assessments.kinds import Content, kind_named, kind_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.reasoning.generated import GeneratedItem, from_json
from goodword.assessments.models import Attempt, AttemptPart, DrawnItem, TestVersion
from goodword.candidates.models import Application
from goodword.core.json_reading import Json
from goodword.workflow.states import DONE

_MAX_PARSED: Final = 512
#: of published versions, which never change, by their id
_parsed: dict[int, Content] = {}
_MAX_DRAWN: Final = 4096
#: drawn items, which never change, by the id of their row: each request of a part reads them several times
_drawn: dict[int, GeneratedItem] = {}
#: large columns around a part: parsed once per process (content.content_of), or needed only for scoring
LARGE: Final = ("version__content", "part__calibration__content")


def content_of(version: TestVersion) -> Content:
    """The content of a version. That of a published one is read and parsed once per process.

    A version fetched without its content (`defer`) reads it from the database then.
    """
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
    """Content out of JSON, by a kind as in models.Test. Raises `ReadingError` with a sentence on what is wrong."""
    content: Content = kind_named(kind).parse(data)
    return content


def items_of(part: AttemptPart) -> tuple[Item, ...]:
    """The items of a part that count, in order; one query where they are drawn. `part` comes with version and test.

    Void items are left out: a fresh one takes their place. Generated items are drawn when the part begins; before that
    there are none.
    """
    content = content_of(part.version)
    kind, drawn = kind_of(content), list[tuple[str, GeneratedItem]]()
    if kind.is_generated:
        rows = sorted(
            (row for row in part.drawn.all() if row.voided_at is None), key=lambda row: row.position
        )
        drawn = [(row.item, _drawn_item(row)) for row in rows]
    items = kind.items(content, form=part.form, drawn=drawn, language=part.attempt.language)
    return tuple(item for item in items if item.id not in part.void)


def visible_items(part: AttemptPart, answers: Mapping[str, Json]) -> tuple[Item, ...]:
    """The items that this candidate is asked: custom questions only where their condition holds."""
    return kind_of(content_of(part.version)).visible(items_of(part), answers)


def practice_of(part: AttemptPart) -> tuple[Item, ...]:
    """Practice items before a part, in the active language; answers to them are never saved."""
    content = content_of(part.version)
    return kind_of(content).practice(content, form=part.form, language=part.attempt.language)


def count_of(part: AttemptPart) -> int:
    """How many items the form of a part has, also before they are drawn. No query."""
    return content_of(part.version).count(part.form)


def unanswered(items: Sequence[Item], answers: Mapping[str, Json]) -> list[int]:
    """The numbers, from 1, of the items without a complete answer."""
    return [
        number
        for number, item in enumerate(items, start=1)
        if item.id not in answers or not item.is_whole(answers[item.id])
    ]


def _drawn_item(row: DrawnItem) -> GeneratedItem:
    found = _drawn.get(row.pk)
    if found is None:
        found = from_json(row.content)
        if len(_drawn) >= _MAX_DRAWN:
            _drawn.clear()
        _drawn[row.pk] = found
    return found


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
