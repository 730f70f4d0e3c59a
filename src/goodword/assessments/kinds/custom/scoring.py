"""Custom questions with a key: how many were answered correctly. Rubrics are marked by people and are no scores."""

from collections.abc import Iterator, Mapping, Sequence

from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.custom.items import CustomQuestion, visible_items
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.scores import ALL, ComputedScore
from goodword.assessments.psychometrics.versions import SCORING
from goodword.core.json_reading import Json


def custom_scores(
    questions: QuestionSet, items: Sequence[Item], answers: Mapping[str, Json]
) -> Iterator[ComputedScore]:
    """The number of right answers to the questions that were asked; no score if none of these has a key."""
    keyed = _keyed(questions, visible_items(items, answers))
    if keyed:
        yield ComputedScore(
            scale=ALL,
            value=float(sum(is_right(questions.right[item], answers.get(item)) for item in keyed)),
            answered=sum(answers.get(item) is not None for item in keyed),
            items=len(keyed),
            version=SCORING["solved"],
        )


def item_values(
    questions: QuestionSet, items: Sequence[Item], answers: Mapping[str, Json]
) -> dict[str, list[float | None]]:
    """1 or 0 for each question with a key; nothing if none has one."""
    keyed = _keyed(questions, items)
    return (
        {ALL: [float(is_right(questions.right[item], answers.get(item))) for item in keyed]} if keyed else {}
    )


def is_right(key: Sequence[str], value: Json) -> bool:
    """Whether exactly the right choices were chosen."""
    chosen = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    return sorted(map(str, chosen)) == sorted(key)


def _keyed(questions: QuestionSet, items: Sequence[Item]) -> list[str]:
    return [item.id for item in items if isinstance(item, CustomQuestion) and item.id in questions.right]
