"""Outcomes of a period's applications by group, and which groups can be compared."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Count as Number
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from goodword.accounts.models import Organisation
from goodword.candidates.fairness.groups import GroupFile
from goodword.candidates.fairness.statistics import Count, RateRatio, compare
from goodword.candidates.models import Application
from goodword.candidates.people_files import Person
from goodword.core.models import Event
from goodword.roles.models import Role

#: decided applications that a group needs to appear in a row of the table
LEAST: Final = 30
#: in the usual names of Greenhouse's reasons "They rejected us"
_WITHDREW: Final = (
    "withdr",
    "no longer interested",
    "candidate declined",
    "declined our",
    "declined the offer",
    "offer declined",
    "accepted another",
    "accepted a different",
)
Status = Application.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Applications made from `since` to `until`, both included, in the organisation's time zone. `role`: None for all.

    `withdrawals`: rejection reasons that mean the candidate withdrew.
    """

    organisation: Organisation
    role: Role | None
    since: date
    until: date
    withdrawals: frozenset[str] = frozenset()

    def applications(self) -> QuerySet[Application]:
        rows = Application.objects.of(self.organisation).filter(
            deleted_at=None, erased_at=None, prospect=False
        )
        if self.role is not None:
            rows = rows.filter(role=self.role)
        return rows.annotate(made=Coalesce("applied_at", "created_at")).filter(
            made__gte=self._start(self.since), made__lt=self._start(self.until + timedelta(days=1))
        )

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.organisation.zone)


def rejection_reasons(organisation: Organisation) -> list[str]:
    """Returns the reasons in use, most frequent first."""
    rows = (
        Application.objects.of(organisation)
        .exclude(rejection_reason="")
        .values("rejection_reason")
        .annotate(n=Number("pk"))
        .order_by("-n", "rejection_reason")
    )
    return [row["rejection_reason"] for row in rows[:100]]


def proposed_withdrawals(reasons: Iterable[str]) -> list[str]:
    """Those of the rejection reasons that read like a candidate's own decision."""
    return [reason for reason in reasons if any(words in reason.casefold() for words in _WITHDREW)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """`count` is None below LEAST. `ratio`: to the row's highest rate; None for the group with that rate."""

    group: str
    count: Count | None
    ratio: RateRatio | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRates:
    """`stage`: its name in Greenhouse; empty for hiring rates. `rates`: one per group, highest first."""

    stage: str
    rates: Sequence[GroupRate]

    @property
    def compared(self) -> bool:
        return sum(one.count is not None for one in self.rates) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTotal:
    group: str
    people: int
    decided: int
    withdrew: int
    active: int

    @property
    def enough(self) -> bool:
        return self.decided >= LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`unknown`: people in the file without an application in scope. `ungrouped`: applications of people not in it."""

    groups: Sequence[GroupTotal]
    hired: StageRates
    stages: Sequence[StageRates]
    unknown: Sequence[Person]
    ungrouped: int

    @property
    def possible(self) -> bool:
        return sum(group.enough for group in self.groups) > 1


def compare_groups(scope: Scope, file: GroupFile) -> Comparison:
    """Hiring rates leave out withdrawn and active applications; a stage counts them if they moved on from it."""
    rows = list(
        scope.applications().values_list(
            "pk", "status", "rejection_reason", "candidate__email", "candidate__remote_id", "remote_id"
        )
    )
    by = next(iter(file.groups)).by
    place = {"email": 3, "candidate": 4, "application": 5}[by]
    group_of: dict[int, str] = {}
    seen: set[Person] = set()
    for row in rows:
        person = Person.of(by, str(row[place] or ""))
        if person in file.groups:
            seen.add(person)
            group_of[row[0]] = file.groups[person]
    outcome = {
        pk: _outcome(status, reason, scope.withdrawals)
        for pk, status, reason, *_more in rows
        if pk in group_of
    }
    names = sorted(set(file.groups.values()))
    totals = [_total(name, group_of, outcome) for name in names]
    enough = frozenset(total.group for total in totals if total.enough)
    return Comparison(
        groups=totals,
        hired=_rates("", _hired(group_of, outcome), names, enough),
        stages=[
            _rates(stage, counts, names, enough)
            for stage, counts in _by_stage(scope.organisation, group_of, outcome).items()
        ],
        unknown=[person for person in file.groups if person not in seen],
        ungrouped=len(rows) - len(group_of),
    )


def _outcome(status: str, reason: str, withdrawals: Collection[str]) -> str:
    if status == Status.REJECTED:
        return "withdrew" if reason in withdrawals else "rejected"
    return "hired" if status == Status.HIRED else "active"


def _total(name: str, group_of: Mapping[int, str], outcome: Mapping[int, str]) -> GroupTotal:
    theirs = [outcome[pk] for pk, group in group_of.items() if group == name]
    return GroupTotal(
        group=name,
        people=len(theirs),
        decided=sum(one in {"hired", "rejected"} for one in theirs),
        withdrew=theirs.count("withdrew"),
        active=theirs.count("active"),
    )


type _Counts = Mapping[str, tuple[int, int]]  # by group: selected, decided


def _hired(group_of: Mapping[int, str], outcome: Mapping[int, str]) -> _Counts:
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pk, group in group_of.items():
        if outcome[pk] in {"hired", "rejected"}:
            found[group][0] += outcome[pk] == "hired"
            found[group][1] += 1
    return {group: (selected, decided) for group, (selected, decided) in found.items()}


def _by_stage(
    organisation: Organisation, group_of: Mapping[int, str], outcome: Mapping[int, str]
) -> dict[str, _Counts]:
    """Counts who moved on: of those who entered a stage, who later entered another or was hired. Most entered first.

    Candidates who are still in the stage, or withdrew from it, are not counted.
    """
    entered: defaultdict[int, list[str]] = defaultdict(list)
    events = (
        Event.objects.filter(
            organisation_id=organisation.pk,
            application_id__in=list(group_of),
            name="application.entered_stage",
        )
        .order_by("occurred_at", "pk")
        .values_list("application_id", "data__stage_name")
    )
    for pk, stage in events:
        if stage and pk is not None and (not entered[pk] or entered[pk][-1] != stage):
            entered[pk].append(stage)
    found: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for pk, stages in entered.items():
        for stage in dict.fromkeys(stages):
            moved = outcome[pk] == "hired" or stage != stages[-1]
            if not moved and outcome[pk] != "rejected":
                continue
            found[stage][group_of[pk]][0] += moved
            found[stage][group_of[pk]][1] += 1
    ordered = sorted(found, key=lambda stage: -sum(decided for _selected, decided in found[stage].values()))
    return {stage: {group: (a, n) for group, (a, n) in found[stage].items()} for stage in ordered}


def _rates(stage: str, counts: _Counts, names: Sequence[str], enough: Collection[str]) -> StageRates:
    kept = {
        name: Count(selected=counts[name][0], decided=counts[name][1])
        for name in names
        if name in enough and counts.get(name, (0, 0))[1] >= LEAST
    }
    best = max(kept, key=lambda name: kept[name].rate, default="")
    rates = [
        GroupRate(
            group=name,
            count=kept.get(name),
            ratio=compare(kept[name], kept[best]) if name in kept and name != best else None,
        )
        for name in names
    ]
    return StageRates(
        stage=stage, rates=sorted(rates, key=lambda one: -(one.count.rate if one.count else -1))
    )
