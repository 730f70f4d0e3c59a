from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.comparison import ComparedPart, Comparison
from goodword.assessments.kinds.custom_questions.content import Criterion
from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.items import FixedItems, Item, OnBreak
from goodword.assessments.kinds.judgement.comparison import compare
from goodword.assessments.kinds.judgement.content import (
    JudgementSet,
    check_keys,
    read_judgement,
    to_json,
    without_key,
)
from goodword.assessments.kinds.judgement.items import (
    WITHIN,
    judge,
    judgement_scores,
    mail_line,
    overview_line,
    practice_situation,
    profile,
    ratings,
    situations,
)
from goodword.assessments.kinds.judgement.report import JudgementReport
from goodword.assessments.kinds.judgement.results import (
    JudgementResult,
    judgement_result,
    judgement_sheet,
)
from goodword.assessments.kinds.packs import MOST_ANSWERS, MOST_ITEMS, PackError, at_most
from goodword.assessments.kinds.scores import (
    ALL,
    ComputedScore,
    Respondent,
    ScaleReliability,
)
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.psychometrics.profiles import split_half
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.psychometrics.totals import Solved
from goodword.core.validation import Json


class _Judgement(FixedItems):
    may_be_timed = True
    works_offline = True
    on_break = OnBreak.SKIPPED
    is_confidential = True
    takes_files = False
    asks_before_replacing = False
    can_be_looked_up = True
    has_rubrics = False
    editor_page, copy_page = "judgement", "judgement_duplicate"
    overview_line, mail_line = staticmethod(overview_line), staticmethod(mail_line)
    report = JudgementReport()

    def heading(self) -> str:
        return gettext("Situational judgement")

    def summary(self) -> str:
        return gettext("Ratings of how effective actions are, compared with a key.")

    def items_in_words(self, n: int) -> str:
        return ngettext("%(n)s situation", "%(n)s situations", n) % {"n": n}

    def moves_on_by_tap(self, *, timed: bool) -> bool:
        return not timed

    def parse(self, data: Any) -> JudgementSet:
        return read_judgement(data)

    def dump(self, content: JudgementSet) -> dict[str, Any]:
        return to_json(content)

    def export(self, content: JudgementSet, *, own: bool) -> dict[str, Any]:
        del own
        data = to_json(content)
        return data if content.panel is None else without_key(data)

    def check_import(self, content: JudgementSet) -> None:
        check_keys(content)
        at_most("actions", len(content.actions), MOST_ITEMS)
        at_most("answers to choose from", len(content.response_scale), MOST_ANSWERS)
        if content.panel is not None:
            raise PackError("A panel can't be imported. Remove “panel” from the file, and ask experts here.")

    def texts(self, content: JudgementSet) -> Iterator[tuple[str, str]]:
        for scenario in content.scenarios:
            yield scenario.id, scenario.text
            yield from ((action.id, action.text) for action in scenario.actions)

    def structure(self, content: JudgementSet) -> Mapping[str, object]:
        return {
            "the situations": [scenario.id for scenario in content.scenarios],
            "the actions or their keys": [(one.id, one.effectiveness) for one in content.actions],
            "the answer scale": [option.value for option in content.response_scale],
        }

    def listing(self, content: JudgementSet, *, form: str, language: str, seed: int) -> Mapping[str, object]:
        del form, language, seed
        return {"scenarios": content.scenarios}

    def scale_name(self, content: JudgementSet, scale: str) -> str:
        del content
        return (
            gettext("Correlation within situations")
            if scale == WITHIN
            else gettext("Mean distance from the key")
        )

    def only_describes(self, scale: str) -> bool:
        return scale == ALL

    def rubrics(self, content: JudgementSet) -> Mapping[str, tuple[Criterion, ...]]:
        del content
        return {}

    def items(
        self, content: JudgementSet, *, form: str, drawn: Sequence[tuple[str, GeneratedItem]], language: str
    ) -> tuple[Item, ...]:
        del form, drawn, language
        return situations(content)

    def has_conditions(self, content: JudgementSet) -> bool:
        del content
        return False

    def is_right_or_wrong(self, content: JudgementSet) -> bool:
        del content
        return False

    def scores(
        self,
        content: JudgementSet,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: Calibration | None,
    ) -> Iterator[ComputedScore]:
        del form, calibration
        return judgement_scores(content, items, answers)

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        del scores, part
        return []

    def reliability(
        self,
        content: JudgementSet,
        *,
        form: str,
        people: Sequence[Respondent],
        calibration: Calibration | None,
    ) -> dict[str, ScaleReliability]:
        del form, calibration
        scored = [judge(content, ratings(person.answers)) for person in people]
        complete = [profile(one.actions) for one in scored if one.n_answered == one.n_actions]
        found = split_half(complete)
        return {WITHIN: ScaleReliability(value=found, way="splits", n=len(complete))}

    def result(
        self,
        part: AttemptPart,
        content: JudgementSet,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> JudgementResult | None:
        if not scores:
            return None
        return judgement_result(part, content, items=items, answers=answers, scores=scores, known=known)

    def comparison(self, content: JudgementSet, parts: Sequence[ComparedPart], *, form: str) -> Comparison:
        del form
        return compare(content, parts)

    def translated(self, content: JudgementSet, other: JudgementSet) -> JudgementSet:
        return replace(
            content,
            name=other.name,
            construct=other.construct,
            key_basis=other.key_basis,
            response_scale=other.response_scale,
        )

    def sheet(self, content: JudgementSet, form: str, known: Known) -> TechnicalSheet:
        del form
        return judgement_sheet(content, known)

    def practice(self, content: JudgementSet, *, form: str, language: str) -> tuple[Item, ...]:
        del form, language
        return (practice_situation(content),)


JUDGEMENT: Final = _Judgement()
