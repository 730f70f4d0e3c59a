"""A page of questions and the page to look them over, for referees and for candidates about themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.forms import BoundField
from django.forms.widgets import MultiWidget
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from goodword.core.text import clean_text
from goodword.questionnaires.forms import Block, QuestionForm
from goodword.questionnaires.labels import RenderedAnswer, render_answers
from goodword.questionnaires.types import Question
from goodword.references.domain.drafts import LONGEST_TYPED, AnsweringSession, Draft, SubmittedAnswer
from goodword.references.views.access import is_script

#: where the marks of what a page showed travel (Draft.taking)
SEEN = "seen"


@dataclass(frozen=True, kw_only=True)
class Road:
    """Where the pages of one person's answers lie."""

    first: str
    review: str
    page: Callable[[int], str]

    def onward(self, walk: AnsweringSession) -> str:
        """Where somebody who has begun goes on: the first page that wants an answer, else the last look."""
        missing = walk.missing()
        return self.page(walk.number_of(missing[0])) if missing else self.review

    def start(self, walk: AnsweringSession) -> str:
        """The first page on which something is asked."""
        return self.page(walk.numbers[0]) if walk.numbers else self.review

    def back(self, walk: AnsweringSession, number: int) -> str:
        """The page before this one, the first page of all before the first question."""
        before = walk.before(number)
        return self.page(before) if before else self.first

    def end(self, walk: AnsweringSession) -> str:
        """The last page on which something is asked."""
        return self.page(walk.numbers[-1]) if walk.numbers else self.first


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a page of questions sent: the answers that can be taken, and what was only typed."""

    form: QuestionForm
    given: tuple[SubmittedAnswer, ...]
    seen: Mapping[str, str]


def read(request: HttpRequest, walk: AnsweringSession, questions: Sequence[Question]) -> Sent:
    """Read the posted answers to these questions."""
    form = _form(walk, questions, data=request.POST)
    form.is_valid()
    return Sent(form=form, given=given_in(form), seen=_marks(request.POST.get(SEEN, "")))


def sent_page(request: HttpRequest, walk: AnsweringSession, number: int) -> Sent:
    """Read a posted page by the questions it has now and those it had when it was shown."""
    seen = _marks(request.POST.get(SEEN, ""))
    return read(
        request,
        walk,
        [
            question
            for question in walk.on_page(number, asked_only=False)
            if question in walk.asked or question.id in seen
        ],
    )


def shown(walk: AnsweringSession, number: int) -> QuestionForm:
    """A page's form as it opens: with the answers that are kept, and with what was typed and is not finished."""
    return open_form(walk, walk.on_page(number, asked_only=True))


def open_form(walk: AnsweringSession, questions: Sequence[Question]) -> QuestionForm:
    """The same for these questions."""
    form = _form(walk, questions)
    for block in form.blocks:
        typed = walk.draft.typed.get(block.question.id, {})
        inputs = MultiValueDict({name: list(texts) for name, texts in typed.items()})
        for bound in block.parts.values() if typed else ():
            bound.field.initial = bound.field.widget.value_from_datadict(
                inputs, MultiValueDict(), bound.html_name
            )
    return form


def after_saving(
    request: HttpRequest, walk: AnsweringSession, number: int, road: Road
) -> HttpResponse | None:
    """Where a page leads once what it sent is kept in `walk`; None if it stays, since something on it is missing."""
    if is_script(request):
        return render(
            request,
            "references/answer/saved.html",
            {"seen": seen(walk.draft, walk.on_page(number, asked_only=True))},
        )
    if "back" in request.POST:
        return redirect(road.back(walk, number))
    missing = walk.missing()
    if any(question.id in missing for question in walk.on_page(number, asked_only=True)):
        return None
    later = walk.after(number)
    if later is None or request.POST.get("then") == "review":
        return redirect(road.review)
    return redirect(road.page(later))


def page_context(request: HttpRequest, walk: AnsweringSession, number: int) -> dict[str, object]:
    """What a page of questions shows beside its form."""
    place, count = walk.place(number)
    return {
        "place": place,
        "count": count,
        "then": request.GET.get("then") or request.POST.get("then", ""),
        "is_last": walk.after(number) is None,
        "seen": seen(walk.draft, walk.on_page(number, asked_only=True)),
    }


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One answer on the last look: how it reads, where to change it, whether it is missing or not finished."""

    row: RenderedAnswer
    url: str
    wanting: bool
    unfinished: bool


def looked_over(walk: AnsweringSession, road: Road, *, wanting: Sequence[str]) -> list[Looked]:
    """All that is asked with its answer, for the last look before a submit."""
    return [
        Looked(
            row=row,
            url=f"{road.page(walk.number_of(row.question_id))}?then=review",
            wanting=row.question_id in wanting,
            unfinished=row.question_id in walk.draft.typed,
        )
        for row in render_answers(walk.asked, walk.draft.answers, stated=walk.stated)
    ]


def given_in(form: QuestionForm) -> tuple[SubmittedAnswer, ...]:
    """What a bound form holds, question by question."""
    return tuple(_given(form, block) for block in form.blocks)


def seen(draft: Draft, questions: Sequence[Question]) -> str:
    """The marks of a draft for a page that shows these questions."""
    return " ".join(f"{question.id}:{draft.mark(question.id)}" for question in questions)


def _form(
    walk: AnsweringSession, questions: Sequence[Question], *, data: QueryDict | None = None
) -> QuestionForm:
    return QuestionForm(questions, data=data, saved=walk.draft.answers, stated=walk.stated, today=walk.today)


def _given(form: QuestionForm, block: Block) -> SubmittedAnswer:
    question_id = block.question.id
    if question_id in form.answers:
        return SubmittedAnswer(question_id=question_id, finished=True, answer=form.answers[question_id])
    typed = {
        name: [clean_text(text) for text in _texts(form, name)]
        for bound in block.parts.values()
        for name in _input_names(bound)
    }
    typed = {name: texts for name, texts in typed.items() if any(texts)}
    if sum(len(text) for texts in typed.values() for text in texts) > LONGEST_TYPED:
        typed = {}
    return SubmittedAnswer(question_id=question_id, finished=False, typed=typed)


def _texts(form: QuestionForm, name: str) -> list[str]:
    return form.data.getlist(name) if isinstance(form.data, QueryDict) else []


def _input_names(bound: BoundField) -> list[str]:
    widget = bound.field.widget
    if isinstance(widget, MultiWidget):
        suffixes: list[str] = widget.widgets_names  # type: ignore[attr-defined]  # missing in the stubs
        return [f"{bound.html_name}{suffix}" for suffix in suffixes]
    return [bound.html_name]


def _marks(posted: str) -> dict[str, str]:
    return dict(entry.split(":", 1) for entry in posted.split() if ":" in entry)
