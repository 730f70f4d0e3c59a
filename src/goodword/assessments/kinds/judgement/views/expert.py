"""Pages of an expert on a panel, behind their personal link. They never show the key or others' ratings."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, wraps
from hashlib import sha256
from typing import Any, Concatenate

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from goodword.accounts.models import Organisation, admins_of
from goodword.assessments.catalogue.drafts import DRAFTS
from goodword.assessments.kinds.judgement import panelists
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.items import SituationForm, SituationItem, ratings, situation_items
from goodword.assessments.kinds.judgement.panelists import (
    Content,
    Expert,
    ExpertState,
    Incomplete,
    NotOpen,
    digests,
    expert_data,
    expert_of,
    finish,
    in_language,
    readable,
    save_ratings,
    unrated,
)
from goodword.assessments.models import Panelist
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.core.personal_data import readable_json
from goodword.core.responses import as_download, private
from goodword.core.text import language_codes
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import masked
from goodword.notifications.models import Link
from goodword.workflow.portal import links_for, query_language, unknown_page, with_query_language
from goodword.workflow.retention_wording import retention_for_expert


@dataclass(kw_only=True)
class ExpertVisit:
    """`content`: the draft in its source language; empty if there is nothing to rate."""

    request: HttpRequest
    token: str
    link: Link
    row: Panelist
    content: Content
    language: str
    now: datetime

    @property
    def organisation(self) -> Organisation:
        return self.link.organisation

    @cached_property
    def expert(self) -> Expert:
        return expert_of(self.row, self.content)

    @cached_property
    def read(self) -> Content:
        return in_language(self.row.test, self.content, self.language)

    @cached_property
    def judgement(self) -> JudgementSet:
        return readable(self.read)

    @cached_property
    def items(self) -> tuple[SituationItem, ...]:
        return situation_items(self.judgement)

    @cached_property
    def unrated(self) -> frozenset[str]:
        return frozenset(unrated(self.content, self.expert))

    @property
    def sender(self) -> Correspondent:
        """The member who invited the expert, or an admin once that member has been deactivated."""
        by = self.row.invited_by
        if by is None or by.deactivated_at is not None:
            by = admins_of(self.organisation)[0]
        return Correspondent(name=by.user.name, address=by.user.email)

    def url(self, name: str, *args: object) -> str:
        return with_query_language(self.request, reverse(name, args=[self.token, *args]))

    def next_url(self, after: int) -> str:
        """The URL of the next situation to rate, searching from this number on, then from the first; otherwise the
        first page."""
        numbers = [number for number, item in enumerate(self.items, start=1) if item.id in self.unrated]
        later = [number for number in numbers if number > after] or numbers
        return self.url("expert_situation", later[0]) if later else self.url("expert")

    def page(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        shown = {
            "token": self.token,
            "organisation": self.organisation,
            "responsible": self.organisation.name,
            "contact_name": self.sender.name,
            "contact_email": self.sender.address,
            "row": self.row,
            "title": self.judgement.name if self.content else self.row.test.title,
            "content_language": self.judgement.language if self.content else self.language,
            "home_url": self.url("expert"),
            "data_page": self.url("expert_data"),
            **links_for(self.request, language_codes(), current=self.language),
            **context,
        }
        return private(render(self.request, template, shown, status=status))


type ExpertView[**P] = Callable[Concatenate[ExpertVisit, P], HttpResponse]


def _expert_page[**P](view: ExpertView[P]) -> Callable[..., HttpResponse]:
    """Pass the visit to the view while the link is valid, else show a page that says what to do. Opening changes
    nothing."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def enter(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        now, link = clock.now(), links.resolve(token, purpose=Link.Purpose.PANEL)
        row = _panelist_behind(link) if link else None
        if link is None or row is None:
            return unknown_page(request)
        draft = DRAFTS.find(row.test)
        content = draft.content if draft is not None and draft.content["situations"] else {}
        language = query_language(request, language_codes()) or row.language
        visit = ExpertVisit(
            request=request, token=token, link=link, row=row, content=content, language=language, now=now
        )
        with translation.override(language), timezone.override(link.organisation.zone):
            if not links.is_alive(link, now=now):
                return _expired(visit)
            return private(view(visit, *args, **kwargs))

    return enter


def _panelist_behind(link: Link) -> Panelist | None:
    rows = Panelist.objects.of(link.organisation).select_related("test", "invited_by__user")
    return rows.filter(pk=link.subject_id).first()


def _expired(visit: ExpertVisit) -> HttpResponse:
    if visit.request.method == "POST":
        panelists.send_fresh_link(panelist=visit.row, sender=visit.sender, now=visit.now)
        here = visit.url("expert")
        return private(redirect(f"{here}{'&' if '?' in here else '?'}sent=1"))
    return visit.page(
        "assessments/expert/expired.html",
        sent="sent" in visit.request.GET,
        address=masked(visit.row.email),
    )


@_expert_page
def home(visit: ExpertVisit) -> HttpResponse:
    if visit.row.declined_at is not None:
        return visit.page("assessments/expert/declined.html")
    if not visit.content:
        return visit.page("assessments/expert/closed.html")
    if visit.request.method == "POST":
        with suppress(Incomplete, NotOpen):  # the page says what is missing
            finish(panelist_id=visit.row.pk, content=visit.content, now=visit.now)
        return redirect(visit.url("expert"))
    if visit.expert.counts:
        return visit.page("assessments/expert/thanks.html")
    return visit.page(
        "assessments/expert/home.html",
        minutes=visit.judgement.minutes(""),
        actions=visit.expert.needed,
        rated=len(visit.expert.ratings),
        again=visit.expert.state == ExpertState.AGAIN,
        void=visit.expert.void,
        complete=visit.expert.is_complete,
        begun=bool(visit.expert.ratings),
        situations=[
            (number, item.text, item.id not in visit.unrated, visit.url("expert_situation", number))
            for number, item in enumerate(visit.items, start=1)
        ],
        next_url=visit.next_url(0),
        decline_url=visit.url("expert_decline"),
        kept=retention_for_expert(visit.organisation),
    )


@_expert_page
def situation(visit: ExpertVisit, number: int) -> HttpResponse:
    if not visit.content or not visit.expert.is_open:
        return _to_first_page(visit)
    if not 1 <= number <= len(visit.items):
        raise Http404("there is no such situation")
    item, request = visit.items[number - 1], visit.request
    saved: Any = {action.id: visit.expert.ratings.get(action.id) for action in item.situation.actions}
    posted, by_script = request.method == "POST", "HX-Request" in request.headers
    changed = posted and request.POST.get("read") != _read(visit, item)
    form = SituationForm(
        request.POST if posted and not changed else None, item=item, saved=saved, partly=by_script
    )
    if form.is_bound and form.is_valid():
        given = ratings({item.id: form.value})
        try:
            save_ratings(
                panelist_id=visit.row.pk, content=visit.content, read=visit.read, ratings=given, now=visit.now
            )
        except NotOpen:
            return _to_first_page(visit)
        if by_script:
            return HttpResponse(status=204)
        # a copy, since this visit has cached what was unrated before
        return redirect(replace(visit).next_url(number))
    return visit.page(
        "assessments/expert/situation.html",
        status=422 if form.is_bound else 409 if changed else 200,
        form=form,
        number=number,
        total=len(visit.items),
        read=_read(visit, item),
        changed=changed,
        scale=visit.judgement.response_scale,
        previous_url=visit.url("expert_situation", number - 1) if number > 1 else "",
        instructions=visit.judgement.instructions if number == 1 else "",
    )


def _read(visit: ExpertVisit, item: SituationItem) -> str:
    """A digest of the texts shown, so that ratings aren't saved for other texts."""
    found = digests(visit.content, visit.read)
    return sha256("".join(found[action.id] for action in item.situation.actions).encode()).hexdigest()


def _to_first_page(visit: ExpertVisit) -> HttpResponse:
    if "HX-Request" in visit.request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": visit.url("expert")})
    return redirect(visit.url("expert"))


@_expert_page
def decline(visit: ExpertVisit) -> HttpResponse:
    if visit.request.method == "POST":
        panelists.decline(panelist_id=visit.row.pk, now=visit.now)
        return redirect(visit.url("expert"))
    if visit.row.declined_at is not None:
        return redirect(visit.url("expert"))
    return visit.page("assessments/expert/decline.html")


@_expert_page
def data(visit: ExpertVisit) -> HttpResponse:
    if visit.request.method == "POST":
        panelists.erase_own(panelist_id=visit.row.pk, now=visit.now)
        return private(
            render(visit.request, "assessments/expert/erased.html", {"organisation": visit.organisation})
        )
    if "download" in visit.request.GET:
        newest = DRAFTS.newest(visit.row.test) if not visit.content else []
        content = readable_json(expert_data(visit.row, newest[0].content if newest else visit.content))
        return as_download(content, name="data.json", content_type="application/json")
    return visit.page("assessments/expert/data.html", kept=retention_for_expert(visit.organisation))
