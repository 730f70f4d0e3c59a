from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from goodword.notifications.models import Email, Link
from goodword.references import wording
from goodword.references.domain.mails import REQUEST
from goodword.references.domain.nominations import asked_for_another
from goodword.references.models import OPEN_STATES, Referee, ReferenceRequest, Slot
from goodword.roles.slots import ANY
from goodword.workflow.models import UNFINISHED
from goodword.workspace.needs_you.needs import (
    OF_RUN,
    Need,
    NeedAction,
    NeedSource,
    Urgency,
    Viewer,
    need_about,
    quote,
    step_url,
)

_OF_CHECK = tuple(f"check_run__{path}" for path in OF_RUN)
#: maximum failed requests to look up
_AT_MOST = 1000


def _questioned(viewer: Viewer) -> QuerySet[Slot]:
    """Slots with an open question, and neither a reference nor a resent request. Candidates wait for an answer even
    if the check is paused."""
    sent_again = Q(request__state__in=OPEN_STATES, request__undelivered_at=None)
    settled = (
        Referee.objects.of(viewer.organisation)
        .filter(
            check_run=OuterRef("check_run"),
            slot=OuterRef("number"),
            replaced_at=None,
        )
        .filter(sent_again | Q(request__state=ReferenceRequest.State.ANSWERED))
    )
    return Slot.objects.of(viewer.organisation).filter(
        ~Exists(settled),
        cannot_at__isnull=False,
        answered_at=None,
        check_run__progress__in=UNFINISHED,
        check_run__closed_at=None,
        check_run__step_request__application__in=viewer.applications,
    )


def _describe_questioned(viewer: Viewer, rows: Sequence[Slot]) -> list[Need]:
    return [_questioned_need(viewer, slot) for slot in rows]


def _questioned_need(viewer: Viewer, slot: Slot) -> Need:
    step_request = slot.check_run.step_request
    application = step_request.application
    answer = viewer.link("check_answer", application.pk, slot.check_run_id, slot.number)
    actions = [NeedAction(label=_("Answer …"), url=answer, is_link=True)]
    what = _("can't name another referee")
    if slot.relationship != ANY:
        what = _("can't name a referee: %(kind)s") % {"kind": wording.for_member(slot.relationship).lower()}
        anyone = NeedAction(
            label=_("Accept any referee instead"), url=answer, fields=(("answer", Slot.Answer.ANY.value),)
        )
        actions.insert(0, anyone)
    details = [quote(slot.cannot_reason)] if slot.cannot_reason else []
    if slot.check_run.clock_stopped_at is not None:
        details.append(_("deadline on hold"))
    return need_about(
        application,
        step_request.step,
        pk=slot.pk,
        url=step_url(viewer, application, step_request.step),
        what=what,
        since=slot.cannot_at or slot.check_run.opened_at,
        detail=" · ".join(details),
        actions=actions,
    )


def _unreached(viewer: Viewer) -> QuerySet[ReferenceRequest]:
    failed = Email.objects.of(viewer.organisation).filter(
        state=Email.State.FAILED, link_purpose=Link.Purpose.REFEREE, kind=REQUEST
    )
    # ids instead of a subquery, so PostgreSQL combines two indexes
    ids = list(failed.order_by("pk").values_list("link_subject_id", flat=True)[:_AT_MOST])
    return ReferenceRequest.objects.of(viewer.organisation).filter(
        Q(undelivered_at__isnull=False) | Q(pk__in=ids),
        state__in=(ReferenceRequest.State.SENT, ReferenceRequest.State.BEGUN),
        check_run__progress__in=UNFINISHED,
        check_run__closed_at=None,
        check_run__paused_at=None,
        check_run__step_request__application__in=viewer.applications,
    )


def _describe_unreached(viewer: Viewer, rows: Sequence[ReferenceRequest]) -> list[Need]:
    bounced = [request for request in rows if request.undelivered_at is not None]
    asked = asked_for_another(viewer.organisation, bounced) if bounced else set()
    return [_unreached_need(viewer, request, asked=request.pk in asked) for request in rows]


def _unreached_need(viewer: Viewer, request: ReferenceRequest, *, asked: bool) -> Need:
    """`asked`: whether the candidate was asked for another address."""
    step_request = request.check_run.step_request
    application, referee = step_request.application, request.referee
    correct = NeedAction(
        label=_("Correct address …"),
        url=viewer.link("referee_address", application.pk, referee.pk),
        is_link=True,
    )
    again = NeedAction(
        label=_("Send again to %(address)s") % {"address": referee.email},
        url=viewer.link("referee_send_again", application.pk, referee.pk),
    )
    detail, actions = _("%(address)s: the e-mail could not be sent"), [again, correct]
    if request.undelivered_at is not None:
        detail = (
            _("%(address)s bounces; the candidate was asked for another address")
            if asked
            else _("%(address)s bounces; the candidate hasn't been asked for another address")
        )
        actions = [correct]
    return need_about(
        application,
        step_request.step,
        pk=request.pk,
        url=step_url(viewer, application, step_request.step),
        what=_("has a referee we can't reach: %(name)s") % {"name": referee.name},
        since=request.undelivered_at or request.sent_at,
        detail=detail % {"address": referee.email},
        actions=actions,
    )


QUESTIONED_SLOTS = NeedSource(
    name="slot",
    urgency=Urgency.STUCK,
    rows=_questioned,
    describe=_describe_questioned,
    order="cannot_at",
    related=_OF_CHECK,
)
UNREACHED_REFEREES = NeedSource(
    name="request",
    urgency=Urgency.STUCK,
    rows=_unreached,
    describe=_describe_unreached,
    order="sent_at",
    related=("referee", *_OF_CHECK),
)
