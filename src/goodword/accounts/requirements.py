"""An organisation's sign-in requirements: second factor, single sign-on."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from goodword.accounts import reauthentication, single_sign_on
from goodword.accounts.factors import has_second_factor, uses
from goodword.accounts.models import Membership, Organisation, User


def unmet(request: HttpRequest, member: Membership) -> HttpResponseBase | None:
    """Returns a response if this session fails a requirement, else None. Members with a second factor must use it even
    if none is required; with single sign-on, the identity provider decides."""
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
    """If all of the user's organisations require single sign-on, the name of one, else empty."""
    rows = Organisation.objects.filter(
        pk__in=Membership.objects.across_organisations()
        .filter(user=user, deactivated_at=None)
        .values("organisation")
    )
    required = list(rows.order_by("name").values_list("requires_single_sign_on", "name"))
    return required[0][1] if required and all(requires for requires, _ in required) else ""
