from collections.abc import Callable

from django.http import HttpResponseBase

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest, View
from goodword.accounts.models import Invitation, Membership


def changes_members[**P](view: View[P]) -> Callable[..., HttpResponseBase]:
    """Admins only; changes need a recent sign-in."""
    return access.member(kinds=access.ADMIN)(reauthentication.to_change(view))


def member_of(request: MemberRequest, pk: int) -> Membership:
    """Deactivated ones included, or 404."""
    rows = Membership.objects.of(request.organisation).select_related("user", "organisation")
    return access.owned(rows, pk)


def invitation_of(request: MemberRequest, pk: int) -> Invitation:
    rows = Invitation.objects.of(request.organisation).select_related("organisation", "invited_by__user")
    return access.owned(rows, pk)
