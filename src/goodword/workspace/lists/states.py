"""The state of both steps of applications, computed in the database so that lists can count, filter and sort by it.

The rules are those of `workspace.progress` and `workflow.states.status`; a test compares them.
"""

from datetime import datetime
from typing import Final

from django.db.models import (
    Case,
    DateTimeField,
    F,
    FilteredRelation,
    IntegerField,
    Max,
    Model,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from goodword.accounts.models import Organisation
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.references.models import Check
from goodword.roles.models import Step
from goodword.workflow.models import StepRequest
from goodword.workflow.states import DONE

#: parameter of a list's URL and prefix of annotations, with the kind of step
STEPS: Final = {"assessment": Step.Kind.ASSESSMENT, "check": Step.Kind.REFERENCE_CHECK}
#: value in URLs -> (number, smallest is most urgent; state of ui.statuses; label). In the order of the chips.
STATES: Final = {
    "needs_attention": (0, "needs_attention", _("Needs attention")),
    "overdue": (1, "overdue", _("Overdue")),
    "waiting": (2, "pending", _("Waiting")),
    "in_progress": (3, "in_progress", _("In progress")),
    "paused": (4, "paused", _("Paused")),
    "done": (6, "completed", _("Done")),
    "closed": (7, "cancelled", _("Closed")),
    "not_started": (5, "not_started", _("Not started")),
}
NUMBERS: Final = {name: number for name, (number, _state, _label) in STATES.items()}
NAMES: Final = {number: name for name, number in NUMBERS.items()}
_ENDED: Final = (
    ~Q(status=Application.Status.ACTIVE) | Q(deleted_at__isnull=False) | Q(erased_at__isnull=False)
)


def with_states(
    rows: QuerySet[Application], *, organisation: Organisation, role_id: int | None, now: datetime
) -> QuerySet[Application]:
    """Annotates `assessment_state` and `check_state` (numbers of STATES), `assessment_at` and `check_at` (since or
    until when) and `ended`, `urgency`, `due` to sort by. `role_id`: all rows are of this role.
    """
    of_role = {} if role_id is None else {"application__role": role_id}
    requests = StepRequest.objects.of(organisation).filter(**of_role)
    runs_of_role = {} if role_id is None else {"step_request__application__role": role_id}
    attempts = _latest(Attempt.objects.of(organisation).filter(**runs_of_role), by="step_request")
    checks = _latest(Check.objects.of(organisation).filter(**runs_of_role), by="step_request")
    for name, kind in STEPS.items():
        latest = _latest(requests.filter(step__kind=kind), by="application")
        rows = rows.annotate(
            **{f"{name}_request": FilteredRelation("step_requests", condition=Q(step_requests__in=latest))}
        )
    rows = rows.annotate(
        assessment_run=FilteredRelation(
            "assessment_request__attempts", condition=Q(assessment_request__attempts__in=attempts)
        ),
        check_run=FilteredRelation("check_request__checks", condition=Q(check_request__checks__in=checks)),
    )
    planned = F("assessment_run__deadline_at") - F("assessment_run__deadline_moved_by")
    return rows.annotate(
        assessment_state=_state("assessment", now=now),
        check_state=_state("check", now=now),
        # the deadline of an open assessment isn't shown: it would reveal an adjustment
        assessment_at=_at("assessment", open_at=F("assessment_run__opened_at"), deadline=planned),
        check_at=_at("check", open_at=F("check_run__deadline_at"), deadline=F("check_run__deadline_at")),
        ended=Case(When(_ENDED, then=Value(1)), default=Value(0), output_field=IntegerField()),
    ).annotate(
        urgency=Least("assessment_state", "check_state"),
        due=Least(_due("assessment", planned), _due("check", F("check_run__deadline_at"))),
    )


def _latest[M: Model](rows: QuerySet[M], *, by: str) -> Subquery:
    latest = rows.order_by().values(by).annotate(latest=Max("pk")).values("latest")
    return Subquery(latest)


def _state(step: str, *, now: datetime) -> Case:
    request, run = f"{step}_request__", f"{step}_run__"
    without_run = Q(**{f"{run}id": None})
    return Case(
        _when(Q(**{f"{request}id": None}), "not_started"),
        _when(without_run & Q(**{f"{request}state": StepRequest.State.REUSED}), "done"),
        _when(without_run & _ENDED, "closed"),
        _when(
            without_run
            & (
                Q(**{f"{request}due_at__isnull": False}) | Q(**{f"{request}state": StepRequest.State.STARTED})
            ),
            "waiting",
        ),
        _when(without_run, "needs_attention"),
        _when(~Q(**{f"{run}attention": ""}), "needs_attention"),
        _when(Q(**{f"{run}progress__in": sorted(DONE)}), "done"),
        _when(Q(**{f"{run}progress": "declined"}) | Q(**{f"{run}closed_at__isnull": False}), "closed"),
        _when(Q(**{f"{run}paused_at__isnull": False}), "paused"),
        _when(Q(**{f"{run}invited_at": None, f"{run}progress": "pending"}), "waiting"),
        _when(Q(**{f"{run}deadline_at__lt": now, f"{run}clock_stopped_at": None}), "overdue"),
        _when(Q(**{f"{run}progress": "pending"}), "waiting"),
        default=Value(NUMBERS["in_progress"]),
        output_field=IntegerField(),
    )


def _when(condition: Q, name: str) -> When:
    return When(condition, then=Value(NUMBERS[name]))


def _at(step: str, *, open_at: object, deadline: object) -> Case:
    run = f"{step}_run__"
    return Case(
        When(**{f"{run}id": None, "then": F(f"{step}_request__requested_at")}),
        When(**{f"{run}completed_at__isnull": False, "then": F(f"{run}completed_at")}),
        When(**{f"{run}closed_at__isnull": False, "then": F(f"{run}closed_at")}),
        When(**{f"{run}paused_at__isnull": False, "then": F(f"{run}paused_at")}),
        When(**{f"{step}_state": NUMBERS["overdue"], "then": deadline}),
        default=open_at,
        output_field=DateTimeField(),
    )


def _due(step: str, deadline: object) -> Case:
    unfinished = (NUMBERS[name] for name in ("needs_attention", "overdue", "waiting", "in_progress"))
    return Case(
        When(**{f"{step}_state__in": list(unfinished), "then": deadline}), output_field=DateTimeField()
    )
