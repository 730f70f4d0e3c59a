"""The result of an attempt, from its stored scores and total. It never mentions time, breaks or adjustments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any, Self

from django.db.models import Prefetch
from django.utils.translation import get_language_info, gettext

from goodword.assessments.kinds.reasoning.families import category_name
from goodword.assessments.kinds.registry import Content, Result, kind_of
from goodword.assessments.kinds.report import CandidateResult, Requirement
from goodword.assessments.kinds.technical_sheet import NOTHING, Known
from goodword.assessments.models import (
    Assessment,
    Attempt,
    AttemptPart,
    IssuedTotal,
    Marking,
    Score,
    TestVersion,
    Upload,
)
from goodword.assessments.norms.queries import known_of_parts
from goodword.assessments.queries import content_of, items_of, read_answers
from goodword.core.text import rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    test: str
    solved: int
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Share solved and share of the total, both from 0 to 1. `category`: the category of generated tasks, otherwise
    ""."""

    name: str
    category: str = ""
    counted: tuple[Counted, ...]
    share: Fraction
    weight: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalResult:
    """`value` is from 0 to 1, or None for the reason `why_not` (see `IssuedTotal`). `weighted`: whether it is a
    weighted mean, with the `reason` for the weights; otherwise it is the mean of category means."""

    value: Fraction | None
    weighted: bool
    reason: str
    portions: tuple[Portion, ...]
    why_not: str = ""


def percent(share: Fraction) -> str:
    """For example "66.7%", rounded as in reports."""
    return rounded(float(100 * share), 1).removesuffix(".0") + "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """`language` is a tag ("en"). `not_started`: titles of tests that the candidate had not started when a member ended
    the attempt."""

    attempt_id: int
    language: str
    completed_at: datetime
    parts: tuple[Result, ...]
    total: TotalResult | None = None
    not_started: tuple[str, ...] = ()

    def serving(self, requirements: Mapping[int, Requirement]) -> Self:
        """The result for another role, with its requirements by order of the part."""
        parts = (replace(part, requirement=requirements.get(part.order)) for part in self.parts)
        return replace(self, parts=tuple(parts))

    def without_items(self) -> Self:
        """Return the results without test items, item responses and scoring keys, for readers without a login."""
        return replace(self, parts=tuple(part.without_items() for part in self.parts))

    def for_candidate(self) -> tuple[CandidateResult, ...]:
        return tuple(part.for_candidate() for part in self.parts)

    @property
    def language_name(self) -> str:
        return str(gettext(get_language_info(self.language)["name"]))


def result(attempt: Attempt, *, language: str = "") -> AttemptResult | None:
    """Return the result, or None until the attempt is completed. `language`: the language of titles and scale texts."""
    if attempt.completed_at is None:
        return None
    rows = parts_with_scores(attempt)
    known = known_of_parts(attempt, rows)
    contents = contents_in(rows, language)
    found = [(row, _part(row, contents[row.pk], known.get(row.pk, NOTHING))) for row in rows]
    parts = tuple(part for _, part in found if part is not None)
    if not parts:
        return None
    return AttemptResult(
        attempt_id=attempt.pk,
        language=attempt.language,
        completed_at=attempt.completed_at,
        parts=parts,
        total=total_of(attempt, parts),
        not_started=tuple(contents[row.pk].name for row, part in found if part is None),
    )


def _part(part: AttemptPart, content: Content, known: Known) -> Result | None:
    """Return the result of a part, or None for a part that hasn't ended, in an attempt closed early."""
    found = kind_of(content).result(
        part,
        content,
        items=items_of(part),
        answers=read_answers(part),
        scores={score.scale: score for score in part.scores.all()},
        known=known,
    )
    return found if found is None or part.is_whole else replace(found, cut_short=True)


def contents_in(parts: Sequence[AttemptPart], language: str) -> Mapping[int, Content]:
    """Contents by part id, with titles and scale texts in this language if possible. Items stay as shown."""
    contents = {part.pk: content_of(part.version) for part in parts}
    foreign = [part for part in parts if language and part.version.language not in {"", language}]
    if not foreign:
        return contents
    rows = TestVersion.objects.of(foreign[0].attempt.organisation).filter(
        test__in=[part.version.test_id for part in foreign], language=language, published_at__isnull=False
    )
    translations = {(row.test_id, row.number): row for row in rows.select_related("test")}
    for part in foreign:
        row = translations.get((part.version.test_id, part.version.number))
        if row is not None:
            contents[part.pk] = kind_of(contents[part.pk]).translated(contents[part.pk], content_of(row))
    return contents


def total_of(attempt: Attempt, parts: Sequence[Result]) -> TotalResult | None:
    """The issued total with the titles of its tests; None if the assessment has none. One query."""
    issued = IssuedTotal.objects.of(attempt.organisation).filter(attempt=attempt).first()
    if issued is None:
        return None
    titles = {str(part.order): part.title for part in parts}
    return TotalResult(
        value=Fraction(issued.value) if issued.value else None,
        weighted=issued.mode == Assessment.Total.WEIGHTS,
        reason=issued.reason,
        portions=tuple(_portion(portion, titles) for portion in issued.portions),
        why_not=issued.why_not,
    )


def _portion(portion: Mapping[str, Any], titles: Mapping[str, str]) -> Portion:
    return Portion(
        name=category_name(portion["category"]) if portion["category"] else titles[portion["part"]],
        category=portion["category"],
        counted=tuple(
            Counted(test=titles[row["part"]], solved=row["solved"], given=row["given"])
            for row in portion["counted"]
        ),
        share=Fraction(portion["share"]),
        weight=Fraction(portion["weight"]),
    )


def parts_with_scores(attempt: Attempt) -> Sequence[AttemptPart]:
    """Parts in order, with answers, drawn items, scores and norms, files (without content) and markings."""
    organisation = attempt.organisation
    rows = list(
        AttemptPart.objects.of(organisation)
        .filter(attempt=attempt)
        .select_related("version__test", "part")
        .prefetch_related(
            "answers",
            "drawn",
            Prefetch("scores", Score.objects.of(organisation).select_related("norm_group__norm_set")),
            Prefetch("uploads", Upload.objects.of(organisation).defer("content")),
            Prefetch(
                "markings",
                Marking.objects.of(organisation).select_related("rater__user").order_by("marked_at", "pk"),
            ),
        )
        .order_by("order")
    )
    for row in rows:
        row.attempt = attempt  # saves a query
    return rows
