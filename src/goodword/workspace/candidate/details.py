"""Name, address and status of candidates added by members."""

import hashlib
from datetime import datetime
from typing import Any, Final, assert_never

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.concurrent_edits import NoticesChanges
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.candidates.domain.people import PersonInput, lock_person
from goodword.candidates.models import Application, Candidate, visible_applications
from goodword.core import clock
from goodword.core.addresses import is_same
from goodword.core.events import record
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import readdress, send_again
from goodword.notifications.models import Email, Link
from goodword.roles.models import Step
from goodword.workflow.domain.application_outcome import SETTABLE, NotSettable, set_status
from goodword.workflow.models import StepRequest, lock_application
from goodword.workspace.adding.forms import PersonForm
from goodword.workspace.settings_pages.mails import address_now
from goodword.workspace.step_actions import ActionTarget, act_with_form

_FIELDS: Final = ("first_name", "last_name", "email", "language", "company", "title", "can_email")
Status = Application.Status


class DetailsChanged(Exception):
    """The details have changed since the page was opened. `candidate`: the current ones."""

    def __init__(self, candidate: Candidate) -> None:
        super().__init__(f"Candidate {candidate.pk} has changed.")
        self.candidate = candidate


class MailGoesOut(Exception):
    """An e-mail to the old address is being sent."""


def version_of(candidate: Candidate) -> str:
    text = "\0".join(str(getattr(candidate, name)) for name in _FIELDS)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def change_details(
    *,
    candidate: Candidate,
    person: PersonInput,
    can_email: bool,
    seen: str,
    member: Membership,
    now: datetime,
) -> int:
    """Save the details. Returns the number of invitations redirected to a corrected address. `seen`: the version that
    `member` saw. Raises DetailsChanged, MailGoesOut, and LookupError for a candidate who comes from Greenhouse or was
    erased."""
    with transaction.atomic():
        row, applications = lock_person(candidate.pk)
        if row.in_greenhouse or row.erased_at is not None:
            raise LookupError(f"Candidate {row.pk} can't be changed by members.")
        values = {name: getattr(person, name) for name in _FIELDS if name != "can_email"}
        values["can_email"] = can_email
        if all(getattr(row, name) == value for name, value in values.items()):
            return 0
        if version_of(row) != seen:
            raise DetailsChanged(row)
        moved = not is_same(row.email, person.email)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        for application in applications:
            record(
                "candidate.changed",
                organisation_id=row.organisation_id,
                application_id=application.pk,
                actor=f"member:{member.pk}",
                at=now,
                data={},
            )
        write_by(
            member, "candidate.details_changed", now=now, details={"candidate": row.pk, "address": moved}
        )
        return _send_to_new_address(applications, row.email, member=member, now=now) if moved else 0


def _send_to_new_address(
    applications: list[Application], address: str, *, member: Membership, now: datetime
) -> int:
    """Redirect invitations to the new address and end the links in old e-mails, which somebody else may have
    received."""
    sent = 0
    steps = StepRequest.objects.of(member.organisation).filter(application__in=applications)
    for step_request in steps.order_by("pk"):
        mails = Email.objects.of(member.organisation).filter(
            link_purpose=Link.Purpose.CANDIDATE, link_subject_id=step_request.pk
        )
        rows = list(mails.select_for_update(of=("self",), no_key=True).order_by("pk"))
        if any(row.state == Email.State.SENDING for row in rows):
            raise MailGoesOut
        links.end(
            organisation=member.organisation,
            purpose=Link.Purpose.CANDIDATE,
            subject_id=step_request.pk,
            now=now,
        )
        readdress(
            organisation=member.organisation,
            purpose=Link.Purpose.CANDIDATE,
            subject_id=step_request.pk,
            address=address,
        )
        invitation = next((row for row in reversed(rows) if row.deadline_days is not None), None)
        if invitation is None:
            continue
        if to := address_now(invitation):
            queued = invitation.state == Email.State.QUEUED
            again = send_again(email_id=invitation.pk, to_address=to, member=member, now=now, arrived=True)
            sent += queued or again
    return sent


class DetailsForm(PersonForm):
    can_email = forms.BooleanField(
        label=gettext_lazy("Can be e-mailed"),
        help_text=gettext_lazy("If unticked, they get no invitations or reminders."),
        required=False,
    )
    #: the version on the page; not `initial`, since a refused form shows the new one
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def refuse(self, candidate: Candidate) -> None:
        """Show the current values; saving again overwrites them."""
        problem = _("These details have been changed in the meantime: %(name)s, %(address)s.") % {
            "name": candidate.name,
            "address": candidate.email,
        }
        self.add_error(None, f"{problem} {_('Save again to replace this.')}")
        self.data = {**dict(self.data.items()), "seen": version_of(candidate)}


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def edit(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = _of_members(request, pk)
    candidate = application.candidate
    if candidate.in_greenhouse:
        raise Http404
    form = DetailsForm(
        request.POST if request.method == "POST" else None,
        organisation=request.organisation,
        initial={name: getattr(candidate, name) for name in _FIELDS} | {"seen": version_of(candidate)},
    )
    if form.is_valid():
        try:
            sent = change_details(
                candidate=candidate,
                person=form.person,
                can_email=form.cleaned_data["can_email"],
                seen=form.cleaned_data["seen"],
                member=request.member,
                now=clock.now(),
            )
        except DetailsChanged as changed:
            form.refuse(changed.candidate)
        except MailGoesOut:
            form.add_error(
                "email", _("An e-mail to the old address is going out right now. Try again in a minute.")
            )
        else:
            message = _("Saved.")
            if sent:
                more = ngettext(
                    "The invitation goes to the new address; the old link no longer works.",
                    "The invitations go to the new address; the old links no longer work.",
                    sent,
                )
                message = f"{message} {more}"
            messages.success(request, message)
            return redirect("candidate", request.organisation.slug, application.pk)
    context = {"application": application, "candidate": candidate, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "workspace/candidate/edit.html", context, status=status)


def reason_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Reason"),
        widget=forms.RadioSelect,
        initial="organisation",
        choices=[
            ("organisation", gettext_lazy("We're not moving forward with them")),
            ("candidate", gettext_lazy("They have withdrawn")),
        ],
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )


class StatusForm(NoticesChanges):
    """A button for a status. If a colleague has set the status since, the form says so first, because a hire may e-mail
    referees."""

    def __init__(
        self, data: QueryDict | None = None, *, application: Application, wanted: Application.Status
    ) -> None:
        super().__init__(data)
        known = {} if application.status == wanted else {"status": application.status}
        self.note_stored(known, words={"status": application.get_status_display()}, status=_("Status"))


class RejectionForm(StatusForm):
    reason = reason_field()


WITHDRAWN: Final = "Withdrawn by the candidate"


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@transaction.atomic
def change_status(request: MemberRequest, pk: int, status: str) -> HttpResponseBase:
    application = _of_members(request, pk)
    if status not in SETTABLE:
        raise Http404
    wanted = Status(status)
    data = request.POST if request.method == "POST" else None
    if data is not None:  # the form compares the current status
        application.status = lock_application(application.pk).status
    form_of = RejectionForm if wanted == Status.REJECTED else StatusForm
    form = form_of(data, application=application, wanted=wanted)
    reason = WITHDRAWN if data is not None and data.get("reason") == "candidate" else ""

    def act() -> str:
        try:
            set_status(
                application_id=application.pk,
                status=wanted,
                reason=reason,
                member=request.member,
                now=clock.now(),
            )
        except NotSettable as error:
            raise Http404 from error
        return {
            Status.REJECTED: _("Marked as rejected."),
            Status.HIRED: _("Marked as hired."),
            Status.ACTIVE: _(
                "Active again. For steps that were closed, nothing is sent until you invite them again."
            ),
        }[wanted]

    target = ActionTarget(application=application, ids={"application": application.pk})
    page = _words(application, wanted)
    return act_with_form(request, target, form, act, action="candidate.status_changed", page=page)


def _words(application: Application, status: Application.Status) -> dict[str, Any]:
    steps = Step.objects.of(application.organisation).filter(role=application.role_id).order_by("kind")
    match status:
        case Status.REJECTED:
            effects = [_effect(step, closes=step.on_reject == Step.OnClose.CLOSE) for step in steps]
            effects.append(_("The candidate and referees aren't notified."))
            return {"title": _("Reject candidate"), "button": _("Reject"), "effects": effects}
        case Status.HIRED:
            effects = [_effect(step, closes=step.on_hire == Step.OnClose.CLOSE) for step in steps]
            effects.append(
                _("Referees on hold until an offer are e-mailed now, if the reference check continues.")
            )
            return {"title": _("Mark as hired"), "button": _("Mark as hired"), "effects": effects}
        case Status.ACTIVE:
            effects = [
                _("Steps that were closed reopen with new deadlines."),
                _("For these, nothing is sent until you choose Invite again."),
            ]
            return {"title": _("Make active again"), "button": _("Make active"), "effects": effects}
        case Status.CONVERTED:
            raise NotSettable
        case _:
            assert_never(status)


def _effect(step: Step, *, closes: bool) -> str:
    values = {"step": step.get_kind_display()}
    if closes:
        return _("%(step)s: closed if it is open. Links stop working; answers are kept.") % values
    return _("%(step)s: continues, as set on the role.") % values


def _of_members(request: MemberRequest, pk: int) -> Application:
    """Return an application added by a member that isn't being erased."""
    rows = visible_applications(request.member).select_related("role")
    application = access.get_or_404(rows.filter(connection_id=None), pk)
    if application.is_being_erased:
        raise Http404
    return application
