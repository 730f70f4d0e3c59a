"""The report of custom questions. Texts that only members read are untranslated."""

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Literal, TypedDict

from django.template.defaultfilters import filesizeformat
from django.utils.text import Truncator
from django.utils.translation import gettext

from goodword.assessments.kinds.custom_questions.results import (
    AnsweredQuestion,
    CustomQuestionsResult,
    MarkedCriterion,
    MarkState,
)
from goodword.assessments.kinds.report import Moment, NormedScoreData, PartHead, ReportFigure, figure
from goodword.core.report_blocks import (
    Block,
    BlockLink,
    Cell,
    Details,
    DrawnScore,
    Heading,
    Prose,
    Quote,
    Quotes,
    Table,
)
from goodword.core.text import Catalogue, Phrases

PHRASES: Catalogue = {
    "en": {
        "questions_answered": "questions answered",
        "questions_right": "{n} of {m} right",
        "questions_points": "{n} of {m} points for marked answers",
        "questions_to_mark": "not fully marked: {n}",
        "custom_right": "{n} of {m} questions with a right answer were answered correctly.",
        "custom_answered": "{n} of {m} questions answered.",
        "custom_points": (
            "{n} of {m} points for marked answers ({marked}). If two people marked an answer, the mean "
            "counts."
        ),
        "custom_to_mark": "Answers not fully marked when this report was created: {n}.",
        "method_custom": (
            "People read the answers to the organisation’s own questions and award points using a rubric."
        ),
    },
    "de": {
        "questions_answered": "Fragen beantwortet",
        "questions_right": "{n} von {m} richtig",
        "questions_points": "{n} von {m} Punkten für bewertete Antworten",
        "questions_to_mark": "noch nicht vollständig bewertet: {n}",
        "custom_right": "{n} von {m} Fragen mit einer richtigen Antwort wurden richtig beantwortet.",
        "custom_answered": "{n} von {m} Fragen beantwortet.",
        "custom_points": (
            "{n} von {m} Punkten für bewertete Antworten ({marked}). Haben zwei Personen bewertet, zählt "
            "der Mittelwert."
        ),
        "custom_to_mark": "Noch nicht vollständig bewertete Antworten bei Erstellung dieses Berichts: {n}.",
        "method_custom": (
            "Die Antworten auf eigene Fragen des Unternehmens werden von Menschen gelesen und nach "
            "Kriterien bewertet."
        ),
    },
    "fr": {
        "questions_answered": "questions avec réponse",
        "questions_right": "réponses justes\u00a0: {n} sur {m}",
        "questions_points": "{n} sur {m} points pour les réponses notées",
        "questions_to_mark": "pas encore entièrement notées\u00a0: {n}",
        "custom_right": "Réponses justes aux questions qui en ont une\u00a0: {n} sur {m}.",
        "custom_answered": "Questions avec réponse\u00a0: {n} sur {m}.",
        "custom_points": (
            "Points pour les réponses notées ({marked})\u00a0: {n} sur {m}. Lorsque deux personnes ont noté une "
            "réponse, la moyenne est retenue."
        ),
        "custom_to_mark": "Réponses pas encore entièrement notées quand ce rapport a été établi\u00a0: {n}.",
        "method_custom": (
            "Les réponses aux questions propres à l’organisation sont lues par des personnes, qui les "
            "notent selon des critères."
        ),
    },
}


class CriterionData(TypedDict):
    text: str
    points: int
    given: list[int | None]


class Remark(TypedDict):
    who: str
    text: str | None


class QuestionData(TypedDict):
    """The answer in words or a file's name (None: no answer, or erased). `right` is None without a key."""

    text: str
    answer: str | None
    is_file: bool
    right: bool | None
    right_answer: str
    state: str
    raters: list[str]
    criteria: list[CriterionData]
    remarks: list[Remark]


class CustomQuestionsPart(PartHead):
    """`right`: correct answers of `keyed` questions; None without a key, or once erased."""

    kind: Literal["questions"]
    right: int | None
    keyed: int
    questions: list[QuestionData]


class CustomQuestionsReport:
    phrases = PHRASES
    method: tuple[str, ...] = ("method_custom",)
    is_self_report = False

    def freeze(self, result: CustomQuestionsResult, head: PartHead, moment: Moment) -> CustomQuestionsPart:
        del moment
        return {
            **head,
            "kind": "questions",
            "right": result.right,
            "keyed": result.keyed,
            "questions": [_question_data(found) for found in result.questions],
        }

    def without_person(self, part: CustomQuestionsPart) -> CustomQuestionsPart:
        questions = [_question_without_person(question) for question in part["questions"]]
        return {**part, "right": None, "questions": questions}

    def answered(self, part: CustomQuestionsPart) -> int:
        return sum(question["answer"] is not None for question in part["questions"])

    def blocks(
        self, part: CustomQuestionsPart, words: Phrases, result: CustomQuestionsResult | None = None
    ) -> list[Block]:
        blocks = _results(part, words)
        if result is not None and not result.items_left_out:
            for found in result.questions:
                blocks += _question_blocks(found)
        return blocks

    def scores(self, part: CustomQuestionsPart, words: Phrases) -> list[DrawnScore]:
        value = words("n_of_m", n=self.answered(part), m=part["items_n"])
        note = words("questions_answered")
        if part["right"] is not None:
            note = f"{note}, {words('questions_right', n=part['right'], m=part['keyed'])}"
        note = "\n".join([note, *_marking(part, words)])
        return [DrawnScore(label="", value=value, note=note, alt=f"{value} {note}")]

    def assumed_precision(self, part: CustomQuestionsPart, words: Phrases) -> str:
        del part, words
        return ""

    def figures(self, part: CustomQuestionsPart) -> list[ReportFigure]:
        answered = figure("answered", self.answered(part), out_of=part["items_n"])
        return (
            [answered]
            if part["right"] is None
            else [answered, figure("right", part["right"], out_of=part["keyed"])]
        )

    def outcome(self, part: CustomQuestionsPart, words: Phrases) -> str:
        texts = [
            gettext("%(figures)s answered")
            % {"figures": words("n_of_m", n=self.answered(part), m=part["items_n"])}
        ]
        if part["right"] is not None:
            right = words("n_of_m", n=part["right"], m=part["keyed"])
            texts.append(gettext("%(figures)s right") % {"figures": right})
        return ", ".join([*texts, *_marking(part, words)])

    def overview(self, part: CustomQuestionsPart, words: Phrases) -> list[Block]:
        """The longest answer, marked as the candidate's words: it may contain figures that look like a result."""
        written = [
            question
            for question in part["questions"]
            if question["text"] and question["answer"] and not question["is_file"]
        ]
        longest = max(written, key=lambda question: len(question["answer"] or ""), default=None)
        if longest is None:
            return []
        text = words("quoted", text=Truncator(longest["answer"] or "").chars(240))
        by = gettext("The candidate's answer to: %(question)s") % {"question": longest["text"]}
        return [Quotes([Quote(text=text, by=by, language=None)])]

    def normed_scores(
        self, part: CustomQuestionsPart, words: Phrases
    ) -> Iterator[tuple[str, NormedScoreData]]:
        del part, words
        return iter(())

    def front_norms(self, part: CustomQuestionsPart) -> list[tuple[str, NormedScoreData | None]]:
        del part
        return []

    def detail_blocks(self, part: CustomQuestionsPart, words: Phrases) -> list[Block]:
        del part, words
        return []


def _question_data(found: AnsweredQuestion) -> QuestionData:
    answer = "\n\n".join(text for text in (found.answer, found.comment) if text)
    return {
        "text": found.text,
        "answer": found.file.name if found.file else answer or None,
        "is_file": found.file is not None,
        "right": found.right,
        "right_answer": found.right_answer,
        "state": found.state.value,
        "raters": list(found.raters),
        "criteria": [
            {"text": criterion.text, "points": criterion.points, "given": list(criterion.given)}
            for criterion in found.criteria
        ],
        "remarks": [{"who": comment.who, "text": comment.text} for comment in found.comments],
    }


def _question_without_person(question: QuestionData) -> QuestionData:
    return {
        **question,
        "answer": None,
        "is_file": False,
        "raters": [],
        "remarks": [],
        "right": None if question["right"] is None else False,
        "criteria": [{**criterion, "given": []} for criterion in question["criteria"]],
        "state": "none",
    }


def _results(test: CustomQuestionsPart, words: Phrases) -> list[Block]:
    """Return the totals. Questions and answers are only for members."""
    questions = test["questions"]
    answered = sum(question["answer"] is not None for question in questions)
    sentences = [words("custom_answered", n=answered, m=test["items_n"])]
    if test["right"] is not None:
        sentences.append(words("custom_right", n=test["right"], m=test["keyed"]))
    if marked := _marked(questions):
        sentences.append(words("custom_points", marked=len(marked), **_sums(marked, words)))
    if waiting := _waiting(questions):
        sentences.append(words("custom_to_mark", n=waiting))
    return [Prose(sentences)]


def _marked(questions: Sequence[QuestionData]) -> list[QuestionData]:
    return [question for question in questions if question["state"] == "done" and question["raters"]]


def _waiting(questions: Sequence[QuestionData]) -> int:
    return sum(question["state"] in {"not_yet", "half"} for question in questions)


def _marking(part: CustomQuestionsPart, words: Phrases) -> list[str]:
    found = []
    if marked := _marked(part["questions"]):
        found.append(words("questions_points", **_sums(marked, words)))
    if waiting := _waiting(part["questions"]):
        found.append(words("questions_to_mark", n=waiting))
    return found


def _sums(marked: Sequence[QuestionData], words: Phrases) -> dict[str, str | int]:
    """`n` of `m` points."""
    return {
        "n": _written(sum(_points(question) for question in marked), words),
        "m": sum(criterion["points"] for question in marked for criterion in question["criteria"]),
    }


def _points(question: QuestionData) -> float:
    places = range(len(question["raters"]))
    return fmean(
        sum(criterion["given"][place] or 0 for criterion in question["criteria"]) for place in places
    )


def _written(value: float, words: Phrases) -> str:
    return words.number(value, 0 if value.is_integer() else 1)


def _question_blocks(found: AnsweredQuestion) -> list[Block]:
    blocks: list[Block] = [Heading(found.text)]
    if found.file is not None:
        file = found.file
        size = filesizeformat(file.size)
        blocks.append(BlockLink(file.name, page="upload_download", pk=file.id, note=size))
    elif found.answer:
        blocks.append(Quotes([Quote(text=found.answer, by="", language=None)]))
    else:
        blocks.append(Prose([gettext("no answer")], quiet=True))
    if found.comment:
        blocks.append(Quotes([Quote(text=found.comment, by="", language=None)]))
    if found.right is not None:
        right = gettext("The right answer is: %(answer)s") % {"answer": found.right_answer}
        blocks.append(Prose([gettext("Right.") if found.right else right]))
    match found.state:
        case MarkState.NOT_YET:
            blocks.append(Prose([gettext("Not marked yet.")], quiet=True))
        case MarkState.HALF:
            half = gettext("Marked by one of two raters. Points appear once both have finished.")
            blocks.append(Prose([half], quiet=True))
        case MarkState.DONE:
            blocks.append(_marks(found))
    return blocks


def _marks(found: AnsweredQuestion) -> Details:
    two = len(found.raters) > 1
    summary = gettext("%(mean)s of %(most)s points") % {"mean": found.mean_text, "most": found.most}
    if two:
        summary = f"{summary} {gettext('(mean of two raters)')}"
    rows: list[list[str | Cell]] = [
        [
            Cell(criterion.text, note=_range(criterion)),
            *("–" if points is None else str(points) for points in criterion.given),
            *([criterion.mean_text or "–"] if two else []),
        ]
        for criterion in found.criteria
    ]
    rows.append([gettext("Total"), *map(str, found.sums), *([found.mean_text] if two else [])])
    header = [gettext("Criterion"), *found.raters, *([gettext("Mean")] if two else [])]
    blocks: list[Block] = [Table(header, rows, caption=gettext("Points by the rubric"))]
    blocks += [Prose([f"{comment.who}: {comment.text}"]) for comment in found.comments]
    return Details(summary, blocks)


def _range(criterion: MarkedCriterion) -> str:
    points = gettext("0 to %(points)s") % {"points": criterion.points}
    return f"{points}. {criterion.anchors}" if criterion.anchors else points
