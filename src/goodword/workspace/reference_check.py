from dataclasses import replace
from typing import Any, Final

from django import forms
from django.db import transaction
from django.http import Http404, HttpResponseBase, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.concurrent_edits import NoticesChanges
from goodword.accounts.double_clicks import once
from goodword.candidates.models import Application, visible_applications
from goodword.core import clock
from goodword.core.addresses import is_same
from goodword.references import wording
from goodword.references.domain import completion, member_actions, sending
from goodword.references.domain.checks import lock_request_for_member
from goodword.references.domain.member_actions import correct_address, extend_check, extend_request
from goodword.references.domain.reminders import remind_candidate_now, remind_referee_now
from goodword.references.domain.slot_changes import add_slot, answer_cannot
from goodword.references.models import Check, Referee, ReferenceRequest, Slot
from goodword.roles.slots import ANY, KINDS
from goodword.ui.fields import AddressField, LineField, LongTextField
from goodword.workflow.domain.runs import Refused, lock_for_member
from goodword.workspace.results import finished_run
from goodword.workspace.role.step_forms import LONGEST_HINT, relationship_names
from goodword.workspace.step_actions import (
    ActionTarget,
    ConfirmForm,
    DaysForm,
    act_at_once,
    act_with_form,
    deadlines_of,
    extended_message,
    reminder_message,
    resumed,
)

#: anchors on the candidate's page
CHECK, REFEREES = "reference_check", "referees"


def check_of(request: MemberRequest, pk: int, check_pk: int) -> tuple[ActionTarget, Check]:
    application = access.get_or_404(visible_applications(request.member), pk)
    checks = Check.objects.of(request.organisation).filter(step_request__application=application)
    check = access.get_or_404(checks, check_pk)
    return ActionTarget(application=application, ids={"check": check.pk}, anchor=CHECK), check


def referee_of(request: MemberRequest, pk: int, referee_pk: int) -> tuple[Application, Referee]:
    application = access.get_or_404(visible_applications(request.member), pk)
    referees = Referee.objects.of(request.organisation).select_related("request")
    return application, access.get_or_404(
        referees.filter(check_run__step_request__application=application), referee_pk
    )


LONGEST_REASON: Final = 500
LONGEST_NOTE: Final = 1000
_LENGTH = gettext_lazy("Use at most %(limit_value)d characters.")


class ExtendCheckForm(DaysForm):
    """Working days for the candidate, optionally also for referees."""

    referees = forms.BooleanField(
        label=gettext_lazy("Extend referees' deadlines too"), required=False, initial=True
    )


class DecisionReasonForm(forms.Form):
    reason = LongTextField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("For your team. Not shown to candidates or referees."),
        required=False,
        longest=LONGEST_REASON,
        rows=3,
    )


class AddRefereeForm(forms.Form):
    """`seen`: the number of slots on the page, which keeps a double click from adding two."""

    relationship = forms.ChoiceField(
        label=gettext_lazy("Kind of referee"),
        initial=ANY,
        error_messages={
            "invalid_choice": gettext_lazy("Choose a kind of referee."),
            "required": gettext_lazy("Choose a kind of referee."),
        },
    )
    needed = forms.BooleanField(label=gettext_lazy("Required"), required=False)
    hint = LineField(
        label=gettext_lazy("Hint for the candidate"),
        max_length=LONGEST_HINT,
        required=False,
        error_messages={"max_length": _LENGTH},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10_000)

    def __init__(self, data: QueryDict | None = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        relationship = self.fields["relationship"]
        assert isinstance(relationship, forms.ChoiceField)
        words = relationship_names()
        relationship.choices = [(kind, words[kind]) for kind in KINDS]


class CannotProvideAnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[
            (Slot.Answer.WAIVED, gettext_lazy("Waive this referee")),
            (Slot.Answer.ANY, gettext_lazy("Accept any kind of referee")),
            (Slot.Answer.STILL_ASKED, gettext_lazy("Still required")),
        ],
        error_messages={
            "required": gettext_lazy("Choose an answer."),
            "invalid_choice": gettext_lazy("Choose an answer."),
        },
        widget=forms.RadioSelect,
    )
    note = LongTextField(
        label=gettext_lazy("Message to the candidate"),
        help_text=gettext_lazy("Included in the e-mail to them, if one is sent."),
        required=False,
        longest=LONGEST_NOTE,
        rows=3,
    )


class AddressForm(NoticesChanges):
    """A correction ends the old link and deletes its draft, so the form first names a correction by another member."""

    address = AddressField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Enter an e-mail address."),
            "invalid": gettext_lazy("Enter an e-mail address in the form name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )

    def __init__(self, data: QueryDict | None = None, *, stored: str) -> None:
        super().__init__(data, initial={"address": stored})
        self.note_stored({} if is_same(self.data.get("address", ""), stored) else {"address": stored})


WITH_FORM = ["GET", "HEAD", "POST"]


@require_POST
@access.member(kinds=access.WORKS)
def pause(request: MemberRequest, pk: int, check_pk: int) -> HttpResponseBase:
    target, check = check_of(request, pk, check_pk)

    def act() -> str:
        member_actions.pause_check(check_id=check.pk, member=request.member, now=clock.now())
        return _("Paused. No reminders are sent; links still work.")

    return act_at_once(request, target, act, action="check.paused")


@require_POST
@access.member(kinds=access.WORKS)
def resume(request: MemberRequest, pk: int, check_pk: int) -> HttpResponseBase:
    target, check = check_of(request, pk, check_pk)

    def act() -> str:
        member_actions.resume_check(check_id=check.pk, member=request.member, now=clock.now())
        return resumed(target.application)

    return act_at_once(request, target, act, action="check.resumed")


@require_POST
@access.member(kinds=access.WORKS)
def remind(request: MemberRequest, pk: int, check_pk: int) -> HttpResponseBase:
    target, check = check_of(request, pk, check_pk)

    def act() -> str:
        return reminder_message(
            remind_candidate_now(check_id=check.pk, member=request.member, now=clock.now())
        )

    return act_at_once(request, target, act, action="check.reminded")


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
@once
def extend_deadline(request: MemberRequest, pk: int, check_pk: int) -> HttpResponseBase:
    target, check = check_of(request, pk, check_pk)
    form = ExtendCheckForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        values = form.cleaned_data
        before = deadlines_of(lock_for_member(Check, check.pk, member=request.member))
        extended = extend_check(check_id=check.pk, **values, member=request.member, now=clock.now())
        return extended_message(before, deadlines_of(extended), organisation=request.organisation)

    page = {
        "title": _("Extend the deadline of the reference check"),
        "lead": _(
            "Everybody who hasn't answered gets an e-mail with the new deadline, unless the check is on hold or "
            "they can't be e-mailed."
        ),
        "button": _("Extend deadline"),
    }
    return act_with_form(request, target, form, act, action="check.extended", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def mark_complete(request: MemberRequest, pk: int, check_pk: int) -> HttpResponseBase:
    target, check = check_of(request, pk, check_pk)
    form = DecisionReasonForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        reason = form.cleaned_data["reason"]
        completion.mark_complete(check_id=check.pk, reason=reason, member=request.member, now=clock.now())
        return _("Marked complete. The report is being created.")

    page = {
        "title": _("Mark the reference check complete"),
        "lead": _(
            "The report is created from the answers so far and sent to Greenhouse. Reminders stop. Referees can "
            "still answer until their deadline, which creates a new version."
        )
        if target.application.in_greenhouse
        else _(
            "The report is created from the answers so far. Reminders stop. Referees can still answer until their "
            "deadline, which creates a new version."
        ),
        "button": _("Mark complete"),
    }
    return act_with_form(request, target, form, act, action="check.marked_complete", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def cancel(request: MemberRequest, pk: int, check_pk: int) -> HttpResponseBase:
    target, check = check_of(request, pk, check_pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        member_actions.cancel_check(check_id=check.pk, member=request.member, now=clock.now())
        return _("Cancelled. No more e-mails are sent.")

    lead = _(
        "Nobody is notified; links of candidate and referees show that nothing is needed. Answers are kept. "
        "Choose Invite again to reopen the check."
    )
    if finished_run(check.step_request) is not None:
        lead += " " + _("The earlier result remains current.")
    page = {
        "title": _("Cancel the reference check"),
        "lead": lead,
        "button": _("Cancel the check"),
        "danger": True,
    }
    return act_with_form(request, target, form, act, action="check.cancelled", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def one_more(request: MemberRequest, pk: int, check_pk: int) -> HttpResponseBase:
    target, check = check_of(request, pk, check_pk)
    slots = Slot.objects.of(request.organisation).filter(check_run=check)
    form = AddRefereeForm(request.POST if request.method == "POST" else None, initial={"seen": slots.count()})

    def act() -> str:
        values = dict(form.cleaned_data)
        with transaction.atomic():
            lock_for_member(Check, check.pk, member=request.member)
            if slots.count() == values.pop("seen"):
                add_slot(check_id=check.pk, **values, member=request.member, now=clock.now())
        return _("Added. The candidate is being notified.")

    page = {
        "title": _("Add a referee"),
        "lead": _("The candidate is notified and gets the usual time to name referees."),
        "button": _("Add referee"),
    }
    return act_with_form(request, target, form, act, action="check.slot_added", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def answer(request: MemberRequest, pk: int, check_pk: int, number: int) -> HttpResponseBase:
    target, check = check_of(request, pk, check_pk)
    slot = Slot.objects.of(request.organisation).filter(check_run=check, number=number).first()
    if slot is None:
        raise Http404
    form = CannotProvideAnswerForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        answer_cannot(
            check_id=check.pk,
            slot=number,
            answer=form.cleaned_data["answer"],
            note=form.cleaned_data["note"],
            member=request.member,
            now=clock.now(),
        )
        return _("Answer saved.")

    page = {
        "title": _("The candidate can't name a referee"),
        "lead": _("Requested: %(kind)s.") % {"kind": wording.for_member(slot.relationship)},
        "quoted": slot.cannot_reason,
        "button": _("Answer"),
    }
    target = replace(target, ids={**target.ids, "slot": number})
    return act_with_form(request, target, form, act, action="check.cannot_provide_answered", page=page)


@require_POST
@access.member(kinds=access.WORKS)
def referee_remind(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    target, reference_request = _request_of(request, pk, referee_pk)

    def act() -> str:
        return reminder_message(
            remind_referee_now(request_id=reference_request.pk, member=request.member, now=clock.now())
        )

    return act_at_once(request, target, act, action="request.reminded")


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def release(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    """Ask first: the candidate's page promises that the referee isn't contacted before an offer."""
    application, referee = referee_of(request, pk, referee_pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        made = sending.release_referee(referee_id=referee.pk, member=request.member, now=clock.now())
        if made is None and not hasattr(
            Referee.objects.of(request.organisation).get(pk=referee.pk), "request"
        ):
            raise Refused(
                _("This person asked not to be contacted. The candidate is asked for another referee.")
            )
        return _("Request on its way to this referee.")

    page = {
        "title": _("Contact %(name)s now?") % {"name": referee.name},
        "lead": _(
            "The candidate doesn't want this referee to be contacted before they have an offer. Contact the referee "
            "only if you have made an offer, or the candidate has agreed."
        ),
        "button": _("Contact now"),
    }
    target = ActionTarget(application=application, ids={"referee": referee.pk}, anchor=REFEREES)
    return act_with_form(request, target, form, act, action="request.released", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
@once
def extend_referee_deadline(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    target, reference_request = _request_of(request, pk, referee_pk)
    form = DaysForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        days = form.cleaned_data["days"]
        _check, locked = lock_request_for_member(reference_request.pk, member=request.member)
        before = locked.deadline_at
        extended = extend_request(
            request_id=reference_request.pk, days=days, member=request.member, now=clock.now()
        )
        return extended_message([before], [extended.deadline_at], organisation=request.organisation)

    page = {
        "title": _("Extend %(name)s's deadline") % {"name": reference_request.referee.name},
        "lead": _(
            "The referee gets an e-mail with the new deadline, unless the check is on hold or they can't "
            "be e-mailed. The check stays open at least until then."
        ),
        "button": _("Extend deadline"),
    }
    return act_with_form(request, target, form, act, action="request.extended", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
@transaction.atomic
def address(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    target, reference_request = _request_of(request, pk, referee_pk)
    data = request.POST if request.method == "POST" else None
    if data is not None:  # the form compares the current address
        _check, reference_request = lock_request_for_member(reference_request.pk, member=request.member)
    form = AddressForm(data, stored=reference_request.referee.email)

    def act() -> str:
        typed = form.cleaned_data["address"]
        correct_address(
            request_id=reference_request.pk, address=typed, member=request.member, now=clock.now()
        )
        return _("Corrected. A new request is on its way; the old link no longer works.")

    page = {
        "title": _("Correct the address of %(name)s") % {"name": reference_request.referee.name},
        "lead": _(
            "The request is sent to the new address with a new deadline. The old link stops working and its draft is "
            "deleted, because it may have reached someone else."
        ),
        "button": _("Correct and send"),
    }
    return act_with_form(request, target, form, act, action="request.address_corrected", page=page)


def _request_of(request: MemberRequest, pk: int, referee_pk: int) -> tuple[ActionTarget, ReferenceRequest]:
    application, referee = referee_of(request, pk, referee_pk)
    found: ReferenceRequest | None = getattr(referee, "request", None)
    if found is None:
        raise Http404
    return ActionTarget(application=application, ids={"request": found.pk}, anchor=REFEREES), found
