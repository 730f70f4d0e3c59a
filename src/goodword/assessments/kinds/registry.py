"""Kinds of test: one package each, behind one Protocol. CONTRIBUTING lists what a new kind needs."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Protocol, assert_never

from pydantic import Field

from goodword.assessments.kinds.comparison import ComparedPart, Comparison
from goodword.assessments.kinds.content import FULL_FORM, Criterion, FormOffer, Scale
from goodword.assessments.kinds.custom_questions.content import CustomQuestions
from goodword.assessments.kinds.custom_questions.kind import CUSTOM_QUESTIONS
from goodword.assessments.kinds.custom_questions.report import CustomQuestionsPart
from goodword.assessments.kinds.custom_questions.results import CustomQuestionsResult
from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.items import Item, OnBreak
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.kind import JUDGEMENT
from goodword.assessments.kinds.judgement.report import JudgementPart
from goodword.assessments.kinds.judgement.results import JudgementResult
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.kind import REASONING
from goodword.assessments.kinds.reasoning.report import ReasoningPart
from goodword.assessments.kinds.reasoning.results import ReasoningResult
from goodword.assessments.kinds.report import KindReport
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.items import ResponsePatterns
from goodword.assessments.kinds.scales.kind import SCALES
from goodword.assessments.kinds.scales.report import ScalesPart
from goodword.assessments.kinds.scales.results import ScalesResult
from goodword.assessments.kinds.scores import ComputedScore, Respondent, ScaleReliability
from goodword.assessments.kinds.technical_sheet import NOTHING, Known, TechnicalSheet
from goodword.assessments.models import AttemptPart, Score, Test
from goodword.assessments.psychometrics.rasch import CalibrationResult, CellAnswer
from goodword.assessments.psychometrics.totals import Solved
from goodword.core.validation import Json

#: closed unions, so mypy reports what a new kind lacks
type Content = Instrument | ReasoningTest | JudgementSet | CustomQuestions
type Result = ScalesResult | ReasoningResult | JudgementResult | CustomQuestionsResult
#: generated items cannot be imported
type ImportedContent = Instrument | JudgementSet | CustomQuestions


type PartData = Annotated[
    ScalesPart | ReasoningPart | JudgementPart | CustomQuestionsPart, Field(discriminator="kind")
]


class Kind[C](Protocol):
    """The interface of a kind of test. `C` is the type of its content."""

    #: whether a time limit makes sense
    may_be_timed: bool
    #: whether items are drawn for each candidate
    is_generated: bool
    #: whether untimed parts can be answered offline: all items exist, none depends on an answer, and answers are chosen
    #: in fieldsets, which the script can check
    works_offline: bool
    on_break: OnBreak
    #: whether items are confidential, so that candidates' data exports and reports leave them out
    is_confidential: bool
    #: whether an item may ask for a file
    takes_files: bool
    #: whether an answer saved in another tab or on another device is shown before it is replaced
    asks_before_replacing: bool
    #: whether practice answers are explained
    has_solutions: bool
    #: whether candidates could look answers up, so that leaving the page is flagged
    can_be_looked_up: bool
    #: whether people mark answers
    has_rubrics: bool
    #: whether a candidate can be given a version with open text instead, which people mark
    offers_open_text: bool
    #: whether results can be verified under supervision
    can_be_verified: bool
    #: the template that shows members what `listing` returns
    listing_template: str
    #: URL names of the page where members write the test's content, and of the page that copies content that can't be
    #: edited; "" if there is no such page
    editor_page: str
    copy_page: str

    @property
    def report(self) -> KindReport[Any, Any]: ...

    def heading(self) -> str:
        """The kind's name in the library."""

    def summary(self) -> str: ...

    def items_in_words(self, n: int) -> str:
        """For example "20 statements"."""

    def introduction(self) -> str:
        """The text before a part that has no instructions; may be empty."""

    def moves_on_by_tap(self, content: C, *, timed: bool) -> bool:
        """Whether choosing the last answer of an item, at least of some, leads to the next one."""

    def overview_line(self, n: int, about: str) -> str:
        """The line about an untimed part of `n` items on the candidate's overview; `about`: "about 6 minutes"."""

    def mail_line(self, title: str, n: int, about: str) -> str:
        """The part's line in the invitation."""

    def parse(self, data: Any) -> C:
        """The content from JSON. Raises `ReadingError` with a sentence that names the field."""

    def dump(self, content: C) -> dict[str, Any]:
        """JSON that `parse` reads back."""

    def export(self, content: C, *, own: bool) -> dict[str, Any]:
        """Like `dump`, for a file that may leave the organisation: without keys set by its experts. `own`: a test
        that the organisation wrote."""

    def check_import(self, content: C) -> None:
        """Raise `PackError` for more content than pages or candidates can handle, and for keys that can't score."""

    def texts(self, content: C) -> Iterator[tuple[str, str]]:
        """The texts that candidates read, by id, to look for health topics. Generated items have none."""

    def structure(self, content: C) -> Mapping[str, object]:
        """Parts that all languages of a version must have in common, by name: ids, keys and answer values in order."""

    def listing(self, content: C, *, form: str, language: str, seed: int) -> Mapping[str, object]:
        """The context of `listing_template`: all items with keys, or samples drawn from `seed` if items are
        generated."""

    def scale_name(self, content: C, scale: str) -> str:
        """The name of a scale; "" for the score of the whole test."""

    def offer(self, content: C, form: str) -> FormOffer:
        """The form with this id, which may be narrowed to some scales. Raises `LookupError` for an unknown form."""

    def scales_of(self, content: C, form: str) -> tuple[Scale, ...]:
        """The scales of a form if roles choose among them, else ()."""

    def narrowed(self, content: C, form: str, scales: Collection[str]) -> str:
        """The id of the form narrowed to these scales, or its own if roles don't choose scales. Raises `LookupError`
        for an unknown scale."""

    def whole_form(self, content: C, form: str) -> str:
        """The id of the form from which this one was narrowed, or its own."""

    def only_describes(self, scale: str) -> bool:
        """Whether a score is never used for sorting, norms or correlations with ratings."""

    def rubrics(self, content: C) -> Mapping[str, tuple[Criterion, ...]]:
        """The criteria by which people mark answers, by item id."""

    def draw(self, content: C, form: str, *, seed: int) -> tuple[GeneratedItem, ...]:
        """The generated items of a form for one candidate. Raises `LookupError` for an unknown form."""

    def redraw(
        self, content: C, item: GeneratedItem, *, seed: int, taken: Sequence[GeneratedItem]
    ) -> GeneratedItem:
        """Another item of the same family and level, except those `taken`. Raises `LookupError` if items aren't
        drawn."""

    def figureless_form(self, content: C, form: str) -> str:
        """The form without figures that may be chosen instead, or ""."""

    def items(
        self, content: C, *, form: str, drawn: Sequence[tuple[str, GeneratedItem]], language: str
    ) -> tuple[Item, ...]:
        """The items of a form from its content; for generated items, those `drawn`, with their ids."""

    def visible(self, items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
        """The items to show after these answers."""

    def has_conditions(self, content: C) -> bool:
        """Whether some items are only shown after certain answers."""

    def is_right_or_wrong(self, content: C) -> bool:
        """Whether answers can be right, so the test can be part of a total."""

    def scores(
        self,
        content: C,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: CalibrationResult | None,
    ) -> Iterator[ComputedScore]:
        """The scores of a part, without norms. `items`: those that count. `answers`: stored values by item id."""

    def response_patterns(
        self, content: C, form: str, answers: Mapping[str, Json]
    ) -> ResponsePatterns | None:
        """Long runs of one answer and contradictions; None for a kind whose answers aren't checked for them."""

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        """The input to a total from a part's issued scores (value and items by scale); empty without right answers.
        Custom questions are a separate category."""

    def reliability(
        self, content: C, *, form: str, people: Sequence[Respondent], calibration: CalibrationResult | None
    ) -> dict[str, ScaleReliability]:
        """The reliability of each scale in these people's answers. For item-based coefficients, only people who
        answered all items count."""

    def result(
        self,
        part: AttemptPart,
        content: C,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> Result | None:
        """Return the result of a part from its issued scores by scale, or None. `items`: the items that count. `part`:
        fetched with its uploads and marks."""

    def comparison(self, content: C, parts: Sequence[ComparedPart], *, form: str) -> Comparison:
        """Compare these parts, which were all taken under the same conditions."""

    def translated(self, content: C, other: C) -> C:
        """The content with title and scale texts in another language of the same version. Items don't change."""

    def sheet(self, content: C, form: str, known: Known) -> TechnicalSheet:
        """Return the technical sheet of a form. Raises `LookupError` for an unknown form."""

    def help_on_forms(self, content: C) -> str:
        """Advice for recruiters who choose a form; may be empty."""

    def advice_on_ranking(self, content: C, form: str, *, title: str) -> str:
        """Advice for an assessment that ranks candidates by this form; may be empty."""

    def internal_structure(self) -> str:
        """The technical manual's text on internal structure."""

    def can_assess(self, sentence: str, *, key: str) -> bool:
        """Whether the test with this key can assess a requirement of a job post."""

    def calibration_answers(self, items: Sequence[Item], answers: Mapping[str, Json]) -> list[CellAnswer]:
        """The answers for a calibration, unanswered items as wrong; empty for a kind without difficulties."""

    def forget_draft(self, test: Test) -> None:
        """Erase personal data when a never-published test is deleted."""

    def practice(self, content: C, *, form: str, language: str) -> tuple[Item, ...]:
        """Practice items in the active language, whose answers are never saved."""


def kind_of(content: Content) -> Kind[Any]:
    match content:
        case Instrument():
            return SCALES
        case ReasoningTest():
            return REASONING
        case JudgementSet():
            return JUDGEMENT
        case CustomQuestions():
            return CUSTOM_QUESTIONS
        case _:
            assert_never(content)


def kind_named(name: str) -> Kind[Any]:
    """The kind with this name in models.Test. Raises `ValueError` for an unknown name."""
    kind = Test.Kind(name)
    match kind:
        case Test.Kind.SCALES:
            return SCALES
        case Test.Kind.REASONING:
            return REASONING
        case Test.Kind.JUDGEMENT:
            return JUDGEMENT
        case Test.Kind.CUSTOM_QUESTIONS:
            return CUSTOM_QUESTIONS
        case _:
            assert_never(kind)


def kinds_with(has: Callable[[Kind[Any]], bool]) -> list[str]:
    return [kind.value for kind in Test.Kind if has(kind_named(kind))]


def technical_sheet(content: Content, form: str = FULL_FORM, *, known: Known = NOTHING) -> TechnicalSheet:
    """The sheet of a form, with the organisation's norms and calibration (`known`). Raises `LookupError` for an unknown
    form."""
    return kind_of(content).sheet(content, form, known)
