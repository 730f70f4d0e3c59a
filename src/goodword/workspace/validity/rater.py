"""Pages for a manager asked by e-mail to rate a new hire, behind a personal link."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, public_title, recruiter_of
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.core.responses import private
from goodword.core.text import language_codes, written_day, written_weekday_time
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.types import Rating
from goodword.workflow.portal import links_for, query_language, unknown_page, with_query_language
from goodword.workflow.retention_wording import retention_for_rater
from goodword.workspace.models import RatingRequest
from goodword.workspace.validity import answering
from goodword.workspace.validity.requests import (
    RatingRequestClosed,
    Reason,
    State,
    has_lost_access,
    reason_not_to_ask,
)


@dataclass(kw_only=True)
class RaterVisit:
    request: HttpRequest
    token: str
    link: Link
    row: RatingRequest
    language: str
    now: datetime

    @property
    def organisation(self) -> Organisation:
        return self.link.organisation

    @property
    def application(self) -> Application:
        return self.row.application

    def url(self, name: str) -> str:
        return with_query_language(self.request, reverse(name, args=[self.token]))

    def page(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        recruiter: Correspondent = recruiter_of(self.application)
        shown = {
            "token": self.token,
            "organisation": self.organisation,
            "responsible": self.organisation.name,
            "contact_name": recruiter.name,
            "contact_email": recruiter.address,
            "person": self.application.candidate.name,
            "first": self.application.candidate.short_name,
            "title": public_title(self.application),
            "home_url": self.url("rater"),
            **links_for(self.request, language_codes(), current=self.language),
            **context,
        }
        return private(render(self.request, f"workspace/rater/{template}", shown, status=status))


type RaterView = Callable[[RaterVisit], HttpResponse]


def _rater_page(view: RaterView) -> Callable[..., HttpResponse]:
    """Pass the visit to the view while the link accepts answers, else show a page that says what to do. Opening changes
    nothing."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def enter(request: HttpRequest, token: str) -> HttpResponse:
        now, link = clock.now(), links.resolve(token, purpose=Link.Purpose.RATING)
        row = _row_behind(link) if link else None
        if link is None or row is None:
            return unknown_page(request)
        language = query_language(request, language_codes()) or row.language
        visit = RaterVisit(request=request, token=token, link=link, row=row, language=language, now=now)
        with translation.override(language), timezone.override(link.organisation.zone):
            return _over(visit) or view(visit)

    return enter


def _row_behind(link: Link) -> RatingRequest | None:
    rows = RatingRequest.objects.of(link.organisation).select_related(
        "organisation",
        "application__candidate",
        "application__organisation",
        "application__role__owner__user",
    )
    return rows.filter(pk=link.subject_id).first()


def _over(visit: RaterVisit) -> HttpResponse | None:
    row = visit.row
    # read after the request, since another rater may have been named in between
    links_alive = Link.objects.of(visit.organisation).filter(ended_at=None, expires_at__gt=visit.now)
    if not links_alive.filter(pk=visit.link.pk).exists():
        return visit.page("closed.html")
    if row.state == State.GIVEN:
        again = visit.request.method == "POST"
        return visit.page("thanks.html", status=409 if again else 200, again=again)
    if row.state == State.DECLINED:
        return visit.page("declined.html")
    late = row.ends_at is None or row.ends_at <= visit.now
    lost = has_lost_access(visit.organisation, row.rater_email)
    if row.state != State.ASKED or late or lost or reason_not_to_ask(row.application):
        return visit.page("closed.html")
    return None


@_rater_page
def rate(visit: RaterVisit) -> HttpResponse:
    questions = answering.questions_of(visit.application, now=visit.now, language=visit.language)
    if not questions:
        return visit.page("closed.html")
    posted = visit.request.method == "POST"
    form = QuestionForm(questions, data=visit.request.POST if posted else None)
    read, changed = _read(questions), False
    if posted and form.is_valid():
        values = answering.values_of(visit.application, form.answers, now=visit.now)
        changed = visit.request.POST.get("read") != read
        if changed:
            form = QuestionForm(questions, saved=form.answers)
        elif not values:
            form.add_error(None, _("Rate at least one competency, or choose “I can't rate” below."))
        else:
            try:
                answering.give(request=visit.row, values=values, now=visit.now)
            except RatingRequestClosed:
                fresh = _row_behind(visit.link)
                if fresh is None:  # just erased
                    return unknown_page(visit.request)
                visit.row = fresh
                return _over(visit) or visit.page("closed.html")
            return private(redirect(visit.url("rater")))
    hired_at, ends_at = visit.application.hired_at, visit.row.ends_at
    assert hired_at is not None and ends_at is not None  # otherwise the request is over
    zone = visit.organisation.zone
    return visit.page(
        "rate.html",
        status=409 if changed else 422 if posted else 200,
        form=form,
        read=read,
        changed=changed,
        hired=written_day(hired_at.astimezone(zone)),
        deadline=written_weekday_time(ends_at.astimezone(zone)),
        entered_by_member=visit.row.named_by_id is not None,
        kept=retention_for_rater(visit.organisation, candidate=visit.application.candidate.name),
        decline_url=visit.url("rater_decline"),
    )


def _read(questions: tuple[Rating, ...]) -> str:
    """A digest of the questions on the page in any language, so that answers aren't saved for other questions."""
    ids = [f"{question.id}:{len(question.levels)}:{question.can_pass}" for question in questions]
    return sha256("\n".join(ids).encode()).hexdigest()


class DeclineForm(forms.Form):
    use_required_attribute = False
    reason = forms.ChoiceField(
        label=gettext_lazy("Why can't you rate?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a reason."),
            "invalid_choice": gettext_lazy("Choose a reason."),
        },
    )

    def __init__(self, data: Any = None, *, first: str) -> None:
        super().__init__(data)
        choices = [
            (Reason.CANNOT.value, _("I haven't seen enough of their work")),
            (Reason.NOT_MINE.value, _("%(first)s doesn't report to me") % {"first": first}),
            (Reason.LEFT.value, _("%(first)s has left") % {"first": first}),
        ]
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@_rater_page
def decline(visit: RaterVisit) -> HttpResponse:
    posted = visit.request.method == "POST"
    form = DeclineForm(visit.request.POST if posted else None, first=visit.application.candidate.short_name)
    if form.is_valid():
        try:
            answering.decline(request=visit.row, reason=form.cleaned_data["reason"], now=visit.now)
        except RatingRequestClosed:
            return private(redirect(visit.url("rater")))
        return visit.page("declined.html")
    return visit.page("decline.html", status=422 if posted else 200, form=form)
