from collections.abc import Sequence
from functools import partial
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.candidates.models import recruiter_of
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import masked
from goodword.notifications.models import Link
from goodword.questionnaires import labels
from goodword.questionnaires.domain.versions import minutes_of_version
from goodword.questionnaires.types import Question
from goodword.references.domain import checks, requests, responses
from goodword.references.domain.checks import check_context, deadline_in_words, referee_language, version_of
from goodword.references.domain.invitations import linked_check, send_fresh_link
from goodword.references.domain.requests import has_opted_out
from goodword.references.domain.responses import AnsweringSession, AnswersChanged, Incomplete
from goodword.references.flags.traces import record_trace
from goodword.references.forms import DeclineForm
from goodword.references.models import ReferenceRequest
from goodword.references.views import access, answering
from goodword.references.views.access import RefereeVisit, referee_page
from goodword.references.views.answering import AnswerPages, PostedPage
from goodword.workflow.portal import (
    ask_page,
    browser_languages,
    closed_page,
    links_for,
    query_language,
    unknown_page,
    with_query_language,
)
from goodword.workflow.retention_wording import retention_for_referee

FORMS: Final = ["GET", "HEAD", "POST"]
State, Why = ReferenceRequest.State, ReferenceRequest.Why


def answer_pages(token: str) -> AnswerPages:
    return AnswerPages(
        first=reverse("referee", args=[token]),
        review=reverse("referee_review", args=[token]),
        page=lambda number: reverse("referee_page", args=[token, number]),
    )


@require_safe
@access.for_referee(only_open=False)
def home(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    asked, referee = visit.request, visit.request.referee
    if not asked.is_out:
        answered = asked.state == State.ANSWERED
        return referee_page(
            request,
            f"references/referee/{'thanks' if answered else 'declined'}.html",
            visit,
            address=referee.email,
            opted_out=has_opted_out(organisation=visit.context.organisation, address=referee.email),
            wrong_person=asked.is_wrong_person,
        )
    session = responses.answering_session(visit.check, asked, now=visit.now)
    version = version_of(visit.check, language=visit.context.language)
    return referee_page(
        request,
        "references/referee/notice.html",
        visit,
        referee=referee,
        first=visit.context.candidate.short_name,
        relationship=referee.relationship,
        period=labels.period(referee.from_month, referee.to_month or None),
        minutes=minutes_of_version(version, relationship=session.relationship),
        deadline=deadline_in_words(
            asked.deadline_at, organisation=visit.context.organisation, language=visit.context.language
        ),
        late=asked.deadline_at < visit.now,
        kept=retention_for_referee(visit.context.organisation, candidate=visit.context.candidate.name),
        has_facts=bool(session.facts),
        go_on=answer_pages(visit.token).resume(session) if asked.state == State.BEGUN else "",
    )


@require_POST
@access.for_referee(only_open=False)
def language(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    back, home_url = request.POST.get("back", ""), reverse("referee", args=[visit.token])
    inside = back.startswith(home_url) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if inside else home_url)


@require_POST
@access.for_referee()
def begin(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    record_trace(request, visit.check, visit.request, now=visit.now)
    responses.begin(request_id=visit.request.pk, now=visit.now)
    return redirect(
        answer_pages(visit.token).start(
            responses.answering_session(visit.check, visit.request, now=visit.now)
        )
    )


def _keep(request: HttpRequest, visit: RefereeVisit, *, number: int) -> None:
    """Keep the answers of a check that was closed in the meantime, since it may be reopened."""
    sent = answering.read_page(
        request, responses.answering_session(visit.check, visit.request, now=visit.now), number
    )
    responses.keep_draft_of_closed(
        request_id=visit.request.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
    )


@require_http_methods(FORMS)
@access.for_referee(keep=_keep)
def questions(request: HttpRequest, visit: RefereeVisit, *, number: int) -> HttpResponse:
    def save(sent: PostedPage) -> tuple[AnsweringSession, Sequence[str]]:
        conflicting = responses.save_draft(
            request_id=visit.request.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
        )
        visit.request.refresh_from_db(fields=["draft"])
        return responses.answering_session(visit.check, visit.request, now=visit.now), conflicting

    return answering.questions_page(
        request,
        responses.answering_session(visit.check, visit.request, now=visit.now),
        number,
        answer_pages(visit.token),
        save=save,
        switched=visit.switched,
        render_page=partial(referee_page, request, "references/referee/questions.html", visit),
    )


@require_http_methods(FORMS)
@access.for_referee()
def review(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    missing: tuple[str, ...] = ()
    changed = False
    if request.method == "POST" and answering.QUOTE in request.POST:
        responses.choose_quote(
            request_id=visit.request.pk,
            sentence=request.POST[answering.QUOTE],
            save=request.POST.get(answering.SAVE, ""),
            now=visit.now,
        )
        visit.request.refresh_from_db(fields=["draft"])
        if access.is_script(request):
            return HttpResponse(status=204)
    if request.method == "POST" and not visit.switched:
        record_trace(request, visit.check, visit.request, now=visit.now)
        try:
            responses.submit(
                request_id=visit.request.pk, now=visit.now, reviewed=request.POST.get(answering.REVIEWED, "")
            )
        except Incomplete as incomplete:
            missing = incomplete.question_ids
        except AnswersChanged:
            changed = True
            visit.request.refresh_from_db(fields=["draft"])
        else:
            return redirect("referee", token=visit.token)
    session = responses.answering_session(visit.check, visit.request, now=visit.now)
    quotable = [(sentence, sentence) for sentence in session.quotable]
    return answering.review_page(
        session,
        answer_pages(visit.token),
        missing=missing,
        changed=changed,
        render_page=partial(
            referee_page,
            request,
            "references/referee/review.html",
            visit,
            quotable=quotable if len(quotable) > 1 else [],
            quote=session.quote,
        ),
    )


def _keep_facts(request: HttpRequest, visit: RefereeVisit) -> None:
    sent, _asked = _sent_facts(request, visit)
    responses.keep_draft_of_closed(
        request_id=visit.request.pk, submitted=sent.submitted, seen=sent.seen, now=visit.now
    )


@require_http_methods(FORMS)
@access.for_referee(keep=_keep_facts)
def facts(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    session = responses.answering_session(visit.check, visit.request, now=visit.now)
    if not session.facts:
        return redirect("referee", token=visit.token)
    form = answering.form_for(session, session.facts)
    if request.method == "POST":
        sent, asked = _sent_facts(request, visit)
        form = (
            answering.form_for(session.with_answers(sent.submitted, now=visit.now), asked)
            if visit.switched
            else sent.form
        )
        if form.is_valid():
            record_trace(request, visit.check, visit.request, now=visit.now)
            responses.confirm_facts(request_id=visit.request.pk, submitted=sent.submitted, now=visit.now)
            return redirect("referee", token=visit.token)
    return referee_page(request, "references/referee/facts.html", visit, form=form, form_id="answers")


def _sent_facts(request: HttpRequest, visit: RefereeVisit) -> tuple[answering.PostedPage, Sequence[Question]]:
    """Read the posted facts. The posted relationship can add more questions."""
    session = responses.answering_session(visit.check, visit.request, now=visit.now)
    sent = answering.read(request, session, session.facts)
    asked = session.with_answers(sent.submitted, now=visit.now).facts
    return (sent if asked == session.facts else answering.read(request, session, asked)), asked


@require_POST
@access.for_referee(only_open=False)
def send_copy(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    if responses.send_copy(request_id=visit.request.pk, now=visit.now):
        messages.success(
            request, _("A copy is on its way to %(address)s.") % {"address": visit.request.referee.email}
        )
    elif visit.request.state == State.ANSWERED:
        messages.info(request, _("We've just sent a copy. If it doesn't arrive, try again in ten minutes."))
    return redirect("referee", token=visit.token)


@require_http_methods(FORMS)
@access.for_referee()
def decline(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    hint = _("Only the recruiting and hiring team read it. %(candidate)s never sees it.") % {
        "candidate": visit.context.candidate.name,
    }
    if request.method == "POST" and not visit.switched:
        form = DeclineForm(request.POST, hint=hint)
    else:
        form = DeclineForm(hint=hint, initial=_initial(request))
    if form.is_valid():
        requests.decline_request(
            request_id=visit.request.pk,
            why=form.cleaned_data["why"],
            reason=form.cleaned_data["reason"],
            opt_out=form.cleaned_data["opt_out"],
            now=visit.now,
        )
        if form.cleaned_data["opt_out"]:
            _confirm_opt_out(request, visit)
        return redirect("referee", token=visit.token)
    return referee_page(request, "references/referee/decline.html", visit, form=form, form_id="answers")


@require_POST
@access.for_referee(only_open=False)
def opt_out(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    requests.opt_out(request_id=visit.request.pk, now=visit.now)
    _confirm_opt_out(request, visit)
    return redirect("referee", token=visit.token)


def _confirm_opt_out(request: HttpRequest, visit: RefereeVisit) -> None:
    messages.success(
        request,
        _("%(organisation)s won't write to this address about any candidate.")
        % {"organisation": visit.context.organisation.name},
    )


def _initial(request: HttpRequest) -> dict[str, object]:
    if request.method == "POST":
        sent = DeclineForm(request.POST)
        return {name: sent[name].data for name in sent.fields}
    chosen = request.GET.get("as", "")
    return {
        "why": Why.NOT_ME if chosen == "not-me" else Why.WOULD_RATHER_NOT,
        "opt_out": chosen == "opt-out",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_referee(only_open=False)
def ask(request: HttpRequest, visit: RefereeVisit) -> HttpResponse:
    """The form, then a confirmation. Replies go to the known address."""
    referee, about = visit.request.referee, visit.context
    context: dict[str, object] = {
        "token": visit.token,
        "organisation": about.organisation,
        "contact_name": about.recruiter.name,
        "contact_email": about.recruiter.address,
        **access.referee_layout(visit),
    }
    return ask_page(
        request,
        application=about.application,
        by=f"referee:{visit.request.pk}",
        name=referee.name,
        address=referee.email,
        back=reverse("referee", args=[visit.token]),
        context=context,
        switched=visit.switched,
        check=lambda: checks.lock_request(visit.request.pk),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def fresh_link(request: HttpRequest, token: str) -> HttpResponse:
    now, link = clock.now(), links.resolve(token, purpose=Link.Purpose.REFEREE)
    found = linked_check(link, now=now) if link else None
    if link is None or found is None:
        return unknown_page(request)
    language = found.language
    if found.request is not None:
        language = referee_language(found.request, browser=browser_languages(request))
    language = query_language(request, found.check.languages) or language
    facts = check_context(found.check, language=language)
    with translation.override(language):
        if not found.is_live:
            recruiter = recruiter_of(facts.application)
            return closed_page(request, organisation=facts.organisation, recruiter=recruiter)
        if links.is_alive(link, now=now):
            return access.never_cached(redirect("referee", token))
        if request.method == "POST":
            send_fresh_link(link, now=now)
            return access.never_cached(
                redirect(with_query_language(request, f"{reverse('referee_fresh', args=[token])}?sent=1"))
            )
        shown = {
            "organisation": facts.organisation,
            "recruiter": facts.recruiter,
            "address": format_html('<span class="nowrap">{}</span>', masked(found.address)),
            "sent": "sent" in request.GET,
            "data_url": with_query_language(request, reverse("referee_data", args=[token])),
            **links_for(request, found.check.languages, current=language),
        }
        return access.never_cached(render(request, "references/expired.html", shown))
