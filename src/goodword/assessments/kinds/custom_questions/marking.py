"""Marking answers by a rubric. Two raters see each other's points only after both have marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.db import transaction
from django.db.models import BigIntegerField, Exists, JSONNull, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.assessments.attempts.overview import title_of
from goodword.assessments.attempts.parts import part_of
from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.custom_questions.content import CustomQuestions, FileQuestion
from goodword.assessments.kinds.custom_questions.items import CustomQuestion
from goodword.assessments.kinds.registry import kind_of
from goodword.assessments.models import Answer, Attempt, AttemptPart, Marking, Test, TestVersion, Upload
from goodword.assessments.queries import (
    answers_of,
    content_of,
    parts_of,
    read_answers,
    visible_items,
)
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.core.text import rounded
from goodword.core.validation import Json
from goodword.workflow.models import DONE, lock, record_event

#: how long completed attempts are listed as waiting for marks
MARKING_LISTED: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedFile:
    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionMarks:
    """The points that this reader may see, in the order of the raters."""

    criterion: Criterion
    given: tuple[int, ...]
    raters: tuple[str, ...]

    @property
    def cells(self) -> list[tuple[str, int]]:
        return list(zip(self.raters, self.given, strict=True))

    @property
    def difference(self) -> int:
        return max(self.given) - min(self.given) if self.given else 0

    @property
    def mean_text(self) -> str:
        return rounded(sum(self.given) / len(self.given), 1) if self.given else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerToMark:
    """`given`: the markings that this reader may see. `state`: "open", "half" (one of two raters) or "done".
    `replaces`: the only rater's marking, if they have left, so that this reader may correct it."""

    order: int
    item: str
    text: str
    answer: str
    file: MarkedFile | None
    criteria: tuple[Criterion, ...]
    state: Literal["open", "half", "done"]
    mine: Marking | None
    replaces: Marking | None
    given: tuple[Marking, ...]
    two: bool

    @property
    def may_mark(self) -> bool:
        if self.mine is not None:
            return not (self.two and self.state == "done")
        return self.state != "done" or self.replaces is not None

    @property
    def waits_for_me(self) -> bool:
        return self.mine is None and self.state != "done"

    @property
    def most(self) -> int:
        return sum(criterion.points for criterion in self.criteria)

    @property
    def rows(self) -> list[CriterionMarks]:
        return [
            CriterionMarks(
                criterion=criterion,
                given=tuple(int(marking.points[criterion.id]) for marking in self.given),
                raters=self.raters,
            )
            for criterion in self.criteria
        ]

    @property
    def raters(self) -> tuple[str, ...]:
        return tuple(str(marking.rater.user) for marking in self.given)

    @property
    def sums(self) -> list[int]:
        return [sum(marking.points.values()) for marking in self.given]

    @property
    def cells(self) -> list[tuple[str, int]]:
        return list(zip(self.raters, self.sums, strict=True))

    @property
    def difference(self) -> int:
        return max(self.sums) - min(self.sums) if self.sums else 0

    @property
    def mean_text(self) -> str:
        if len(self.sums) == 1:
            return str(self.sums[0])
        return rounded(sum(self.sums) / len(self.sums), 1) if self.sums else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPart:
    order: int
    title: str
    two: bool
    answers: tuple[AnswerToMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkingProgress:
    attempt_id: int
    total: int
    done: int
    waiting: int
    two: bool


def rubrics_of(part: AttemptPart, answers: Mapping[str, Json]) -> Mapping[str, tuple[Criterion, ...]]:
    content = content_of(part.version)
    rubrics = kind_of(content).rubrics(content)
    asked = [item.id for item in visible_items(part, answers) if answers.get(item.id) is not None]
    return {item: rubrics[item] for item in asked if item in rubrics}


def parts_to_mark(attempt: Attempt, *, member: Membership) -> tuple[MarkedPart, ...]:
    if attempt.progress not in DONE:
        return ()
    found = [(part, rubrics_of(part, read_answers(part))) for part in parts_of(attempt, scores=False)]
    marked = [(part, rubrics) for part, rubrics in found if rubrics]
    markings: dict[tuple[int, str], list[Marking]] = {}
    parts = [part for part, _rubrics in marked]
    rows = Marking.objects.of(attempt.organisation).filter(part__in=parts).select_related("rater__user")
    for row in rows.order_by("marked_at", "pk"):
        markings.setdefault((row.part_id, row.item), []).append(row)
    uploads = {
        upload.pk: MarkedFile(id=upload.pk, name=upload.name, size=upload.size)
        for upload in Upload.objects.of(attempt.organisation).filter(part__in=parts).defer("content")
    }
    return tuple(
        MarkedPart(
            order=part.order,
            title=title_of(part),
            two=part.part.two_raters,
            answers=tuple(
                _answer_to_mark(
                    part,
                    item,
                    rubrics[item.id],
                    there=markings.get((part.pk, item.id), []),
                    uploads=uploads,
                    member=member,
                )
                for item in visible_items(part, read_answers(part))
                if isinstance(item, CustomQuestion) and item.id in rubrics
            ),
        )
        for part, rubrics in marked
    )


def marking_progress(attempt: Attempt | None, *, member: Membership) -> MarkingProgress | None:
    """Return the progress of marking, or None if no question has a rubric."""
    if attempt is None or not member.may_work:
        return None
    parts = parts_to_mark(attempt, member=member)
    answers = [answer for part in parts for answer in part.answers]
    if not answers:
        return None
    return MarkingProgress(
        attempt_id=attempt.pk,
        total=len(answers),
        done=sum(answer.state == "done" for answer in answers),
        waiting=sum(answer.waits_for_me for answer in answers),
        two=any(part.two for part in parts),
    )


def parts_waiting_for(
    member: Membership, *, applications: QuerySet[Application, Any], now: datetime
) -> QuerySet[AttemptPart]:
    versions = (
        TestVersion.objects.of(member.organisation)
        .filter(test__kind=Test.Kind.CUSTOM_QUESTIONS, published_at__isnull=False)
        .select_related("test")
    )
    waits, conditional = Q(pk__in=()), list[int]()
    for version in versions:
        content = content_of(version)
        if items := list(kind_of(content).rubrics(content)):
            waits |= Q(version=version.pk) & _has_unmarked(items, member=member)
            if isinstance(content, CustomQuestions) and content.has_conditions:
                conditional.append(version.pk)
    later = Attempt.objects.of(member.organisation).filter(
        step_request=OuterRef("attempt__step_request"), pk__gt=OuterRef("attempt"), progress__in=DONE
    )
    marked = (
        Event.objects.filter(
            application_id=OuterRef("attempt__step_request__application"), name="attempt.answers_marked"
        )
        .annotate(
            of_attempt=Cast(KT("data__attempt_id"), BigIntegerField()),
            of_part=Cast(KT("data__order"), BigIntegerField()),
        )
        .filter(of_attempt=OuterRef("attempt"), of_part=OuterRef("order"))
    )
    found = AttemptPart.objects.of(member.organisation).filter(
        waits,
        ~Exists(later),
        ~Exists(marked),
        attempt__progress__in=DONE,
        attempt__completed_at__gte=now - MARKING_LISTED,
        attempt__step_request__application__in=applications,
    )
    if not conditional:
        return found
    parts = found.filter(version__in=conditional).select_related("version__test", "part", "attempt")
    answered = list(parts.prefetch_related("answers", "markings"))
    return found.exclude(pk__in=[part.pk for part in answered if not _waits_for(part, member)])


def _waits_for(part: AttemptPart, member: Membership) -> bool:
    """Whether an answer still needs this member's marks. Ignores answers to questions whose condition is no longer
    met."""
    raters: dict[str, list[int]] = {item: [] for item in rubrics_of(part, read_answers(part))}
    for marking in part.markings.all():
        raters.get(marking.item, []).append(marking.rater_id)
    return any(len(given) < part.part.raters and member.pk not in given for given in raters.values())


def _has_unmarked(items: Sequence[str], *, member: Membership) -> Q:
    answers = (
        Answer.objects.of(member.organisation)
        .filter(part=OuterRef("pk"), item__in=items)
        .exclude(value=JSONNull())
    )
    markings = Marking.objects.of(member.organisation).filter(part=OuterRef("part"), item=OuterRef("item"))
    by_nobody = Exists(answers.filter(~Exists(markings)))
    not_by_them = Exists(answers.filter(~Exists(markings.filter(rater=member))))
    return Q(by_nobody) | Q(not_by_them, part__two_raters=True)


def _answer_to_mark(
    part: AttemptPart,
    item: CustomQuestion,
    criteria: tuple[Criterion, ...],
    *,
    there: Sequence[Marking],
    uploads: Mapping[int, MarkedFile],
    member: Membership,
) -> AnswerToMark:
    value = read_answers(part)[item.id]
    file = None
    if isinstance(item.question, FileQuestion) and isinstance(value, Mapping):
        upload = value.get("upload")
        file = uploads.get(upload) if isinstance(upload, int) else None
    done = len(there) >= part.part.raters
    mine = next((marking for marking in there if marking.rater_id == member.pk), None)
    seen = tuple(there) if done else (mine,) if mine else ()
    left = [
        marking for marking in there if not part.part.two_raters and marking.rater.deactivated_at is not None
    ]
    return AnswerToMark(
        order=part.order,
        item=item.id,
        text=item.text,
        answer="" if file else str(item.rendered_answer(value) or ""),
        file=file,
        criteria=criteria,
        state="done" if done else "half" if there else "open",
        mine=mine,
        replaces=left[0] if left and mine is None else None,
        given=seen,
        two=part.part.two_raters,
    )


class AttemptNotFinished(Exception):
    pass


class NothingToMark(Exception):
    pass


class AlreadyMarked(Exception):
    pass


class Settled(Exception):
    """Both raters have marked the answer, so neither marking can change."""


class WrongPoints(ValueError):
    pass


def mark_answer(
    *,
    attempt_id: int,
    order: int,
    item_id: str,
    points: Mapping[str, int],
    comment: str,
    by: Membership,
    now: datetime,
) -> Marking:
    """Award points by criterion. Raters can change their marking until the second rater has marked. If the only rater
    has left, any other member can take over their marking. Saving the same marking again changes nothing, since it
    would create another version of the report. Raises AttemptNotFinished, NothingToMark, AlreadyMarked, Settled,
    WrongPoints, and LookupError for an unknown part."""
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        part = part_of(attempt, order)
        if attempt.progress not in DONE:
            raise AttemptNotFinished
        answers = answers_of(part)
        rubrics = rubrics_of(part, answers)
        if item_id not in rubrics:
            raise NothingToMark
        wanted = {criterion.id: criterion.points for criterion in rubrics[item_id]}
        if set(points) != set(wanted) or not all(
            0 <= points[criterion_id] <= wanted[criterion_id] for criterion_id in wanted
        ):
            raise WrongPoints
        raters = part.part.raters
        rows = Marking.objects.of(part.organisation).filter(part=part, item=item_id)
        there = list(rows.select_related("rater"))
        mine = next((marking for marking in there if marking.rater_id == by.pk), None)
        if mine is None and raters == 1 and there and there[0].rater.deactivated_at is not None:
            mine = there[0]
        if mine is None and len(there) >= raters:
            raise AlreadyMarked
        if mine is not None and (mine.points, mine.comment) == (dict(points), comment):
            return mine
        if mine is not None and raters > 1 and len(there) >= raters:
            raise Settled
        made = mine or Marking(
            organisation_id=part.organisation_id, part=part, item=item_id, rater=by, marked_at=now
        )
        made.rater, made.points, made.comment, made.marked_at = by, dict(points), comment, now
        made.save()
        write_by(
            by, "answer.marked", now=now, details={"attempt": attempt.pk, "part": order, "item": item_id}
        )
        marked = Marking.objects.of(part.organisation).filter(part=part, item__in=rubrics).count()
        if marked == raters * len(rubrics):
            record_event("attempt.answers_marked", attempt, by=f"member:{by.pk}", at=now, order=order)
        return made
