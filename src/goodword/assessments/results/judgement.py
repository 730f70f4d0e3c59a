"""The result of a judgement set, from its stored distance."""

from collections.abc import Mapping

from goodword.assessments.items import items_of
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.scoring import ActionScore, JudgementScore, judge, without_void
from goodword.assessments.kinds.scores import ALL
from goodword.assessments.kinds.technical_sheet import NOTHING, Known
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.queries import read_answers
from goodword.assessments.result import ActionShown, JudgementResult, ScenarioShown
from goodword.assessments.results.about import sheet_of
from goodword.assessments.results.behind import opened_standing
from goodword.assessments.results.parts import requirement_of


def judged(part: AttemptPart, content: JudgementSet) -> JudgementScore:
    """Each action held against its key, from the answers."""
    ratings = {
        action: value
        for given in read_answers(part).values()
        if isinstance(given, Mapping)
        for action, value in given.items()
        if isinstance(value, int)
    }
    return judge(content, ratings)


def judgement_result(
    part: AttemptPart, content: JudgementSet, scores: Mapping[str, Score], *, known: Known = NOTHING
) -> JudgementResult:
    """The stored distance with the actions behind it. `scores` by scale."""
    score, content = scores[ALL], without_void(content, items_of(part))
    found = judged(part, content)
    actions = {one.action_id: one for one in found.actions}
    return JudgementResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=sheet_of(part, content, items=score.items, known=known),
        requirement=requirement_of(part),
        scoring_version=score.scoring_version,
        distance=score.value,
        smallest=found.smallest,
        largest=found.largest,
        answered=score.answered,
        items=score.items,
        lowest=content.lowest,
        highest=content.highest,
        response_labels=tuple(option.label for option in content.response_scale),
        key_basis=content.key_basis,
        voided=len(part.void),
        scenarios=tuple(
            ScenarioShown(
                text=scenario.text,
                actions=tuple(_action(actions[action.id], content) for action in scenario.actions),
            )
            for scenario in content.scenarios
        ),
        standing=opened_standing(score, by_distance=True),
    )


def _action(found: ActionScore, content: JudgementSet) -> ActionShown:
    labels = {option.value: option.label for option in content.response_scale}
    return ActionShown(
        text=found.text,
        answer=found.answer,
        label=None if found.answer is None else labels[found.answer],
        key=found.key,
        distance=found.distance,
        reason=found.reason,
    )
