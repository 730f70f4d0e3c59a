from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goodword.assessments.kinds.custom_questions.content import AnyQuestion, CustomQuestions, FileQuestion
from goodword.assessments.kinds.custom_questions.uploads import (
    ACCEPTED,
    MEGABYTE,
    RejectedFile,
    check_file,
)
from goodword.assessments.kinds.items import CheckedFile, Files, Item, ItemForm, Solution, UnknownOption
from goodword.assessments.kinds.scores import ALL, ComputedScore
from goodword.assessments.psychometrics import SCORING
from goodword.core.text import reading_seconds
from goodword.core.validation import Json
from goodword.questionnaires.answers import validate
from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.input_parsing import AnswerError
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.questions import applicable
from goodword.questionnaires.types import (
    Adjectives,
    Agreement,
    Between,
    Choice,
    Date,
    DatesConfirm,
    Entered,
    Level,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)

#: the parts of an answer that are exported: the choice without its comment
_CHOSEN: Final = ("level", "not_able", "place", "answer")
#: maximum words to pick in the example, which has six
_MOST_WORDS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomQuestion:
    """Answers are as in questionnaires.answers, or {"upload": id}. Skipped optional questions count as answered."""

    id: str
    question: AnyQuestion

    @property
    def text(self) -> str:
        return self.question.text

    @property
    def is_written(self) -> bool:
        return isinstance(self.question, LongText | ShortText)

    @property
    def megabytes(self) -> int:
        return self.question.megabytes if isinstance(self.question, FileQuestion) else 0

    def check(self, value: Json) -> Json:
        if isinstance(self.question, FileQuestion):
            if value is None and not self.question.required:
                return None
            if not isinstance(value, Mapping) or set(value) != {"upload"}:
                raise UnknownOption(value)
            return dict(value)
        try:
            return validate(self.question, value)
        except AnswerError as error:
            raise UnknownOption(error.sentence) from error

    def is_whole(self, value: Json) -> bool:
        return value is not None or not self.question.required

    def form(
        self,
        data: QueryDict | None = None,
        *,
        files: Files | None = None,
        saved: Json = None,
        partly: bool = False,
    ) -> ItemForm:
        del partly
        if isinstance(self.question, FileQuestion):
            return UploadForm(data, files, question=self.question, saved=saved)
        return CustomQuestionForm(data, question=self.question, saved=saved)

    def rendered(self) -> str:
        return self.text

    def rendered_answer(self, value: Json, *, files: Mapping[int, str] | None = None) -> Json:
        if isinstance(self.question, FileQuestion):
            upload = value.get("upload") if isinstance(value, Mapping) else None
            return (files or {}).get(upload, "") if isinstance(upload, int) else None
        if value is None:
            return None
        return render_answers([self.question], {self.id: value})[0].answer

    def rendered_answer_only(self, value: Json) -> Json:
        return self.rendered_answer(value)

    def deidentified_answer(self, value: Json) -> dict[str, Any]:
        if value is None:
            return {"value": None}
        match self.question:
            case SingleChoice() | MultipleChoice() | Adjectives() | Ranking():
                return {"value": value}
            case Rating() | Agreement() | Between() | YesNoUnsure() | WouldWorkAgain():
                chosen = value if isinstance(value, Mapping) else {}
                return {"value": {name: chosen[name] for name in _CHOSEN if name in chosen}}
            case LongText() | ShortText() | Number() | Date() | Period() | FileQuestion():
                return {"left_out": self.question.type}
            case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
                return {"left_out": self.question.type}
            case _:
                assert_never(self.question)

    def solution(self, value: Json) -> Solution | None:
        del value
        return None

    def reading_seconds(self) -> float:
        return reading_seconds(self.text)


def custom_questions(questions: CustomQuestions) -> tuple[CustomQuestion, ...]:
    return tuple(CustomQuestion(id=question.id, question=question) for question in questions.questions)


def visible_items(items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
    """Return the items that these answers make visible. Only custom questions have conditions."""
    questions = [item.question for item in items if isinstance(item, CustomQuestion)]
    if not questions:
        return tuple(items)
    wanted = {question.id for question in applicable(questions, answers=answers)}
    return tuple(item for item in items if not isinstance(item, CustomQuestion) or item.id in wanted)


class CustomQuestionForm:
    template = "assessments/portal/items/custom_question.html"
    has_error_summary = True

    def __init__(
        self,
        data: QueryDict | Mapping[str, object] | None = None,
        *,
        question: Question,
        saved: Json = None,
    ) -> None:
        self.questions: QuestionForm = QuestionForm([question], data=data, saved={question.id: saved})
        self.is_bound = self.questions.is_bound
        self._id = question.id

    def is_valid(self) -> bool:
        return self.questions.is_valid()

    @property
    def value(self) -> Json:
        return self.questions.answers[self._id]

    @property
    def sentences(self) -> list[str]:
        return [str(error) for errors in self.questions.errors.values() for error in errors]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Return the messages without ids, which the template's own summary has."""
        return [("", sentence) for sentence in self.sentences]


class UploadForm(forms.Form):
    """An earlier file stays until it is replaced."""

    template = "assessments/portal/items/file.html"
    has_error_summary = True
    use_required_attribute = False

    file = forms.FileField(
        error_messages={
            "empty": _("This file is empty. Choose another one."),
            "required": _("Choose a file, or skip this one for now."),
        }
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None" = None,
        *,
        question: FileQuestion,
        saved: Json = None,
    ) -> None:
        super().__init__(data, files, initial={"file": saved})
        self.fields["file"].required = question.required
        self.question = question
        self.saved = saved
        self.read: CheckedFile | None = None
        #: whether this visitor may have a file checked now, which can take seconds
        self.may_check: Callable[[], object] = lambda: True
        self.fields["file"].label = question.text
        self.fields["file"].help_text = question.help
        self.fields["file"].widget.attrs["accept"] = ",".join(
            ending for file_type in question.types for ending in ACCEPTED[file_type]
        )
        self.fields["file"].widget.attrs["data-most"] = str(question.megabytes * MEGABYTE)

    def clean(self) -> None:
        file = self.cleaned_data.get("file")
        if file is None or file is self.saved:
            return
        if not self.may_check():
            self.add_error("file", _("You've uploaded too many files. Please try again in an hour."))
            return
        try:
            self.read = check_file(file, types=self.question.types, megabytes=self.question.megabytes)
        except RejectedFile as refused:
            self.add_error("file", refused.sentence)

    @property
    def value(self) -> Json:
        return self.saved

    @property
    def sentences(self) -> list[str]:
        return [str(error) for error in self.errors.get("file", [])]

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [(self["file"].auto_id, sentence) for sentence in self.sentences]


def example_for(questions: CustomQuestions, *, name: str) -> Question | None:
    """A practice question of the first question's type, in the active language; None for a file and for types that
    only references have."""
    if not questions.questions:
        return None
    first = questions.questions[0]
    match first:
        case SingleChoice():
            return _single(name)
        case MultipleChoice():
            return _several(name)
        case Adjectives():
            return _words(name, pick=min(first.pick, _MOST_WORDS))
        case Ranking():
            return _ranked(name)
        case YesNoUnsure():
            return YesNoUnsure(
                id=name, text=gettext("Did it rain yesterday where you are?"), comment=first.comment
            )
        case Number() | Date() | Period() | ShortText() | LongText():
            return _written(first, name)
        case Rating() | Agreement() | Between():
            return _rated(first, name)
        case FileQuestion() | WouldWorkAgain() | RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return None
        case _:
            assert_never(first)


def _single(name: str) -> Question:
    labels = (gettext("Spring"), gettext("Summer"), gettext("Autumn"), gettext("Winter"))
    return SingleChoice(id=name, text=gettext("Which season do you like best?"), choices=_choices(labels))


def _several(name: str) -> Question:
    labels = (gettext("A table"), gettext("A window"), gettext("A plant"), gettext("A clock"))
    return MultipleChoice(
        id=name,
        text=gettext("Which of these are in the room with you? Choose all that apply."),
        choices=_choices(labels),
        most=len(labels),
    )


def _ranked(name: str) -> Question:
    labels = (gettext("Spring"), gettext("Summer"), gettext("Autumn"), gettext("Winter"))
    return Ranking(
        id=name, text=gettext("Which season do you like best, and which least?"), choices=_choices(labels)
    )


def _words(name: str, *, pick: int) -> Question:
    labels = (
        gettext("Bright"),
        gettext("Warm"),
        gettext("Quiet"),
        gettext("Windy"),
        gettext("Green"),
        gettext("Wet"),
    )
    return Adjectives(
        id=name, text=gettext("Which words describe today's weather?"), choices=_choices(labels), pick=pick
    )


def _written(first: Entered, name: str) -> Question:
    match first:
        case Number():
            return Number(
                id=name,
                text=gettext("About how many minutes do you spend on breakfast?"),
                least=0,
                unit=gettext("minutes"),
            )
        case Date():
            return Date(id=name, text=gettext("What is today's date?"))
        case Period():
            return Period(id=name, text=gettext("In which months did summer start and end last year?"))
        case LongText():
            return LongText(id=name, text=gettext("What is the weather like today? One sentence is enough."))
        case ShortText():
            return ShortText(id=name, text=gettext("What day of the week is it?"))
        case _:
            assert_never(first)


def _rated(first: Rating | Agreement | Between, name: str) -> Question:
    match first:
        case Between():
            return Between(
                id=name,
                text=gettext("Which do you prefer in the morning?"),
                left=gettext("Tea"),
                right=gettext("Coffee"),
                can_pass=first.can_pass,
            )
        case Rating():
            labels = (
                gettext("Very cold"),
                gettext("Cold"),
                gettext("Neither cold nor warm"),
                gettext("Warm"),
                gettext("Very warm"),
            )
            levels = tuple(Level(value, label, "") for value, label in enumerate(labels, start=1))
            return Rating(
                id=name,
                text=gettext("How warm is it where you are?"),
                competency="",
                levels=levels,
                can_pass=first.can_pass,
            )
        case Agreement():
            return Agreement(id=name, text=gettext("I like to start the day with a cup of tea."))
        case _:
            assert_never(first)


def _choices(labels: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(f"c{value}", label) for value, label in enumerate(labels, start=1))


def custom_questions_scores(
    questions: CustomQuestions, items: Sequence[Item], answers: Mapping[str, Json]
) -> Iterator[ComputedScore]:
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
    questions: CustomQuestions, items: Sequence[Item], answers: Mapping[str, Json]
) -> dict[str, list[float | None]]:
    keyed = _keyed(questions, items)
    return (
        {ALL: [float(is_right(questions.right[item], answers.get(item))) for item in keyed]} if keyed else {}
    )


def is_right(key: Sequence[str], value: Json) -> bool:
    chosen = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    return sorted(map(str, chosen)) == sorted(key)


def _keyed(questions: CustomQuestions, items: Sequence[Item]) -> list[str]:
    return [item.id for item in items if isinstance(item, CustomQuestion) and item.id in questions.right]
