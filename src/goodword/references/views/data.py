"""A referee's own data: what is kept, as a file, and gone.

Open as long as the link lives, also after the answer, and when the check is closed: a right does not end with it.
"""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from goodword.core import clock
from goodword.core.downloads import as_download, readable_json
from goodword.core.exporting import Reader, Wanted, export
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain.about import about
from goodword.references.domain.decline import say_never_again
from goodword.references.domain.erase_referee import erase_referee
from goodword.references.models import ReferenceRequest
from goodword.references.views import doors
from goodword.references.views.referee_door import AtRequest
from goodword.steps.portal import unknown_page


class EraseForm(forms.Form):
    """Whether the address is to be remembered as one that is not to be written to."""

    never_again = forms.BooleanField(
        label=gettext_lazy("Do not write to me again"),
        help_text=gettext_lazy(
            "A code is kept that stands for your address and from which nobody can read it."
        ),
        required=False,
    )


def _opens(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        now, link = clock.now(), links.resolve(token, purpose=Link.Purpose.REFEREE)
        asked = _request_of(link) if link else None
        if link is None or asked is None:
            return unknown_page(request)
        facts = about(asked.check_run, language=asked.language)
        if link.ended_at is not None:
            return doors.closed(request, facts)
        if not links.is_alive(link, now=now):
            return doors.to_first_page(request, "referee_fresh", token)
        at = AtRequest(token=token, request=asked, check=asked.check_run, about=facts, now=now)
        with translation.override(facts.language), timezone.override(facts.organisation.zone):
            return doors.private(view(request, at))

    return wrapped


def _request_of(link: Link) -> ReferenceRequest | None:
    return (
        ReferenceRequest.objects.of(link.organisation)
        .select_related(
            "referee",
            "check_run__organisation",
            "check_run__version",
            "check_run__start__step",
            "check_run__start__application__candidate",
        )
        .filter(pk=link.subject_id, referee__erased_at=None)
        .first()
    )


@require_safe
@_opens
def data(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """What is kept, why, who reads it, how long, and what one can do."""
    return doors.page(request, "references/referee/data.html", at, **_layout(at))


@require_safe
@_opens
def download(_request: HttpRequest, at: AtRequest) -> HttpResponse:
    """All of it as a file."""
    wanted = Wanted(
        reader=Reader.REFEREE, organisation=at.about.organisation, referee_id=at.request.referee_id
    )
    told = {"organisation": at.about.organisation.name, "exported": at.now, **export(wanted)}
    return as_download(readable_json(told), name="my-data.json", content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@_opens
def erase(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """The page that says what happens; posted, it goes at once, and this link opens nothing any more."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if form.cleaned_data["never_again"]:
            say_never_again(request_id=at.request.pk, now=at.now)
        erase_referee(referee_id=at.request.referee_id, by="referee", now=at.now)
        return render(
            request,
            "references/referee/erased.html",
            {"organisation": at.about.organisation, "never_again": form.cleaned_data["never_again"]},
        )
    return doors.page(request, "references/referee/erase.html", at, form=form, **_layout(at))


def _layout(at: AtRequest) -> dict[str, object]:
    return {
        "referee": at.request.referee,
        "contact_url": reverse("referee_ask", args=[at.token]),
        "may_see": at.check.candidate_may_see,
        "answered": at.request.state == ReferenceRequest.State.ANSWERED,
    }
