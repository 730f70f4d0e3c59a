from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Invitation, Membership

#: views that show and change members. Re-authentication belongs here: reauthentication_required around the view.
changes_members = access.member(kinds=access.ADMIN)


def member_of(request: MemberRequest, pk: int) -> Membership:
    """A member of the organisation, deactivated ones included, or 404."""
    rows = Membership.objects.of(request.organisation).select_related("user", "organisation")
    return access.owned(rows, pk)


def invitation_of(request: MemberRequest, pk: int) -> Invitation:
    rows = Invitation.objects.of(request.organisation).select_related("organisation", "invited_by__user")
    return access.owned(rows, pk)
