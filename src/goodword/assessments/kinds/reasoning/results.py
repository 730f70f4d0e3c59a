from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from django.utils.translation import get_language, gettext

from goodword.assessments.kinds.generated import Picture, Shown
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.families import FAMILIES, category_name, family_name
from goodword.assessments.kinds.reasoning.items import CATEGORIES, ReasoningTask
from goodword.assessments.kinds.reasoning.sheet import reasoning_sheet
from goodword.assessments.kinds.reasoning.words.task_texts import rule_in_words, show
from goodword.assessments.kinds.report import CandidateResult, PartResult, requirement_of
from goodword.assessments.kinds.scores import ALL, NormedScore, normed_score
from goodword.assessments.kinds.technical_sheet import Known, OwnCalibration
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.psychometrics.norms import BAND_WIDTH
from goodword.core.text import rounded
from goodword.core.validation import Json

#: maximum tasks explained to their candidate
EXAMPLES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedPrecision:
    """The 90% band of the number solved. `assumed`: based on assumed difficulties, without a calibration."""

    low: float
    high: float
    assumed: bool

    @property
    def words(self) -> str:
        """For example "9.5 to 15.9, assumed"."""
        band = {"low": rounded(self.low, 1), "high": rounded(self.high, 1)}
        if self.assumed:
            return gettext("90%% band %(low)s to %(high)s, assumed") % band
        return gettext("90%% band %(low)s to %(high)s") % band


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryResult:
    """Tasks of one category, or all tasks (""): `solved` and `answered` of `given`."""

    category: str
    solved: int
    given: int
    answered: int
    #: None if issued before bands were introduced, or if a member ended the part
    precision: SolvedPrecision | None = None
    normed: NormedScore | None = None

    @property
    def name(self) -> str:
        return category_name(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDifficulty:
    """The difficulty `b` in logits with its standard error, from `answers` of the calibration sample, and this
    candidate's tasks."""

    family: str
    level: int
    b: float
    se: float
    answers: int
    given: int
    right: int

    @property
    def name(self) -> str:
        return family_name(self.family)

    @property
    def b_text(self) -> str:
        """The difficulty with its 90% interval: "−0.4 ± 0.3"."""
        return f"{signed(self.b)} ± {rounded(BAND_WIDTH * self.se, 1)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityDetails:
    """A calibration: `n` people, `sd` of their abilities (logits), their reliability; and the candidate's `cells`."""

    number: int
    n: int
    created_at: datetime
    sd: float
    reliability: float
    cells: tuple[CellDifficulty, ...]

    @property
    def right(self) -> int:
        return sum(cell.right for cell in self.cells)

    @property
    def given(self) -> int:
        return sum(cell.given for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """An ability in logits with its 90% interval."""

    value: float
    low: float
    high: float
    #: the calibration and cells behind it; None if not requested
    behind: AbilityDetails | None = None

    @property
    def words(self) -> str:
        """For example "0.4 (−0.6 to 1.5)"."""
        return gettext("%(value)s (%(low)s to %(high)s)") % {
            "value": signed(self.value),
            "low": signed(self.low),
            "high": signed(self.high),
        }


def signed(value: float) -> str:
    return rounded(value, 1).replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredOption:
    id: str
    number: int
    text: str
    picture: Picture | None
    right: bool
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredTask:
    number: int
    category: str
    shown: Shown
    options: tuple[AnsweredOption, ...]
    rule: str

    @property
    def chosen(self) -> AnsweredOption | None:
        return next((option for option in self.options if option.chosen), None)

    @property
    def right(self) -> AnsweredOption:
        return next(option for option in self.options if option.right)

    @property
    def solved(self) -> bool:
        return self.right.chosen

    @property
    def category_name(self) -> str:
        return category_name(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningResult(PartResult):
    whole: CategoryResult
    categories: tuple[CategoryResult, ...]
    tasks: tuple[AnsweredTask, ...]
    ability: Ability | None = None

    def without_items(self) -> Self:
        return replace(self, tasks=(), items_left_out=True)

    def for_candidate(self) -> "CandidateReasoning":
        return CandidateReasoning(
            template="assessments/portal/results/reasoning.html",
            title=gettext("Reasoning"),
            solved=self.whole.solved,
            given=self.whole.given,
            precision=self.whole.precision,
            examples=examples(self.tasks),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateReasoning(CandidateResult):
    solved: int
    given: int
    precision: SolvedPrecision | None
    examples: tuple[AnsweredTask, ...]


def reasoning_result(
    part: AttemptPart,
    content: ReasoningTest,
    *,
    items: Sequence[Item],
    answers: Mapping[str, Json],
    scores: Mapping[str, Score],
    known: Known,
) -> ReasoningResult:
    whole = scores[ALL]
    tasks = [item for item in items if isinstance(item, ReasoningTask)]
    in_order = sorted(set(scores) - {ALL}, key=CATEGORIES.index)
    return ReasoningResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        # the sheet of the role's default form, since only the tasks may show that another form was taken
        sheet=replace(reasoning_sheet(content, part.part.form, known), n_items=whole.items, form=""),
        requirement=requirement_of(part),
        scoring_version=whole.scoring_version,
        weight=part.part.weight,
        whole=category_result(part, whole),
        categories=tuple(category_result(part, scores[category]) for category in in_order),
        tasks=tuple(_task(number, task, answers.get(task.id)) for number, task in enumerate(tasks, start=1)),
        ability=_with_details(part, ability_of(whole), known.calibration, tasks=tasks, answers=answers),
    )


def category_result(part: AttemptPart, score: Score) -> CategoryResult:
    return CategoryResult(
        category=score.scale,
        solved=round(score.value or 0),
        given=score.items,
        answered=score.answered,
        precision=precision_of(part, score),
        normed=normed_score(score),
    )


def precision_of(part: AttemptPart, score: Score) -> SolvedPrecision | None:
    """Return the band of the number solved. None if a member ended the part, since the band assumes the whole time for
    all tasks."""
    if score.solved_low is None or score.solved_high is None or not part.is_whole:
        return None
    return SolvedPrecision(
        low=score.solved_low,
        high=score.solved_high,
        assumed=score.solved_by == Score.Difficulties.ASSUMED,
    )


def ability_of(score: Score) -> Ability | None:
    if score.ability is None:
        return None
    if score.ability_low is not None and score.ability_high is not None:
        return Ability(value=score.ability, low=score.ability_low, high=score.ability_high)
    if score.ability_se is None:
        return None
    # issued before intervals were introduced
    half = BAND_WIDTH * score.ability_se
    return Ability(value=score.ability, low=score.ability - half, high=score.ability + half)


def _task(number: int, task: ReasoningTask, answer: Json) -> AnsweredTask:
    drawn, shown = task.drawn, show(task.drawn, task.language)
    return AnsweredTask(
        number=number,
        category=task.category,
        shown=shown,
        options=tuple(
            AnsweredOption(
                id=option.id,
                number=place,
                text=option.text,
                picture=option.picture,
                right=option.id == drawn.key,
                chosen=option.id == answer,
            )
            for place, option in enumerate(shown.options, start=1)
        ),
        rule=rule_in_words(drawn, get_language() or task.language),
    )


def _with_details(
    part: AttemptPart,
    ability: Ability | None,
    calibration: OwnCalibration | None,
    *,
    tasks: Sequence[ReasoningTask],
    answers: Mapping[str, Json],
) -> Ability | None:
    """The ability, with the cells of the candidate's tasks unless another calibration was used."""
    if ability is None or calibration is None or calibration.id != part.part.calibration_id:
        return ability
    found = calibration.found
    cells: dict[tuple[str, int], list[bool]] = {}
    for task in tasks:
        cells.setdefault(task.cell, []).append(task.is_right(answers.get(task.id)))
    if not cells.keys() <= found.cells.keys():
        return ability
    order = list(FAMILIES)
    return replace(
        ability,
        behind=AbilityDetails(
            number=calibration.number,
            n=found.n,
            created_at=calibration.created_at,
            sd=found.sd,
            reliability=found.reliability,
            cells=tuple(
                CellDifficulty(
                    family=family,
                    level=level,
                    b=found.cells[family, level].b,
                    se=found.cells[family, level].se,
                    answers=found.cells[family, level].n,
                    given=len(right),
                    right=sum(right),
                )
                for (family, level), right in sorted(
                    cells.items(), key=lambda cell: (order.index(cell[0][0]), cell[0][1])
                )
            ),
        ),
    )


def examples(tasks: Sequence[AnsweredTask]) -> tuple[AnsweredTask, ...]:
    """Two tasks to explain: unsolved ones first, from two categories if possible."""
    wanted = sorted(tasks, key=lambda task: (task.solved, task.number))
    found = {task.category: task for task in reversed(wanted)}
    chosen = [task for task in wanted if found[task.category] is task][:EXAMPLES]
    others = [task for task in wanted if task not in chosen]
    return tuple(sorted([*chosen, *others][:EXAMPLES], key=lambda task: task.number))
