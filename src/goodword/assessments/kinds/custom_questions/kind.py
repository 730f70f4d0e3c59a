from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.comparison import (
    NO_VALUE,
    ComparedPart,
    Comparison,
    ComparisonCell,
    rank_of_all,
)
from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.custom_questions.content import (
    CustomQuestions,
    custom_questions_to_json,
    read_custom_questions,
    shared_structure,
    without_anchors,
)
from goodword.assessments.kinds.custom_questions.items import (
    CustomQuestion,
    custom_questions,
    custom_questions_scores,
    example_for,
    item_values,
    visible_items,
)
from goodword.assessments.kinds.custom_questions.report import CustomQuestionsReport
from goodword.assessments.kinds.custom_questions.results import (
    CustomQuestionsResult,
    custom_questions_result,
    custom_questions_sheet,
)
from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.items import (
    PRACTICE,
    FixedItems,
    Item,
    OnBreak,
    questions_mail_line,
    questions_overview_line,
)
from goodword.assessments.kinds.packs import MOST_ITEMS, at_most
from goodword.assessments.kinds.scores import (
    ALL,
    ComputedScore,
    Respondent,
    ScaleReliability,
    part_category,
    reliability_by_items,
)
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
from goodword.assessments.kinds.whole_forms import WholeForms
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.psychometrics.rasch import CalibrationResult
from goodword.assessments.psychometrics.totals import Solved
from goodword.core.text import rounded
from goodword.core.validation import Json
from goodword.questionnaires.editor.descriptions import question_types
from goodword.questionnaires.types import (
    Agreement,
    Between,
    Rating,
    SingleChoice,
    WouldWorkAgain,
    YesNoUnsure,
)

#: types of questions that are answered by choosing one option
_ONE_OF_SEVERAL: Final = (Agreement, Between, Rating, SingleChoice, WouldWorkAgain, YesNoUnsure)


class _CustomQuestions(FixedItems, WholeForms):
    may_be_timed = True
    works_offline = False
    on_break = OnBreak.STAYS
    is_confidential = False
    takes_files = True
    asks_before_replacing = True
    can_be_looked_up = True
    has_rubrics = True
    offers_open_text = False
    can_be_verified = False
    listing_template = "assessments/library/questions.html"
    editor_page, copy_page = "custom_questions", ""
    overview_line = staticmethod(questions_overview_line)
    mail_line = staticmethod(questions_mail_line)
    report = CustomQuestionsReport()

    def heading(self) -> str:
        return gettext("Custom questions")

    def summary(self) -> str:
        return gettext("Read or marked by members, or with a right answer.")

    def items_in_words(self, n: int) -> str:
        return ngettext("%(n)s question", "%(n)s questions", n) % {"n": n}

    def moves_on_by_tap(self, content: CustomQuestions, *, timed: bool) -> bool:
        return not timed and any(isinstance(question, _ONE_OF_SEVERAL) for question in content.questions)

    def parse(self, data: Any) -> CustomQuestions:
        return read_custom_questions(data)

    def dump(self, content: CustomQuestions) -> dict[str, Any]:
        return dict(custom_questions_to_json(content))

    def export(self, content: CustomQuestions, *, own: bool) -> dict[str, Any]:
        data = self.dump(content)
        return without_anchors(data) if own and not content.taken_from else data

    def check_import(self, content: CustomQuestions) -> None:
        at_most("questions", len(content.questions), MOST_ITEMS)

    def texts(self, content: CustomQuestions) -> Iterator[tuple[str, str]]:
        for question in content.questions:
            yield question.id, question.text
            yield from ((question.id, choice.label) for choice in getattr(question, "choices", ()))

    def structure(self, content: CustomQuestions) -> Mapping[str, object]:
        return shared_structure(content)

    def listing(
        self, content: CustomQuestions, *, form: str, language: str, seed: int
    ) -> Mapping[str, object]:
        del form, language, seed
        names = {kind: question_type.title for kind, question_type in question_types().items()}
        return {
            "questions": [
                {
                    "question": question,
                    "kind": names.get(question.type, question.type.capitalize()),
                    "choices": [
                        (choice.label, choice.value in content.right.get(question.id, ()))
                        for choice in getattr(question, "choices", ())
                    ],
                    "rubric": content.rubrics.get(question.id, ()),
                }
                for question in content.questions
            ]
        }

    def scale_name(self, content: CustomQuestions, scale: str) -> str:
        del content, scale
        return ""

    def only_describes(self, scale: str) -> bool:
        del scale
        return False

    def rubrics(self, content: CustomQuestions) -> Mapping[str, tuple[Criterion, ...]]:
        return content.rubrics

    def items(
        self,
        content: CustomQuestions,
        *,
        form: str,
        drawn: Sequence[tuple[str, GeneratedItem]],
        language: str,
    ) -> tuple[Item, ...]:
        del form, drawn, language
        return custom_questions(content)

    def visible(self, items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
        return visible_items(items, answers)

    def has_conditions(self, content: CustomQuestions) -> bool:
        return any(question.when is not None for question in content.questions)

    def is_right_or_wrong(self, content: CustomQuestions) -> bool:
        return bool(content.right)

    def scores(
        self,
        content: CustomQuestions,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: CalibrationResult | None,
    ) -> Iterator[ComputedScore]:
        del form, calibration
        return custom_questions_scores(content, items, answers)

    def response_patterns(self, content: CustomQuestions, form: str, answers: Mapping[str, Json]) -> None:
        del content, form, answers

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        if ALL not in scores or scores[ALL][0] is None:
            return []
        value, items = scores[ALL]
        return [Solved(part_category(part), round(value or 0), items)]

    def reliability(
        self,
        content: CustomQuestions,
        *,
        form: str,
        people: Sequence[Respondent],
        calibration: CalibrationResult | None,
    ) -> dict[str, ScaleReliability]:
        del form, calibration
        if any(question.id in content.right and question.when is not None for question in content.questions):
            # people were asked different questions, so their numbers right can't be compared
            return {ALL: ScaleReliability(value=None, way="items", n=0)}
        return reliability_by_items([item_values(content, person.items, person.answers) for person in people])

    def result(
        self,
        part: AttemptPart,
        content: CustomQuestions,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> CustomQuestionsResult | None:
        del known
        if part.ended_at is None:
            return None
        return custom_questions_result(part, content, items=items, answers=answers, scores=scores)

    def comparison(self, content: CustomQuestions, parts: Sequence[ComparedPart], *, form: str) -> Comparison:
        del form
        return compare(content, parts)

    def translated(self, content: CustomQuestions, other: CustomQuestions) -> CustomQuestions:
        return replace(content, name=other.name)

    def sheet(self, content: CustomQuestions, form: str, known: Known) -> TechnicalSheet:
        del form
        return custom_questions_sheet(content, known)

    def internal_structure(self) -> str:
        return gettext("The structure of the answers has not been studied.")

    def can_assess(self, sentence: str, *, key: str) -> bool:
        del sentence, key
        return True

    def practice(self, content: CustomQuestions, *, form: str, language: str) -> tuple[Item, ...]:
        """A question like the first one; none for a file, since candidates may not have one at hand."""
        del form, language
        question = example_for(content, name=PRACTICE)
        return (CustomQuestion(id=PRACTICE, question=question),) if question else ()


CUSTOM_QUESTIONS: Final = _CustomQuestions()


def compare(content: CustomQuestions, parts: Sequence[ComparedPart]) -> Comparison:
    return Comparison(
        columns=(gettext("Right"), gettext("Points by rubric")),
        cells=lambda part: _cells(content, part),
        rank=rank_of_all(parts),
    )


def _cells(content: CustomQuestions, compared: ComparedPart) -> tuple[ComparisonCell, ComparisonCell]:
    found = custom_questions_result(
        compared.part, content, items=compared.items(), answers=compared.answers(), scores=compared.scores
    )
    right = NO_VALUE
    if found.right is not None:
        right = ComparisonCell(
            text=gettext("%(solved)s of %(given)s") % {"solved": found.right, "given": found.keyed}
        )
    if not found.has_rubric:
        return (right, NO_VALUE)
    marked = [question for question in found.questions if question.mean is not None]
    note = gettext("%(n)s not marked yet") % {"n": found.to_mark} if found.to_mark else ""
    if not marked:
        return (right, ComparisonCell(text="–", note=note))
    points = {
        "mean": rounded(sum(question.mean or 0 for question in marked), 1),
        "most": sum(question.most for question in marked),
    }
    return (right, ComparisonCell(text=gettext("%(mean)s of %(most)s") % points, note=note))
