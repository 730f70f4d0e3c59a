"""Access decorators for pages under `/o/<slug>/...`. Outsiders get a 404, members of the wrong kind a 403 page."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from goodword.accounts import reauthentication, single_sign_on
from goodword.accounts.models import Membership, Organisation, User
from goodword.accounts.reauthentication import has_second_factor, uses
from goodword.core import telemetry
from goodword.core.compiled_queries import compiled


def unmet(request: HttpRequest, member: Membership) -> HttpResponseBase | None:
    """Return a response if this session doesn't meet a requirement, else None. Members with a second factor must use it
    even if none is required. With single sign-on, that is up to the identity provider."""
    organisation = member.organisation
    if single_sign_on.is_session(request):
        return None
    if organisation.requires_single_sign_on:
        context = {
            "organisation_name": organisation.name,
            "next": request.get_full_path() if request.method == "GET" else "",
            "providers": single_sign_on.providers(),
        }
        return render(request, "account/single_sign_on_needed.html", context, status=403)
    if uses(request) and not organisation.requires_second_factor:
        return None
    if has_second_factor(member.user):
        return None if uses(request) else reauthentication.suspend(request)
    return (
        redirect("account_second_factor", organisation.slug) if organisation.requires_second_factor else None
    )


def factor_used[**P](view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Decorator for account pages: members with a second factor must have used it in this session."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request = args[0]
        assert isinstance(request, HttpRequest)
        if request.user.is_authenticated and not uses(request) and has_second_factor(request.user):
            return reauthentication.suspend(request)
        return view(*args, **kwargs)

    return wrapped


def only_by_single_sign_on(user: User) -> str:
    """Return the name of one of the user's organisations if all of them require single sign-on, otherwise ""."""
    rows = Organisation.objects.filter(
        pk__in=Membership.objects.across_organisations()
        .filter(user=user, deactivated_at=None)
        .values("organisation")
    )
    required = list(rows.order_by("name").values_list("requires_single_sign_on", "name"))
    return required[0][1] if required and all(requires for requires, _ in required) else ""


P = ParamSpec("P")
log = logging.getLogger(__name__)


class MemberRequest(HttpRequest):
    user: User
    member: Membership
    organisation: Organisation


class NoAccess(PermissionDenied):
    """The member is of the wrong kind, or deactivated."""

    def __init__(self, member: Membership, *, kinds: frozenset[str]) -> None:
        super().__init__()
        self.member, self.kinds = member, kinds


View = Callable[Concatenate[MemberRequest, P], HttpResponseBase]

ANYBODY = frozenset(Membership.Kind.values)
WORKS = frozenset({Membership.Kind.ADMIN.value, Membership.Kind.RECRUITER.value})
ADMIN = frozenset({Membership.Kind.ADMIN.value})


def member(
    *, kinds: frozenset[str] = ANYBODY, calls_out: bool = False
) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Allow members of these kinds. The view gets no slug; its request has `member` and `organisation` instead.

    HEAD requests change nothing: otherwise the audit log would record views and downloads of what wasn't
    sent. `calls_out`: the view may call another system, so HEAD requests have no transaction to roll back, and it must
    record nothing for GET.

    A POST that needs a row which another request has just deleted is answered with 404, as it would be a moment later.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(
            request: HttpRequest, slug: str, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            found = _any_membership_of(request.user, slug=slug)
            if found is None:
                raise Http404("no such organisation for this person")
            if found.deactivated_at is not None:
                raise NoAccess(found, kinds=kinds)
            if elsewhere := unmet(request, found):
                return elsewhere
            if found.kind not in kinds:
                raise NoAccess(found, kinds=kinds)
            asked = cast(MemberRequest, request)
            asked.member, asked.organisation = found, found.organisation
            telemetry.note(organisation=found.organisation_id)
            try:
                with timezone.override(found.organisation.zone):
                    if request.method == "HEAD" and not calls_out:
                        with transaction.atomic():
                            response = view(asked, *args, **kwargs)
                            transaction.set_rollback(True)
                    else:
                        response = _back_home(asked, view(asked, *args, **kwargs))
            except ObjectDoesNotExist:
                if request.method != "POST":
                    raise
                # Another request, such as an erasure, deleted a row that the view had found. A bug can look the same.
                log.exception("A row was deleted during this request")
                raise Http404("deleted in the meantime") from None
            # pages contain personal data, which must not stay in the browser after sign-out
            response.setdefault("Cache-Control", "private, no-store")
            return response

        # Django passes the slug by name
        @wraps(wrapped)
        def by_name(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return wrapped(request, str(kwargs.pop("slug")), *args, **kwargs)

        by_name.kinds = kinds  # type: ignore[attr-defined]  # for the test that opens every page as every kind
        return by_name

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Redirect to the sign-in page, which leads back afterwards: for forms and scripts, to the page that sent
    them, since their own URLs may not be pages. A page that polls must stay, with what was typed."""
    if request.headers.get("X-Goodword") == "poll":
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    script, posted = "HX-Request" in request.headers, request.method == "POST"
    if posted:
        messages.error(
            request, _("Nothing was saved, because you had been signed out. Sign in, then try again.")
        )
    response = redirect_to_login(
        reauthentication.sender_of(request) or reverse("home")
        if script or posted
        else request.get_full_path()
    )
    return HttpResponse(headers={"HX-Redirect": response.url}) if script else response


def _back_home(request: MemberRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Redirect to `back` after a form on *Home* or *Results to review*. The field `back` has that page's URL with its
    filters."""
    back = request.POST.get("back", "") if request.method == "POST" else ""
    lists = [reverse(name, args=[request.organisation.slug]) for name in ("needs_you", "results")]
    if response.status_code == HTTPStatus.FOUND and back.partition("?")[0] in lists:
        response["Location"] = iri_to_uri(back)
    return response


def membership_of(user: User, *, slug: str) -> Membership | None:
    found = _any_membership_of(user, slug=slug)
    return found if found and found.deactivated_at is None else None


def _any_membership_of(user: User, *, slug: str) -> Membership | None:
    return next(iter(_memberships(user.pk, slug)), None)


@compiled
def _memberships(user_id: int, slug: str) -> models.QuerySet[Membership]:
    rows = Membership.objects.across_organisations().select_related("organisation", "user")
    return rows.filter(user_id=user_id, organisation__slug=slug)


def get_or_404[M: models.Model](rows: models.QuerySet[M], pk: int) -> M:
    """Return one of `rows`, already narrowed to the organisation (`Model.objects.of(...)`). Raises Http404."""
    return get_object_or_404(rows, pk=pk)
