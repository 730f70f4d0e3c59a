"""The confirmation before a candidate is invited to a step again."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.references.domain.requests import out
from goodword.references.models import Check
from goodword.roles.models import Step
from goodword.roles.slots import slots_of
from goodword.steps.models import StepRequest, StepRun
from goodword.steps.states import DONE, UNFINISHED


def latest_run(step_request: StepRequest) -> StepRun | None:
    if step_request.step.kind == Step.Kind.ASSESSMENT:
        return (
            Attempt.objects.of(step_request.organisation)
            .filter(step_request=step_request)
            .order_by("-pk")
            .first()
        )
    return (
        Check.objects.of(step_request.organisation).filter(step_request=step_request).order_by("-pk").first()
    )


def title(step: Step) -> str:
    if step.kind == Step.Kind.ASSESSMENT:
        return _("Invite to the assessment again")
    return _("Invite to the reference check again")


def sentences(application: Application, step: Step, run: StepRun | None) -> list[str]:
    """What will happen, and what stays. `run`: the latest one; None for a reused result."""
    return [*_what_goes_out(application, step), *_what_stays(application, run)]


def _what_goes_out(application: Application, step: Step) -> Iterator[str]:
    who = {"name": application.candidate.name, "address": application.candidate.email}
    days, reminders = step.deadline_days, len(step.reminder_days)
    if step.kind == Step.Kind.ASSESSMENT:
        yield _("%(name)s gets a new e-mail at %(address)s with a link to a new assessment.") % who
    else:
        asked = sum(slot.count for slot in slots_of(step.slots))
        yield ngettext(
            "%(name)s gets a new e-mail at %(address)s with a request to name %(n)s referee again.",
            "%(name)s gets a new e-mail at %(address)s with a request to name %(n)s referees again.",
            asked,
        ) % {**who, "n": asked}
        yield _("Referees are only e-mailed after that, including those who have answered before.")
    yield ngettext(
        "They have %(n)s working day to answer.", "They have %(n)s working days to answer.", days
    ) % {"n": days}
    if reminders:
        yield ngettext("At most %(n)s reminder is sent.", "At most %(n)s reminders are sent.", reminders) % {
            "n": reminders
        }


def _what_stays(application: Application, run: StepRun | None) -> Iterator[str]:
    if run is not None and run.progress in UNFINISHED:
        yield _(
            "The assessment started on %(day)s ends. Its answers are kept, but not scored: the candidate starts from "
            "the beginning."
        ) % {"day": _day(run.begun_at or run.opened_at)}
    elif run is not None and run.progress not in DONE:
        yield _("The candidate declined on %(day)s.") % {"day": _day(run.completed_at or run.opened_at)}
    else:
        yield _kept(run)
        if application.connection_id is not None:
            yield _(
                "The report and its note in Greenhouse stay. When the new run is complete, there will be a new version "
                "of the report, with its own note."
            )
        else:
            yield _("The report stays. When the new run is complete, there will be a new version of it.")
    if isinstance(run, Check) and run.progress in DONE and (still := len(out(run))):
        yield ngettext(
            "%(n)s referee of the earlier run has not answered and still can: the answer is added to that run.",
            "%(n)s referees of the earlier run have not answered and still can: the answers are added to that run.",
            still,
        ) % {"n": still}


def _kept(run: StepRun | None) -> str:
    if run is None:
        return _(
            "The result of the earlier application stays on the candidate's page. It remains the current result "
            "until the new run is complete."
        )
    return _(
        "The results of %(day)s stay on the candidate's page, marked as an earlier run. They remain the current "
        "result until the new run is complete."
    ) % {"day": _day(run.completed_at or run.opened_at)}


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")
