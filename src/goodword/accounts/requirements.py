"""What an organisation requires of a sign-in: a second factor, single sign-on."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from goodword.accounts import single_sign_on
from goodword.accounts.models import Membership, Organisation, User
from goodword.accounts.second_factor import has_second_factor


def unmet(request: HttpRequest, member: Membership) -> HttpResponseBase | None:
    """The response if this session does not meet the organisation's requirements, else None.

    With single sign-on, a second factor is up to the identity provider.
    """
    organisation = member.organisation
    if not (organisation.requires_single_sign_on or organisation.requires_second_factor):
        return None
    if single_sign_on.is_session(request):
        return None
    if organisation.requires_single_sign_on:
        context = {
            "organisation_name": organisation.name,
            "next": request.get_full_path() if request.method == "GET" else "",
            "providers": single_sign_on.providers(),
        }
        return render(request, "account/single_sign_on_needed.html", context, status=403)
    return None if has_second_factor(member.user) else redirect("account_second_factor", organisation.slug)


def only_by_single_sign_on(user: User) -> str:
    """If all of the user's organisations require single sign-on, the name of one, else empty."""
    rows = Organisation.objects.filter(
        pk__in=Membership.objects.across_organisations()
        .filter(user=user, deactivated_at=None)
        .values("organisation")
    )
    required = list(rows.order_by("name").values_list("requires_single_sign_on", "name"))
    return required[0][1] if required and all(requires for requires, _ in required) else ""
