"""Helpers for the pages of candidates and referees: links, languages, questions to the recruiter.

Links to *Your data* are short-lived and only mailed to the known address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, recruiter_of
from goodword.core import clock
from goodword.core.addresses import Correspondent, is_same
from goodword.core.compiled_queries import compiled
from goodword.core.events import record
from goodword.core.models import HasPk
from goodword.core.responses import private
from goodword.core.text import language_codes, main_language
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import LinkFor, candidate_page_url, queue
from goodword.notifications.models import Email, Link
from goodword.roles.models import Step
from goodword.ui.fields import LongTextField
from goodword.workflow.models import StepRequest, StepRun, lock_application, takes_answers

#: query parameter for the language on pages that don't store the choice
PARAMETER: Final = "language"


def language_choices(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return the languages in a fixed order: [("en", "English"), ...]."""
    order = language_codes()
    ordered = sorted(codes, key=lambda code: (order.index(code) if code in order else len(order), code))
    return [(code, language_name(code)) for code in ordered]


def language_name(code: str) -> str:
    try:
        return str(translation.get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def browser_languages(request: HttpRequest) -> list[str]:
    """Return the browser's languages, most preferred first: ["de-at", "de", "en"]."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return [code for code, weight in asked if weight > 0]


def query_language(request: HttpRequest, offered: Sequence[str]) -> str:
    """The language in the query string if it is offered, or ""."""
    code = request.GET.get(PARAMETER, "")
    return code if code in offered else ""


def with_query_language(request: HttpRequest, url: str) -> str:
    code = request.GET.get(PARAMETER, "")
    if code not in language_codes():
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({PARAMETER: code})}"


def links_for(request: HttpRequest, offered: Sequence[str], *, current: str) -> dict[str, object]:
    """Context for language links on pages that don't store the choice, since somebody else may have an expired link."""
    shown = [
        (
            code,
            name,
            "&".join(filter(None, [urlencode({PARAMETER: code}), "sent=1" if "sent" in request.GET else ""])),
        )
        for code, name in language_choices(offered)
    ]
    return {"language_links": shown if len(shown) > 1 else [], "language": current}


def first_offered(offered: Sequence[str], *wanted: str) -> str:
    """The first preferred language ("de", "de-AT") that is offered, or ""."""
    for code in wanted:
        for language in offered:
            if code and main_language(language) == main_language(code.strip()):
                return language
    return ""


PAGES: Final = {Step.Kind.ASSESSMENT: "portal_assessment", Step.Kind.REFERENCE_CHECK: "portal_check"}
_DATA_PAGES: Final = {Link.Purpose.CANDIDATE: "portal_data", Link.Purpose.REFEREE: "referee_data"}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A candidate at their portal. An application has one portal, which the links of all steps open."""

    token: str
    link: Link
    step_request: StepRequest
    application: Application
    organisation: Organisation

    @cached_property
    def recruiter(self) -> Correspondent:
        return recruiter_of(self.application)


def visit_of(token: str, *, purpose: Link.Purpose = Link.Purpose.CANDIDATE) -> Visit | None:
    """Return the visit that a link leads to, or None if the link is unknown. Changes nothing."""
    link = links.resolve(token, purpose=purpose)
    if link is None:
        return None
    found = _step_request(link.organisation, link.subject_id)
    if not found:
        return None
    [step_request] = found
    step_request.organisation = step_request.application.organisation = link.organisation
    return Visit(
        token=token,
        link=link,
        step_request=step_request,
        application=step_request.application,
        organisation=link.organisation,
    )


@compiled
def _step_request(organisation: HasPk, step_request_id: int) -> QuerySet[StepRequest]:
    rows = StepRequest.objects.of(organisation).filter(pk=step_request_id)
    return rows.select_related("application__candidate", "application__role__owner__user", "step")


def open_step_url(application: Application, *, kind: Step.Kind, token: str, now: datetime) -> str:
    """The first page of the application's step of this kind while it takes answers, else ""."""
    for model in StepRun.__subclasses__():
        runs = model.objects.of(application.organisation).filter(
            step_request__application=application, step_request__step__kind=kind
        )
        run = runs.order_by("-pk").first()
        if run is not None and takes_answers(run, now=now):
            return reverse(PAGES[kind], args=[token])
    return ""


def closed_page(
    request: HttpRequest, *, organisation: Organisation, recruiter: Correspondent
) -> HttpResponse:
    """The same page, whatever closed the step. It links to *Your data*, since that right outlasts the step."""
    return _page(
        request,
        "workflow/closed.html",
        200,
        organisation=organisation,
        recruiter=recruiter,
        data_url=_data_url(request),
    )


def unknown_page(request: HttpRequest) -> HttpResponse:
    return _page(request, "workflow/unknown.html", 404)


def _data_url(request: HttpRequest) -> str:
    match = request.resolver_match
    token = str(match.kwargs.get("token", "")) if match is not None else ""
    for purpose, name in _DATA_PAGES.items():
        if token and request.path_info.startswith(links.PATHS[purpose]):
            link = links.resolve(token, purpose=purpose)
            return reverse(name, args=[token]) if link is not None and link.ended_at is None else ""
    return ""


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    return private(render(request, template, context, status=status))


KIND = "workflow.own_data"
MOST_LINKS_A_DAY = 5


def send_own_data_link(
    *,
    application_id: int,
    purpose: Link.Purpose,
    subject_id: int,
    to: Correspondent,
    sender: Correspondent,
    language: str,
    now: datetime,
    check: Callable[[], object] = lambda: None,
) -> bool:
    """Mail a link to *Your data*, even to people who want no e-mail, since they have asked for this one. Returns False
    if there is no address or they asked too often. `check`: as in `ask_recruiter`."""
    with transaction.atomic():
        application = lock_application(application_id)
        if not to.address or application.erased_at is not None:
            return False
        check()
        before = Email.objects.of(application.organisation).filter(
            application=application, kind=KIND, to_address__same_address=to.address
        )
        today = before.filter(created_at__gt=now - timedelta(days=1))
        if links.was_mailed_lately(today, now=now) or today.count() >= MOST_LINKS_A_DAY:
            return False
        queue(
            organisation=application.organisation,
            kind=KIND,
            key=f"data:{purpose}:{subject_id}:{now.timestamp():.0f}",
            to=to,
            sender=sender,
            template="workflow/mail/own_data",
            context={},
            link=LinkFor(purpose=purpose, subject_id=subject_id),
            application=application,
            quotes=application.candidate if purpose == Link.Purpose.CANDIDATE_DATA else None,
            language=language,
            now=now,
        )
        return True


def was_sent_to(link: Link, address: str) -> bool:
    """Whether the link was mailed to this address, which may have changed since."""
    return link.email is not None and is_same(link.email.to_address, address)


MAIL_KIND = "workflow.question"
MOST_QUESTIONS_A_DAY = 5
LONGEST_QUESTION = 4000
FORM_ID = "ask"


def ask_recruiter(
    *,
    application: Application,
    by: str,
    name: str,
    address: str,
    text: str,
    now: datetime,
    check: Callable[[], object] = lambda: None,
) -> bool:
    """Mail a question to the recruiter, at most five a day, and none during an erasure. `by`: "candidate" or
    "referee:31". `check`: called under the application's lock; raises if the person may not ask, for example because
    they were erased."""
    with transaction.atomic():
        application = lock_application(application.pk)
        if application.is_being_erased:
            return False
        check()
        ref = f"asked:{application.pk}:{by}"
        asked = Email.objects.of(application.organisation).filter(kind=MAIL_KIND, subject_ref=ref)
        if asked.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_QUESTIONS_A_DAY:
            return False
        queue(
            organisation=application.organisation,
            kind=MAIL_KIND,
            # the count alone would repeat, since erasing a referee deletes the mails that name them
            key=f"{ref}:{asked.count() + 1}:{now.timestamp():.0f}",
            to=recruiter_of(application),
            sender=Correspondent(name=name, address=address),
            template="workflow/mail/question",
            context={
                "asker": name,
                "is_candidate": by == "candidate",
                "candidate_name": application.candidate.name,
                "role_title": application.role.title if application.role else "",
                "lines": text.splitlines(),
                "page_url": candidate_page_url(application),
            },
            application=application,
            subject_ref=ref,
            now=now,
        )
        record(
            "portal.question_asked",
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor="candidate" if by == "candidate" else "referee",
            at=now,
            data={"by": by},
        )
        return True


class AskForm(forms.Form):
    use_required_attribute = False

    question = LongTextField(
        label=_("Your question"),
        longest=LONGEST_QUESTION,
        rows=6,
        error_messages={"required": _("Write your question.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, question: str = "") -> None:
        super().__init__(data, prefix="a", initial={"question": question})


def ask_page(
    request: HttpRequest,
    *,
    application: Application,
    by: str,
    name: str,
    address: str,
    back: str,
    context: Mapping[str, object],
    switched: bool = False,
    check: Callable[[], object] = lambda: None,
) -> HttpResponse:
    """`context`: values for the portal's layout. `switched`: the language was changed; keep the text. `check`: as in
    `ask_recruiter`."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if switched:
        form = AskForm(question=form["question"].value() or "")
    sent, too_many = "sent" in request.GET and request.method != "POST", False
    if form.is_valid():
        text = form.cleaned_data["question"]
        if ask_recruiter(
            application=application,
            by=by,
            name=name,
            address=address,
            text=text,
            now=clock.now(),
            check=check,
        ):
            return redirect(f"{request.path}?sent=1")
        too_many = True
    return render(
        request,
        "workflow/ask.html",
        {
            **context,
            "form": form,
            "form_id": "" if sent else FORM_ID,
            "sent": sent,
            "too_many": too_many,
            "address": address,
            "back": back,
        },
    )
