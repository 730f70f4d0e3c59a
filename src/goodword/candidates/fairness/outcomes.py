"""Outcomes of a period's applications by group, and comparisons of groups."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Final, Self

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from goodword.accounts.models import Organisation
from goodword.candidates.fairness.groups import Decisions, GroupFile
from goodword.candidates.fairness.statistics import Count, RateRatio, Together, compare_all
from goodword.candidates.models import Application
from goodword.candidates.people_files import PersonKey
from goodword.core.models import Event
from goodword.roles.models import Automation, Role


@dataclass(frozen=True, slots=True)
class StageOrder:
    """`ahead`: for two stages, how many people entered the first before the second, minus how many did the reverse."""

    ahead: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, paths: Iterable[Sequence[str]]) -> Self:
        ahead: Counter[tuple[str, str]] = Counter()
        for path in paths:
            for earlier, later in combinations(dict.fromkeys(path), 2):
                ahead[earlier, later] += 1
                ahead[later, earlier] -= 1
        return cls(ahead)

    def moved_on(self, path: Sequence[str], pipeline: Sequence[str]) -> dict[str, bool]:
        """For each stage of a candidate's `path`, whether they later entered a later one. Returning to an earlier stage
        doesn't count. `pipeline`: the job's stages in order. Stages that it lacks are compared by the order in which
        most people entered them."""
        last = {stage: place for place, stage in enumerate(path)}
        first = {stage: path.index(stage) for stage in last}
        return {
            stage: any(
                last[other] > first[stage] and self._is_later(other, stage, pipeline)
                for other in last
                if other != stage
            )
            for stage in last
        }

    def _is_later(self, stage: str, than: str, pipeline: Sequence[str]) -> bool:
        if stage in pipeline and than in pipeline:
            return pipeline.index(stage) > pipeline.index(than)
        return self.ahead.get((than, stage), 0) >= 0


#: minimum decided applications of a group for a row of the table
LEAST: Final = 30
_SELECTED: Final = frozenset({"hired", "declined"})
Status = Application.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeScope:
    """Applications made from `since` to `until`, inclusive, in the organisation's time zone. `role`: None for all."""

    organisation: Organisation
    role: Role | None
    since: date
    until: date
    decisions: Decisions

    def applications(self) -> QuerySet[Application]:
        return self._made().filter(erasure_requested_at=None, erased_at=None)

    def erased(self) -> int:
        """The number of applications left out because they were or will be erased."""
        return self._made().exclude(erasure_requested_at=None, erased_at=None).count()

    def _made(self) -> QuerySet[Application]:
        rows = Application.objects.of(self.organisation).filter(prospect=False)
        if self.role is not None:
            rows = rows.filter(role=self.role)
        return rows.annotate(made=Coalesce("applied_at", "created_at")).filter(
            made__gte=self._start(self.since), made__lt=self._start(self.until + timedelta(days=1))
        )

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.organisation.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """`count`: None below LEAST. `ratio`: the rate divided by the row's highest rate; None for the group with that
    rate."""

    group: str
    count: Count | None
    ratio: RateRatio | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRates:
    """`stage`: its name in Greenhouse; empty for selection rates. `rates`: one per group, highest first. `together`:
    the test of all groups compared; None for fewer than two."""

    stage: str
    rates: Sequence[GroupRate]
    together: Together | None

    @property
    def compared(self) -> bool:
        return sum(rate.count is not None for rate in self.rates) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTotal:
    group: str
    people: int
    hired: int
    declined: int
    rejected: int
    withdrew: int
    active: int

    @property
    def decided(self) -> int:
        return self.hired + self.declined + self.rejected

    @property
    def enough(self) -> bool:
        return self.decided >= LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupComparison:
    """`unknown`: people in the file without an application in scope. `ungrouped`: applications of people who aren't in
    the file. `erased`: applications left out because they were or will be erased."""

    groups: Sequence[GroupTotal]
    selected: StageRates
    stages: Sequence[StageRates]
    unknown: Sequence[PersonKey]
    ungrouped: int
    erased: int

    @property
    def possible(self) -> bool:
        return sum(group.enough for group in self.groups) > 1


def compare_groups(scope: OutcomeScope, file: GroupFile) -> GroupComparison:
    """Selection rates omit withdrawn and active applications. For a stage, those who moved on from it count anyway."""
    rows = list(
        scope.applications().values_list(
            "pk", "status", "rejection_reason", "candidate__email", "candidate__remote_id", "remote_id"
        )
    )
    by = next(iter(file.groups)).by
    place = {"email": 3, "candidate": 4, "application": 5}[by]
    group_of: dict[int, str] = {}
    seen: set[PersonKey] = set()
    for row in rows:
        person = PersonKey.of(by, str(row[place] or ""))
        if person in file.groups:
            seen.add(person)
            group_of[row[0]] = file.groups[person]
    outcome = {
        pk: _outcome(status, reason, scope.decisions) for pk, status, reason, *_more in rows if pk in group_of
    }
    names = sorted(set(file.groups.values()))
    totals = [_total(name, group_of, outcome) for name in names]
    enough = frozenset(total.group for total in totals if total.enough)
    return GroupComparison(
        groups=totals,
        selected=_rates("", _selected(group_of, outcome), names, enough),
        stages=[
            _rates(stage, counts, names, enough)
            for stage, counts in _by_stage(scope, group_of, outcome).items()
        ],
        unknown=[person for person in file.groups if person not in seen],
        ungrouped=len(rows) - len(group_of),
        erased=scope.erased(),
    )


def _outcome(status: str, reason: str, decisions: Decisions) -> str:
    if status == Status.REJECTED:
        return (
            "withdrew"
            if reason in decisions.withdrew
            else "declined"
            if reason in decisions.declined
            else "rejected"
        )
    return "hired" if status == Status.HIRED else "active"


def _total(name: str, group_of: Mapping[int, str], outcome: Mapping[int, str]) -> GroupTotal:
    theirs = Counter(outcome[pk] for pk, group in group_of.items() if group == name)
    return GroupTotal(
        group=name,
        people=theirs.total(),
        **{field: theirs[field] for field in ("hired", "declined", "rejected", "withdrew", "active")},
    )


type _Counts = Mapping[str, tuple[int, int]]  # by group: selected, decided


def _selected(group_of: Mapping[int, str], outcome: Mapping[int, str]) -> _Counts:
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pk, group in group_of.items():
        if outcome[pk] in {*_SELECTED, "rejected"}:
            found[group][0] += outcome[pk] in _SELECTED
            found[group][1] += 1
    return {group: (selected, decided) for group, (selected, decided) in found.items()}


def _by_stage(
    scope: OutcomeScope, group_of: Mapping[int, str], outcome: Mapping[int, str]
) -> dict[str, _Counts]:
    """For each stage, how many of those who entered it then entered a later one or were selected; the stage that most
    entered comes first. Omits candidates who are still in the stage or withdrew from it."""
    paths, pipelines = _paths(scope, group_of), _pipelines(scope, group_of)
    order = StageOrder.of(paths.values())
    found: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for pk, path in paths.items():
        for stage, later in order.moved_on(path, pipelines.get(pk, ())).items():
            moved = later or outcome[pk] in _SELECTED
            if not moved and outcome[pk] != "rejected":
                continue
            found[stage][group_of[pk]][0] += moved
            found[stage][group_of[pk]][1] += 1
    ordered = sorted(found, key=lambda stage: -sum(decided for _selected, decided in found[stage].values()))
    return {stage: {group: (a, n) for group, (a, n) in found[stage].items()} for stage in ordered}


def _paths(scope: OutcomeScope, applications: Iterable[int]) -> Mapping[int, Sequence[str]]:
    """The stages that each application entered, in chronological order."""
    entered: defaultdict[int, list[str]] = defaultdict(list)
    events = (
        Event.objects.filter(
            organisation_id=scope.organisation.pk,
            application_id__in=list(applications),
            name="application.entered_stage",
        )
        .order_by("occurred_at", "pk")
        .values_list("application_id", "data__stage_name")
    )
    for pk, stage in events:
        if stage and pk is not None and (not entered[pk] or entered[pk][-1] != stage):
            entered[pk].append(stage)
    return {pk: path for pk, path in entered.items() if path}


def _pipelines(scope: OutcomeScope, applications: Iterable[int]) -> Mapping[int, Sequence[str]]:
    """The stages of each application's job in Greenhouse's order, as last seen. Only for jobs linked to a role."""
    jobs: dict[tuple[int | None, int | None], Sequence[str]] = {
        (row.connection_id, row.job_id): [name for _pk, name in row.pipeline or ()]
        for row in Automation.objects.of(scope.organisation)
    }
    theirs = scope.applications().filter(pk__in=list(applications))
    return {
        pk: jobs[connection, job]
        for pk, connection, job in theirs.values_list("pk", "connection_id", "job_id")
        if (connection, job) in jobs
    }


def _rates(stage: str, counts: _Counts, names: Sequence[str], enough: Collection[str]) -> StageRates:
    kept = {
        name: Count(selected=counts[name][0], decided=counts[name][1])
        for name in names
        if name in enough and counts.get(name, (0, 0))[1] >= LEAST
    }
    ratios, together = compare_all(kept)
    rates = [
        GroupRate(
            group=name,
            count=kept.get(name),
            ratio=ratios.get(name),
        )
        for name in names
    ]
    return StageRates(
        stage=stage,
        rates=sorted(rates, key=lambda rate: -(rate.count.rate if rate.count else -1)),
        together=together,
    )
