from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.references.domain import sending
from goodword.references.domain.member_actions import correct_address, extend_request
from goodword.references.domain.reminders import remind_referee_now
from goodword.references.models import Referee, ReferenceRequest
from goodword.workflow.domain.member_actions import Refused
from goodword.workspace.reference_check.actions import REFEREES, referee_of
from goodword.workspace.reference_check.forms import AddressForm, DaysForm
from goodword.workspace.step_actions import Target, act_at_once, act_with_form, reminder_message

WITH_FORM = ["GET", "HEAD", "POST"]


@require_POST
@access.member(kinds=access.WORKS)
def remind(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    target, reference_request = _request_of(request, pk, referee_pk)

    def act() -> str:
        return reminder_message(
            remind_referee_now(request_id=reference_request.pk, member=request.member, now=clock.now())
        )

    return act_at_once(request, target, act, action="request.reminded")


@require_POST
@access.member(kinds=access.WORKS)
def release(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    application, referee = referee_of(request, pk, referee_pk)

    def act() -> str:
        made = sending.release_referee(referee_id=referee.pk, member=request.member, now=clock.now())
        if made is None and not hasattr(
            Referee.objects.of(request.organisation).get(pk=referee.pk), "request"
        ):
            raise Refused(
                _("This person asked not to be contacted. The candidate is asked for another referee.")
            )
        return _("Request on its way to this referee.")

    target = Target(application=application, ids={"referee": referee.pk}, anchor=REFEREES)
    return act_at_once(request, target, act, action="request.released")


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def more_time(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    target, reference_request = _request_of(request, pk, referee_pk)
    form = DaysForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        days = form.cleaned_data["days"]
        extend_request(request_id=reference_request.pk, days=days, member=request.member, now=clock.now())
        return _("Deadline extended.")

    page = {
        "title": _("Extend %(name)s's deadline") % {"name": reference_request.referee.name},
        "lead": _(
            "The referee gets an e-mail with the new deadline, unless the check is on hold or mail doesn't reach "
            "them. "
            "The check stays open at least as long."
        ),
        "button": _("Extend deadline"),
    }
    return act_with_form(request, target, form, act, action="request.extended", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def address(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    target, reference_request = _request_of(request, pk, referee_pk)
    data = request.POST if request.method == "POST" else None
    form = AddressForm(data, initial={"address": reference_request.referee.email})

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


def _request_of(request: MemberRequest, pk: int, referee_pk: int) -> tuple[Target, ReferenceRequest]:
    application, referee = referee_of(request, pk, referee_pk)
    found: ReferenceRequest | None = getattr(referee, "request", None)
    if found is None:
        raise Http404
    return Target(application=application, ids={"request": found.pk}, anchor=REFEREES), found
