import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.forms import BoundField
from django.forms.widgets import MultiWidget
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from goodword.core.text import clean_text
from goodword.questionnaires.forms import QuestionBlock, QuestionForm
from goodword.questionnaires.labels import RenderedAnswer, render_answers
from goodword.questionnaires.types import Question
from goodword.references.comments import comments_of, named, topics_in
from goodword.references.domain.responses import (
    LONGEST_TYPED,
    META_KEY,
    SAVE_KEY,
    AnsweringSession,
    SubmittedAnswer,
)
from goodword.references.views.access import is_script

#: form field with the page's fingerprints and id (DraftAnswers.merged)
SEEN = "seen"
#: form field with the number of this save (SAVE_KEY), which saved.js adds
SAVE = "save"
#: form field of the review: digest of the answers shown
REVIEWED = "reviewed"
#: form field of the review: the quote for page 1 of the report
QUOTE = "quote"


@dataclass(frozen=True, kw_only=True)
class AnswerPages:
    first: str
    review: str
    page: Callable[[int], str]

    def resume(self, session: AnsweringSession) -> str:
        """The first page that needs an answer, else the review."""
        missing = session.missing()
        return self.page(session.page_of(missing[0])) if missing else self.review

    def start(self, session: AnsweringSession) -> str:
        return self.page(session.page_numbers[0]) if session.page_numbers else self.review

    def back(self, session: AnsweringSession, number: int) -> str:
        before = session.before(number)
        return self.page(before) if before else self.first

    def end(self, session: AnsweringSession) -> str:
        return self.page(session.page_numbers[-1]) if session.page_numbers else self.first


@dataclass(frozen=True, kw_only=True)
class PostedPage:
    form: QuestionForm
    submitted: tuple[SubmittedAnswer, ...]
    seen: Mapping[str, str]

    @property
    def shown(self) -> dict[str, str]:
        """Fingerprints of the questions as shown. The draft may have later answers from another tab."""
        return {answer.question_id: answer.fingerprint for answer in self.submitted}


def read(request: HttpRequest, session: AnsweringSession, questions: Sequence[Question]) -> PostedPage:
    form = _form(session, questions, data=request.POST)
    form.is_valid()
    seen = _marks(request.POST.get(SEEN, "")) | {SAVE_KEY: request.POST.get(SAVE, "")}
    return PostedPage(form=form, submitted=submitted_answers(form), seen=seen)


def read_page(request: HttpRequest, session: AnsweringSession, number: int) -> PostedPage:
    seen = _marks(request.POST.get(SEEN, ""))
    return read(
        request,
        session,
        [
            question
            for question in session.on_page(number, asked_only=False)
            if question in session.asked or question.id in seen
        ],
    )


def page_form(session: AnsweringSession, number: int) -> QuestionForm:
    return form_for(session, session.on_page(number, asked_only=True))


def form_for(session: AnsweringSession, questions: Sequence[Question]) -> QuestionForm:
    form = _form(session, questions)
    for block in form.blocks:
        typed = session.draft.typed.get(block.question.id, {})
        inputs = MultiValueDict({name: list(texts) for name, texts in typed.items()})
        for bound in block.parts.values() if typed else ():
            bound.field.initial = bound.field.widget.value_from_datadict(
                inputs, MultiValueDict(), bound.html_name
            )
    return form


@dataclass(frozen=True, kw_only=True)
class OtherAnswer:
    """An answer saved by another page. `text` is "" if that page removed the answer."""

    question_id: str
    question: str
    text: str


def other_answers(session: AnsweringSession, question_ids: Sequence[str]) -> list[OtherAnswer]:
    questions = [question for question in session.questions if question.id in question_ids]
    found = []
    for row in render_answers(questions, session.draft.answers, stated=session.stated):
        unfinished = session.draft.typed.get(row.question_id, {})
        texts = [text for texts in unfinished.values() for text in texts if text]
        if not texts and row.answered:
            texts = [text for text in (row.answer, row.detail, row.comment) if text]
        found.append(OtherAnswer(question_id=row.question_id, question=row.question, text="\n".join(texts)))
    return found


def questions_page(
    request: HttpRequest,
    session: AnsweringSession,
    number: int,
    pages: AnswerPages,
    *,
    save: Callable[[PostedPage], tuple[AnsweringSession, Sequence[str]]],
    switched: bool,
    render_page: Callable[..., HttpResponse],
) -> HttpResponse:
    """Show a page of questions, or save a posted one and continue. `save` returns the updated session and the ids of
    conflicting questions. `switched`: the language was changed."""
    if not session.on_page(number, asked_only=False):
        return redirect(pages.first)
    others = list[OtherAnswer]()
    sent: PostedPage | None = None
    if request.method == "POST":
        sent = read_page(request, session, number)
        session, conflicting = save(sent)
        others = other_answers(session, conflicting)
        if switched and not others:
            sent = None
        elif response := _after_saving(request, session, number, pages, sent, others=others):
            return response
        else:
            sent = read_page(request, session, number)  # with questions added by these answers
    if number not in session.page_numbers and not others:
        later = session.after(number)
        return redirect(pages.page(later) if later else pages.review)
    position, count = session.position(number)
    shown = render_page(
        form=sent.form if sent else page_form(session, number),
        form_id="answers",
        others=others,
        page=position,
        page_count=count,
        then=request.GET.get("then") or request.POST.get("then", ""),
        is_last=session.after(number) is None,
        back=pages.back(session, number),
        page_url=pages.page(number),
        seen=_seen(_shown(session, number, sent, others), page_id=secrets.token_urlsafe(6)),
        private_topics=private_topics(session, number),
    )
    shown.status_code = 409 if others else 200
    return shown


def _shown(
    session: AnsweringSession, number: int, sent: PostedPage | None, others: Sequence[OtherAnswer]
) -> dict[str, str]:
    """Fingerprints of the questions as shown; if they conflict, of the other answer."""
    if sent is None:
        return {
            question.id: session.draft.fingerprint(question.id)
            for question in session.on_page(number, asked_only=True)
        }
    return sent.shown | {other.question_id: session.draft.fingerprint(other.question_id) for other in others}


def _after_saving(
    request: HttpRequest,
    session: AnsweringSession,
    number: int,
    pages: AnswerPages,
    sent: PostedPage,
    *,
    others: Sequence[OtherAnswer],
) -> HttpResponse | None:
    """Return the next response, or None to stay on the page because something is missing or conflicts."""
    if is_script(request) and others:
        context = {"others": others, "by_script": True}
        return render(request, "references/answer/changed.html", context, status=409)
    if is_script(request):
        return render(
            request,
            "references/answer/saved.html",
            {
                "seen": _seen(sent.shown, page_id=sent.seen.get(META_KEY, "")),
                "private_topics": private_topics(session, number),
            },
        )
    if others:
        return None
    if "back" in request.POST:
        return redirect(pages.back(session, number))
    missing = session.missing()
    if any(question.id in missing for question in session.on_page(number, asked_only=True)):
        return None
    later = session.after(number)
    if later is None or request.POST.get("then") == "review":
        return redirect(pages.review)
    return redirect(pages.page(later))


def private_topics(session: AnsweringSession, number: int) -> list[tuple[str, str]]:
    """Questions on the page whose answers may concern private topics, with the topics."""
    return [
        (question.text, topics)
        for question in session.on_page(number, asked_only=True)
        if (topics := _topics(session, question.id))
    ]


def _topics(session: AnsweringSession, question_id: str) -> str:
    return named(topics_in(comments_of(session.draft.answers.get(question_id))))


@dataclass(frozen=True, kw_only=True)
class ReviewedAnswer:
    row: RenderedAnswer
    url: str
    missing: bool
    unfinished: bool
    private_topics: str


def review_rows(
    session: AnsweringSession, pages: AnswerPages, *, missing: Sequence[str]
) -> list[ReviewedAnswer]:
    return [
        ReviewedAnswer(
            row=row,
            url=f"{pages.page(session.page_of(row.question_id))}?then=review",
            missing=row.question_id in missing,
            unfinished=row.question_id in session.draft.typed,
            private_topics=_topics(session, row.question_id),
        )
        for row in render_answers(session.asked, session.draft.answers, stated=session.stated)
    ]


def review_page(
    session: AnsweringSession,
    pages: AnswerPages,
    *,
    missing: Sequence[str],
    changed: bool,
    render_page: Callable[..., HttpResponse],
) -> HttpResponse:
    """`changed`: the answers have changed since the review page was shown."""
    shown = render_page(
        rows=review_rows(session, pages, missing=missing),
        missing=bool(missing),
        changed=changed,
        reviewed=session.draft.digest,
        back=pages.end(session),
    )
    shown.status_code = 409 if changed else 200
    return shown


def submitted_answers(form: QuestionForm) -> tuple[SubmittedAnswer, ...]:
    return tuple(_given(form, block) for block in form.blocks)


def _seen(marks: Mapping[str, str], *, page_id: str) -> str:
    return " ".join(f"{name}:{mark}" for name, mark in {**marks, META_KEY: page_id}.items())


def _form(
    session: AnsweringSession, questions: Sequence[Question], *, data: QueryDict | None = None
) -> QuestionForm:
    return QuestionForm(
        questions, data=data, saved=session.draft.answers, stated=session.stated, today=session.today
    )


def _given(form: QuestionForm, block: QuestionBlock) -> SubmittedAnswer:
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
