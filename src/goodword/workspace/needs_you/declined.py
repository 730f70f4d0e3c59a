"""Candidates who recently declined a step. Recruiters get no other notice of this, and no more mail is sent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, assert_never

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from goodword.assessments.models import Attempt
from goodword.references.models import Check
from goodword.roles.models import Step
from goodword.workflow.models import StepRun
from goodword.workspace.candidate.views import greenhouse_url
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

SHOWN_FOR: Final = timedelta(days=7)


def _declined(model: type[Attempt] | type[Check], viewer: Viewer) -> QuerySet[Any]:
    runs: QuerySet[Any] = model.objects.of(viewer.organisation)
    later = runs.filter(step_request=OuterRef("step_request"), pk__gt=OuterRef("pk"))
    return runs.filter(
        ~Exists(later),
        progress=StepRun.Progress.DECLINED,
        completed_at__gte=viewer.now - SHOWN_FOR,
        step_request__application__in=viewer.active,
    )


def _need(viewer: Viewer, run: Any) -> Need:
    step_request = run.step_request
    application = step_request.application
    what, detail = _declined_step(run)
    actions = [
        NeedAction(
            label=_("Invite again …"),
            url=viewer.link("step_invite_again", application.pk, step_request.pk),
            is_link=True,
        )
    ]
    if url := greenhouse_url(application):
        actions = [
            NeedAction(label=_("Open in Greenhouse"), url=url, is_link=True, is_external=True),
            *actions,
        ]
    return need_about(
        application,
        step_request.step,
        pk=run.pk,
        url=step_url(viewer, application, step_request.step),
        what=what,
        since=run.completed_at,
        detail=detail,
        actions=actions,
    )


def _declined_step(run: Any) -> tuple[str, str]:
    """What was declined, and the detail below it."""
    listed = _("listed here for 7 days")
    match kind := Step.Kind(run.step_request.step.kind):
        case Step.Kind.ASSESSMENT:
            return _("declined the assessment"), listed
        case Step.Kind.REFERENCE_CHECK:
            reason = run.decline_reason
            return _("declined the reference check"), quote(reason) if reason else listed
        case _:
            assert_never(kind)


def _needs(viewer: Viewer, rows: Sequence[Any]) -> list[Need]:
    return [_need(viewer, run) for run in rows]


DECLINED_ATTEMPTS = NeedSource(
    name="declined_attempt",
    urgency=Urgency.STUCK,
    rows=lambda viewer: _declined(Attempt, viewer),
    describe=_needs,
    order="completed_at",
    related=OF_RUN,
)
DECLINED_CHECKS = NeedSource(
    name="declined_check",
    urgency=Urgency.STUCK,
    rows=lambda viewer: _declined(Check, viewer),
    describe=_needs,
    order="completed_at",
    related=OF_RUN,
)
