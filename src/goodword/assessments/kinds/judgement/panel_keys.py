"""Agreement of a panel, and the key from its ratings. Individual ratings never leave this package."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Final

from django.db import transaction

from goodword.accounts.models import AuditEntry
from goodword.assessments.catalogue.drafts import DRAFTS
from goodword.assessments.kinds.content import LEAST_AGREEMENT, Panel
from goodword.assessments.kinds.judgement.content import LEAST_EXPERTS, read_judgement
from goodword.assessments.kinds.judgement.panelists import Content, Expert, ExpertState, digests, experts_of
from goodword.assessments.models import Test
from goodword.assessments.psychometrics.agreement import IntraclassCorrelation, Spread, agreement, spread
from goodword.core.rows import lock_row
from goodword.core.text import rounded_beside

DECIMALS: Final = 2
#: experts who must finish between two results shown to members, since fewer would reveal one expert's ratings
STEP: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAction:
    id: str
    text: str
    key: float
    steps: tuple[int, ...]
    spread: Spread

    @property
    def counted(self) -> list[tuple[int, int, int]]:
        """For each step of the scale, the number of experts who chose it, and their share in quarters, rounded up."""
        n = sum(self.spread.counts)
        return [
            (step, count, ceil(4 * count / n))
            for step, count in zip(self.steps, self.spread.counts, strict=True)
        ]

    @property
    def new_key(self) -> float:
        return round(self.spread.mean, DECIMALS)

    @property
    def new_key_text(self) -> str:
        return f"{self.new_key:g}"

    @property
    def key_text(self) -> str:
        return f"{self.key:g}"

    @property
    def differs(self) -> bool:
        return self.key != self.new_key


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedSituation:
    """`agreement`: only on its actions; None if undefined."""

    id: str
    text: str
    actions: tuple[PanelAction, ...]
    agreement: IntraclassCorrelation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelResult:
    experts: int
    #: situations without actions removed since
    invited: int
    declined: int
    left_out: int
    situations: tuple[RatedSituation, ...]
    agreement: IntraclassCorrelation | None
    #: a row for each expert, sorted; actions in order
    ratings: tuple[tuple[int, ...], ...]
    #: experts who have finished since and aren't included yet
    waiting: int = 0

    @property
    def actions(self) -> list[PanelAction]:
        return [action for situation in self.situations for action in situation.actions]

    @property
    def wide(self) -> int:
        return sum(action.spread.is_wide for action in self.actions)

    @property
    def differ(self) -> int:
        return sum(action.differs for action in self.actions)

    @property
    def agrees(self) -> bool:
        found = self.agreement
        return found is not None and round(found.average_interval[0], 3) >= LEAST_AGREEMENT

    @property
    def low_text(self) -> str:
        """The lower end of the interval of the experts' mean."""
        return (
            ""
            if self.agreement is None
            else rounded_beside(round(self.agreement.average_interval[0], 3), LEAST_AGREEMENT)
        )

    def record(self, *, removed: int, by: str, now: datetime) -> Panel | None:
        """The panel as stored with a version; None without agreement. `removed`: experts erased since."""
        found = self.agreement
        if found is None:
            return None
        return Panel(
            experts=self.experts,
            icc_single=round(found.single, 3),
            icc_single_interval=_rounded(found.single_interval),
            icc_average=round(found.average, 3),
            icc_average_interval=_rounded(found.average_interval),
            wide=self.wide,
            keyed_by=by,
            keyed_on=now.date().isoformat(),
            invited=self.invited + removed,
            declined=self.declined,
            removed=removed,
            left_out=self.left_out,
            ratings=self.ratings,
        )


def _rounded(interval: tuple[float, float]) -> tuple[float, float]:
    return round(interval[0], 3), round(interval[1], 3)


def experts_to_show(counting: Collection[int], shown: Sequence[Collection[int]]) -> frozenset[int]:
    """Return the ids of experts whose ratings the next result includes: all who have finished, or those of an earlier
    result, or none. `shown`: experts of the results that members have seen, latest last."""
    now = frozenset(counting)
    earlier = [frozenset(experts) for experts in shown]
    if len(now) >= LEAST_EXPERTS and all(now == experts or len(now ^ experts) >= STEP for experts in earlier):
        return now
    return next((experts for experts in reversed(earlier) if experts <= now), frozenset())


def shown_result(test: Test, content: Content, experts: Sequence[Expert]) -> PanelResult | None:
    """The result that members may see now, which is recorded as seen. None if too few have finished, or too few have
    joined or left since the last one."""
    counting = {expert.row.pk for expert in experts if expert.counts}
    with transaction.atomic():
        row = lock_row(Test.objects.of(test.organisation).select_for_update(no_key=True), test.pk)
        chosen = experts_to_show(counting, row.panels_shown)
        if not chosen:
            return None
        if sorted(chosen) not in row.panels_shown:
            row.panels_shown = [*row.panels_shown, sorted(chosen)]
            row.save(update_fields=["panels_shown"])
        found = result_of(content, experts, chosen=chosen)
    return replace(found, waiting=len(counting - chosen))


def result_of(content: Content, experts: Sequence[Expert], *, chosen: Collection[int]) -> PanelResult:
    """Compute the result from the ratings of the chosen experts, all of whom must have finished."""
    counting = [expert for expert in experts if expert.row.pk in chosen]
    steps = tuple(option["value"] for option in content["response_scale"])
    situations, rows = [], []
    for situation in content["situations"]:
        its = [[expert.ratings[action["id"]] for expert in counting] for action in situation["actions"]]
        rows += its
        situations.append(
            RatedSituation(
                id=situation["id"],
                text=situation["text"],
                agreement=agreement(its),
                actions=tuple(
                    PanelAction(
                        id=action["id"],
                        text=action["text"],
                        key=float(action["effectiveness"]),
                        steps=steps,
                        spread=spread(ratings, steps=steps),
                    )
                    for action, ratings in zip(situation["actions"], its, strict=True)
                ),
            )
        )
    return PanelResult(
        experts=len(counting),
        invited=len(experts),
        declined=sum(expert.state == ExpertState.DECLINED for expert in experts),
        left_out=len(frozenset[str]().union(*(expert.gone for expert in experts))),
        situations=tuple(situations),
        agreement=agreement(rows),
        ratings=tuple(sorted(zip(*rows, strict=True))),
    )


def panel_of_draft(test: Test, content: Content, *, by: str, now: datetime) -> Panel | None:
    """The panel of a version with this content: the draft's experts if all keys are theirs, else the panel of the
    newest version if situations, actions and keys are the same, else None."""
    found = shown_result(test, content, experts_of(test, content))
    if found is not None and not found.differ:
        return found.record(removed=_removed(test), by=by, now=now.astimezone(test.organisation.zone))
    return _earlier(test, content)


def _removed(test: Test) -> int:
    """The number of experts removed by members, or erased on their own request."""
    entries = AuditEntry.objects.of(test.organisation).filter(action__in=("panel.removed", "panel.erased"))
    return entries.filter(details__test=test.pk).count()


def _earlier(test: Test, content: Content) -> Panel | None:
    for row in DRAFTS.newest(test):
        if row.language == content["language"] and _keyed(row.content) == _keyed(content):
            return read_judgement(row.content).panel
    return None


def _keyed(content: Content) -> Mapping[str, tuple[str, float]]:
    keys = {
        action["id"]: float(action["effectiveness"])
        for situation in content["situations"]
        for action in situation["actions"]
    }
    return {action: (digest, keys[action]) for action, digest in digests(content).items()}
