"""One item per screen, saved immediately, and the views that its scripts request: all screens, heartbeats,
observations."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext

from goodword.assessments.attempts import parts
from goodword.assessments.attempts.answers import (
    AnsweredElsewhere,
    AnswerOnPage,
    InvalidObservation,
    UnknownItem,
    WrongItem,
    fingerprint,
    next_item,
    observe,
    observe_second_window,
    save_answer,
    save_file,
)
from goodword.assessments.attempts.completion import after_break, heartbeat, resume
from goodword.assessments.attempts.overview import PartView
from goodword.assessments.kinds.custom_questions.items import UploadForm
from goodword.assessments.kinds.items import Item, ItemForm, UnknownOption
from goodword.assessments.models import Answer, AttemptPart
from goodword.assessments.queries import (
    answers_of,
    content_of,
    practice_of,
    read_answers,
    unanswered,
    uploaded_name,
    visible_items,
)
from goodword.assessments.views.access import (
    AttemptSession,
    candidate_page,
    device_of,
    is_script,
    render_page,
    to_overview,
    too_late,
)
from goodword.core.responses import private
from goodword.core.validation import Json

#: value of `from` in links on the last page, so answering leads back there
FROM_LAST = "last"
#: query parameter after a form for an earlier item was submitted
OTHER_ITEM = "elsewhere"
#: answers given earlier than this count as given then
_LONGEST_WAIT = timedelta(days=30)
#: maximum digits of an amount
_DIGITS = 9


@candidate_page
def item(request: HttpRequest, session: AttemptSession, order: int, number: int) -> HttpResponse:
    """Show item `number`, from 1; save an answer and continue. With a script, the page stays."""
    view = session.part(order)
    if view.over and request.method == "POST":
        return too_late(request, session, order)
    if view.over or view.waits_for_start or view != session.overview.current:
        return to_overview(request, session)
    items = visible_items(view.part, read_answers(view.part))
    if view.timed and number != view.part.at:
        return _on_screen(request, session, view, items, number)
    if request.method == "POST":
        return _take(request, session, view, items, number)
    if not 1 <= number <= len(items):
        raise Http404
    if parts.is_disconnected(view.part, now=session.now):
        return private(redirect(session.url("portal_assessment_reconnect", order)))
    return _show(request, session, view, items, number)


def _take(
    request: HttpRequest, session: AttemptSession, view: PartView, items: tuple[Item, ...], number: int
) -> HttpResponse:
    meant = sent_for(request, items, number)
    if view.timed and meant != number:
        return _on_screen(request, session, view, items, number)
    if meant is None:
        return to_overview(request, session)
    if not 1 <= meant <= len(items):
        raise Http404
    number, this = meant, items[meant - 1]
    if "skip" in request.POST and view.timed:
        return _leave(request, session, view, number, this)
    form = this.form(
        request.POST,
        files=request.FILES,
        saved=read_answers(view.part).get(this.id),
        partly=is_script(request),
    )
    if isinstance(form, UploadForm):
        form.may_check = partial(ratelimit.consume, request, action="upload", key=str(session.attempt.pk))
    if not form.is_valid():
        if is_script(request):
            return private(JsonResponse({"saved": False, "say": form.sentences}, status=422))
        return _show(request, session, view, items, number, form=form)
    try:
        saved = _save(request, session, view, this, form)
    except (UnknownItem, UnknownOption, WrongItem):
        # continued in another window, replaced after a break, or hidden by another answer
        if view.timed:
            return _on_screen(request, session, view, items, number)
        return to_overview(request, session)
    except AnsweredElsewhere as conflict:
        if is_script(request):
            return private(JsonResponse({"saved": False, "conflict": True}, status=409))
        return _show(request, session, view, items, number, form=form, other=conflict.answer)
    if is_script(request):
        return private(JsonResponse(_saved(view, session, saved)))
    return _leave(request, session, view, number, this)


def _save(
    request: HttpRequest, session: AttemptSession, view: PartView, this: Item, form: ItemForm
) -> Answer:
    device = device_of(request)
    seen = AnswerOnPage.read(request.POST.get("seen", "")) if view.kind.asks_before_replacing else None
    if isinstance(form, UploadForm) and form.read is not None:
        return save_file(
            attempt_id=session.attempt.pk,
            order=view.order,
            item_id=this.id,
            file=form.read,
            now=session.now,
            device=device,
            seen=seen,
        ).answer
    age = timedelta(seconds=_age(request))
    return save_answer(
        attempt_id=session.attempt.pk,
        order=view.order,
        item_id=this.id,
        value=form.value,
        now=session.now,
        given_at=session.now - age if age else None,
        device=device,
        seen=seen,
        save=request.POST.get("save", ""),
    ).answer


def _age(request: HttpRequest) -> float:
    typed = request.POST.get("age", "")
    if not typed.replace(".", "", 1).isdecimal():
        return 0
    return min(float(typed), _LONGEST_WAIT.total_seconds())


def _leave(
    request: HttpRequest, session: AttemptSession, view: PartView, number: int, this: Item
) -> HttpResponse:
    if view.timed:
        part = next_item(
            attempt_id=session.attempt.pk, order=view.order, number=number, item_id=this.id, now=session.now
        )
        if part.ended_at is not None:
            return private(redirect(session.after_part(view.order)))
        return private(redirect(session.url("portal_assessment_item", view.order, part.at)))
    to_last = request.GET.get("from") == FROM_LAST
    # this answer may have added questions
    count = len(visible_items(view.part, answers_of(view.part)))
    return private(redirect(_after(session, view, number, count=count, to_last=to_last)))


def _on_screen(
    request: HttpRequest, session: AttemptSession, view: PartView, items: tuple[Item, ...], number: int
) -> HttpResponse:
    """Redirect to the item on screen, ignoring an answer to another item."""
    _observe_second_window(request, session, view, items, number)
    part = AttemptPart.objects.of(session.visit.organisation).get(pk=view.part.pk)
    if part.at > len(items):
        return to_overview(request, session)
    here = session.url("portal_assessment_item", view.order, part.at)
    if request.method == "POST":
        here = f"{here}?{OTHER_ITEM}=yes"
    if is_script(request):
        return private(JsonResponse({"saved": False, "elsewhere": True, "go": here}, status=409))
    return private(redirect(here))


def _saved(view: PartView, session: AttemptSession, saved: Answer) -> dict[str, object]:
    answers = {**read_answers(view.part), saved.item: saved.value}
    items = visible_items(view.part, answers)
    found: dict[str, object] = {
        "saved": True,
        "answered": len(items) - len(unanswered(items, answers)),
        "total": len(items),
    }
    if view.timed:
        found["left"] = parts.seconds_left(view.part, now=session.now)
    return found


def _show(
    request: HttpRequest,
    session: AttemptSession,
    view: PartView,
    items: tuple[Item, ...],
    number: int,
    *,
    form: ItemForm | None = None,
    other: Answer | None = None,
) -> HttpResponse:
    """`form`: a form with errors, or one that conflicts with the `other` saved answer."""
    answers = read_answers(view.part)
    this = items[number - 1]
    return render_page(
        request,
        session,
        "assessments/portal/item.html",
        status=409 if other else 422 if form is not None else 200,
        other={"text": _text_of(other, view, this), "is_file": _is_file(form)} if other else None,
        **item_context(request, session, view, items, number, form=form, answers=answers),
        elsewhere=view.timed and OTHER_ITEM in request.GET,
        alive=session.url("portal_assessment_ping", view.order) if view.timed else "",
        again=session.url("portal_assessment_reconnect", view.order) if view.timed else "",
        beat=parts.HEARTBEAT,
        observe=session.url("portal_assessment_observation", view.order),
        sheet="" if view.timed else session.url("portal_assessment_screens", view.order),
    )


def _text_of(other: Answer, view: PartView, this: Item) -> Json:
    return uploaded_name(view.part, this.id) or this.rendered_answer(other.value)


def _is_file(form: ItemForm | None) -> bool:
    return isinstance(form, UploadForm) and form.read is not None


def item_context(
    request: HttpRequest,
    session: AttemptSession,
    view: PartView,
    items: tuple[Item, ...],
    number: int,
    *,
    answers: Mapping[str, Json],
    form: ItemForm | None = None,
) -> dict[str, object]:
    this = items[number - 1]
    saved = this.id in answers and this.is_whole(answers[this.id])
    to_last = request.GET.get("from") == FROM_LAST
    count = len(items)
    given = form is not None
    stale = form is not None and form.problems
    form = form or this.form(saved=answers.get(this.id))
    return {
        # keep the fingerprint of an invalid page, so a correction is compared with what that page showed
        "seen": request.POST.get("seen", "") if stale else _seen(view, this, answers),
        "form": form,
        "uploaded": uploaded_name(view.part, this.id) if isinstance(form, UploadForm) and form.saved else "",
        "errors": form.problems if given else [],
        "item": this,
        "part": view,
        "parts": len(session.overview.parts),
        "taps": view.kind.moves_on_by_tap(content_of(view.part.version), timed=view.timed),
        "number": number,
        "total": count,
        "answered": count - len(unanswered(items, answers)),
        "saved": saved and not given,
        "here": session.url("portal_assessment_item", view.order, number),
        "back": _before(session, view, number),
        "onward": _after(session, view, number, count=count, to_last=to_last),
        **_clock(view, session),
        "end": session.url("portal_assessment_finish", view.order),
        "ended": session.after_part(view.order),
        "instructions": "" if number > 1 or view.timed or practice_of(view.part) else view.instructions,
    }


def _seen(view: PartView, this: Item, answers: Mapping[str, Json]) -> AnswerOnPage | None:
    if not view.kind.asks_before_replacing:
        return None
    shown = fingerprint(answers[this.id]) if this.id in answers else ""
    return AnswerOnPage(shown, secrets.token_urlsafe(6))


def _clock(view: PartView, session: AttemptSession) -> dict[str, object]:
    if not view.timed:
        return {}
    seconds = parts.seconds_left(view.part, now=session.now)
    minutes = {"minutes": -(-seconds // 60)}
    return {"left": seconds, "left_words": gettext("%(minutes)s min left") % minutes}


def _before(session: AttemptSession, view: PartView, number: int) -> str:
    if view.timed:
        return ""
    return (
        session.url("portal_assessment_item", view.order, number - 1) if number > 1 else session.overview_url
    )


def _after(session: AttemptSession, view: PartView, number: int, *, count: int, to_last: bool) -> str:
    if to_last or number >= count:
        return session.url("portal_assessment_finish", view.order)
    return session.url("portal_assessment_item", view.order, number + 1)


@candidate_page
def all_screens(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    """All screens of an untimed part, so that it can be answered offline; empty if its kind doesn't work offline."""
    view = session.part(order)
    if request.method == "POST" or view.timed or view.waits_for_start or view != session.overview.current:
        return to_overview(request, session)
    if not view.kind.works_offline:
        return private(HttpResponse())
    answers = read_answers(view.part)
    items = visible_items(view.part, answers)
    screens = [
        render_to_string(
            "assessments/portal/screen.html",
            {
                "token": session.visit.token,
                **item_context(request, session, view, items, number, answers=answers),
            },
            request=request,
        )
        for number, item in enumerate(items, start=1)
    ]
    return private(HttpResponse("".join(screens)))


@candidate_page
def ping(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    """Return the time left, and whether the connection counts as lost."""
    view = session.part(order)
    if request.method != "POST" or view.over or not parts.is_running(view.part):
        return to_overview(request, session)
    there = heartbeat(view.part, now=session.now)
    return private(
        JsonResponse(
            {
                "broken": not there,
                "left": parts.seconds_left(view.part, now=session.now),
                "at": view.part.at,
            }
        )
    )


@candidate_page
def reconnect(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    view = session.part(order)
    if view.over or not parts.is_running(view.part):
        return to_overview(request, session)
    here = session.url("portal_assessment_item", order, view.part.at)
    if request.method == "POST":
        resume(attempt_id=session.attempt.pk, order=order, now=session.now)
        # after an answer saved before the break, the next item follows
        part = AttemptPart.objects.of(session.visit.organisation).get(pk=view.part.pk)
        here = (
            session.url("portal_assessment_item", order, part.at)
            if parts.is_running(part)
            else session.after_part(order)
        )
        if is_script(request):
            return private(JsonResponse({"go": here}))
        return private(redirect(here))
    if not parts.is_disconnected(view.part, now=session.now):
        return private(redirect(here))
    return render_page(
        request,
        session,
        "assessments/portal/reconnect.html",
        part=view,
        after=after_break(view.part),
        left_over=parts.MAX_BREAKS - view.part.breaks - 1,
    )


@candidate_page
def observe_page(request: HttpRequest, session: AttemptSession, order: int) -> HttpResponse:
    """An observation by the page's script: `kind`, `item` and `amount`. Responds with 400 if invalid."""
    view = session.part(order)
    if request.method != "POST" or view.over:
        return to_overview(request, session)
    typed = request.POST.get("amount", "")
    try:
        observe(
            attempt_id=session.attempt.pk,
            order=order,
            kind=request.POST.get("kind", ""),
            item_id=request.POST.get("item", ""),
            amount=int(typed) if typed.isdecimal() and len(typed) <= _DIGITS else 0,
            now=session.now,
        )
    except InvalidObservation:
        return private(JsonResponse({"recorded": False}, status=400))
    return private(JsonResponse({"recorded": True}))


def _observe_second_window(
    request: HttpRequest, session: AttemptSession, view: PartView, items: tuple[Item, ...], number: int
) -> None:
    if request.method != "POST" or "skip" in request.POST or not 1 <= number <= len(items):
        return
    if sent_for(request, items, number) != number:
        return  # for a task that has been replaced
    this = items[number - 1]
    form = this.form(request.POST, partly=is_script(request))
    if isinstance(form, UploadForm) or not form.is_valid():
        return
    observe_second_window(
        attempt_id=session.attempt.pk,
        order=view.order,
        number=number,
        item_id=this.id,
        value=form.value,
        now=session.now,
    )


def sent_for(request: HttpRequest, items: Sequence[Item], number: int) -> int | None:
    """The number of the item that the form was for, since the `number` in the URL may now belong to another. None if it
    is gone."""
    sent = request.POST.get("item")
    if sent is None:  # a page from before forms named their item
        return number
    return next((at for at, shown in enumerate(items, start=1) if shown.id == sent), None)
