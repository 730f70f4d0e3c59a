from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from goodword.accounts import access, first_admin
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership, Organisation, User, admins_of

ADMINS_NAMED = 5


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return (
            redirect("first_admin") if first_admin.is_open() else redirect_to_login(request.get_full_path())
        )
    every = list(
        Membership.objects.across_organisations()
        .select_related("organisation")
        .filter(user=request.user)
        .order_by("organisation__name")
    )
    memberships = [member for member in every if member.deactivated_at is None]
    if len(memberships) == 1:
        return redirect("needs_you", memberships[0].organisation.slug)
    ended = [] if memberships else [(member.organisation, _admins(member.organisation)) for member in every]
    return render(request, "workspace/choose_organisation.html", {"memberships": memberships, "ended": ended})


def _admins(organisation: Organisation) -> list[User]:
    return [member.user for member in admins_of(organisation)[:ADMINS_NAMED]]


@require_safe
@access.member()
def help_page(request: MemberRequest) -> HttpResponse:
    return render(request, "workspace/help.html")


@require_safe
@access.member(kinds=access.WORKS)
def settings_page(request: MemberRequest) -> HttpResponseBase:
    return redirect("integrations", request.organisation.slug)
