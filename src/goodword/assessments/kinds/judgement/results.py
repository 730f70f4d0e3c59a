from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import fsum
from typing import Self

from django.utils.formats import number_format
from django.utils.translation import gettext

from goodword.assessments.kinds.builtin import BUILT_IN
from goodword.assessments.kinds.content import FULL_FORM, LEAST_AGREEMENT
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.judgement.content import JudgementSet, decimals
from goodword.assessments.kinds.judgement.items import (
    WITHIN,
    WITHIN_SCORING_VERSION,
    ActionScore,
    judge,
    ratings,
    smallest_distance,
    without_void,
)
from goodword.assessments.kinds.report import CandidateResult, PartResult, requirement_of
from goodword.assessments.kinds.scores import ALL, NormedScore, needed_answers, normed_score
from goodword.assessments.kinds.technical_sheet import (
    KeyFacts,
    Known,
    TechnicalSheet,
    common_limits,
    no_validity,
    norms_sentence,
    reliability_sentence,
)
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.psychometrics.profiles import LEAST_GROUPS, GroupSums, group
from goodword.core.text import rounded, rounded_beside, written_figure
from goodword.core.validation import Json


def judgement_sheet(judgement: JudgementSet, known: Known) -> TechnicalSheet:
    n_actions = len(judgement.actions)
    return TechnicalSheet(
        title=judgement.name,
        version=judgement.version,
        language=judgement.language,
        form=judgement.form_label(FULL_FORM),
        construct=judgement.construct,
        n_items=len(judgement.situations),
        key=KeyFacts(panel=judgement.panel, actions=n_actions),
        minutes=judgement.minutes(FULL_FORM),
        scales=(),
        answer_scale=tuple((option.value, option.label) for option in judgement.response_scale),
        scoring=gettext(
            "Each of the %(actions)s actions is rated on the answer scale. The result is the correlation with the key "
            "within situations: it compares how each rating and each key differ from their means in the same "
            "situation. 1 is the same pattern, 0 no relation, −1 the reverse. It hardly depends on whether somebody "
            "rates high or low, or uses all of the scale. There is none for somebody who rates all actions in each "
            "situation alike."
        )
        % {"actions": n_actions}
        + " "
        + gettext(
            "The mean distance between the ratings and the key, in steps of the answer scale, is given as a "
            "description only. Keys can lie between two answers; the ratings nearest to this key have a distance of "
            "%(smallest)s. Both figures need ratings of three quarters of the actions: %(needed)s of %(actions)s."
        )
        % {"actions": n_actions, "needed": needed_answers(n_actions), "smallest": _smallest(judgement)},
        scoring_version=WITHIN_SCORING_VERSION,
        reliability=reliability_sentence(known.groups),
        norms=norms_sentence(
            [],
            known.groups,
            without=gettext(
                "A correlation shows how well the ratings follow the key, not how they compare with others'."
            ),
        ),
        validity=no_validity(),
        limits=(
            *_for_practice(judgement),
            gettext(
                "The distance also reflects response style: with the same judgement, people who use the ends of the "
                "scale are at a different distance from the key than people who stay in the middle. So candidates are "
                "not sorted or compared by it, and it has no percentile."
            ),
            gettext(
                "Leaving situations out, or rating their actions alike, can change the correlation: they don't count "
                "towards it."
            ),
            gettext(
                "It is only as good as its key. Other experienced people might key some actions differently."
            ),
            gettext("It shows what somebody considers effective, not what they do."),
            gettext("Small differences are not meaningful."),
            *common_limits(),
        ),
        licence=judgement.licence,
        source=judgement.source,
        more={
            gettext("What it can distinguish"): _precision(judgement),
            gettext("Where the key comes from"): judgement.key_basis,
            **_panel_rows(judgement),
        },
        own_norms=known.groups,
    )


def _precision(judgement: JudgementSet) -> str:
    n = len(judgement.situations)
    if judgement.is_too_short_for_norms:
        return gettext(
            "Too few situations for a band: at least %(least)s are needed, and the set has %(n)s. So results have no "
            "percentile, and candidates can't be sorted by them."
        ) % {"least": LEAST_GROUPS, "n": n}
    return gettext(
        "Each correlation has a 90%% band from the person's own answers: how much it changes if each of the "
        "%(n)s situations in turn is left out (jackknife). In simulations it contained the true correlation in 88 to "
        "92%% of cases. With eight situations of four actions it reaches about 0.2 to each side of a correlation of "
        "0.7; four times as many situations make it half as wide."
    ) % {"n": n}


def _panel_rows(judgement: JudgementSet) -> dict[str, str]:
    panel = judgement.panel
    if panel is None:
        return {}
    low, high = panel.icc_single_interval
    rows = {
        gettext("Agreement of single experts"): gettext("%(icc)s, 95%% interval %(low)s to %(high)s")
        % {"icc": decimals(panel.icc_single), "low": decimals(low), "high": decimals(high)},
        gettext("Actions with weak agreement among the experts"): gettext("%(n)s of %(all)s")
        % {"n": panel.wide, "all": len(judgement.actions)},
    }
    if panel.invited is not None:
        rows[gettext("Experts invited")] = gettext(
            "%(invited)s; finished: %(finished)s, declined: %(declined)s, removed: %(removed)s"
        ) % {
            "invited": panel.invited,
            "finished": panel.experts,
            "declined": panel.declined,
            "removed": panel.removed,
        }
        rows[gettext("Actions left out after they were rated")] = gettext(
            "%(n)s. Leaving out actions on which experts disagree raises the agreement."
        ) % {"n": panel.left_out}
    return rows


def _for_practice(judgement: JudgementSet) -> tuple[str, ...]:
    if not judgement.is_for_practice:
        return ()
    if judgement.panel is not None:
        return (
            gettext(
                "For practice and preview, not for decisions: the experts who set its key agree too little. The lower "
                "end of the 95%% interval of their agreement is %(low)s; at least %(least)s is needed."
            )
            % {
                "low": number_format(
                    rounded_beside(judgement.panel.icc_average_interval[0], LEAST_AGREEMENT)
                ),
                "least": decimals(LEAST_AGREEMENT),
            },
        )
    return (
        gettext(
            "For practice and preview, not for decisions: its key was not set by a panel of experts. To use it for "
            "decisions, have at least five experts rate it, or a copy if it is a built-in set."
        ),
    )


def _smallest(judgement: JudgementSet) -> str:
    """The smallest possible score if all actions are rated: "0", "0.13"."""
    found = smallest_distance(judgement, [action.effectiveness for action in judgement.actions])
    return written_figure(found) if found else "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedAction:
    """An action with rating, key, distance in steps and the reason for the key. Rating and distance are None if not
    rated."""

    text: str
    answer: int | None
    label: str | None
    key: float
    distance: float | None
    reason: str

    @property
    def key_text(self) -> str:
        return number_format(f"{self.key:g}")

    @property
    def distance_text(self) -> str:
        return "" if self.distance is None else number_format(f"{self.distance:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredSituation:
    text: str
    actions: tuple[RatedAction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementResult(PartResult):
    """`distance` from the key in steps; None if too few were rated. `smallest`, `largest`: its extremes. `normed`: the
    correlation."""

    distance: float | None
    smallest: float
    largest: float
    answered: int
    items: int
    lowest: int
    highest: int
    response_labels: tuple[str, ...]
    key_basis: str
    situations: tuple[AnsweredSituation, ...]
    normed: NormedScore | None = None
    #: the correlation with the key within situations and its 90% band; also None if scored before these were
    #: introduced
    within: float | None = None
    band: tuple[float, float] | None = None
    voided: int = 0
    #: not for decisions, so never compared with norms
    for_practice: bool = False
    #: too few situations in the set for a band, so candidates aren't compared by the correlation
    few_situations: bool = False
    #: whether candidates may see the key: only for built-in sets
    key_is_public: bool = False

    def without_items(self) -> Self:
        return replace(self, situations=(), items_left_out=True)

    def for_candidate(self) -> "CandidateJudgement":
        return CandidateJudgement(
            template="assessments/portal/results/judgement.html",
            title=self.title,
            key_basis=self.key_basis,
            shows_key=self.key_is_public,
            steps=self.steps,
            for_practice=self.for_practice,
            within=self.within,
            situations=tuple(
                CandidateSituation(situation=situation, agrees=agrees_with_key(situation))
                for situation in self.situations
            ),
        )

    @property
    def steps(self) -> str:
        """The answer scale: "1 Very ineffective · 2 Rather ineffective"."""
        return " · ".join(
            f"{value} {label}" for value, label in enumerate(self.response_labels, start=self.lowest)
        )

    @property
    def distance_rule(self) -> str:
        """For example "(0 + 1 + 0.5) ÷ 3 = 0.5"; empty without a score."""
        distances = [
            action.distance
            for situation in self.situations
            for action in situation.actions
            if action.distance is not None
        ]
        if self.distance is None or not distances:
            return ""
        return f"({' + '.join(f'{distance:g}' for distance in distances)}) ÷ {len(distances)} = {self.distance:.4g}"

    @property
    def within_rule(self) -> str:
        """For example "9.5 ÷ √(12.25 × 10.5) = 0.84": the sum of the products of deviations, and the sums of squared
        deviations of the ratings and of the keys. Empty without a score."""
        if self.within is None or not self.situations:
            return ""
        groups = [_sums(situation) for situation in self.situations]
        products, ratings, keys = (
            fsum(values)
            for values in zip(*((sums.products, sums.ratings, sums.keys) for sums in groups), strict=True)
        )
        return f"{products:.4g} ÷ √({ratings:.4g} × {keys:.4g}) = {rounded(self.within, 2)}".replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateSituation:
    """`agrees`: whether ratings and key order more pairs of actions in the same way than in the opposite way. Pairs
    with equal ratings or keys don't count; None without other pairs."""

    situation: AnsweredSituation
    agrees: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateJudgement(CandidateResult):
    key_basis: str
    shows_key: bool
    steps: str
    for_practice: bool
    within: float | None
    situations: tuple[CandidateSituation, ...]

    @property
    def correlation(self) -> str:
        return "" if self.within is None else written_figure(self.within).replace("-", "−")

    @property
    def agreeing(self) -> int:
        return sum(situation.agrees is True for situation in self.situations)

    @property
    def compared(self) -> int:
        return sum(situation.agrees is not None for situation in self.situations)


def judgement_result(
    part: AttemptPart,
    content: JudgementSet,
    *,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    scores: Mapping[str, Score],
    known: Known,
) -> JudgementResult:
    # for the whole set, since a lost connection doesn't affect others' results
    few = content.is_too_short_for_norms
    score, within, content = scores[ALL], scores.get(WITHIN), without_void(content, items)
    result = score if within is None else within
    low, high = result.low, result.high
    for_practice = content.is_for_practice
    found = judge(content, ratings(answers))
    actions = {action.action_id: action for action in found.actions}
    return JudgementResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=replace(judgement_sheet(content, known), n_items=score.items),
        requirement=requirement_of(part),
        scoring_version=result.scoring_version,
        distance=score.value,
        smallest=found.smallest,
        largest=found.largest,
        answered=score.answered,
        items=score.items,
        lowest=content.lowest,
        highest=content.highest,
        response_labels=tuple(option.label for option in content.response_scale),
        key_basis=content.key_basis,
        within=None if within is None else within.value,
        band=None if within is None or low is None or high is None or few else (low, high),
        voided=len(part.void),
        for_practice=for_practice,
        few_situations=few,
        key_is_public=content.id in BUILT_IN,
        situations=tuple(
            AnsweredSituation(
                text=situation.text,
                actions=tuple(_action(actions[action.id], content) for action in situation.actions),
            )
            for situation in content.situations
        ),
        normed=None if within is None or for_practice or few else normed_score(within, has_own_band=True),
    )


def _action(found: ActionScore, content: JudgementSet) -> RatedAction:
    labels = {option.value: option.label for option in content.response_scale}
    return RatedAction(
        text=found.text,
        answer=found.answer,
        label=None if found.answer is None else labels[found.answer],
        key=found.key,
        distance=found.distance,
        reason=found.reason,
    )


def _sums(situation: AnsweredSituation) -> GroupSums:
    rated = [(action.answer, action.key) for action in situation.actions if action.answer is not None]
    return group([answer for answer, _ in rated], [key for _, key in rated])


def agrees_with_key(situation: AnsweredSituation) -> bool | None:
    rated = [(action.answer, action.key) for action in situation.actions if action.answer is not None]
    orders = [(a - b) * (key - other) for (a, key), (b, other) in combinations(rated, 2)]
    same, opposite = sum(order > 0 for order in orders), sum(order < 0 for order in orders)
    return same > opposite if same or opposite else None
