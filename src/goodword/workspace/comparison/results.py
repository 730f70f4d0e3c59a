from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Final

from django.db.models import Exists, Min, OuterRef, Prefetch, Q
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext, gettext_lazy

from goodword.accounts.models import Membership
from goodword.assessments.kinds.comparison import ComparedPart, ComparisonCell
from goodword.assessments.kinds.registry import kind_of
from goodword.assessments.models import Attempt, AttemptPart, IssuedTotal, Marking, Score, Test, Upload
from goodword.assessments.queries import LARGE, content_of, items_of, read_answers
from goodword.assessments.results import percent
from goodword.candidates.models import Application, sees_private_candidates
from goodword.core.text import without_accents
from goodword.roles.models import Role, Step
from goodword.workflow.domain.step_requests import reuse_times
from goodword.workflow.models import DONE, StepRequest

#: maximum candidates on the page, the latest ones
MAX_ROWS = 500

_NAMES: Final = ("first_name", "last_name", "preferred_name", "erased_at")
#: columns of a run's application that the page needs, since all columns of 500 rows take longer than the rest of the
#: page
WITH_NAMES: Final = (
    "step_request__application__candidate_id",
    *(f"step_request__application__candidate__{name}" for name in _NAMES),
)

#: attempts, each with the application that it counts for; a reused one counts for several
type Finished = Sequence[tuple[Attempt, Application]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Results with equal conditions can be compared. `norms` and `calibration` are numbers; 0 if there are none, the
    norms are for another version, or the calibration gave no ability. `minutes`: the role's time limit, 0 without one;
    never a candidate's own, which would reveal an adjustment."""

    version: str
    form: str
    language: str
    device: str
    norms: int
    calibration: int
    minutes: int = 0
    total: str = ""
    #: whether a member ended the part before the candidate had finished
    cut_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparableTotal:
    """An attempt's total. `text`: the total in percent. `parts`: test, version, form and device class of each part."""

    assessment: int
    parts: tuple[str, ...]
    orders: frozenset[str]
    text: str

    @property
    def conditions(self) -> str:
        """A text that is equal for totals that can be compared."""
        return "; ".join((str(self.assessment), *self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparableResult:
    """`number` replaces the name while names are hidden. `total` is None if the part does not count towards one."""

    application: Application
    part: AttemptPart
    completed_at: datetime
    number: int
    total: ComparableTotal | None = None

    @property
    def conditions(self) -> Conditions:
        planned, version = self.part.part, self.part.version.number
        as_planned = planned.test_id == self.part.version.test_id
        norms = planned.norms if as_planned else None
        has_ability = any(score.ability is not None for score in self.part.scores.all())
        return Conditions(
            version=version,
            form=self.part.form,
            language=self.part.attempt.language,
            device=self.part.device,
            norms=norms.number if norms is not None and norms.version == version else 0,
            calibration=planned.calibration.number if planned.calibration is not None and has_ability else 0,
            minutes=(planned.minutes or 0) if as_planned else 0,
            total=self.total.conditions if self.total is not None else "",
            cut_short=not self.part.is_whole,
        )


def finished_attempts(role: Role, member: Membership) -> Finished:
    """Finished attempts of applications that the member may see, latest first, at most `MAX_ROWS`. At most five
    queries.

    `role`: visible to the member.
    """
    organisation = role.organisation
    reused = reused_results(role, member, kind=Step.Kind.ASSESSMENT)
    attempts = (
        Attempt.objects.of(organisation)
        .filter(progress__in=DONE, completed_at__isnull=False)
        .select_related("step_request__application__candidate")
        .only("assessment_id", "completed_at", "language", *WITH_NAMES)
        .order_by("-completed_at", "-pk")
    )
    later = Attempt.objects.of(organisation).filter(
        step_request=OuterRef("step_request"), progress__in=DONE, pk__gt=OuterRef("pk")
    )
    own = attempts.filter(visible_in(role, member, "step_request__application")).exclude(Exists(later))
    found = [(attempt, attempt.step_request.application) for attempt in own[:MAX_ROWS]]
    if reused:
        found += [
            (attempt, application)
            for attempt in attempts.filter(step_request__in=reused)
            for application, until in reused[attempt.step_request_id]
            if attempt.completed_at is not None and attempt.completed_at <= until
        ]
        found.sort(key=lambda pair: (pair[0].completed_at, pair[0].pk), reverse=True)
    newest: dict[int, tuple[Attempt, Application]] = {}
    for attempt, application in found:
        newest.setdefault(application.pk, (attempt, application))
    return list(newest.values())[:MAX_ROWS]


def visible_in(role: Role, member: Membership, path: str) -> Q:
    """`visible_applications` of a role that the member sees, without subqueries, so PostgreSQL can read an index in
    order and stop early. `path`: to the application."""
    conditions: dict[str, object] = {"role": role, "erased_at": None}
    if not sees_private_candidates(role, member):
        conditions["candidate__private"] = False
    return Q(**{f"{path}__{name}": value for name, value in conditions.items()})


def reused_results(
    role: Role, member: Membership, *, kind: Step.Kind
) -> Mapping[int, Sequence[tuple[Application, datetime]]]:
    """Returns, by the earlier request's id, which applications reuse its result and since when. At most three
    queries."""
    with_earlier = list(
        StepRequest.objects.of(role.organisation)
        .filter(visible_in(role, member, "application"), step__kind=kind, earlier__isnull=False)
        .select_related("application__candidate")
    )
    reused_at = reuse_times(with_earlier)
    found: dict[int, list[tuple[Application, datetime]]] = {}
    for step_request in with_earlier:
        if step_request.earlier_id is not None and step_request.pk in reused_at:
            by = (step_request.application, reused_at[step_request.pk])
            found.setdefault(step_request.earlier_id, []).append(by)
    return found


def comparable_tests(finished: Finished, role: Role) -> Sequence[Test]:
    """The tests that were taken, by their first position in an assessment. Two queries."""
    organisation = role.organisation
    rows = (
        AttemptPart.objects.of(organisation)
        .filter(attempt__in=_ids(finished), ended_at__isnull=False)
        .values_list("version__test")
        .annotate(first=Min("order"))
        .order_by("first", "version__test")
    )
    ids = [pk for pk, _ in rows]
    tests = Test.objects.of(organisation).in_bulk(ids)
    return [tests[pk] for pk in ids]


def results_of_test(
    finished: Finished, test: Test, *, role: Role, numbers: Mapping[int, int]
) -> Sequence[ComparableResult]:
    """Return a test's results, latest first. `numbers`: numbers by application, which replace names. Seven queries."""
    organisation = role.organisation
    markings = Marking.objects.of(organisation).select_related("rater__user").order_by("marked_at", "pk")
    parts = (
        AttemptPart.objects.of(organisation)
        .filter(attempt__in=_ids(finished), version__test=test, ended_at__isnull=False)
        .select_related("version__test", "part__norms", "part__calibration")
        .defer(*LARGE)
        .prefetch_related(
            Prefetch("scores", Score.objects.of(organisation).select_related("norm_group__norm_set")),
            Prefetch("markings", markings),
            Prefetch("uploads", Upload.objects.of(organisation).defer("content")),
            "answers",
        )
    )
    by_attempt = {part.attempt_id: part for part in parts}
    totals = _totals(finished, role=role)
    results = []
    for attempt, application in finished:
        part = by_attempt.get(attempt.pk)
        if part is None or attempt.completed_at is None:
            continue
        part.attempt = attempt  # saves a query each
        total = totals.get(attempt.pk)
        results.append(
            ComparableResult(
                application=application,
                part=part,
                completed_at=attempt.completed_at,
                number=numbers.get(application.pk, 0),
                total=total if total is not None and str(part.order) in total.orders else None,
            )
        )
    return results


def count_of_other_tests(finished: Finished, test: Test, *, role: Role) -> int:
    """The number of candidates who took the open-text version of a test instead. One query."""
    parts = AttemptPart.objects.of(role.organisation).filter(
        attempt__in=_ids(finished), part__test=test, ended_at__isnull=False
    )
    others = set(parts.exclude(version__test=test).values_list("attempt", flat=True))
    return sum(attempt.pk in others for attempt, _application in finished)


def _ids(finished: Finished) -> set[int]:
    return {attempt.pk for attempt, _application in finished}


def pseudonyms(ids: Iterable[int], *, role: Role) -> Mapping[int, int]:
    """A stable number from 1 for each application, in an order unrelated to name, date or result."""
    shuffled = sorted(
        ids, key=lambda pk: salted_hmac("compare", f"{role.pk}:{pk}", algorithm="sha256").hexdigest()
    )
    return {pk: number for number, pk in enumerate(shuffled, start=1)}


def _totals(finished: Finished, *, role: Role) -> Mapping[int, ComparableTotal]:
    """Totals by attempt id. Two queries."""
    issued = {
        total.attempt_id: total
        for total in IssuedTotal.objects.of(role.organisation)
        .filter(attempt__in=_ids(finished))
        .exclude(value="")
    }
    parts: dict[int, dict[str, str]] = {}
    rows = AttemptPart.objects.of(role.organisation).filter(attempt__in=issued).order_by("order")
    for attempt, order, *conditions in rows.values_list(
        "attempt", "order", "version__test", "version__number", "form", "device"
    ):
        parts.setdefault(attempt, {})[str(order)] = ", ".join(map(str, (order, *conditions)))
    assessments = {attempt.pk: attempt.assessment_id for attempt, _application in finished}
    return {pk: _total(total, assessments[pk], parts.get(pk, {})) for pk, total in issued.items()}


def _total(issued: IssuedTotal, assessment: int, parts: Mapping[str, str]) -> ComparableTotal:
    orders = frozenset(counted["part"] for portion in issued.portions for counted in portion["counted"])
    return ComparableTotal(
        assessment=assessment,
        parts=tuple(parts[order] for order in sorted(orders, key=int)),
        orders=orders,
        text=percent(Fraction(issued.value)),
    )


_DEVICES: Mapping[str, Promise] = {
    "phone": gettext_lazy("on phones"),
    "computer": gettext_lazy("on computers"),
    "": gettext_lazy("on an unknown device"),
}
_DIFFERENCES: Mapping[str, Promise] = {
    "version": gettext_lazy("different test version"),
    "form": gettext_lazy("different items"),
    "language": gettext_lazy("different language"),
    "device": gettext_lazy("different device type"),
    "norms": gettext_lazy("different norms"),
    "calibration": gettext_lazy("different calibration"),
    "minutes": gettext_lazy("different time limit"),
    "cut_short": gettext_lazy("ended before the candidate had finished"),
    "total": gettext_lazy("different total: another version of the assessment, or other conditions"),
}
SORTS = ("name", "-name", "date", "-date", "score", "-score")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    result: ComparableResult
    cells: tuple[ComparisonCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonTable:
    """Candidates who can be compared. `differences`: how its conditions differ from those of the first table.

    `ranked`: norms or a calibration make results comparable, so the table can be sorted; totals never can.
    """

    conditions: Conditions
    differences: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[ComparisonRow, ...]
    ranked: bool
    #: why results of this test can't be ranked even with norms
    never_ranked: str = ""
    #: how precisely the results rank candidates, and a longer form, if any
    precision: str = ""

    @property
    def heading(self) -> str:
        conditions = self.conditions
        parts = [
            gettext(get_language_info(conditions.language)["name"]),
            str(_DEVICES.get(conditions.device, conditions.device)),
            gettext("version %(version)s") % {"version": conditions.version},
        ]
        if conditions.norms:
            parts.append(gettext("norms %(number)s") % {"number": conditions.norms})
        if conditions.calibration:
            parts.append(gettext("calibration %(number)s") % {"number": conditions.calibration})
        return ", ".join(parts)


def tables_of(results: Sequence[ComparableResult], *, sort: str, hidden: bool) -> Sequence[ComparisonTable]:
    """Compare results of one test: a table for each group of equal conditions, the largest first. No queries."""
    groups: dict[Conditions, list[ComparableResult]] = {}
    for result in results:
        groups.setdefault(result.conditions, []).append(result)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), str(group[0])))
    return [
        _table(conditions, members, first=ordered[0][0], sort=sort, hidden=hidden)
        for conditions, members in ordered
    ]


def _table(
    conditions: Conditions, members: Sequence[ComparableResult], *, first: Conditions, sort: str, hidden: bool
) -> ComparisonTable:
    part = members[0].part
    content = content_of(part.version)
    kind = kind_of(content)
    parts = {member: _compared_part(member.part) for member in members}
    comparison = kind.comparison(content, list(parts.values()), form=part.form)
    ranks = {member: comparison.rank(parts[member]) for member in members} if comparison.rank else {}
    totals = (gettext("Total"),) if conditions.total else ()
    return ComparisonTable(
        conditions=conditions,
        differences=_differences(conditions, first),
        columns=(*comparison.columns, *totals),
        rows=tuple(
            ComparisonRow(result=result, cells=(*comparison.cells(parts[result]), *_total_cells(result)))
            for result in _sorted(members, sort, ranks=ranks, hidden=hidden)
        ),
        ranked=bool(ranks),
        never_ranked=comparison.never_ranked,
        precision=comparison.precision,
    )


def _compared_part(part: AttemptPart) -> ComparedPart:
    return ComparedPart(
        part=part,
        scores={score.scale: score for score in part.scores.all()},
        items=partial(items_of, part),
        answers=partial(read_answers, part),
    )


def _differences(conditions: Conditions, first: Conditions) -> tuple[str, ...]:
    """The differences in words. The total is named only if nothing else differs, since form and device also affect
    it."""
    names = [
        field.name
        for field in fields(conditions)
        if getattr(conditions, field.name) != getattr(first, field.name)
    ]
    return tuple(str(_DIFFERENCES[name]) for name in names if name != "total" or names == ["total"])


def _total_cells(result: ComparableResult) -> tuple[ComparisonCell, ...]:
    return () if result.total is None else (ComparisonCell(text=result.total.text),)


def _sorted(
    members: Sequence[ComparableResult],
    sort: str,
    *,
    ranks: Mapping[ComparableResult, float | None],
    hidden: bool,
) -> Sequence[ComparableResult]:
    """Sort results. While names are hidden, neither name nor date is used. Results without a rank always come last."""
    down, by = sort.startswith("-"), sort.removeprefix("-")
    if hidden:  # also the order of equal ranks
        members = sorted(members, key=lambda result: result.number)
    if by == "score" and ranks:
        ranked = [(rank, member) for member in members if (rank := ranks[member]) is not None]
        rest = [member for member in members if ranks[member] is None]
        found = [member for _, member in sorted(ranked, key=lambda each: each[0], reverse=down)]
        return [*found, *_sorted(rest, "name", ranks={}, hidden=hidden)]
    if hidden:
        return members
    if by == "date":
        return sorted(members, key=lambda result: result.completed_at, reverse=down)
    return sorted(members, key=_name, reverse=down and by == "name")


def _name(result: ComparableResult) -> tuple[str, str]:
    person = result.application.candidate
    return (without_accents(person.last_name), without_accents(person.preferred_name or person.first_name))
