"""The result of generated tasks, from the stored counts and the items as they were drawn."""

from collections.abc import Mapping, Sequence

from django.utils.translation import get_language, gettext

from goodword.assessments.items import items_of
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.reasoning.scoring import CATEGORIES
from goodword.assessments.kinds.reasoning.words import rule_in_words, show
from goodword.assessments.kinds.scores import ALL
from goodword.assessments.kinds.technical_sheet import NOTHING, Known
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.queries import read_answers
from goodword.assessments.result import Ability, CategoryResult, OptionShown, ReasoningResult, TaskShown
from goodword.assessments.results.about import sheet_of
from goodword.assessments.results.behind import opened_ability, opened_standing
from goodword.assessments.results.parts import requirement_of
from goodword.questionnaires.reading import Json


def reasoning_result(
    part: AttemptPart, content: ReasoningTest, scores: Mapping[str, Score], *, known: Known = NOTHING
) -> ReasoningResult:
    """The stored counts with the tasks behind them. What a broken line took from the screen is not among them."""
    whole, tasks = scores[ALL], tasks_of(part)
    in_order = sorted(set(scores) - {ALL}, key=CATEGORIES.index)
    return ReasoningResult(
        kind=part.version.test.kind,
        order=part.order,
        title=gettext("Reasoning"),
        sheet=sheet_of(part, content, items=whole.items, known=known),
        requirement=requirement_of(part),
        scoring_version=whole.scoring_version,
        weight=part.part.weight,
        whole=category_result(whole),
        categories=tuple(category_result(scores[one]) for one in in_order),
        tasks=tasks,
        ability=opened_ability(part, ability_of(whole), known.calibration),
    )


def category_result(score: Score) -> CategoryResult:
    """A stored count of solved tasks."""
    return CategoryResult(
        category=score.scale,
        solved=round(score.value or 0),
        given=score.items,
        answered=score.answered,
        standing=opened_standing(score),
    )


def ability_of(score: Score) -> Ability | None:
    """The stored ability; None where the test was not calibrated."""
    if score.ability is None or score.ability_se is None:
        return None
    return Ability(value=score.ability, error=score.ability_se)


def tasks_of(part: AttemptPart) -> tuple[TaskShown, ...]:
    """The tasks that count, as they were given; the rule in the reader's language."""
    answers = read_answers(part)
    tasks: Sequence[ReasoningTask] = [item for item in items_of(part) if isinstance(item, ReasoningTask)]
    return tuple(_task(number, task, answers.get(task.id)) for number, task in enumerate(tasks, start=1))


def _task(number: int, task: ReasoningTask, answer: Json) -> TaskShown:
    drawn, shown = task.drawn, show(task.drawn, task.language)
    return TaskShown(
        number=number,
        category=FAMILIES[drawn.family].category,
        shown=shown,
        options=tuple(
            OptionShown(
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
