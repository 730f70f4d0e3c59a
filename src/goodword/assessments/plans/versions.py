from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Prefetch, QuerySet

from goodword.accounts.models import Organisation
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.builtin import (
    BUILT_IN,
    SOURCE_LANGUAGE,
    WORK_STYLE,
    WORK_STYLE_FORM,
    contents,
    newest,
)
from goodword.assessments.kinds.content import FormOffer, Scale
from goodword.assessments.kinds.health import health_scales
from goodword.assessments.kinds.registry import Content, kind_of
from goodword.assessments.models import (
    Assessment,
    AssessmentPart,
    Calibration,
    NormSet,
    Test,
    TestVersion,
    newest_first,
)
from goodword.assessments.psychometrics import strata
from goodword.assessments.queries import content_of, parse
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.core.text import language_codes
from goodword.roles.models import Step


def offered_tests(organisation: Organisation) -> Sequence[Test]:
    rows = Test.objects.of(organisation).filter(archived_at=None, versions__published_at__isnull=False)
    return list(rows.select_related("organisation").distinct().order_by("title", "pk"))


def published_of(tests: Iterable[Test]) -> dict[int, list[TestVersion]]:
    known = {test.pk: test for test in tests}
    found: dict[int, list[TestVersion]] = {pk: [] for pk in known}
    for organisation in {test.organisation for test in known.values()}:
        rows = TestVersion.objects.of(organisation).filter(test__in=known, published_at__isnull=False)
        for row in rows.order_by("-pk"):
            row.test = known[row.test_id]
            found[row.test_id].append(row)
    for versions in found.values():
        numbers = newest_first(versions)
        versions.sort(key=lambda row: numbers.index(row.number))
    return found


def newest_version_number(test: Test) -> str | None:
    rows = TestVersion.objects.of(test.organisation).filter(test=test, published_at__isnull=False)
    return next(iter(newest_first(rows.defer("content"))), None)


def content_of_number(test: Test, number: str) -> Content:
    rows = TestVersion.objects.of(test.organisation).select_related("test")
    return content_among(rows.filter(test=test, number=number, published_at__isnull=False), number)


def content_among(rows: Iterable[TestVersion], number: str) -> Content:
    found = [row for row in rows if row.number == number]
    if not found:
        raise LookupError(f"Version {number} is not published.")
    return content_of(min(found, key=lambda row: (row.language not in {"", "en"}, row.pk)))


def form_of(content: Content, form: str) -> FormOffer:
    return kind_of(content).offer(content, form)


def proposed_form(content: Content) -> FormOffer:
    found = {form.id: form for form in content.offers()}
    proposed = found.get(WORK_STYLE_FORM) or next(iter(found.values()))
    return form_of(content, with_scales(content, proposed.id))


def with_scales(content: Content, form: str, scales: Collection[str] = ()) -> str:
    """The form narrowed to these scales; without `scales`, to all but emotional stability.

    Raises LookupError for an unknown form or scale.
    """
    kind = kind_of(content)
    every = [scale.id for scale in kind.scales_of(content, form)]
    left_out = {scale.id for scale in health_scales(content, form)}
    chosen = scales or [scale for scale in every if scale not in left_out] or every
    return kind.narrowed(content, form, chosen)


def whole_form(content: Content, form: str) -> str:
    return kind_of(content).whole_form(content, form)


def scales_of(content: Content, form: str) -> tuple[Scale, ...]:
    """The form's scales; empty if the test has fewer than two."""
    kind = kind_of(content)
    if len(kind.scales_of(content, kind.whole_form(content, form))) < 2:
        return ()
    return kind.scales_of(content, form)


def proposed_minutes(content: Content, form: FormOffer) -> int | None:
    return form.minutes if kind_of(content).is_generated else None


def newest_norms(test: Test, *, number: str, form: str) -> NormSet | None:
    rows = NormSet.objects.of(test.organisation).filter(test=test, version=number, form=form)
    return rows.order_by("-number").first()


def newest_calibration(test: Test, *, number: str) -> Calibration | None:
    """The newest calibration, unless it has lapsed."""
    rows = Calibration.objects.of(test.organisation).filter(test=test, version=number)
    return next((row for row in rows.order_by("-number") if not has_lapsed(row)), None)


def has_lapsed(calibration: Calibration) -> bool:
    """Whether it was made by an earlier rule, so that it yields no abilities."""
    return strata.from_json_if_current(calibration.content) is None


def current_assessment(step: Step, *, now: datetime) -> Assessment:
    """The version for invitations: the newest published one, or a default made from the step's requirement.

    The step request is locked. Unlike an assessment built by a member, a default is renewed when the requirement or the
    default changes.
    """
    current = current_version(step)
    if current is not None and _is_up_to_date(current, step):
        return current
    locked = Step.objects.of(step.organisation).select_for_update(of=("self",), no_key=True).get(pk=step.pk)
    current = current_version(locked)  # a concurrent invitation may have created it
    if current is not None and _is_up_to_date(current, locked):
        return current
    return _create_default(locked, now=now)


def current_version(step: Step) -> Assessment | None:
    found = _newest(step.organisation, step.pk)
    return found[0] if found else None


@compiled
def _newest(organisation: HasPk, step_id: int) -> QuerySet[Assessment]:
    rows = Assessment.objects.of(organisation).filter(step_id=step_id, published_at__isnull=False)
    return rows.order_by("-number")[:1]


def next_number(step: Step) -> int:
    last = Assessment.objects.of(step.organisation).filter(step=step).order_by("-number").first()
    return 1 if last is None else last.number + 1


def default_part(step: Step, *, now: datetime) -> AssessmentPart:
    """The only part of the default assessment, unsaved and without an assessment."""
    number, form = _default_form(tuple(step.requirement_scales))
    return AssessmentPart(
        organisation=step.organisation,
        order=1,
        test=ensure_builtin(step.organisation, WORK_STYLE, now=now),
        number=number,
        form=form,
        requirement=step.requirement,
        requirement_by=step.requirement_by,
        requirement_at=step.requirement_at,
    )


def default_test_scales() -> tuple[Scale, ...]:
    """The scales offered with the default test: all but emotional stability, which requires a confirmation."""
    content = _default_content()
    return scales_of(content, proposed_form(content).id)


@cache
def _default_form(scales: tuple[str, ...]) -> tuple[str, str]:
    content = _default_content()
    return newest(WORK_STYLE)[0], with_scales(content, WORK_STYLE_FORM, scales)


@cache
def _default_content() -> Content:
    return parse(BUILT_IN[WORK_STYLE].kind, contents(WORK_STYLE)[SOURCE_LANGUAGE])


def _is_up_to_date(assessment: Assessment, step: Step) -> bool:
    if assessment.created_by_id is not None:
        return True
    number, form = _default_form(tuple(step.requirement_scales))
    same = assessment.parts.filter(test__key=WORK_STYLE, number=number, form=form)
    return same.filter(requirement=step.requirement).exists()


def _create_default(step: Step, *, now: datetime) -> Assessment:
    part = default_part(step, now=now)
    part.assessment = Assessment.objects.create(
        organisation=step.organisation,
        step=step,
        number=next_number(step),
        created_at=now,
        published_at=now,
    )
    part.save()
    return part.assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """`minutes`: the time limit or the estimated duration. `outdated`: a newer version of the test exists. `lapsed`:
    its calibration no longer yields abilities."""

    part: AssessmentPart
    content: Content
    items: int
    minutes: int
    timed: bool
    right_or_wrong: bool
    scales: tuple[Scale, ...]
    outdated: bool
    lapsed: bool
    languages: frozenset[str]


def planned_parts(assessment: Assessment) -> tuple[PlannedPart, ...]:
    rows = list(
        assessment.parts.select_related("test__organisation", "norms", "calibration").order_by("order")
    )
    known = published_of(row.test for row in rows)
    return tuple(_planned_part(row, known[row.test_id]) for row in rows)


def draft_of(step: Step) -> Assessment | None:
    rows = Assessment.objects.of(step.organisation).filter(step=step, published_at=None)
    found = rows.select_related("created_by__user").first()
    if found is not None:
        found.step = step
    return found


def built_by_member(step: Step) -> Assessment | None:
    found = current_version(step)
    return found if found is not None and found.created_by_id is not None else None


def versions_of(step: Step) -> Sequence[Assessment]:
    rows = Assessment.objects.of(step.organisation).filter(step=step, published_at__isnull=False)
    in_order = AssessmentPart.objects.of(step.organisation).select_related("test").order_by("order")
    parts = Prefetch("parts", queryset=in_order)
    return list(rows.select_related("published_by__user").prefetch_related(parts).order_by("-number"))


def planned(step: Step, *, now: datetime) -> tuple[PlannedPart, ...]:
    if current := built_by_member(step):
        return planned_parts(current)
    part = default_part(step, now=now)
    return (_planned_part(part, published_of([part.test])[part.test_id]),)


def _planned_part(row: AssessmentPart, versions: Sequence[TestVersion]) -> PlannedPart:
    content = content_among(versions, row.number)
    form = form_of(content, row.form)
    spoken = {version.language for version in versions if version.number == row.number}
    return PlannedPart(
        part=row,
        content=content,
        items=form.items,
        minutes=form.minutes if row.minutes is None else row.minutes,
        timed=row.minutes is not None,
        right_or_wrong=kind_of(content).is_right_or_wrong(content),
        scales=scales_of(content, row.form),
        outdated=_newest_known(row.test, versions) != row.number,
        lapsed=row.calibration is not None and has_lapsed(row.calibration),
        languages=frozenset(language_codes() if spoken == {""} else spoken),
    )


def _newest_known(test: Test, versions: Sequence[TestVersion]) -> str:
    """The newest version, which for built-in tests may not be stored yet."""
    return newest(test.key)[0] if test.key in BUILT_IN else versions[0].number
