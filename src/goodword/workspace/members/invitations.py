from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts.access import membership_of
from goodword.accounts.domain import invitations
from goodword.accounts.domain.audit import write_by
from goodword.accounts.domain.invitations import (
    InviterGone,
    NotAccepted,
    create_user,
    is_inviter_admin,
    user_of,
)
from goodword.accounts.domain.members import NameRefused, lock_members
from goodword.accounts.forms import NewLoginForm
from goodword.accounts.models import Invitation, Membership, Organisation, User, admins_of, is_deactivated
from goodword.accounts.single_sign_on import required_by
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.core.outbox import Outbox
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import LinkFor, cancel, queue
from goodword.notifications.models import Email, Link
from goodword.roles.domain.role_changes import add_viewer
from goodword.roles.models import Role
from goodword.workflow.portal import unknown_page

KIND = "workspace.member_invitation"
PURPOSE = Link.Purpose.MEMBER_INVITATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """`expires_at`: when the link expires; None until the mail is sent. `failure`: why the mail did not arrive, or
    ""."""

    invitation: Invitation
    roles: Sequence[Role]
    expires_at: datetime | None
    is_expired: bool
    failure: str


def subject_ref_of(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}"


def invite(
    *, emails: Sequence[str], kind: str, roles: Sequence[Role], by: Membership, now: datetime
) -> list[Invitation]:
    """Invite all of them or none. Raises NotInvited for the first who can't be invited."""
    with transaction.atomic():
        made = [
            invitations.invite(email=email, kind=kind, role_ids=[role.pk for role in roles], by=by, now=now)
            for email in emails
        ]
        for invitation in made:
            _mail(invitation, by=by, now=now)
        return made


def send_again(*, invitation: Invitation, by: Membership, now: datetime) -> bool:
    """Mail a new link, valid for seven days, and revoke earlier ones. Returns False if the invitation is no longer
    open."""
    with transaction.atomic():
        lock_members(by)
        row = invitations.lock_open(invitation)
        if row is None:
            return False
        row.invited_by = by  # the new inviter
        row.save(update_fields=["invited_by"])
        _end_links(row, now=now)
        _mail(row, by=by, now=now)
        write_by(by, "member.invitation_sent_again", now=now, details={"invitation": row.pk})
        return True


def withdraw(*, invitation: Invitation, by: Membership, now: datetime) -> bool:
    """End the invitation and its links. Returns whether it was open."""
    with transaction.atomic():
        lock_members(by)
        if not invitations.withdraw(invitation=invitation, by=by, now=now):
            return False
        _end_links(invitation, now=now)
        return True


def withdraw_all_of(member: Membership, *, by: Membership, now: datetime) -> None:
    for invitation in invitations.open_invitations_of(member):
        if invitations.withdraw(invitation=invitation, by=by, now=now):
            _end_links(invitation, now=now)


def accept(*, invitation: Invitation, user: User, now: datetime) -> Membership:
    with transaction.atomic():
        member = invitations.accept(invitation=invitation, user=user, now=now)
        for role in roles_of(invitation):
            add_viewer(role, member=member, by=invitation.invited_by, now=now)
        return member


def invitation_behind(link: Link) -> Invitation | None:
    rows = Invitation.objects.of(link.organisation).select_related("organisation", "invited_by__user")
    return rows.filter(pk=link.subject_id).first()


def roles_of(invitation: Invitation) -> list[Role]:
    """The roles that the new member will see, without deleted ones."""
    rows = Role.objects.of(invitation.organisation).filter(pk__in=invitation.role_ids)
    return list(rows.order_by("plain_title", "pk"))


def invited(organisation: Organisation, *, now: datetime) -> list[Invited]:
    """Open invitations, newest first. A constant number of queries."""
    rows = list(
        Invitation.objects.of(organisation)
        .filter(accepted_at=None, withdrawn_at=None)
        .select_related("organisation")
        .order_by("-created_at", "-pk")
    )
    mails = _latest_mails(organisation, rows)
    sent = Link.objects.of(organisation).filter(purpose=PURPOSE, subject_id__in=[row.pk for row in rows])
    ends = {link.subject_id: link.expires_at for link in sent.filter(ended_at=None).order_by("pk")}
    roles = Role.objects.of(organisation).in_bulk([pk for row in rows for pk in row.role_ids])
    return [
        Invited(
            invitation=row,
            roles=[roles[pk] for pk in row.role_ids if pk in roles],
            expires_at=ends.get(row.pk),
            is_expired=row.pk in ends and ends[row.pk] <= now,
            failure=_failure(mails.get(subject_ref_of(row))),
        )
        for row in rows
    ]


def _latest_mails(organisation: Organisation, rows: Iterable[Invitation]) -> dict[str, Email]:
    refs = [subject_ref_of(row) for row in rows]
    mails = Email.objects.of(organisation).filter(subject_ref__in=refs, kind=KIND).defer("text", "html")
    return {email.subject_ref: email for email in mails.order_by("pk")}


def _failure(email: Email | None) -> str:
    if email is None:
        return ""
    if email.bounced_at is not None or email.state == Outbox.State.FAILED:
        return email.bounce_reason or email.last_error
    return ""


def _end_links(invitation: Invitation, *, now: datetime) -> None:
    organisation = invitation.organisation
    cancel(organisation=organisation, subject_ref=subject_ref_of(invitation), now=now)
    links.end(organisation=organisation, purpose=PURPOSE, subject_id=invitation.pk, now=now)


def _mail(invitation: Invitation, *, by: Membership, now: datetime) -> None:
    ref = subject_ref_of(invitation)
    number = Email.objects.of(invitation.organisation).filter(subject_ref=ref, kind=KIND).count() + 1
    queue(
        organisation=invitation.organisation,
        kind=KIND,
        key=f"{ref}:{number}",
        to=Correspondent(name="", address=invitation.email),
        sender=Correspondent(name=by.user.name, address=by.user.email),
        template="workspace/mail/member_invitation",
        context={
            "kind": invitation.kind,
            "roles": [role.title for role in roles_of(invitation)],
        },
        link=LinkFor(purpose=PURPOSE, subject_id=invitation.pk),
        subject_ref=ref,
        now=now,
    )


#: in the session: the link's id while its holder signs in
_SESSION: Final = "invitation_link"


@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    link = links.resolve(token, purpose=PURPOSE)
    invitation = invitation_behind(link) if link is not None else None
    if link is None or invitation is None:
        return unknown_page(request)
    return _private(_page(request, link, invitation))


@require_http_methods(["GET", "HEAD", "POST"])
def accept_after_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The same page after signing in, without the token in the URL."""
    link = links.with_id(request.session.get(_SESSION, 0), purpose=PURPOSE)
    invitation = invitation_behind(link) if link is not None else None
    if link is None or invitation is None:
        return redirect("home")
    return _private(_page(request, link, invitation))


def _page(request: HttpRequest, link: Link, invitation: Invitation) -> HttpResponseBase:
    organisation, now = invitation.organisation, clock.now()
    member = membership_of(request.user, slug=organisation.slug) if request.user.is_authenticated else None
    if member is not None and invitation.accepted_by_id == member.pk:
        return redirect("needs_you", organisation.slug)
    if closed := _why_closed(link, invitation):
        return _closed(request, organisation, closed)
    known = user_of(invitation)
    if known is None:
        return _new_login(request, invitation)
    if not request.user.is_authenticated:
        if request.method == "POST":
            request.session[_SESSION] = link.pk
            return redirect_to_login(reverse("invitation_signed_in"))
        return _show(request, invitation, state="sign_in")
    if request.user != known:
        return _show(request, invitation, state="other_user")
    if request.method != "POST":
        return _show(request, invitation, state="accept")
    try:
        accept(invitation=invitation, user=known, now=now)
    except InviterGone:
        return _closed(request, organisation, "inviter")
    except NotAccepted:
        return _closed(request, organisation, "used")
    request.session.pop(_SESSION, None)
    return redirect("needs_you", organisation.slug)


def _why_closed(link: Link, invitation: Invitation) -> str:
    """Return "deactivated", "used", "withdrawn", "replaced", "inviter" or "expired"; empty if it can be accepted."""
    if is_deactivated(invitation.organisation, invitation.email):
        return "deactivated"
    if invitation.accepted_at is not None:
        return "used"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    if link.ended_at is not None:
        return "replaced"
    if not is_inviter_admin(invitation):
        return "inviter"
    return "" if links.is_alive(link, now=clock.now()) else "expired"


def _new_login(request: HttpRequest, invitation: Invitation) -> HttpResponseBase:
    if request.user.is_authenticated:
        return _show(request, invitation, state="other_user")
    organisation = invitation.organisation
    form = NewLoginForm(
        request.POST if request.method == "POST" else None,
        has_password=not organisation.requires_single_sign_on,
    )
    if not form.is_valid():
        return _show(request, invitation, state="new", form=form)
    values = form.cleaned_data
    try:
        with transaction.atomic():
            user = create_user(invitation=invitation, name=values["name"], password=values.get("password"))
            accept(invitation=invitation, user=user, now=clock.now())
    except NameRefused as refused:
        form.add_error("name", str(refused))
        return _show(request, invitation, state="new", form=form)
    except ValidationError as error:
        form.add_error("password", error)
        return _show(request, invitation, state="new", form=form)
    except InviterGone:
        return _closed(request, organisation, "inviter")
    except NotAccepted:
        return _closed(request, organisation, "used")
    home = reverse("needs_you", args=[organisation.slug])
    if organisation.requires_single_sign_on:
        messages.success(request, " ".join([_("You have joined."), required_by(organisation.name)]))
        return redirect_to_login(home)
    login = Login(user=user, redirect_url=home)
    response: HttpResponseBase = perform_login(request, login)
    return response


def _show(
    request: HttpRequest, invitation: Invitation, *, state: str, form: NewLoginForm | None = None
) -> HttpResponse:
    return render(
        request,
        "workspace/members/accept.html",
        {
            "organisation": invitation.organisation,
            "invitation": invitation,
            "roles": roles_of(invitation),
            "state": state,
            "form": form,
        },
        status=422 if form is not None and form.is_bound else 200,
    )


def _closed(request: HttpRequest, organisation: Organisation, state: str) -> HttpResponse:
    admins: list[User] = [member.user for member in admins_of(organisation)[:5]]
    context = {"organisation": organisation, "state": state, "admins": admins}
    return render(request, "workspace/members/not_accepted.html", context, status=410)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
