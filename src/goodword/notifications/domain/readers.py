"""Decides whether a mail to the team may still be sent. It may have waited for the mail server for days, and its reader
may have lost access in the meantime."""

from collections.abc import Callable

from goodword.accounts.models import Membership, active_members
from goodword.candidates.models import Application, recruiter_of, visible_applications
from goodword.core.addresses import is_same
from goodword.notifications.models import Email

#: updates a mail to the member, without saving it. Returns False if there is nothing left to tell them
Update = Callable[[Email, Membership], bool]

_updates: dict[str, Update] = {}


def updates(kind: str) -> Callable[[Update], Update]:
    """Decorate the function that brings mails of this kind up to date before they are sent."""

    def register(function: Update) -> Update:
        _updates[kind] = function
        return function

    return register


def reason_to_withhold(email: Email) -> str:
    """Return why the mail must not be sent, or an empty string. Changes its reader, without saving it, if another
    recruiter has taken over."""
    if email.member_id is not None:
        return _of_member(email)
    return _of_recruiter(email) if email.for_recruiter else ""


def _of_member(email: Email) -> str:
    member = active_members(email.organisation).filter(pk=email.member_id or 0).first()
    if member is None:
        return "The recipient was deactivated."
    if email.application_id is not None and not _sees(member, email.application_id):
        return "The recipient can no longer see the candidate."
    update = _updates.get(email.kind)
    if update is not None and not update(email, member):
        return "This mail was no longer valid."
    return ""


def _of_recruiter(email: Email) -> str:
    application = (
        Application.objects.of(email.organisation)
        .select_related("candidate", "organisation", "role__owner__user")
        .get(pk=email.application_id or 0)
    )
    recruiter = recruiter_of(application)
    if is_same(email.to_address, recruiter.address) or _may_read(email, application):
        return ""
    email.to_address, email.to_name = recruiter.address, recruiter.name[:200]
    email.context = {**email.context, "to_name": recruiter.name}
    return ""


def _may_read(email: Email, application: Application) -> bool:
    rows = Membership.objects.of(email.organisation).select_related("organisation", "user")
    member = rows.filter(user__email__same_address=email.to_address).first()
    if member is None:  # an earlier recruiter without a login
        return not application.candidate.private
    return member.deactivated_at is None and _sees(member, application.pk)


def _sees(member: Membership, application_id: int) -> bool:
    return visible_applications(member).filter(pk=application_id).exists()
