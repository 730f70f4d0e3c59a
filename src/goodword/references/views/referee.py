"""The referee's first page, which also says where things stand, their language, and a copy of their answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.questionnaires import labels
from goodword.questionnaires.versions import minutes_of_version
from goodword.references.domain import responses
from goodword.references.domain.context import day_in_words, version_of
from goodword.references.domain.declines import is_barred
from goodword.references.models import ReferenceRequest
from goodword.references.views import referee_door
from goodword.references.views.referee_door import AtRequest, page
from goodword.references.views.referee_questions import road_of
from goodword.steps.kept import kept_of_referee

State = ReferenceRequest.State


@require_safe
@referee_door.opens(only_open=False)
def home(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """The notice above the first question, with all choices; afterwards thanks, or a kind word to a no."""
    asked, referee = at.request, at.request.referee
    if not asked.is_out:
        answered = asked.state == State.ANSWERED
        return page(
            request,
            f"references/referee/{'thanks' if answered else 'declined'}.html",
            at,
            address=referee.email,
            barred=is_barred(organisation=at.context.organisation, address=referee.email),
            wrong_person=asked.is_wrong_person,
        )
    walk = responses.answering_session(at.check, asked, now=at.now)
    version = version_of(at.check, language=at.context.language)
    return page(
        request,
        "references/referee/notice.html",
        at,
        referee=referee,
        relationship=labels.relationships_as_asked()[referee.relationship],
        period=labels.period(referee.from_month, referee.to_month or None),
        minutes=minutes_of_version(version, relationship=walk.relationship),
        deadline=day_in_words(
            asked.deadline_at, organisation=at.context.organisation, language=at.context.language
        ),
        late=asked.deadline_at < at.now,
        kept=kept_of_referee(at.context.organisation, candidate=at.context.candidate.name),
        has_facts=bool(walk.facts),
        go_on=road_of(at.token).onward(walk) if asked.state == State.BEGUN else "",
    )


@require_POST
@referee_door.opens(only_open=False)
def language(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """Back to the page where another language was chosen; the door has noted which."""
    back, home_url = request.POST.get("back", ""), reverse("referee", args=[at.token])
    inside = back.startswith(home_url) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if inside else home_url)


@require_POST
@referee_door.opens(only_open=False)
def send_copy(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """Mail the referee a copy of what they have answered, to the address that we know."""
    if responses.send_copy(request_id=at.request.pk, now=at.now):
        messages.success(
            request, _("A copy is on its way to %(address)s.") % {"address": at.request.referee.email}
        )
    elif at.request.state == State.ANSWERED:
        messages.info(request, _("We've just sent a copy. If it doesn't arrive, try again in ten minutes."))
    return redirect("referee", token=at.token)
